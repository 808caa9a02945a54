"""What servers have in common: they count by slots of time, and we sort those into days."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from outgrow.sources.sql.faults import QueryError
from outgrow.sources.sql.slots import NOWHERE, Places
from outgrow.sources.sql.tally import Keyed, Pass, Tally


class TimeKey(NamedTuple):
    """What a server groups rows by.

    Attributes:
        group: an SQL expression.
        told: what is told of each group; the same, or something of it.
        places: the places of what was told.
    """

    group: str
    told: str
    places: Callable[[Sequence[Any]], Places]


def as_they_are(told: Sequence[Any]) -> Places:
    """Of places that the server found itself."""
    return np.array([NOWHERE if each is None else int(each) for each in told], dtype=np.int64)


def seconds(told: Sequence[Any], unit: int = 1) -> NDArray[np.float64]:
    """What was told in some unit, in seconds; NaN for nothing."""
    return np.array([np.nan if each is None else float(each) * unit for each in told], dtype=np.float64)


def keyed(rows: Sequence[Sequence[Any]], *, ends: bool) -> Keyed | None:
    """What a server counted by whose it is: rows of a key, a place and an amount; None without any."""
    told = [
        (
            key if key is None or isinstance(key, str) else key.decode() if isinstance(key, bytes) else str(key),
            at,
            amount,
        )
        for key, place, amount in rows
        if place is not None and (at := int(place)) != NOWHERE
    ]
    if not told:
        return None
    keys, places, amounts = zip(*told, strict=True)
    return Keyed(keys, np.array(places, dtype=np.int64), np.array([float(_number(each)) for each in amounts]), ends)


def _number(amount: object) -> int | float | Decimal:
    """A sum; nothing is 0.

    Raises:
        QueryError: it is no number, such as one of money or of spans of time.
    """
    if amount is None:
        return 0
    if not isinstance(amount, int | float | Decimal):
        raise QueryError(f"what is added up gives {type(amount).__name__}, which is no number: cast it to one")
    return amount


def add(asked: Pass, tally: Tally, rows: Sequence[Sequence[Any]], key: TimeKey, *, ends: bool) -> None:
    """Add what a server counted to a tally.

    Args:
        rows: each with what is told of a group; then, for each column, how many there are, and, where it adds
            something up, what they amount to.
        ends: whether they are ends, not beginnings.
    """
    if not rows:
        return
    groups, *columns = zip(*rows, strict=True)
    places, told = key.places(groups), iter(columns)
    dated = places != NOWHERE
    for at, column in enumerate(asked.columns):
        numbers = np.array(next(told), dtype=object)
        amounts = numbers if column.amount is None else np.array([_number(each) for each in next(told)], dtype=object)
        np.add.at((tally.went if ends else tally.came)[at], places[dated], amounts[dated])
        if not ends:
            tally.undated[at] += int(numbers[~dated].sum())
