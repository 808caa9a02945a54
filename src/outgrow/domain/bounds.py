"""How large a number, and how far away a day may be: beyond, nothing makes sense and arithmetic breaks."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from outgrow.domain.errors import ConfigurationError, UsageError, quoted

EARLIEST_DAY, LATEST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Any day that is asked about, stored or planned for lies between them, both included."""
MOST_DAYS = 36_500
"""A hundred years: more than anything may last."""
LEAST_AMOUNT, MOST_AMOUNT = 1e-9, 1e18
"""Of a limit, or of what a project takes, in any unit: from a byte in GB to an exabyte in bytes."""
MOST_FACTOR = 1_000_000
"""What anything may be multiplied by, and how many nodes or new stores there may be."""
MOST_SEED = 2**63 - 1


class Bounds(NamedTuple):
    """The least and the greatest number that makes sense, both included."""

    least: float
    most: float

    def hold(self, value: object) -> bool:
        """Whether a value is a number between them; NaN is not."""
        try:
            return bool(self.least <= value <= self.most)  # type: ignore[operator]
        except (TypeError, ArithmeticError):  # no number, or a decimal that is none
            return False


DAYS = Bounds(0, MOST_DAYS)
SOME_DAYS = Bounds(1, MOST_DAYS)
AMOUNT = Bounds(LEAST_AMOUNT, MOST_AMOUNT)
SHARE = Bounds(1e-9, 1)
PROBABILITY = Bounds(0, 1)
FACTOR = Bounds(0, MOST_FACTOR)
SEED = Bounds(0, MOST_SEED)


def check_numbers(of: object, bounds: Mapping[str, Bounds]) -> None:
    """See that the attributes of an object lie within bounds; None is as good as left out.

    Raises:
        ConfigurationError: one does not; names class, attribute and bounds.
    """
    for name, allowed in bounds.items():
        value = getattr(of, name)
        if value is not None and not allowed.hold(value):
            raise ConfigurationError(
                f"{type(of).__name__}: {name} = {quoted(value)} makes no sense",
                f"give a number from {allowed.least:,.10g} to {allowed.most:,.10g}",
            )


def sensible_day(day: date) -> date:
    """The day, if it lies where days may lie.

    Raises:
        UsageError: it does not.
    """
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise UsageError(f"{day} is too far away", f"give a day from {EARLIEST_DAY} to {LATEST_DAY}")
    return day
