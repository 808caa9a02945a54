"""Numbers that were handed over, in memory, and what is asked of them on a day."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from tests.support.desks import Ours
from tests.support.snapshots import write_days, write_measurements

from outgrow.documents.days_until import days_until_document
from outgrow.domain.platform import SourcePlatform
from outgrow.door.opened import Beside
from outgrow.service.config import CapacityConfig
from outgrow.service.when import when
from outgrow.setup.workspace import Workspace
from outgrow.sources.null import NullSource
from outgrow.store.memory import MemoryStore

TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
Values = Callable[[int], float | None]
"""A value by the number of its day, from 0 on; None where the day is not known."""


Opener = Callable[..., Workspace]
"""Opens a workspace by a clock and settings."""


def in_memory() -> Beside:
    """A platform of which nothing is stored yet."""
    source = NullSource(SourcePlatform("main", "main", ZoneInfo("UTC")))
    return Beside(source, MemoryStore(), CapacityConfig(), lambda: NOW)


def fill(
    where: Beside | Workspace | Ours,
    days: int,
    last: date = TODAY,
    provenance: str = "observed",
    scope: str = "platform",
    **values: Values,
) -> None:
    """Store as many days, up to the last."""
    dates = [last - timedelta(days=days - 1 - n) for n in range(days)]
    rows = [
        {
            "platform": "main",
            "metric": metric,
            "scope": scope,
            "day": day,
            "value": None if value is None else float(value),
            "reason": None if value is not None else "not known",
            "provenance": provenance,
        }
        for metric, of in values.items()
        for day, value in zip(dates, map(of, range(days)), strict=True)
    ]
    if isinstance(where, Workspace):
        with Session(where.store_engine) as db, db.begin():
            _write(db, dates, rows)
        return
    if isinstance(where, Beside):
        assert isinstance(where.store, MemoryStore)
        where = where.store
    _write(where, dates, rows)


def _write(ours: Ours, dates: Sequence[date], rows: Sequence[dict[str, Any]]) -> None:
    write_days(ours, "main", dates)
    write_measurements(ours, rows)


def days_until(
    workspace: Beside | Workspace, metric: str, threshold: float | None, as_of: date | None = None
) -> dict[str, Any]:
    """The document of `when`."""
    with workspace.desk(as_of) as desk:
        return dict(days_until_document(when(desk, metric, threshold)))


def noisy(n: int) -> float:
    """Some ten a day, give or take five."""
    return 1_000 + 10 * n + Random(n).uniform(-5, 5)
