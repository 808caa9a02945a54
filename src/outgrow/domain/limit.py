"""A level that matters, and what is said when a metric comes near it."""

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How urgent a thing is; the higher, the more urgent."""

    OK = 0
    INFO = 1
    WARNING = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """The lower-case name."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Limit:
    """The maximum of one metric, in the metric's unit."""

    metric: str
    maximum: float
    name: str
    """What runs out, as a reader would say it: `tier Small`, `media storage`."""


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """When a limit is worth a word: shares of the limit in use, and days that a mend takes."""

    warning_share: float = 0.8
    growth_percent: float = 20.0
    lead_time_days: int = 14
    review_interval_days: int = 7
    warning_days: int = 90
