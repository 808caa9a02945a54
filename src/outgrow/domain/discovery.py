"""What was found in a database that was never seen before, and the settings that follow from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ProposedMetric:
    """Something that may be counted.

    Attributes:
        table: where its rows are.
        today: how many there are, or, of a flow, came within the last 30 days; None where that takes a scan.
        change: within the last 30 days; of a flow, against the 30 days before.
        spark: how many there were, or came, by the month, the newest last; empty where that takes a scan.
        exact: whether these were counted, not estimated.
        evidence: what speaks for it.
        settings: its part of the settings file.
    """

    name: str
    label: str
    kind: str
    table: str
    today: float | None
    change: float | None
    spark: tuple[float, ...]
    exact: bool
    evidence: tuple[str, ...]
    settings: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """A look at a database.

    Attributes:
        address: as it may be shown.
        tables: how many there are.
        rows_read: how many rows were read to see all this.
        tenant: the table of tenants; None where none is plain to see.
        rivals: other tables that they may be in.
        head, tail: of the settings file, before the metrics and after them.
        notes: what should be looked at.
    """

    address: str
    tables: int
    rows_read: int
    tenant: str | None
    rivals: tuple[str, ...]
    metrics: tuple[ProposedMetric, ...]
    head: str
    tail: str = ""
    notes: tuple[str, ...] = field(default_factory=tuple)

    def settings(self, chosen: Sequence[ProposedMetric]) -> str:
        """The settings file with these metrics."""
        return "\n".join((self.head, *(metric.settings for metric in chosen), self.tail)).rstrip() + "\n"
