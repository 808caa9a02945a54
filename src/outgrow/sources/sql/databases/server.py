"""What servers have in common: they count by themselves, and tell pairs of places with numbers."""

from collections.abc import Iterable, Sequence
from typing import Any

from outgrow.sources.sql.tally import Pass, Tally


def counted(asked: Pass, rows: Iterable[Sequence[Any]]) -> Tally:
    """A tally of what a server counted.

    Args:
        rows: each with the place where something began, that where it ended, and for each column of the pass how many
            there are and what they amount to.
    """
    tally = Tally.nothing(asked)
    undated = [0] * len(asked.columns)
    for began, ended, *told in rows:
        for at in range(len(asked.columns)):
            number, amount = told[2 * at], told[2 * at + 1]
            if began is None:
                undated[at] += int(number)
                continue
            tally.came[at, began] += amount
            if ended is not None:
                tally.went[at, max(began, ended)] += amount
    return Tally(tally.came, tally.went, undated, tally.unreadable)
