"""A database that was never seen before: what is proposed is what a person would choose, and it works at once."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text

from outgrow.domain.discovery import Discovery, ProposedMetric
from outgrow.setup.settings import load_settings
from outgrow.sources.contract import TenantSource
from outgrow.sources.registry import SourceRequest
from outgrow.sources.sql.declaration import SqlRules
from outgrow.sources.sql.discovery.discover import discover
from outgrow.sources.sql.opening import make_source, open_database

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAYS = 500
TIMES = {"postgresql": "timestamptz", "mysql": "timestamp NULL", "sqlite": "datetime"}
SCHEMA = """
CREATE TABLE app_migrations (id integer PRIMARY KEY, app varchar(40), applied {time});
CREATE TABLE app_organizer (id integer PRIMARY KEY, name varchar(80), slug varchar(80));
CREATE TABLE app_user (id integer PRIMARY KEY, email varchar(80), date_joined {time}, last_login {time});
CREATE TABLE app_membership (id integer PRIMARY KEY, user_id integer REFERENCES app_user (id),
    organizer_id integer REFERENCES app_organizer (id));
CREATE TABLE app_show (id integer PRIMARY KEY, organizer_id integer REFERENCES app_organizer (id),
    name varchar(80), starts_at {time}, created_at {time}, deleted_at {time});
CREATE TABLE app_order (id integer PRIMARY KEY, show_id integer NOT NULL REFERENCES app_show (id), "createdAt" {time},
    "orderPlacedAt" {time}, testmode boolean, total integer, parent_id integer REFERENCES app_order (id));
CREATE TABLE app_orderline (id integer PRIMARY KEY, order_id integer REFERENCES app_order (id), created_at {time});
CREATE TABLE app_upload (id integer PRIMARY KEY, show_id integer REFERENCES app_show (id), stored_ms bigint,
    created_ms bigint, bytes bigint);
CREATE TABLE app_session (id integer PRIMARY KEY, created_at {time}, user_id integer REFERENCES app_user (id));
"""


def things() -> Mapping[str, list[dict[str, object]]]:
    """Twelve organizers with shows, orders, some of them carts or tests, and uploads, more by the day."""
    random = Random(11)
    rows: dict[str, list[dict[str, object]]] = {table: [] for table in ("user", "show", "order", "upload", "session")}
    for day in range(DAYS):
        at = NOW - timedelta(days=DAYS - day) + timedelta(hours=random.randrange(12))
        for _ in range(1 + day // 100):
            rows["user"].append({"date_joined": at, "email": "a@b.example"})
            rows["session"].append({"created_at": at, "user_id": 1})
        if day % 3 == 0:
            gone = at + timedelta(days=40) if day % 9 == 0 and day < DAYS - 60 else None
            rows["show"].append({"created_at": at, "deleted_at": gone, "organizer_id": 1 + day // 3 % 12, "name": "s"})
        for n in range(3 + day // 50):
            placed, show = at + timedelta(minutes=5), 1 + random.randrange(len(rows["show"]))
            times = {"createdAt": at, "orderPlacedAt": None if n % 4 == 3 else placed}
            rows["order"].append({**times, "testmode": n % 7 == 6, "show_id": show, "total": 5})
            rows["upload"].append({"created_ms": int(at.timestamp() * 1000), "bytes": 9, "show_id": 1})
    return rows


def fill(engine: Engine) -> None:
    """Make the tables, and put everything into them."""
    name = engine.dialect.name

    def told(value: object) -> object:
        if not isinstance(value, datetime) or name == "postgresql":
            return value
        return value.replace(tzinfo=None) if name == "mysql" else value.isoformat(" ")[:19]

    with engine.begin() as db:
        if name == "mysql":
            db.exec_driver_sql("SET SESSION time_zone = '+00:00', sql_mode = 'ANSI_QUOTES'")
        for statement in SCHEMA.format(time=TIMES[name]).strip(";\n").split(";"):
            db.exec_driver_sql(statement)
        organizers = [{"i": at, "n": f"org {at}"} for at in range(1, 13)]
        db.execute(text("INSERT INTO app_organizer VALUES (:i, :n, :n)"), organizers)
        for table, some in things().items():
            columns = ", ".join(f'"{each}"' for each in some[0])
            values = ", ".join(f":{each}" for each in some[0])
            db.execute(
                text(f"INSERT INTO app_{table} (id, {columns}) VALUES (:id, {values})"),
                [{"id": at, **{key: told(value) for key, value in row.items()}} for at, row in enumerate(some, 1)],
            )
    engine.dispose()  # with what was set in its sessions
    if name == "postgresql":
        with engine.connect() as db:
            db.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")


@pytest.fixture
def found(platform: Engine) -> Discovery:
    """What is found there."""
    fill(platform)
    url = platform.url.render_as_string(hide_password=False)
    return discover(platform, open_database(platform, SqlRules()), url, NOW, ZoneInfo("UTC"))


def by_name(found: Discovery) -> Mapping[str, ProposedMetric]:
    return {metric.name: metric for metric in found.metrics}


def told_of(found: Discovery, name: str) -> Mapping[str, object]:
    """What the settings say of a metric."""
    every = tomllib.loads(found.settings(found.metrics))["metrics"]
    chosen: Mapping[str, object] = next(metric for metric in every if metric["name"] == name)
    return chosen


def test_what_a_person_would_count_is_proposed_and_nothing_else(found: Discovery) -> None:
    assert {*by_name(found)} == {"organizers", "users", "shows", "orders", "uploads"}
    assert found.tenant == "app_organizer"
    assert {name for name, metric in by_name(found).items() if metric.kind == "flow"} == {"orders"}


def test_the_beginning_is_the_time_that_says_so(found: Discovery) -> None:
    assert told_of(found, "users")["created"] == "date_joined"
    assert str(told_of(found, "orders")["created"]).strip('`"') == "orderPlacedAt"
    assert told_of(found, "uploads")["created"] == {"unix": "ms", "of": "nullif(app_upload.created_ms, 0)"}
    shows = told_of(found, "shows")
    assert (shows["created"], shows["deleted"]) == ("created_at", "deleted_at")


def test_what_is_no_order_is_left_out(found: Discovery) -> None:
    assert told_of(found, "orders")["where"] == "parent_id IS NULL AND NOT testmode"


def test_whoever_has_no_time_of_its_own_is_told_by_its_traces(found: Discovery) -> None:
    rows = str(told_of(found, "organizers")["rows"])
    assert "app_show" in rows
    assert "min(" in rows


def test_whose_a_row_is_follows_the_references(found: Discovery) -> None:
    assert told_of(found, "shows")["by"] == {"organizer": "organizer_id"}
    by = told_of(found, "uploads")["by"]
    assert by == {
        "organizer": {
            "from": "LEFT JOIN app_show ON app_show.id = app_upload.show_id", "key": "app_show.organizer_id",
        }
    }  # fmt: skip


def test_growth_is_told_without_reading_a_table(found: Discovery, platform: Engine) -> None:
    with platform.connect() as db:
        total = sum(
            db.exec_driver_sql(f"SELECT count(*) FROM app_{name}").scalar() or 0 for name in ("order", "upload")
        )
        users = db.exec_driver_sql("SELECT count(*) FROM app_user").scalar() or 0
    uploads = by_name(found)["uploads"]
    assert uploads.today == pytest.approx(total / 2, rel=0.02)
    assert uploads.spark[0] < uploads.spark[6] < uploads.spark[-1]
    assert by_name(found)["users"].today == pytest.approx(users, rel=0.02)
    assert by_name(found)["shows"].exact


def test_what_is_proposed_works_at_once(found: Discovery, platform: Engine, tmp_path: Path) -> None:
    file = tmp_path / "outgrow.toml"
    file.write_text(found.settings(found.metrics), encoding="utf-8")
    settings = load_settings(file)
    options = {"declared": settings.declaration}
    source = make_source(SourceRequest(None, ZoneInfo("UTC"), options=options, connection=platform))
    assert [each.message for each in source.diagnose()] == ["can be asked"] * 5
    past = source.past(None, (NOW - timedelta(days=1)).date(), lambda _: True, lambda *_: None)
    assert past.unavailable == {}
    assert isinstance(source, TenantSource)
    told = source.tenants(NOW.date())
    assert len(told) == 12
    assert told.used[:, told.column("shows")].sum() == sum(
        1 for day in range(0, DAYS, 3) if not (day % 9 == 0 and day < DAYS - 60)
    )
