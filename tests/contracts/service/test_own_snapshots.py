"""Snapshots that a host makes itself, beside whatever else its database holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, ForeignKey, String, event, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from tests.support.databases import EACH_DATABASE

from outgrow import CapacityForecastService, CapacitySnapshot
from outgrow.domain.errors import DataError, SchemaError
from outgrow.sources.commerce.models import CommerceBase, Platform
from outgrow.sources.commerce.platforms import has_commerce, has_platforms

TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


class HostBase(DeclarativeBase):
    """A host's own models, one of which bears a name that the commerce schema has too."""


class GamePlatform(HostBase):
    """What a shop for games calls a platform."""

    __tablename__ = "platforms"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(50))


class Game(HostBase):
    """A product of such a shop."""

    __tablename__ = "products"

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platforms.id"))


@pytest.fixture
def games(store_engine: Engine) -> Iterator[Session]:
    """A host with a mapped table `platforms` of its own."""
    HostBase.metadata.create_all(store_engine)
    with Session(store_engine) as session:
        session.add(GamePlatform(id=1, title="Mega Drive"))
        session.commit()
        yield session


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def add_days(db: Session, days: int) -> None:
    for ago in range(days):
        db.add(CapacitySnapshot(snapshot_date=TODAY - timedelta(days=ago), active_stores=200 - ago))


@EACH_DATABASE
def test_a_host_s_own_table_of_platforms_is_the_host_s(games: Session) -> None:
    add_days(games, 40)
    games.add(GamePlatform(id=2, title="Vectrex"))
    games.commit()

    assert not has_platforms(games)
    assert set(games.scalars(select(CapacitySnapshot.platform))) == {"main"}
    service = CapacityForecastService(clock=lambda: NOW)
    assert service.get_days_until_threshold(games, "stores", 210) == 10
    assert service.get_scaling_recommendations(games)
    with pytest.raises(SchemaError, match="lacks a table of the commerce schema"):
        service.capture_daily_snapshot(games)


@pytest.mark.parametrize(
    "made",
    [
        "CREATE TABLE platforms (id INTEGER PRIMARY KEY, code TEXT, name TEXT, time_zone TEXT)",
        "CREATE TABLE platforms (id INTEGER PRIMARY KEY, code POINT)",
        "CREATE VIEW platforms AS SELECT 1 AS id, 'a' AS code, 'A' AS name, 'UTC' AS time_zone",
    ],
)
@EACH_DATABASE
def test_one_table_is_no_commerce_schema(store_engine: Engine, made: str) -> None:
    with Session(store_engine) as db:
        db.execute(text(made))
        assert not has_commerce(db)
        add_days(db, 1)
        db.flush()
        assert db.scalar(select(CapacitySnapshot.platform)) == "main"


@EACH_DATABASE
def test_the_commerce_schema_may_be_views_of_other_tables(commerce_engine: Engine) -> None:
    with commerce_engine.begin() as connection:
        for table in ("platforms", "products"):
            connection.execute(text(f"ALTER TABLE {table} RENAME TO app_{table}"))
            connection.execute(text(f"CREATE VIEW {table} AS SELECT * FROM app_{table}"))
        assert has_commerce(connection)
        connection.execute(text("INSERT INTO app_platforms VALUES (1, 'shop', '', 'UTC', '2026-01-01')"))
        assert has_platforms(connection)


@EACH_DATABASE
def test_a_hundred_snapshots_cost_few_statements(store_engine: Engine) -> None:
    CommerceBase.metadata.create_all(store_engine)
    with Session(store_engine) as db:
        db.add(Platform(code="shop"))
        db.commit()
        with counted(store_engine) as sent:
            add_days(db, 100)
            db.commit()

    assert len(sent) <= 25, sent
    with Session(store_engine) as db:
        assert db.query(CapacitySnapshot).filter_by(platform="shop").count() == 100


@EACH_DATABASE
def test_other_objects_cost_a_host_nothing(games: Session) -> None:
    with counted(games.get_bind()) as sent:  # type: ignore[arg-type]
        games.add_all([GamePlatform(id=2, title="Jaguar"), GamePlatform(id=3, title="Lynx")])
        games.commit()

    assert [statement.split()[0] for statement in sent] == ["INSERT"]


@EACH_DATABASE
def test_a_second_snapshot_of_a_day_is_refused_by_name(store_engine: Engine) -> None:
    with Session(store_engine) as db:
        add_days(db, 3)
        db.commit()
    with Session(store_engine) as db:
        second = CapacitySnapshot(snapshot_date=TODAY, total_products=8)
        db.add(second)
        with pytest.raises(DataError, match=f"a snapshot of platform 'main' of {TODAY} already") as caught:
            db.flush()
        assert "outgrow.record" in caught.value.mend
        db.expunge(second)
        assert db.scalar(text("SELECT count(*) FROM outgrow_snapshots")) == 3, "the host's transaction goes on"


@EACH_DATABASE
def test_two_snapshots_of_a_day_at_once_are_refused_too(store_engine: Engine) -> None:
    with Session(store_engine) as db:
        db.add_all([CapacitySnapshot(snapshot_date=TODAY), CapacitySnapshot(snapshot_date=TODAY, platform="main")])
        with pytest.raises(DataError, match="already"):
            db.commit()


@EACH_DATABASE
def test_other_days_and_other_platforms_are_no_second_ones(store_engine: Engine) -> None:
    with Session(store_engine) as db:
        db.add(CapacitySnapshot(snapshot_date=TODAY, platform="one"))
        db.commit()
        db.add(CapacitySnapshot(snapshot_date=TODAY, platform="two"))
        db.add(CapacitySnapshot(snapshot_date=TODAY - timedelta(days=1), platform="one"))
        db.commit()
        assert db.query(CapacitySnapshot).count() == 3


@EACH_DATABASE
def test_a_snapshot_that_replaces_one_that_goes(store_engine: Engine) -> None:
    with Session(store_engine) as db:
        old = CapacitySnapshot(snapshot_date=TODAY, total_products=7)
        db.add(old)
        db.commit()
        db.delete(old)
        db.add(CapacitySnapshot(snapshot_date=TODAY, platform="main", total_products=8))
        db.commit()
        assert db.scalars(select(CapacitySnapshot.total_products)).all() == [8]


@EACH_DATABASE
def test_a_snapshot_needs_its_day(store_engine: Engine) -> None:
    with Session(store_engine) as db:
        db.add(CapacitySnapshot(total_products=7))
        with pytest.raises(DataError, match="has no day"):
            db.flush()


@EACH_DATABASE
def test_a_host_that_made_no_tables_is_told_so(engine: Engine) -> None:
    with Session(engine) as db:
        add_days(db, 1)
        with pytest.raises(SchemaError, match="there are no outgrow tables"):
            db.flush()


@EACH_DATABASE
def test_a_lost_race_for_a_day_is_the_database_s_own_error(store_engine: Engine) -> None:
    """As the documentation says: of two that write one day at the same moment, the database decides."""

    @event.listens_for(store_engine, "before_cursor_execute")
    def _be_faster(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO outgrow_snapshots"):
            cursor.execute(f"INSERT INTO outgrow_snapshots VALUES ('main', '{TODAY}', NULL)")

    with Session(store_engine) as db:
        db.add(CapacitySnapshot(snapshot_date=TODAY, platform="main"))
        with pytest.raises(IntegrityError):
            db.flush()
