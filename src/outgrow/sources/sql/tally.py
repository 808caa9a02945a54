"""What a database is asked to count, in one pass over one table, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from outgrow.sources.sql.midnights import Midnights
from outgrow.sources.sql.slots import Places
from outgrow.sources.sql.times import Timed

Exact = NDArray[np.object_]
"""Sums as the database gave them: whole numbers and decimals stay what they are, so that nothing is rounded."""


class Counting(NamedTuple):
    """One column of a pass.

    Attributes:
        where: which rows; None for all.
        amount: what is added up; None for their number.
    """

    where: str | None
    amount: str | None


@dataclass(frozen=True, slots=True)
class Pass:
    """What is counted of one table by one pair of times.

    Attributes:
        table: a FROM clause.
        only_within: whether rows that began before the first day are of no interest.
        key: an expression of whose each row is; None where that is not asked.
    """

    table: str
    created: Timed
    deleted: Timed | None
    columns: Sequence[Counting]
    midnights: Midnights
    only_within: bool
    key: str | None = None


class Keyed(NamedTuple):
    """What came or went of some rows or groups of them.

    Attributes:
        keys: (n,), whose each is, as a text; None of nobody's.
        places: (n,), where among the bounds of days; none is `NOWHERE`.
        amounts: (n,), what each amounts to.
        ends: whether they are ends, not beginnings.
    """

    keys: Sequence[str | None]
    places: Places
    amounts: NDArray[Any]
    ends: bool


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What came and went, by the place of its time among the bounds of n days.

    Attributes:
        came: object (n_columns, n + 2), what began in each place.
        went: object (n_columns, n + 2), what ended there; only of what has a beginning, and never before it.
        undated: object (n_columns,), rows without a beginning, or with one that is no time.
    """

    came: Exact
    went: Exact
    undated: Exact

    @classmethod
    def nothing(cls, asked: Pass) -> "Tally":
        """Of a table without rows."""
        shape = len(asked.columns), asked.midnights.n_days + 2
        return cls(np.zeros(shape, object), np.zeros(shape, object), np.zeros(len(asked.columns), object))

    def add(self, other: "Tally") -> None:
        """Add what was counted of other rows."""
        self.came[:] += other.came
        self.went[:] += other.went
        self.undated[:] += other.undated

    def levels(self, column: int) -> NDArray[np.float64]:
        """What was there at the end of each day, (n,)."""
        levels: NDArray[np.float64] = np.cumsum(self.came[column] - self.went[column])[1:-1].astype(np.float64)
        return levels

    def flows(self, column: int) -> NDArray[np.float64]:
        """What began on each day, (n,)."""
        flows: NDArray[np.float64] = self.came[column, 1:-1].astype(np.float64)
        return flows
