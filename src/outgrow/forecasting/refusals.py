"""Why nothing may be said of a history's future."""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from outgrow.domain.days import spoken
from outgrow.domain.forecast import Refusal, Status
from outgrow.domain.history import History, allowed_age
from outgrow.domain.words import counted
from outgrow.forecasting.asked import LARGEST
from outgrow.forecasting.totals import why_unknown

if TYPE_CHECKING:
    from outgrow.forecasting.projection import ForecastRules


def refuse(history: History, today: date, rules: "ForecastRules") -> Refusal | None:
    """Why nothing may be said of a history's future; None when something may."""
    newest = history.newest
    if newest is None:
        return Refusal(Status.INSUFFICIENT_DATA, "nothing is stored yet", have=0, need=rules.need_days)
    age, allowed = (today - newest[0]).days, rules.stale_after_days
    if age > allowed:  # what comes seldom may be older
        allowed = allowed_age(history.usual_gap, allowed)
    if age > allowed:
        return Refusal(
            Status.STALE, f"the newest value is of {spoken(newest[0])}, {counted(age, 'day')} old (at most {allowed})"
        )
    have = history.known_days
    if have < rules.need_days:
        reason = f"{counted(have, 'day is', 'days are')} known, a forecast needs {rules.need_days}"
        return Refusal(Status.INSUFFICIENT_DATA, reason, have=have, need=rules.need_days)
    if history.metric.begins_on is None:
        return Refusal(Status.INSUFFICIENT_DATA, why_unknown(history), have=have, need=rules.need_days)
    if np.fmax.reduce(np.abs(history.values)) > LARGEST:
        return Refusal(Status.INSUFFICIENT_DATA, f"values beyond {LARGEST:g} cannot be counted with: use a larger unit")
    return None
