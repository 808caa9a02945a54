"""The local day that each database computes is the one that Python computes."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, delete, insert, select

from outgrow.domain.days import local_day
from outgrow.sources.commerce import localdays
from outgrow.sources.commerce.localdays import offset_spans
from outgrow.sources.commerce.models.base import UtcDateTime

ZONES = ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Chatham"]
OLDEST, NEWEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2030, 12, 31, 23, tzinfo=UTC)
TICK = timedelta(microseconds=1)
MOMENTS = st.integers(0, (NEWEST - OLDEST) // TICK).map(lambda ticks: OLDEST + ticks * TICK)

INSTANTS = Table("instants", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime))


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """With an empty table of instants."""
    with engine.connect() as connection:
        INSTANTS.create(connection)
        yield connection


def days_by_database(connection: Connection, instants: Sequence[datetime], zone: ZoneInfo) -> list[date]:
    connection.execute(delete(INSTANTS))
    connection.execute(insert(INSTANTS), [{"id": i, "at": at} for i, at in enumerate(instants)])
    day = localdays.local_day(INSTANTS.c.at, zone, connection.dialect.name, min(instants), max(instants))
    seconds = localdays.seconds_of(INSTANTS.c.at, connection.dialect.name)
    told = connection.execute(select(day, seconds).order_by(INSTANTS.c.id)).all()
    days = [localdays.EPOCH + timedelta(days=number) for number, _ in told]
    assert localdays.local_days(np.array([second for _, second in told], np.int64), zone).tolist() == days
    return days


@pytest.mark.parametrize("zone", ZONES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(instants=st.lists(MOMENTS, min_size=1, max_size=50))
def test_any_instant(connection: Connection, zone: str, instants: list[datetime]) -> None:
    expected = [local_day(instant, ZoneInfo(zone)) for instant in instants]

    assert days_by_database(connection, instants, ZoneInfo(zone)) == expected


@pytest.mark.parametrize("zone", ZONES)
def test_the_last_and_the_first_moment_of_a_day(connection: Connection, zone: str) -> None:
    midnights = [datetime(2026, month, 15, tzinfo=ZoneInfo(zone)).astimezone(UTC) for month in range(1, 13)]
    instants = [at for midnight in midnights for at in (midnight - TICK, midnight, midnight + TICK)]

    assert days_by_database(connection, instants, ZoneInfo(zone)) == [
        date(2026, month, day) for month in range(1, 13) for day in (14, 15, 15)
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_around_every_change_of_the_clocks(connection: Connection, zone: str) -> None:
    changes = [span.since for span in offset_spans(ZoneInfo(zone), OLDEST.year, NEWEST.year)]
    instants = [change + step for change in changes for step in (-TICK, TICK * 0, TICK)]
    expected = [local_day(instant, ZoneInfo(zone)) for instant in instants]

    assert days_by_database(connection, instants[1:], ZoneInfo(zone)) == expected[1:]
