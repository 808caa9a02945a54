"""What a recommendation takes for the present: what is stored, and what is counted where nothing is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.support.desks import Ours, desk_of
from tests.support.snapshots import observed, row, write_days, write_measurements

from outgrow.domain.ladder import Ladder, Tier
from outgrow.domain.limit import Limit
from outgrow.domain.recommendation import Recommendation
from outgrow.domain.resource import COMMERCE
from outgrow.planning.advice.recommendations import SoldCapacity, said_of
from outgrow.service.config import CapacityConfig
from outgrow.service.findings import NewestUse, find
from outgrow.store.memory import MemoryStore

TODAY = date(2026, 3, 31)
LADDER = Ladder((Tier.of("Only", Decimal(10)),))
UNSOLD = tuple(SoldCapacity(each, None, None) for each in COMMERCE.by_plan)


def fill(db: Ours, metric: str, value: Callable[[int], float], days: int = 60, scope: str = "platform") -> None:
    """Store as many days; the value is told by how many days ago it was."""
    dates = [TODAY - timedelta(days=ago) for ago in reversed(range(days))]
    write_days(db, "main", dates)
    values = {day: value((TODAY - day).days) for day in dates}
    write_measurements(db, [row(observed(float(values[day])), metric, day, scope) for day in dates])


def said(db: Ours, *limits: Limit, **usage: float) -> dict[str, Recommendation]:
    """What is found, by key, where so much is counted at this moment."""
    view = desk_of(db, "main", TODAY, CapacityConfig(ladder=LADDER, limits=limits))
    return {found.key: found for found in said_of(find(view, NewestUse(usage, UNSOLD)))}


DISK = Limit("storage_used_gb", 100, "disk")


def test_what_is_counted_stands_in_where_nothing_is_stored(memory: MemoryStore) -> None:
    found = said(memory, DISK, storage_used_gb=85.0)
    assert found["limit:platform:storage_used_gb:disk"].evidence[0]["current"] == 85


def test_and_nowhere_else(memory: MemoryStore) -> None:
    """The forecast rests on what is stored, and so does the share of the limit in use."""
    fill(memory, "storage_used_gb", lambda ago: 40.0)
    assert "limit:platform:storage_used_gb:disk" not in said(memory, DISK, storage_used_gb=85.0)

    fill(memory, "total_team_members", lambda ago: 90.0)
    team = said(memory, Limit("total_team_members", 100, "seats"), total_team_members=3.0)
    assert team["limit:platform:total_team_members:seats"].evidence[0]["current"] == 90


def test_nor_for_one_store(memory: MemoryStore) -> None:
    assert said(memory, replace(DISK, scope="store:17"), storage_used_gb=85.0).keys() <= {"tier:Only"}


def test_what_is_neither_stored_nor_counted_is_not_known(memory: MemoryStore) -> None:
    assert said(memory, DISK, total_team_members=85.0).keys() <= {"tier:Only"}


@pytest.mark.parametrize(
    ("steps", "percent"),
    [
        ({30: 100.0, 29: 130.0}, 30.0),  # the end of the day thirty days ago is where it begins
        ({31: 100.0, 30: 130.0}, None),  # the day before it is not
    ],
)
def test_growth_is_that_of_thirty_days(memory: MemoryStore, steps: dict[int, float], percent: float | None) -> None:
    fill(memory, "active_stores", lambda ago: next(value for since, value in sorted(steps.items()) if since >= ago)
         if ago <= max(steps) else 100.0)  # fmt: skip
    found = said(memory).get("growth:active_stores")
    assert (found and found.evidence[0]["growth_percent"]) == percent
