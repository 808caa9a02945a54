"""Today's number, by a query that gives it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from outgrow.domain.snapshot import Reading


def reading_of(rows: Sequence[tuple[Any, ...]]) -> Reading:
    """The one number that a query gave, or what it gave instead.

    Args:
        rows: its first two.
    """
    if len(rows) != 1:
        return Reading.missing(f"its query gives {'more than one row' if rows else 'no row'}, and one is needed")
    if len(rows[0]) != 1:
        return Reading.missing(f"its query gives {len(rows[0])} columns, and one is needed")
    value = rows[0][0]
    if value is None:
        return Reading.missing("its query gives NULL")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        what = "a text" if isinstance(value, str) else f"what is no number ({type(value).__name__})"
        return Reading.missing(f"its query gives {what}, and a number is needed")
    try:
        return Reading.of(float(value))
    except (OverflowError, ValueError):
        return Reading.missing("its query gives a number that is too large")
