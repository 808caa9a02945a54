"""Captures by many processes at once, and by processes that are killed: one whole snapshot a day, or none."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import IO

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session
from tests.support.platforms import eventful_platform

from outgrow import CapacityForecastService, create_schema
from outgrow.domain.errors import DatabaseError
from outgrow.domain.metric import CAPTURED
from outgrow.store.orm import CapacitySnapshot, MeasurementRow

DAY = date(2026, 3, 20)
PROCESSES, CAPTURES = 8, 25
KILLS = 20

WORK = """
import os, signal, sys
from datetime import datetime, timedelta
from outgrow.service.capture import capture
from outgrow.setup.settings import Settings
from outgrow.setup.workspace import Workspace
from outgrow.sources.commerce.aggregator import installed_providers
import alembic, psycopg, sqlalchemy.dialects.sqlite, sqlalchemy.dialects.postgresql.psycopg

def take(workspace):
    with workspace.source_desk() as desk:
        capture(desk)

def open_at(now):
    return Workspace(Settings(database_url=sys.argv[1]), clock=lambda: now)

noon = datetime.fromisoformat(sys.argv[2])
installed_providers()
"""
"""What every process needs, imported once: the racers are forks of it."""

RACE = (
    WORK
    + f"""
start, go = os.pipe()
racers = []
for number in range({PROCESSES}):
    racers.append(os.fork())
    if not racers[-1]:
        os.close(go)
        os.read(start, 1)  # until the last writing end is closed: all start together
        workspace = open_at(noon + timedelta(minutes=number))
        for _ in range({CAPTURES}):
            take(workspace)
        os._exit(0)
os.close(go)
ends = [os.waitstatus_to_exitcode(os.waitpid(racer, 0)[1]) for racer in racers]
print(*ends)
"""
)

HOST_RACE = (
    WORK
    + """
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from outgrow import CapacityForecastService, OutgrowError

number, seconds = int(sys.argv[3]), float(sys.argv[4])
start, go = os.pipe()
told, tell = os.pipe()
racers = []
for _ in range(number):
    racers.append(os.fork())
    if not racers[-1]:
        os.close(go)
        os.read(start, 1)
        engine = create_engine(sys.argv[1], connect_args={"timeout": seconds})
        try:
            with Session(engine) as db:
                CapacityForecastService(clock=lambda: noon).capture_daily_snapshot(db)
                db.commit()
            said = "captured"
        except OutgrowError as error:
            said = error.what
        os.write(tell, f"{said}\\n".encode())
        os._exit(0)
os.close(go)
ends = [os.waitstatus_to_exitcode(os.waitpid(racer, 0)[1]) for racer in racers]
os.close(tell)
print(os.fdopen(told).read(), end="")
sys.exit(any(ends))
"""
)
"""Captures inside a host, whose own connections wait for as long as the host chose."""

NURSERY = (
    WORK
    + """
for line in sys.stdin:
    now = noon + timedelta(days=int(line))
    child = os.fork()
    if not child:
        workspace = open_at(now)
        print(os.getpid(), flush=True)  # ready: from here on the capture runs
        take(workspace)
        os._exit(0)
    sys.stdin.readline()  # until then a child that has ended keeps its id
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
)


def put_platform(url: str) -> None:
    """Our tables, the commerce schema and a platform in it."""
    engine = create_engine(url)
    create_schema(engine)
    with Session(engine) as session, session.begin():
        eventful_platform("Europe/Berlin", DAY - timedelta(days=40), DAY - timedelta(days=1)).put(session)
    engine.dispose()


@pytest.fixture
def platform_url(database_url: str) -> str:
    """A database with all that."""
    put_platform(database_url)
    return database_url


def arguments(program: str, url: str) -> list[str]:
    return [sys.executable, "-c", program, url, datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC).isoformat()]


def stored_on(session: Session, day: date) -> list[str | None]:
    """The platform's metrics of one day, in one look; a snapshot without any is `[None]`, no snapshot is `[]`."""
    query = (
        select(MeasurementRow.metric)
        .select_from(CapacitySnapshot)
        .outerjoin(CapacitySnapshot.measurements.and_(MeasurementRow.scope == "platform"))
        .where(CapacitySnapshot.snapshot_date == day)
        .order_by(MeasurementRow.metric)
    )
    return list(session.scalars(query))


NOTHING: list[str] = []
COMPLETE = sorted([*(metric.name for metric in CAPTURED), "tier_subscriptions"])


def test_eight_processes_at_once_leave_one_snapshot(platform_url: str) -> None:
    race = subprocess.run(arguments(RACE, platform_url), capture_output=True, text=True, timeout=120, check=False)

    assert (race.stdout.split(), race.stderr) == (["0"] * PROCESSES, "")
    engine = create_engine(platform_url)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(CapacitySnapshot)) == 1
        assert stored_on(session, DAY) == COMPLETE
        unknown = select(MeasurementRow.metric).where(MeasurementRow.value.is_(None))
        assert session.scalars(unknown).all() == ["orders_per_day"]
    engine.dispose()


def test_hosts_that_cannot_wait_are_told_how_long_they_waited(sqlite_url: str) -> None:
    """Thirty at once, with a time-out that does not suffice for all of them."""
    put_platform(sqlite_url)
    race = subprocess.run(
        [*arguments(HOST_RACE, sqlite_url), "30", "0.5"], capture_output=True, text=True, timeout=120, check=False
    )

    said = race.stdout.splitlines()
    assert (len(said), race.returncode, race.stderr) == (30, 0, "")
    waited = re.compile(r"the database was locked by another writer: it was waited for \d+\.\d seconds")
    assert set(filter(None, (waited.sub("", line) for line in said))) == {"captured"}
    engine = create_engine(sqlite_url)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(CapacitySnapshot)) == 1
        assert stored_on(session, DAY) == COMPLETE
    engine.dispose()


def test_a_host_that_waits_in_vain_is_told_the_seconds(sqlite_url: str) -> None:
    put_platform(sqlite_url)
    engine = create_engine(sqlite_url, connect_args={"timeout": 0.3})
    with engine.connect() as writer, Session(engine) as db:
        writer.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match=r"waited for 0\.[3-9] seconds\n  mend: nothing was stored; try again"):
            CapacityForecastService().capture_daily_snapshot(db)
        writer.rollback()
        db.rollback()
        assert CapacityForecastService().capture_daily_snapshot(db).total_products is not None
    engine.dispose()


class Nursery:
    """Makes processes that capture, and can be killed."""

    def __init__(self, orders: IO[str], answers: IO[str]) -> None:
        self._orders, self._answers = orders, answers

    def start(self, number: int) -> int:
        """Let a process capture the day of this number; its id, as soon as it is about to."""
        self._orders.write(f"{number}\n")
        self._orders.flush()
        return int(self._answers.readline())

    def end(self) -> int:
        """Wait for the process; 0 if it came to its end, or the negative number of the signal that ended it."""
        self._orders.write("\n")
        self._orders.flush()
        return int(self._answers.readline())

    def fastest_seconds(self, numbers: Iterable[int]) -> float:
        """How long a capture takes that nobody disturbs."""
        took = []
        for number in numbers:
            self.start(number)
            began = time.perf_counter()
            assert self.end() == 0
            took.append(time.perf_counter() - began)
        return min(took)


@contextmanager
def nursery(url: str) -> Iterator[Nursery]:
    with subprocess.Popen(arguments(NURSERY, url), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Nursery(process.stdin, process.stdout)
        process.stdin.close()
        assert process.wait(timeout=60) == 0


def test_a_killed_capture_leaves_a_whole_snapshot_or_none(platform_url: str) -> None:
    random = Random(20260320)
    engine = create_engine(platform_url)
    attempts, killed = 0, 0
    with nursery(platform_url) as home:
        span = home.fastest_seconds(range(5))
        # On a busy machine many kills come too late to hit anything: more are tried until enough have hit.
        while attempts < KILLS or killed <= KILLS // 2:
            assert attempts < 20 * KILLS, "the kills came too late to say anything"
            day = DAY + timedelta(days=5 + attempts)
            child = home.start(5 + attempts)
            time.sleep(random.uniform(0, span))
            os.kill(child, signal.SIGKILL)
            killed += home.end() == -signal.SIGKILL
            with Session(engine) as session:
                assert stored_on(session, day) in (NOTHING, COMPLETE), f"attempt {attempts}"
            attempts += 1
        home.start(5 + attempts)
        assert home.end() == 0
    with Session(engine) as session:
        days = [DAY + timedelta(days=5 + number) for number in range(attempts)]
        assert all(stored_on(session, day) in (NOTHING, COMPLETE) for day in days)
        assert stored_on(session, DAY + timedelta(days=5 + attempts)) == COMPLETE
    engine.dispose()
