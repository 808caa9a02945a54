"""Anyone's database: a long reading of ours stands in nobody's way, and what hangs or is cut off is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from time import monotonic, sleep
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, create_engine, text
from tests.support.foreign import SPELLINGS, Life, declared, put, source_of

from outgrow.sources.contract import Past
from outgrow.sources.sql.declaration import SqlRules

TODAY = date(2026, 6, 10)
ROWS, PAUSE = 300, 0.01
"""Each row takes so many seconds to be looked at: all of them some three."""
SLOW = {"postgresql": f"pg_sleep({PAUSE}) IS NOT NULL", "mysql": f"sleep({PAUSE}) = 0"}
WAITS = 1
"""Seconds that the platform may be kept waiting."""


@pytest.fixture(params=["postgresql", "mariadb"])
def platform(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A server with a table that takes long to be read."""
    fixture = {"postgresql": "postgres_url", "mariadb": "mariadb_url"}[request.param]
    engine = create_engine(request.getfixturevalue(fixture), pool_size=8)
    lives = [Life(datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=n)) for n in range(ROWS)]
    put(engine, lives, SPELLINGS["naive"], ZoneInfo("UTC"))
    yield engine
    engine.dispose()


class Reading(Thread):
    """A backfill of that table beside the platform's own doings."""

    def __init__(self, engine: Engine, rules: SqlRules) -> None:
        super().__init__(daemon=True)
        slow = declared("things", where=SLOW[engine.dialect.name], ends=False)
        metrics = [slow, declared("fast", table="others", ends=False)]
        self.source = source_of(engine, metrics, rules=rules)
        self.past: Past | None = None

    def run(self) -> None:
        self.past = self.source.past(None, TODAY, lambda _: True, lambda *_: None)


@contextmanager
def reading(engine: Engine, rules: SqlRules) -> Iterator[Reading]:
    """While it is being read, and until that is done."""
    put(engine, [Life(datetime(2026, 6, 1, tzinfo=UTC))], SPELLINGS["naive"], ZoneInfo("UTC"), "others")
    thread = Reading(engine, rules)
    thread.start()
    watched = {
        "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
        "mysql": "SELECT count(*) FROM information_schema.processlist "
        "WHERE info LIKE '%sleep(%' AND id <> connection_id()",
    }[engine.dialect.name]
    deadline = monotonic() + 30
    with engine.connect() as connection:
        while not connection.execute(text(watched)).scalar():
            assert monotonic() < deadline
            connection.rollback()
            sleep(0.01)
    yield thread
    thread.join()


def seconds_of(engine: Engine, statement: str) -> float:
    begun = monotonic()
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    return monotonic() - begun


def things(past: Past | None) -> float:
    assert past is not None
    assert past.unavailable == {}
    return float(past.panel.values[0, -1])


def test_a_change_of_the_table_waits_no_longer_than_it_may(platform: Engine) -> None:
    with reading(platform, SqlRules(lock_seconds=WAITS)) as ours:
        waited = seconds_of(platform, "ALTER TABLE things ADD COLUMN more integer")
    assert waited < ROWS * PAUSE / 2  # had it waited for us, it would have been all of it
    assert things(ours.past) == ROWS


def test_a_plain_question_waits_for_nobody_behind_us(platform: Engine) -> None:
    with reading(platform, SqlRules(lock_seconds=WAITS)) as ours:
        change = Thread(target=seconds_of, args=(platform, "ALTER TABLE things ADD COLUMN more integer"))
        change.start()
        sleep(0.1)
        waited = seconds_of(platform, "SELECT count(*) FROM things WHERE id < 3")
        change.join()
    assert waited < ROWS * PAUSE / 2
    assert things(ours.past) == ROWS


def test_what_takes_too_long_is_missing_with_its_reason_and_alone(platform: Engine) -> None:
    with reading(platform, SqlRules(statement_seconds=1, lock_seconds=WAITS)) as ours:
        pass
    assert ours.past is not None
    told = {metric.name: row[-1] for metric, row in zip(ours.past.panel.metrics, ours.past.panel.values, strict=True)}
    assert told["fast"] == 1
    if platform.dialect.name == "postgresql":
        assert "longer than 1 seconds" in ours.past.unavailable["things"]
    else:  # in parts, of which none takes so long
        assert told["things"] == ROWS


def test_a_table_that_is_locked_for_long_is_missing_with_its_reason(platform: Engine) -> None:
    put(platform, [Life(datetime(2026, 6, 1, tzinfo=UTC))], SPELLINGS["naive"], ZoneInfo("UTC"), "others")
    with platform.connect() as other:
        lock = {"postgresql": "LOCK TABLE things", "mysql": "LOCK TABLES things WRITE"}[platform.dialect.name]
        other.exec_driver_sql(lock)
        metrics = [declared("things", ends=False), declared("fast", table="others", ends=False)]
        source = source_of(platform, metrics, rules=SqlRules(lock_seconds=1))
        told = {each.metric.name: each.reading for each in source.measure(TODAY)}
        if platform.dialect.name == "mysql":
            other.exec_driver_sql("UNLOCK TABLES")
    assert told["fast"].value == 1
    assert "locked for longer than 1 second" in str(told["things"].reason)
