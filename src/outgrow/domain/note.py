"""What was found amiss in a metric's past, and what was made of it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from outgrow.domain.days import spoken


class NoteCode(StrEnum):
    """Kinds of faults in daily data."""

    GAP = "gap"
    """Days without a value between days with one."""
    RESET = "reset"
    """A fall to almost nothing, from which it went on."""
    CLEANUP = "cleanup"
    """A fall at once, from which it went on."""
    IMPORT = "import"
    """A rise at once, from which it went on."""
    OUTLIER = "outlier"
    """A day, or a few, far off, and back."""
    DOUBLED = "doubled"
    """A level that was counted twice, or a day with the amount of several."""
    FROZEN = "frozen"
    """The same value for weeks, of a metric that moved nearly every day."""
    SEAM = "seam"
    """A step between a reconstructed and an observed day."""
    STARTS_AT_ZERO = "starts_at_zero"
    """There was nothing at first: the metric's life begins within the history."""
    SET_UP = "set_up"
    """It was filled within its first days, and hardly grew from then on."""
    UNSETTLED = "unsettled"
    """The newest day is far off; whether it stays, only the next days tell."""
    PARTIAL = "partial"
    """The newest day of a flow holds far less than any day before: it is not over yet."""
    OUTAGE = "outage"
    """Nothing but 0 on the newest days of a metric that was far from it."""
    RESTARTS = "restarts"
    """No fault: the metric is a total that begins anew on a day of each month."""
    RESTARTS_WEEKLY = "restarts_weekly"
    """No fault either: it begins anew every week."""


RESTARTING = frozenset({NoteCode.RESTARTS, NoteCode.RESTARTS_WEEKLY})
"""That the metric is a total which begins anew: said of it, not of the days that it adds up."""
NO_FAULTS = frozenset({NoteCode.GAP, NoteCode.STARTS_AT_ZERO}) | RESTARTING
"""What marks no metric as one in which something is amiss."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_MADE_OF_IT = {
    NoteCode.GAP: "{when} nothing is known: what changed meanwhile counts as spread over those days",
    NoteCode.RESET: "{when} the value {moved} and went on from there: taken as a reset, not as decline",
    NoteCode.CLEANUP: "{when} the value {moved} and went on from there: taken as a clean-up, not as decline",
    NoteCode.IMPORT: "{when} the value {moved} and went on from there: taken as an import, not as growth",
    NoteCode.OUTLIER: "{when} the value was {after}, with about {before} before and after: left out",
    NoteCode.DOUBLED: "{when} the value was {after}, where about {before} was usual: taken as counted twice or as "
    "the amount of several days, not as growth",
    NoteCode.FROZEN: "{when} the value was {after} every day, though it moved nearly daily before: the source may "
    "be frozen",
    NoteCode.SEAM: "{when} the value {moved}, where reconstructed and observed days meet: taken as another way of "
    "counting, not as a change",
    NoteCode.STARTS_AT_ZERO: "{when} there was nothing; after that it began with {after}",
    NoteCode.SET_UP: "{when} it was set up, from {before} to {after}: taken as a beginning, not as growth",
    NoteCode.UNSETTLED: "{when}, the newest day, the value {moved}: whether that stays is not known yet, so it is "
    "not extrapolated",
    NoteCode.PARTIAL: "{when}, the newest day, it is {after}, where about {before} is usual: taken as a day that is "
    "only partly there, and left out",
    NoteCode.OUTAGE: "{when} it reads 0: taken as an outage and these days as unknown, last good value {before}",
    NoteCode.RESTARTS: "{when} it began anew with {after} after {before}, as on the {nth} of each month: taken as the "
    "total of what each day brings",
    NoteCode.RESTARTS_WEEKLY: "{when} it began anew with {after} after {before}, as every {weekday}: taken as the "
    "total of what each day brings",
}


@dataclass(frozen=True, slots=True)
class Note:
    """One finding.

    Attributes:
        first, last: the days that it is about, both included; of a step, the day on which it showed.
        before, after: of a step, the values on either side of it; of days that are off, what was usual and what was
            found; of a gap, the values at its ends; of a stretch without change, the value twice; of a start, zero
            and the first value after it; of a set-up, the first value and the one that it came to; of an outage, the
            last good value and zero; of a total that begins anew, what it was and what the newest such day brought.
    """

    code: NoteCode
    first: date
    last: date
    before: float
    after: float

    @property
    def days(self) -> int:
        """How many days it is about."""
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return self.sentence()

    def sentence(self, unit: str = "") -> str:
        """What was found and what was made of it, in plain words; `unit` is the metric's own."""
        before, after = (f"{_number(value)} {unit}".rstrip() for value in (self.before, self.after))
        verb = "rose" if self.after > self.before else "fell"
        return _MADE_OF_IT[self.code].format(
            when=f"on {spoken(self.first)}" if self.days == 1 else f"from {spoken(self.first)} to {spoken(self.last)}",
            moved=f"{verb} by {_number(abs(self.after - self.before))} to {after}",
            before=before,
            after=after,
            nth=_nth(self.first.day),
            weekday=WEEKDAYS[self.first.weekday()],
        )


def _nth(number: int) -> str:
    """`1st`, `15th`, `31st`."""
    last = 0 if number in {11, 12, 13} else number % 10
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"


def _number(value: float) -> str:
    """As people write it: whole numbers whole, others with two decimals, small ones with three digits."""
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"
