"""A level that matters, and what is said when a metric comes near it."""

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum

from outgrow.domain.bounds import AMOUNT, DAYS, MOST_FACTOR, SHARE, Bounds, check_numbers
from outgrow.domain.errors import BadThresholdError, ConfigurationError

POLICY_BOUNDS = {
    "warning_share": SHARE,
    "critical_share": SHARE,
    "lead_time_days": DAYS,
    "review_interval_days": DAYS,
}
"""Of what a limit may have of its own."""


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
class Headroom:
    """What of a limit is never to be used: a share that stays free, or nodes that may be lost.

    Attributes:
        keep_free: share of the maximum that stays free, 0 to below 1.
        nodes, spare: the maximum is that of so many equal nodes, of which so many may fail.

    Raises:
        ConfigurationError: nothing is left to use, or a number makes no sense.
    """

    keep_free: float = 0.0
    nodes: int = 1
    spare: int = 0

    def __post_init__(self) -> None:
        check_numbers(
            self, {"keep_free": Bounds(0, 1), "nodes": Bounds(1, MOST_FACTOR), "spare": Bounds(0, MOST_FACTOR)}
        )
        if self.keep_free >= 1 or self.spare >= self.nodes:
            raise ConfigurationError(
                f"Headroom: keep_free = {self.keep_free}, spare = {self.spare} of nodes = {self.nodes}: none is left",
                "keep less than all of it free",
            )

    @property
    def usable_share(self) -> float:
        """Share of the maximum that may be used."""
        return (1.0 - self.keep_free) * (self.nodes - self.spare) / self.nodes


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """When a limit is worth a word: shares of the limit in use, and days that a mend takes.

    Raises:
        ConfigurationError: a number makes no sense.
    """

    warning_share: float = 0.8
    critical_share: float = 1.0
    growth_percent: float = 20.0
    lead_time_days: int = 14
    review_interval_days: int = 7
    warning_days: int = 90

    def __post_init__(self) -> None:
        more = {"growth_percent": Bounds(0, MOST_FACTOR), "warning_days": DAYS}
        check_numbers(self, {**POLICY_BOUNDS, **more})

    def act_by(self, early: date, lead_time_days: int | None = None) -> date:
        """The last good day to start the mend: the early date less lead time and review interval.

        Args:
            lead_time_days: of what is ordered, where it has its own.
        """
        lead = self.lead_time_days if lead_time_days is None else lead_time_days
        return early - timedelta(days=lead + self.review_interval_days)


@dataclass(frozen=True, slots=True)
class Limit:
    """The maximum of one metric of one scope, in the metric's unit; what is None is as the policy says.

    Attributes:
        name: what runs out, as a reader would say it: `tier Small`, `media storage`; the metric where it is empty.
        scope: whose metric, as `Scope` is written.
        lead_time_days: days from the order of more capacity to its being there.
        review_interval_days: days between two looks at this limit.
        example: how it is called where nobody set it and outgrow brings it as an example; empty for a limit that
            somebody set.

    Raises:
        ConfigurationError: a number makes no sense.
    """

    metric: str
    maximum: float
    name: str = ""
    scope: str = "platform"
    warning_share: float | None = None
    critical_share: float | None = None
    lead_time_days: int | None = None
    review_interval_days: int | None = None
    headroom: Headroom = Headroom()
    example: str = ""

    @property
    def called(self) -> str:
        """Its name, or that it is an example: `tier Small of the example ladder`."""
        return self.example or self.name

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.metric)
        check_numbers(self, {**POLICY_BOUNDS, "maximum": AMOUNT})

    @property
    def usable(self) -> float:
        """What may be used of the maximum: the level whose crossing matters."""
        return self.maximum * self.headroom.usable_share

    def policy(self, general: AlertPolicy) -> AlertPolicy:
        """The policy that holds for this limit."""
        own = {
            name: value
            for name in ("warning_share", "critical_share", "lead_time_days", "review_interval_days")
            if (value := getattr(self, name)) is not None
        }
        return replace(general, **own)


def checked_threshold(threshold: object, *, falling: bool = False) -> float:
    """The threshold as a number.

    Args:
        falling: it is fallen to: what runs out does so at 0, which nothing has to rise to.

    Raises:
        BadThresholdError: it is not a positive, finite number, nor the 0 of a fall.
    """
    try:
        number = float(threshold)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise BadThresholdError(threshold, falling=falling) from error
    if not math.isfinite(number) or number < 0 or (number == 0 and not falling):
        raise BadThresholdError(threshold, falling=falling)
    return abs(number)  # -0 would be told as such
