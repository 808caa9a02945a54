"""What a line of the status shows besides its date, and on which metric's days the whole rests."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from tests.support.desks import Ours, desk_of
from tests.support.snapshots import observed, rebuilt, row, write_days, write_measurements

from outgrow.domain.forecast import HistoryNote
from outgrow.service.config import CapacityConfig
from outgrow.service.status import SPARK_DAYS, StatusReport, status
from outgrow.store.memory import MemoryStore

TODAY = date(2026, 3, 31)
Value = Callable[[int], float]


def fill(db: Ours, days: int, metric: str, value: Value, last: date = TODAY, *, of_them_rebuilt: int = 0) -> None:
    """Store as many days up to the last; the value is told by the days that are left to it."""
    dates = [last - timedelta(days=ago) for ago in reversed(range(days))]
    write_days(db, "main", dates)
    kinds = [rebuilt] * of_them_rebuilt + [observed] * (days - of_them_rebuilt)
    values = [value(days - 1 - n) for n in range(days)]
    write_measurements(
        db, [row(kind(number), metric, day) for kind, number, day in zip(kinds, values, dates, strict=True)]
    )


def report(db: Ours) -> StatusReport:
    return status(desk_of(db, "main", TODAY, CapacityConfig(limits=())))


def recent(db: Ours, metric: str) -> list[float | None]:
    """What the line of a metric shows, None where nothing is known."""
    (values,) = [one.recent for one in report(db).rows if one.outlook.until.metric.name == metric]
    return [None if np.isnan(value) else float(value) for value in values]


def test_the_newest_ninety_days_are_shown_and_no_older_one(memory: MemoryStore) -> None:
    fill(memory, 120, "total_team_members", lambda left: 1_000.0 - left)
    assert recent(memory, "total_team_members") == [1_000.0 - left for left in reversed(range(SPARK_DAYS))]


def test_what_is_younger_begins_where_it_began(memory: MemoryStore) -> None:
    fill(memory, 30, "total_team_members", lambda left: 500.0 - left)
    assert recent(memory, "total_team_members") == [None] * 60 + [500.0 - left for left in reversed(range(30))]


@pytest.mark.parametrize("silent", [1, 5, 89])
def test_days_of_silence_since_are_left_blank(memory: MemoryStore, silent: int) -> None:
    fill(memory, 120, "total_team_members", lambda left: 1_000.0 - left, TODAY - timedelta(days=silent))
    kept = SPARK_DAYS - silent
    assert recent(memory, "total_team_members") == [1_000.0 - left for left in reversed(range(kept))] + [None] * silent


@pytest.mark.parametrize("silent", [90, 91, 200])
def test_after_ninety_of_them_there_is_nothing_to_show(memory: MemoryStore, silent: int) -> None:
    fill(memory, 120, "total_team_members", lambda left: 1_000.0 - left, TODAY - timedelta(days=silent))
    assert recent(memory, "total_team_members") == [None] * SPARK_DAYS


def test_a_month_s_total_is_shown_as_it_ran(memory: MemoryStore) -> None:
    fill(memory, 90, "orders_per_day", lambda left: 10.0)
    fill(memory, 1, "total_orders_month", lambda left: 310.0)
    days = [(TODAY - timedelta(days=left)).day for left in reversed(range(90))]
    began = days.index(1)  # the first month is known from its second day on
    assert recent(memory, "total_orders_month")[began:] == [10.0 * day for day in days[began:]]


@pytest.mark.parametrize("other", ["active_stores", "total_team_members", "total_products"])
def test_the_whole_rests_on_the_metric_that_is_known_best(memory: MemoryStore, other: str) -> None:
    """By observed and rebuilt days together: neither alone, and whichever metric comes first."""
    fill(memory, 40, other, lambda left: 10.0)
    fill(memory, 70, "storage_used_gb", lambda left: 10.0, of_them_rebuilt=35)
    assert report(memory).history == HistoryNote(35, 35, 0)


def test_by_rebuilt_days_alone_another_one_would_be_taken(memory: MemoryStore) -> None:
    fill(memory, 50, "active_stores", lambda left: 10.0, of_them_rebuilt=50)
    fill(memory, 60, "storage_used_gb", lambda left: 10.0, of_them_rebuilt=10)
    assert report(memory).history == HistoryNote(50, 10, 0)
