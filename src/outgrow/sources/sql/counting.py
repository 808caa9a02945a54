"""Counts what is declared, as few passes as there are tables, and what is wrong with one metric is its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.metric import Kind
from outgrow.sources.contract import Progress
from outgrow.sources.sql.databases.database import Database
from outgrow.sources.sql.declaration import DeclaredMetric
from outgrow.sources.sql.faults import QueryError
from outgrow.sources.sql.midnights import Midnights
from outgrow.sources.sql.passes import Planned, looked_at, passes
from outgrow.sources.sql.tally import Pass, Tally


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The daily values of one metric over n days.

    Attributes:
        values: float64 (n,).
        began: the place of the first day on which anything came; None where nothing ever did.
        undated: rows without a beginning, which count on no day.
    """

    values: NDArray[np.float64]
    began: int | None
    undated: int

    @classmethod
    def of(cls, tally: Tally, column: int, *, flow: bool) -> "Series":
        """One column of a tally."""
        came = np.flatnonzero(tally.came[column, 1:-1])
        began = int(came[0]) if len(came) else None
        return cls(tally.flows(column) if flow else tally.levels(column), began, int(tally.undated[column]))

    def limits(self, declared: DeclaredMetric) -> Sequence[str]:
        """What of it cannot be told."""
        if not self.undated:
            return ()
        has, counts = ("row has", "counts") if self.undated == 1 else ("rows have", "count")
        return (f"{declared.metric.name}: {self.undated:,} {has} no beginning and {counts} on no day",)


Told = Mapping[str, Series | str]
"""The values of each metric, or why there are none."""


def count(
    database: Database,
    asked: Sequence[DeclaredMetric],
    midnights: Midnights,
    naive_times: str,
    *,
    whole: bool = True,
    tell: Progress = lambda *_: None,
) -> Told:
    """What was there, or happened, on each day.

    Args:
        whole: whether rows without a beginning are to be looked for.
        tell: told of progress.
    """
    told: dict[str, Series | str] = {}
    planned: list[Planned] = []
    for declared in asked:
        try:
            planned.append(looked_at(declared, database, naive_times))
        except QueryError as error:
            told[declared.metric.name] = f"{declared.place}: {error.reason}"
    together = passes(planned, midnights, whole=whole)
    for at, (question, members) in enumerate(together):
        tell("counting", at, len(together))
        told |= _answered(database, question, members)
    tell("counting", len(together), len(together))
    return {each.metric.name: told[each.metric.name] for each in asked}


def _answered(database: Database, question: Pass, members: Sequence[Planned]) -> Told:
    """One pass; where it fails, each of its metrics by itself."""
    try:
        tally = database.tally(question)
    except QueryError as error:
        if len(members) == 1:
            return {members[0].declared.metric.name: f"{members[0].declared.place}: {error.reason}"}
        alone: dict[str, Series | str] = {}
        for at, member in enumerate(members):
            alone |= _answered(database, replace(question, columns=[question.columns[at]]), [member])
        return alone
    return {
        member.declared.metric.name: Series.of(tally, at, flow=member.declared.metric.kind is Kind.FLOW)
        for at, member in enumerate(members)
    }
