"""Every kind of store, empty; and what is written to one and read from it in the fewest words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy import Connection, Engine, delete
from tests.support.snapshots import DAY, NOON, Stored

from outgrow.domain.metric import PLATFORM, TOTAL_PRODUCTS, Kind, Metric, MetricCatalogue, Scope
from outgrow.domain.snapshot import Measurement, Provenance, Reading, Snapshot
from outgrow.store.contract import SeriesValues, Store
from outgrow.store.tables import METADATA

STORE = Scope("store", "7")


@contextmanager
def emptied(engine: Engine) -> Iterator[Connection]:
    """A connection to our tables, and none of its rows at the end, committed or not."""
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    with engine.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(delete(table))


def day(number: int) -> date:
    """So many days after DAY."""
    return DAY + timedelta(days=number)


def metric(name: str) -> Metric:
    """The built-in metric of this name, or a level of things."""
    built_in = {one.name: one for one in MetricCatalogue()}
    return built_in.get(name, Metric(name, Kind.LEVEL, "things", name.replace("_", " ").capitalize()))


def write(
    store: Store,
    readings: Mapping[int, Stored],
    name: str = TOTAL_PRODUCTS.name,
    scope: Scope = PLATFORM,
    *,
    platform: str = "main",
    at: datetime = NOON,
    replace: bool = False,
) -> None:
    """Write these readings of a metric, by the number of days after DAY; nobody captured the days."""
    store.write_days(platform, [day(number) for number in readings])
    for number, reading in readings.items():
        measured = Measurement(metric(name), Reading(reading.value, reading.reason), scope)
        snapshot = Snapshot(platform, day(number), Provenance(reading.provenance), (measured,))
        store.write_snapshot(snapshot, at, replace=replace)


def write_whole(store: Store, *snapshots: Snapshot) -> None:
    """Claim each snapshot's day and write it."""
    for each in snapshots:
        store.claim_day(each.platform, each.day, NOON)
        store.write_snapshot(each, NOON)


def stored(store: Store, platform: str = "main") -> dict[tuple[str, str, date], Stored]:
    """Everything that is stored of a platform, by metric, scope and day."""
    found = {}
    for of in store.snapshot_days(platform, None, None):
        kept = store.snapshot(platform, of)
        assert kept is not None
        for metric, scope, value, reason, provenance in kept.measurements:
            found[metric, str(scope), of] = Stored(value, reason, provenance.value)
    return found


def series(*values: float, name: str = TOTAL_PRODUCTS.name, scope: Scope = PLATFORM) -> SeriesValues:
    """These values from DAY on."""
    return SeriesValues(name, scope, np.datetime64(DAY, "D") + np.arange(len(values)), np.array(values, float))
