"""What a forecast may rest on."""

from dataclasses import dataclass
from pathlib import Path

from outgrow.domain.bounds import DAYS, SOME_DAYS, Bounds, check_numbers
from outgrow.domain.event import Event
from outgrow.forecasting.asked import LONGEST_HORIZON
from outgrow.forecasting.correction import NO_CORRECTION, Correction
from outgrow.forecasting.model import SHIPPED
from outgrow.forecasting.panel import SHARED


@dataclass(frozen=True, slots=True)
class ForecastRules:
    """What a forecast may rest on.

    Attributes:
        horizon_days: how far ahead.
        need_days: the least number of known days.
        stale_after_days: a newest value older than this says nothing of today any more; one of a weekly or monthly
            file may be older, see `allowed_age`.
        history_days: the most days of history that are looked at.
        model: which model is asked, `shared` or `drift`.
        model_file: where the shared model is: the one that is shipped, or one that was fitted.
        correction: how much wider the bands are made, from the platform's own past.
        events: days on which flows are unlike others, past and to come.

    Raises:
        ConfigurationError: a number of days makes no sense.
    """

    horizon_days: int = 365
    need_days: int = 14
    stale_after_days: int = 7
    history_days: int = 400
    model: str = SHARED
    model_file: Path = SHIPPED
    correction: Correction = NO_CORRECTION
    events: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        check_numbers(
            self,
            {
                "horizon_days": Bounds(1, LONGEST_HORIZON),
                "need_days": SOME_DAYS,
                "stale_after_days": DAYS,
                "history_days": SOME_DAYS,
            },
        )
