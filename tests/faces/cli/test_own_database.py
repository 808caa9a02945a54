"""Anyone's database on the command line: from a file as the reference shows it to a date."""

import re
import sqlite3
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.cli import TODAY, Cli

PAGE = Path(__file__).parents[3] / "docs/reference/sql.md"
DAYS, YESTERDAY = 200, TODAY - timedelta(days=1)


def documented() -> str:
    """The file that stands first on the page."""
    found = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def make_platform(file: Path) -> None:
    """Members and bookings that become more by a steady number a day, over so many days."""
    db = sqlite3.connect(file)
    with db:
        db.executescript(
            "CREATE TABLE member (id INTEGER PRIMARY KEY, joined_at TEXT, left_at TEXT);"
            "CREATE TABLE upload (id INTEGER PRIMARY KEY, created_at TEXT, state TEXT, size INTEGER);"
            "CREATE TABLE event (id INTEGER PRIMARY KEY, is_test INTEGER);"
            "CREATE TABLE booking (id INTEGER PRIMARY KEY, event_id INTEGER, placed_at TEXT);"
            "INSERT INTO event VALUES (1, 0), (2, 1);"
        )
        noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
        for ago in range(DAYS, -1, -1):
            at = (noon - timedelta(days=ago)).strftime("%Y-%m-%d %H:%M:%S")
            db.executemany("INSERT INTO member (joined_at, left_at) VALUES (?, ?)", [(at, None)] * 9 + [(at, at)])
            db.executemany(
                "INSERT INTO upload (created_at, state, size) VALUES (?, ?, ?)",
                [(at, "live", 2_000_000_000), (at, "draft", 10**12)],
            )
            db.executemany("INSERT INTO booking (event_id, placed_at) VALUES (?, ?)", [(1, at)] * 30 + [(2, at)] * 5)
            db.execute("INSERT INTO booking (event_id, placed_at) VALUES (1, NULL)")
    db.close()


@pytest.fixture
def own(cli: Cli, tmp_path: Path) -> Cli:
    """In a folder with a platform's database and the documented settings."""
    make_platform(tmp_path / "platform.db")
    (tmp_path / "outgrow.toml").write_text(documented(), encoding="utf-8")
    return cli


def test_from_the_documented_file_to_a_date(own: Cli) -> None:
    assert own("init").status == 0
    assert "metric members: can be asked" in own("doctor").out
    rebuilt = own("backfill").out
    assert f"Rebuilt 3 metrics on {DAYS} days" in rebuilt
    assert f"bookings: {DAYS + 1} rows have no beginning and count on no day" in rebuilt
    assert "2 values captured" in own("capture").out  # what is booked today is not known before the day is over
    for metric, value in (("members", 9 * (DAYS + 1)), ("storage_gb", 2 * (DAYS + 1))):
        assert own("when", metric, "10000", "--json").document()["current"] == value
    until = own("when", "members", "2000", "--json").document()
    assert (until["status"], until["days"]["p50"]) == ("ok", 22)  # 191 more at 9 a day
    booked = own("history", "bookings", "--json").document()["days"]
    assert [booked[-1][key] for key in ("date", "value", "provenance")] == [str(YESTERDAY), 30, "reconstructed"]


def test_from_an_address_to_an_answer(cli: Cli, tmp_path: Path) -> None:
    make_platform(tmp_path / "platform.db")
    told = cli("init", "sqlite:///platform.db", "--yes")
    assert told.status == 0, told.err
    assert "sqlite:///platform.db: 4 tables, of which" in told.out
    assert "Written to outgrow.toml, with 3 metrics" in told.out
    rows = {
        line.split()[0]: line for line in told.out.splitlines() if line.startswith(("bookings", "uploads", "members"))
    }
    assert "flow" in rows["bookings"]
    assert (tmp_path / "outgrow.toml").stat().st_mode & 0o777 == 0o600
    assert cli("backfill").status == 0
    assert cli("when", "members", "2000", "--json").document()["days"]["p50"] == 23  # from yesterday on
    again = cli("init", "sqlite:///platform.db", "--yes")
    assert again.status != 0
    assert "there is a settings file outgrow.toml already" in again.err


def test_nobody_is_asked_where_nobody_is(cli: Cli, tmp_path: Path) -> None:
    make_platform(tmp_path / "platform.db")
    told = cli("init", "sqlite:///platform.db")
    assert told.status != 0
    assert "give --yes" in told.err
    assert not (tmp_path / "outgrow.toml").exists()


def test_whoever_is_asked_may_leave_something_out(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_platform(tmp_path / "platform.db")
    answers = iter(["visitors", "members, uploads, bookings", "bookings"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(answers))
    told = cli("init", "sqlite:///platform.db")
    assert told.status == 0, told.err
    assert "There is no visitors." in told.err
    assert "Something has to be counted." in told.err
    assert {metric["name"] for metric in tomllib.loads((tmp_path / "outgrow.toml").read_text())["metrics"]} == {
        "members", "uploads",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("sqlite:///nowhere.db", "there is no database file"),
        ("sqlite:///empty.db", "nothing was found to be counted"),
        ("nonsense", "URL is not a database address"),
        ("postgresql://reader:secret@127.0.0.1:1/shop", "cannot be reached"),
    ],
)
def test_what_cannot_be_looked_at_says_why(cli: Cli, tmp_path: Path, address: str, said: str) -> None:
    (tmp_path / "empty.db").touch()
    told = cli("init", address, "--yes")
    assert told.status != 0
    assert said in told.err
    assert "secret" not in told.err + told.out
    assert not (tmp_path / "outgrow.toml").exists()


TENANTS = """
[[scopes]]
name = "team"
rows = "SELECT id AS key, name AS label, founded AS created FROM team"

[[metrics]]
name = "seats"
from = "seat"
created = "added"
by = { team = "team_id" }

[[plans]]
code = "small"
price_monthly = 10
maxima = { seats = 30 }

[[plans]]
code = "large"
price_monthly = 50
maxima = { seats = 300 }

[[plans]]
rows = "SELECT id AS key, plan FROM team"

[[ladder]]
name = "One"
max_seats = 200
cost_monthly = 100

[[ladder]]
name = "Two"
cost_monthly = 300
"""


def test_tenants_are_told_by_their_rows(cli: Cli, tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "platform.db")
    with db:
        db.execute("CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT, founded TEXT, plan TEXT)")
        db.execute("CREATE TABLE seat (id INTEGER PRIMARY KEY, team_id INTEGER, added TEXT)")
        day = [str(TODAY - timedelta(days=ago)) for ago in range(DAYS, -1, -1)]
        db.executemany("INSERT INTO team VALUES (?, ?, ?, ?)", [(n, f"Team {n}", day[0], "small") for n in range(1, 6)])
        for n in range(1, 6):  # one more seat every 7 n days
            db.executemany("INSERT INTO seat (team_id, added) VALUES (?, ?)", [(n, at) for at in day[:: 7 * n]])
    db.close()
    address = 'database_url = "sqlite:///platform.db"\nstore_url = "sqlite:///s.db"\n'
    (tmp_path / "outgrow.toml").write_text(address + TENANTS, encoding="utf-8")
    for command in ("init", "backfill", "capture"):
        assert cli(command).status == 0
    told = cli("tenants", "--json").document()
    assert (told["tenants"], told["subscribed"]) == (5, 5)
    first = told["upsell"][0]
    assert [first[key] for key in ("name", "plan", "next_plan")] == ["Team 1", "small", "large"]
    assert cli("ladder", "--json").document()["tier"] == "One"
    driven = cli("explain", "seats", "--drivers", "--json").document()
    added = [at for n in range(1, 6) for at in day[:: 7 * n]]
    assert driven["change"] == sum(driven["since"] < at <= driven["until"] for at in added)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ('[[metrics]]\nname = "m"\nfrom = "m"\ncreated = "c"\nby = { team = "t" }', "there is no scope 'team'"),
        ('[[scopes]]\nname = "a"\nrows = "x"\n[[scopes]]\nname = "b"\nrows = "x"', "there is a scope already, 'a'"),
        ('[[plans]]\nname = "Small"', "is either a plan, with `code`, or `rows`"),
        ('[[plans]]\ncode = "s"\nmaxima = { seats = 3 }', "line 1: whose 'seats' is cannot be told"),
        ('[[limits]]\nmetric = "seats"\nrows = "x"', "line 1: whose 'seats' is cannot be told"),
        ('[[limits]]\nmetric = "seats"\nrows = "x"\nname = "s"', "line 4: limits.0.name: does not go with `rows`"),
        ('[[limits]]\nmetric = "seats"', "limits.0.maximum: is required"),
    ],
)
def test_tenants_that_do_not_fit_together_are_told(cli: Cli, tmp_path: Path, told: str, said: str) -> None:
    (tmp_path / "outgrow.toml").write_text(told, encoding="utf-8")
    answer = cli("status")
    assert answer.status != 0
    assert said in answer.err


def test_what_was_captured_is_counted_anew_where_that_is_asked(own: Cli, tmp_path: Path) -> None:
    for command in ("init", "backfill", "capture"):
        assert own(command).status == 0
    file = tmp_path / "outgrow.toml"
    file.write_text(file.read_text().replace('deleted = "left_at"', 'where = "id % 2 = 0"'), encoding="utf-8")
    own("backfill")
    own("capture")
    assert own("when", "members", "9000", "--json").document()["current"] == 9 * (DAYS + 1)
    assert own("capture", "--again").status == 0
    assert own("when", "members", "9000", "--json").document()["current"] == 5 * (DAYS + 1)
    file.write_text(file.read_text().replace("id % 2 = 0", "nothing = 0"), encoding="utf-8")
    assert own("capture", "--again").status == 0  # what cannot be counted any more is not lost by it
    assert own("when", "members", "9000", "--json").document()["current"] == 5 * (DAYS + 1)


def test_a_fault_of_one_metric_is_told_with_its_line(own: Cli, tmp_path: Path) -> None:
    file = tmp_path / "outgrow.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('"left_at"', '"gone_at"'), encoding="utf-8")
    own("init")
    line = file.read_text(encoding="utf-8").splitlines().index("[[metrics]]") + 1
    told = own("backfill")
    assert f"missing: members: outgrow.toml, line {line}: no such column: gone_at" in told.out + told.err
    assert "Rebuilt 2 metrics" in told.out
    told = own("doctor")
    assert (told.status != 0, f"outgrow.toml, line {line}: no such column: gone_at" in told.out) == (True, True)


def test_our_tables_are_not_put_beside_the_platforms_unasked(own: Cli, tmp_path: Path) -> None:
    file = tmp_path / "outgrow.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("store_url", "# store_url"), encoding="utf-8")
    told = own("init")
    assert told.status != 0
    assert "store_url is not set" in told.err


METRIC = '[[metrics]]\nname = "members"\n'


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (METRIC, "line 1: metrics.0: says not how it is told: one of `from`, `rows` and `value` is needed"),
        (f'{METRIC}from = "member"', "metrics.0.created: is required beside `from`"),
        (f'{METRIC}from = "m"\ncreated = "c"\nvalue = "1"', "has `from` and `value`"),
        (f'{METRIC}value = "1"\nwhere = "x"', "line 4: metrics.0.where: does not go with `value`"),
        (f'{METRIC}value = ""', "metrics.0.value: is empty"),
        (f'{METRIC}value = "1"\nkind = "flow"', "line 3: metrics.0.value: gives a number of now"),
        (f'{METRIC}kind = "flow"\nfrom = "m"\ncreated = "c"\ndeleted = "d"', "metrics.0.deleted: ends what lasts"),
        (f'{METRIC}kind = "gauge"\nvalue = "1"', "line 3: metrics.0.kind: has to be one of: level, cumulative, flow"),
        (f'{METRIC}from = "m"\ncreated = {{ unix = "h", of = "c" }}', "created.unix: has to be one of: s, ms, us"),
        (f'{METRIC}from = "m"\ncreated = {{ zone = "Mars", of = "c" }}', "created.zone: is no time zone, 'Mars'"),
        (f'{METRIC}from = "m"\ncreated = {{ unix = "s", zone = "UTC", of = "c" }}', "counts from an instant"),
        (f'{METRIC}form = "m"', "line 3: metrics.0.form: is not known here\n  mend: did you mean `from`?"),
        (f'{METRIC}value = "1"\n{METRIC}value = "2"', "line 4: the metric 'members' is declared already, at outgrow.t"),
        ('[[metrics]]\nname = "Members"\nvalue = "1"', "line 2: metrics.0.name: has to be lower-case letters"),
        ('[[metrics]]\nname = "orders"\nvalue = "1"', "is the total of a month, which is added up from orders_per_day"),
        ('[[metrics]]\nname = "products"\nunit = "SKUs"\nvalue = "1"', "unit: of total_products is products"),
        (f'[source]\nkind = "commerce"\n{METRIC}value = "1"', "[[metrics]] are counted by a source of the kind 'sql'"),
        ('[source]\nkind = "sql"', "has no metrics"),
        ('[sql]\nlock_seconds = 0', "line 2: sql.lock_seconds: has to be a whole number from 1 to 86,400"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_told_with_its_place(cli: Cli, tmp_path: Path, told: str, said: str) -> None:
    (tmp_path / "p.db").touch()
    urls = ("--database-url", f"sqlite:///{tmp_path}/p.db", "--store-url", f"sqlite:///{tmp_path}/s.db")
    assert cli("init", *urls).status == 0
    (tmp_path / "outgrow.toml").write_text(told, encoding="utf-8")
    answer = cli("capture", *urls)
    assert answer.status != 0
    assert said in answer.err
