"""What an area of the platform offers: what it can count now, and on every past day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from sqlalchemy.orm import Session

from outgrow.domain.metric import PLATFORM, Metric, Scope
from outgrow.sources.commerce.dayscan import Changes, DayScan


@dataclass(frozen=True, slots=True)
class MetricsContext:
    """For which platform and which period an area counts.

    `date_from` and `date_to` bound what happens in a period (orders); counts of what exists ignore them.
    """

    date_from: datetime | None = None
    date_to: datetime | None = None
    platform_id: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """One number that an area counted, under its key in the area."""

    key: str
    value: float
    scope: Scope = PLATFORM


@dataclass(frozen=True, slots=True)
class CountHistory:
    """The same number on every past day, as the changes that made it."""

    key: str
    changes: Changes
    scope: Scope = PLATFORM


class MetricsProvider(Protocol):
    """An area that can be counted.

    `metrics` names everything the area counts; a key with a `Metric` is captured in every snapshot, one with
    None appears in the statistics alone. `collect` may raise: that costs this area's metrics and no others.
    """

    @property
    def area(self) -> str:
        """The first part of the flat name, `catalog` in `catalog.total_products`."""
        ...

    @property
    def metrics(self) -> Mapping[str, Metric | None]:
        """Snapshot metric by key."""
        ...

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:
        """Count now, reading only."""
        ...


@runtime_checkable
class RebuildingProvider(MetricsProvider, Protocol):
    """An area that can also tell what it would have counted on any past day."""

    @property
    def limitations(self) -> Sequence[str]:
        """What its time stamps cannot tell, one sentence each; printed after every backfill."""
        ...

    def rebuild(self, scan: DayScan) -> Sequence[CountHistory]:
        """All changes ever, from a bounded number of grouped scans."""
        ...
