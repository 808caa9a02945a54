"""What a flow says of the totals that it adds up to: their level, its doubt, and what each has by its own chance."""

from datetime import date, timedelta

import numpy as np

from outgrow.forecasting.flows import NOTHING, FlowForecast
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.restarts import month_starts, running_sums
from outgrow.forecasting.kernels.series import mean_of_known
from outgrow.forecasting.kernels.smoothing import QUIET_SHARE, SPANS, smoothed

OWN_ABOVE, OWN_BELOW = 2 / 3, 1 / 3
"""Weight of the flow's own smoothed level beside the model's, in logarithms, where it lies above and where below: what
has risen of late mostly stays, what has fallen mostly comes back."""
OWN_DAYS = 30
"""It weighs so much over as many days, and fades after them."""
COMPARED = 28
"""Days ahead, whole weeks, by which the two levels are compared."""
MOST_APART = 4.0
"""The model's level is moved as if the flow's own differed from it by this factor at the most."""
LONGEST = 31
"""Days of the longest month."""


def own_level(flow: FlowForecast, values: Array, restart: Array) -> tuple[Array, Array]:
    """What the model's amounts are multiplied by, and the doubt of totals as the flow's own past has it; (n, horizon).

    For a row with too short a past 1, and NaN.
    """
    plain = without_weekdays(flow, values)
    own, quiet = smoothed(plain), QUIET_SHARE * mean_of_known(plain)
    ahead = min(COMPARED, flow.horizon)
    week = np.tile(flow.weekday, (1, COMPARED // 7))[:, :ahead]
    model = (flow.mean / flow.uplift)[:, :ahead].sum(axis=1) / week.sum(axis=1)
    there = (model > NOTHING) & (quiet > 0)
    apart = np.clip((own.level + quiet) / np.where(there, model + quiet, 1.0), 1.0 / MOST_APART, MOST_APART)
    fading = np.minimum(1.0, OWN_DAYS / np.arange(1.0, flow.horizon + 1))
    share = np.where(apart > 1.0, OWN_ABOVE, OWN_BELOW)[:, None] * fading
    moved = np.where(there & ~np.isnan(own.level), apart, 1.0)[:, None] ** share
    return moved, _at_spans(own.doubt, days_added(restart))


def without_weekdays(flow: FlowForecast, values: Array) -> Array:
    """Daily amounts (n, t), newest last, as they were if all weekdays were alike."""
    days = values.shape[1]
    plain: Array = values / flow.weekday[:, (np.arange(days) - days) % 7]
    return plain


def days_begun(last_day: date, begins_on: int) -> int:
    """How many days of the running month are over on a day, itself included."""
    begun = np.flatnonzero(month_starts(last_day - timedelta(days=LONGEST - 1), LONGEST, begins_on))
    return LONGEST - int(begun[-1])


def own_chance(flow: FlowForecast, restart: Array) -> Array:
    """Relative standard deviation of each total by what days add at random, (n, horizon): months do not share it."""
    total, variance = running_sums(flow.mean, restart), running_sums(flow.noise**2, restart)
    result: Array = np.sqrt(variance) / np.maximum(total, NOTHING)
    return result


def staying_total(flow: FlowForecast, level: Array, restart: Array) -> Array:
    """What each total has come to if the mean day stays at a level (n,), (n, horizon)."""
    horizon = flow.horizon
    day = level[:, None] * np.tile(flow.weekday, (1, horizon // 7 + 1))[:, :horizon] * flow.uplift
    return running_sums(day, restart)


def days_added(restart: Array) -> Array:
    """How many of the days ahead are in each day's total, (horizon,)."""
    day = np.arange(1.0, len(restart) + 1)
    result: Array = day - np.maximum.accumulate(np.where(restart > 0, day - 1.0, 0.0))
    return result


def _at_spans(at_spans: Array, days: Array) -> Array:
    """Values (n, n_spans) at `SPANS` days on straight lines to other numbers of days, (n, n_days)."""
    held = np.clip(days, SPANS[0], SPANS[-1])
    right = np.clip(np.searchsorted(SPANS, held), 1, len(SPANS) - 1)
    spans = np.array(SPANS, dtype=np.float64)
    share = (held - spans[right - 1]) / (spans[right] - spans[right - 1])
    result: Array = at_spans[:, right - 1] * (1.0 - share) + at_spans[:, right] * share
    return result
