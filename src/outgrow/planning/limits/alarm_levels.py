"""From where on a checked metric is a warning, or critical: a value, a share of its limit, or days that are left."""

import math
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from outgrow.domain.errors import UsageError
from outgrow.domain.forecast import DaysUntil, Status
from outgrow.domain.words import counted, exact, percent

_MEND = "give a value such as 800, a share of the limit such as 80%, or days left such as 30d"
PERCENT = 100


class Measure(StrEnum):
    """What a level is held against."""

    VALUE = ""
    SHARE = "%"
    DAYS = "d"


@dataclass(frozen=True, slots=True)
class AlarmLevel:
    """Where a state begins: from a value or a share on upwards, from so many days left on downwards."""

    measure: Measure
    number: float
    text: str

    @classmethod
    def parse(cls, text: str, option: str) -> Self:
        """Read `800`, `80%` or `30d`.

        Args:
            option: where it was given, for the message.

        Raises:
            UsageError: it is none of these, or not above zero.
        """
        bare = text.strip()
        measure = next((each for each in (Measure.SHARE, Measure.DAYS) if bare.endswith(each)), Measure.VALUE)
        try:
            number = float(bare.removesuffix(measure))
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and number > 0):
            raise UsageError(f"{option} '{text}' is no level that can be checked", _MEND)
        return cls(measure, number, bare)

    def value_at(self, threshold: float | None) -> float | None:
        """The value from which on it is met; None where values alone do not tell."""
        if self.measure is Measure.VALUE:
            return self.number
        return threshold * self.number / PERCENT if self.measure is Measure.SHARE and threshold is not None else None

    def met(self, until: DaysUntil, today: date) -> bool | None:
        """Whether what is known of a limit meets it; None where too little is known to tell."""
        if self.measure is Measure.DAYS:
            if until.status in {Status.NO_LIMIT, Status.INSUFFICIENT_DATA, Status.STALE}:
                return None
            left = days_left(until, today)
            return until.status is Status.ALREADY_EXCEEDED or (left is not None and left <= self.number)
        least = self.value_at(until.threshold)
        return None if least is None or until.current is None else until.current >= least

    def why(self, until: DaysUntil, today: date, state: str) -> str:
        """Why it is met, as of `LimitOutlook.why`."""
        if self.measure is Measure.SHARE:
            return f"{percent(until.used_share or 0.0)} of it is in use, {state} from {exact(self.number)}% on"
        if self.measure is Measure.VALUE:
            return f"the value is {exact(until.current or 0.0)}, {state} from {exact(self.number)} on"
        left = days_left(until, today)
        reached = "the limit is reached" if left is None else f"{counted(left, 'day is', 'days are')} left"
        return f"{reached}, {state} from {exact(self.number)} days on"


def days_left(until: DaysUntil, today: date) -> int | None:
    """Days from today to the middle date; None where there is none ahead."""
    middle = until.date("p50")
    return None if middle is None else (middle - today).days


@dataclass(frozen=True, slots=True)
class AlarmLevels:
    """What is asked for; what is None is as the limit's policy says.

    Attributes:
        never_critical: a warning is all that was given, of what has no limit: there is nothing to be critical of.
    """

    warning: AlarmLevel | None = None
    critical: AlarmLevel | None = None
    never_critical: bool = False

    @classmethod
    def parse(cls, warning: str | None, critical: str | None, metric: str | None) -> Self:
        """Read both.

        Raises:
            UsageError: one is no level, the critical one comes before the warning, or values are given for no metric.
        """
        found = cls(
            None if warning is None else AlarmLevel.parse(warning, "--warning"),
            None if critical is None else AlarmLevel.parse(critical, "--critical"),
        )
        given = [level for level in (found.warning, found.critical) if level is not None]
        if metric is None and any(level.measure is Measure.VALUE for level in given):
            raise UsageError("a value is a warning of one metric alone", "name it: --metric METRIC")
        if len(given) == 2 and given[0].measure is given[1].measure:  # noqa: PLR2004
            first, then = (level.number for level in given)
            if (first < then) if given[0].measure is Measure.DAYS else (first > then):
                raise UsageError(
                    f"--warning {given[0].text} would come after --critical {given[1].text}", "exchange the two"
                )
        return found

    @property
    def value(self) -> float | None:
        """The level that dates are told of where values are given: the critical one, or else the warning."""
        for level in (self.critical, self.warning):
            if level is not None and level.measure is Measure.VALUE:
                return level.number
        return None
