"""What drives growth: who brought what a platform holds more, or less, than before."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import spoken
from outgrow.domain.metric import Metric

Integers = NDArray[np.int64]


class Identity(IntEnum):
    """What a store was to a period: whether it was there, neither closed nor deleted, at its start and at its end."""

    JOINED = 0
    LEFT = 1
    STAYED = 2
    NEITHER = 3
    """It came and went in between, had gone before, or came later."""

    @property
    def code(self) -> str:
        """The lower-case name."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, eq=False)
class StoreChanges:
    """What n stores held of something at the start and at the end of a period, in whole units: items, or bytes.

    Attributes:
        before, after: int64 (n,); of what happens per day, the amount of the period before and of the period.
        there_before, there_after: bool (n,).
        joined: datetime64[D] (n,), the day on which the store was opened.
        plan: (n,) of str, the code of its merchant's plan at the period's end, or the last one before; empty
            without one.
        unplaced: before and after of what is of no store.
        units: how many whole units make one of the metric's.
    """

    before: Integers
    after: Integers
    there_before: NDArray[np.bool_]
    there_after: NDArray[np.bool_]
    joined: NDArray[np.datetime64]
    plan: NDArray[np.str_]
    unplaced: tuple[int, int]
    units: int = 1

    def __len__(self) -> int:
        return len(self.before)


@dataclass(frozen=True, slots=True, eq=False)
class GrowthSplit:
    """What groups of stores held before and after, by what they were to the period.

    Attributes:
        stores: how many, int64 (n_groups, 4), along `Identity`.
        before, after: int64 (n_groups, 4), in whole units.
    """

    stores: Integers
    before: Integers
    after: Integers

    @property
    def change(self) -> Integers:
        """What came less what went, (n_groups, 4)."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, eq=False)
class Drivers:
    """Growth over a period, split by who brought it; all parts add up exactly.

    Attributes:
        since, until: the days at whose ends is counted; of what happens per day, the period is after `since` up to
            and with `until`, and is held against as many days before it.
        split: of all groups.
        groups: what the groups are called; None is those that have no such thing.
        by: what makes the groups, `plan` or `cohort`; None for one group of all.
        unplaced: before and after of what is of no store.
        units: how many whole units make one of the metric's.
    """

    metric: Metric
    scope_name: str
    since: date
    until: date
    split: GrowthSplit
    groups: tuple[str | None, ...]
    by: str | None
    unplaced: tuple[int, int]
    units: int = 1

    @property
    def before(self) -> int:
        """All of it before, in whole units."""
        return int(self.split.before.sum()) + self.unplaced[0]

    @property
    def after(self) -> int:
        """All of it after, in whole units."""
        return int(self.split.after.sum()) + self.unplaced[1]

    def shown(self, units: int) -> float:
        """Whole units in the metric's unit: of bytes, gigabytes with as many decimals as there are bytes."""
        return units / self.units

    @property
    def sentence(self) -> str:
        """All of it in one sentence, the largest parts first."""
        label, days = self.metric.label, f"from {spoken(self.since)} to {spoken(self.until)}"
        if self.metric.is_daily_flow:
            label, span = self.metric.unit.capitalize(), (self.until - self.since).days
            days = f"in the {span} days up to {spoken(self.until)} against the {span} before"
        change = self.after - self.before
        parts = {identity.code: int(n) for identity, n in zip(Identity, self.split.change.sum(axis=0), strict=True)}
        parts[WITHOUT_STORE] = self.unplaced[1] - self.unplaced[0]
        told = sorted((code for code in parts if parts[code]), key=lambda code: -abs(parts[code]))
        rest = f": {', '.join(f'{_WHO[code]} {self.told(parts[code])}' for code in told)}" if told else ""
        return f"{label} {days}: {self.told(change)}{'' if self.metric.is_count else f' {self.metric.unit}'}{rest}."

    def told(self, units: int) -> str:
        """A change as people write it."""
        return f"{self.shown(units):+,.{self.metric.decimals}f}"


WITHOUT_STORE = "without_store"
"""The code of what is of no store, such as an order that none has taken."""
_WHO = {
    Identity.JOINED.code: "stores that joined",
    Identity.LEFT.code: "stores that left",
    Identity.STAYED.code: "stores that stayed",
    Identity.NEITHER.code: "stores there on neither day",
    WITHOUT_STORE: "what is of no store",
}
