"""A database that was never seen before: what is proposed is what a person would choose, and it works at once."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, create_engine, text

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
    assert {*by_name(found)} == {"organizers", "users", "shows", "orders_per_day", "uploads"}
    assert found.tenant == "app_organizer"
    assert {name for name, metric in by_name(found).items() if metric.kind == "flow"} == {"orders_per_day"}


def test_the_beginning_is_the_time_that_says_so(found: Discovery) -> None:
    assert told_of(found, "users")["created"] == "date_joined"
    assert str(told_of(found, "orders_per_day")["created"]).strip('`"') == "orderPlacedAt"
    assert told_of(found, "uploads")["created"] == {"unix": "ms", "of": "nullif(app_upload.created_ms, 0)"}
    shows = told_of(found, "shows")
    assert (shows["created"], shows["deleted"]) == ("created_at", "deleted_at")


def test_what_is_no_order_is_left_out(found: Discovery) -> None:
    assert told_of(found, "orders_per_day")["where"] == "parent_id IS NULL AND (testmode IS NULL OR NOT testmode)"


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
    assert [each.message for each in source.diagnose()] == ["can be asked"] * 6
    past = source.past(None, (NOW - timedelta(days=1)).date(), lambda _: True, lambda *_: None)
    assert past.unavailable == {}
    assert isinstance(source, TenantSource)
    told = source.tenants(NOW.date())
    assert len(told) == 12
    assert told.used[:, told.column("shows")].sum() == sum(
        1 for day in range(0, DAYS, 3) if not (day % 9 == 0 and day < DAYS - 60)
    )


ODD = {
    "names that are alike": 'CREATE TABLE "user" (id integer PRIMARY KEY, created_at {time});'
    "CREATE TABLE users (id integer PRIMARY KEY, created_at {time})",
    "names that are no metric's": 'CREATE TABLE "2fa user" (id integer PRIMARY KEY, created_at {time});'
    'CREATE TABLE "%users" (id integer PRIMARY KEY, "created%at" {time})',
    "a flag that may be unknown": "CREATE TABLE users (id integer PRIMARY KEY, created_at {time}, deleted boolean)",
    "odd flags": 'CREATE TABLE orders (id integer PRIMARY KEY, created_at {time}, "is.test" boolean, "a{{b" boolean)',
    "no time of its own": "CREATE TABLE orders (id integer PRIMARY KEY);"
    "CREATE TABLE payments (id integer PRIMARY KEY, order_id integer, created_at {time})",
    "a key of letters": "CREATE TABLE users (name varchar(20) PRIMARY KEY, created_at {time})",
    "no key": "CREATE TABLE users (id integer, created_at {time})",
}


@pytest.mark.parametrize("schema", ODD)
def test_whatever_is_proposed_can_be_asked(platform: Engine, schema: str, tmp_path: Path) -> None:
    with platform.begin() as db:
        if platform.dialect.name == "mysql":
            db.exec_driver_sql("SET SESSION sql_mode = 'ANSI_QUOTES'", execution_options={"no_parameters": True})
        for statement in ODD[schema].format(time=TIMES[platform.dialect.name]).split(";"):
            db.exec_driver_sql(statement, execution_options={"no_parameters": True})
            table = statement.split(" (")[0].removeprefix("CREATE TABLE ")
            created = '"created%at"' if "created%at" in statement else "created_at"
            for at in range(9):
                key = "name, " if "name varchar" in statement else "id, "
                more, values = (
                    (f"{key}{created}", f"'{at}', '2026-0{at + 1}-01'") if created in statement else ("id", f"{at}")
                )
                if "order_id" in statement:
                    more, values = f"{more}, order_id", f"{values}, {at}"
                db.exec_driver_sql(
                    f"INSERT INTO {table} ({more}) VALUES ({values})", execution_options={"no_parameters": True}
                )
    platform.dispose()
    url = platform.url.render_as_string(hide_password=False)
    found = discover(platform, open_database(platform, SqlRules()), url, NOW, ZoneInfo("UTC"))
    assert found.metrics
    file = tmp_path / "outgrow.toml"
    file.write_text(found.settings(found.metrics), encoding="utf-8")
    options = {"declared": load_settings(file).declaration}
    source = make_source(SourceRequest(None, ZoneInfo("UTC"), options=options, connection=platform))
    past = source.past(None, NOW.date(), lambda _: True, lambda *_: None)
    assert past.unavailable == {}
    levels = [
        row[-1] for row, metric in zip(past.panel.values, past.panel.metrics, strict=True) if metric.kind != "flow"
    ]
    assert all(value == 9 for value in levels)


def test_times_without_end_are_no_reason_to_see_nothing(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as db:
        db.exec_driver_sql("CREATE TABLE users (id serial PRIMARY KEY, created_at timestamptz, deleted_at timestamptz)")
        db.exec_driver_sql(
            "INSERT INTO users (created_at, deleted_at) "
            "SELECT '2026-01-01'::timestamptz + n * interval '1 hour', 'infinity' FROM generate_series(1, 1000) AS n"
        )
        db.exec_driver_sql("INSERT INTO users (created_at) VALUES ('-infinity'), ('0044-03-15 BC')")
    found = discover(engine, open_database(engine, SqlRules()), postgres_url, NOW, ZoneInfo("UTC"))
    assert [metric.name for metric in found.metrics] == ["users"]
    engine.dispose()


def test_times_as_numbers_in_a_column_of_times_are_seen(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with engine.begin() as db:
        db.exec_driver_sql("CREATE TABLE users (id integer PRIMARY KEY, createdAt datetime)")
        for at in range(400):
            db.exec_driver_sql(f"INSERT INTO users VALUES ({at}, {1767225600000 + at * 3_600_000})")
    found = discover(engine, open_database(engine, SqlRules()), sqlite_url, NOW, ZoneInfo("UTC"))
    assert told_of(found, "users")["created"] == {"unix": "ms", "of": 'nullif("createdAt", 0)'}
    engine.dispose()  # with the sessions in which nothing may be written
    with engine.begin() as db:  # one that no clock will ever show is no reason to fail
        db.exec_driver_sql("INSERT INTO users VALUES (900, 1767225600000000000)")
    assert discover(engine, open_database(engine, SqlRules()), sqlite_url, NOW, ZoneInfo("UTC")).tables == 1
    engine.dispose()


def test_tenants_that_are_referred_to_by_another_column_than_their_key(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with engine.begin() as db:
        db.exec_driver_sql("CREATE TABLE organizations (id integer PRIMARY KEY, slug text UNIQUE, created_at datetime)")
        for table in ("users", "projects"):
            db.exec_driver_sql(
                f"CREATE TABLE {table} (id integer PRIMARY KEY, org_slug text REFERENCES organizations (slug), "
                "created_at datetime)"
            )
        for at in range(5):
            db.exec_driver_sql(f"INSERT INTO organizations VALUES ({at + 1}, 'org{at}', '2026-01-01')")
        for at in range(60):
            for table in ("users", "projects"):
                db.exec_driver_sql(f"INSERT INTO {table} VALUES ({at}, 'org{at % 5}', '2026-02-01')")
    found = discover(engine, open_database(engine, SqlRules()), sqlite_url, NOW, ZoneInfo("UTC"))
    by = told_of(found, "users")["by"]
    assert by == {
        "organization": {
            "from": "LEFT JOIN organizations ON organizations.slug = users.org_slug", "key": "organizations.id",
        }
    }  # fmt: skip
    engine.dispose()


@pytest.mark.parametrize(("ahead", "found"), [(timedelta(hours=14), True), (timedelta(days=30), False)])
def test_what_a_clock_ahead_of_ours_shows_has_begun_and_what_is_planned_has_not(
    sqlite_url: str, ahead: timedelta, found: bool
) -> None:
    engine = create_engine(sqlite_url)
    with engine.begin() as db:
        db.exec_driver_sql("CREATE TABLE payments (id integer PRIMARY KEY, created_at datetime)")
        for at in range(400):
            shown = (NOW + ahead - timedelta(minutes=400 - at)).isoformat(" ")[:19]
            db.exec_driver_sql(f"INSERT INTO payments VALUES ({at}, '{shown}')")
    told = discover(engine, open_database(engine, SqlRules()), sqlite_url, NOW, ZoneInfo("UTC")).metrics
    assert [metric.kind for metric in told] == (["flow"] if found else [])
    engine.dispose()


def test_a_schema_for_each_tenant_is_one_family(postgres_url: str, tmp_path: Path) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as db:
        db.exec_driver_sql("CREATE TABLE clients (id serial PRIMARY KEY, name text, schema_name text, created_on date)")
        for table in ("users", "settings"):
            db.exec_driver_sql(f"CREATE TABLE {table} (id serial PRIMARY KEY, created_at timestamptz)")
        names = ["alpha", "beta", "Gamma", "delta"]
        for at, name in enumerate(("public", *names, "never made")):
            db.exec_driver_sql(
                f"INSERT INTO clients (name, schema_name, created_on) VALUES ('{name}', '{name}', '2026-01-0{at + 1}')"
            )
        for at, name in enumerate(names):
            db.exec_driver_sql(f'CREATE SCHEMA "{name}"')
            for table in ("users", "pages", "settings", "sessions"):
                db.exec_driver_sql(f'CREATE TABLE "{name}".{table} (id serial PRIMARY KEY, created_at timestamptz)')
            for table in ("users", "pages"):
                db.exec_driver_sql(
                    f'INSERT INTO "{name}".{table} (created_at) '
                    f"SELECT '2026-02-01'::date + n FROM generate_series(1, {10 * (at + 1)}) AS n"
                )
    found = discover(engine, open_database(engine, SqlRules()), postgres_url, NOW, ZoneInfo("UTC"))
    assert {*by_name(found)} == {"users", "pages", "clients"}
    assert found.tenant == "clients"
    assert any("4 schemas are one tenant's each" in note for note in found.notes)
    file = tmp_path / "outgrow.toml"
    file.write_text(found.settings(found.metrics), encoding="utf-8")
    options = {"declared": load_settings(file).declaration}
    source = make_source(SourceRequest(None, ZoneInfo("UTC"), options=options, connection=engine))
    assert isinstance(source, TenantSource)
    assert {each.metric.name: each.reading.value for each in source.measure(NOW.date())} == {
        "users": 100, "pages": 100, "clients": 4,
    }  # fmt: skip
    told = source.tenants(NOW.date())
    assert told.names.tolist() == names
    assert told.used[:, told.column("pages")].tolist() == [10, 20, 30, 40]
    engine.dispose()
