"""The command line: what it prints where, and how it ends."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from tests.support.cli import TODAY, Cli, Told
from tests.support.platforms import tables_of

import outgrow
from outgrow.faces.cli.run import main
from outgrow.setup.program import SettingsProgram
from outgrow.sources.commerce.demo import build_demo
from outgrow.store.orm import StoreBase


@pytest.fixture
def shop(captured: Path, tmp_path: Path) -> str:
    """The address of a copy of it, in the folder in which commands run."""
    shutil.copy(captured, tmp_path / "shop.db")
    return "sqlite:///shop.db"


def everything_of_ours(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    engine = create_engine(f"sqlite:///{file}")
    with Session(engine) as session:
        found = tables_of(session, StoreBase)
    engine.dispose()
    return found


def csv(folder: Path, *rows: str, name: str = "values.csv") -> str:
    (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return name


def a_straight_line(folder: Path, metric: str, start: float, step: float, days: int = 60) -> str:
    dates = (TODAY - timedelta(days=days - 1 - n) for n in range(days))
    return csv(folder, f"date,{metric}", *(f"{day},{start + step * n}" for n, day in enumerate(dates)))


def refused(told: Told, status: int, *parts: str) -> None:
    """Two lines or more on standard error: what happened, and how to mend it."""
    assert (told.status, told.out) == (status, "")
    assert told.err.startswith("outgrow: ")
    assert "\n  mend: " in told.err
    assert "Traceback" not in told.err
    for part in parts:
        assert part in told.err


READING = [
    ("status",),
    ("status", "--as-of", "2026-02-15"),
    ("when", "products", "500"),
    ("when", "total_products", "1"),
    ("when", "storage_gb"),
    ("when", "db_size_mb", "1000"),
    ("when", "stores", "100", "--as-of", "2026-03-01"),
    ("forecast", "products"),
    ("when", "products", "100", "--falling"),
    ("forecast", "db_size_mb"),
    ("forecast", "orders", "--limit", "400"),
    ("forecast", "products", "--why"),
    ("forecast", "db_size_mb", "--why"),
    ("trends",),
    ("trends", "--days", "90"),
    ("history", "orders_per_day"),
    ("history", "tier_subscriptions", "--scope", "plan:pro", "--since", "2026-01-01", "--until", "2026-01-31"),
    ("recommend",),
    ("recommend", "--as-of", "2026-02-15"),
    ("doctor",),
    ("backfill", "--dry-run"),
    ("backfill", "--since", "2026-01-01", "--until", "2026-01-31"),
    ("capture",),
]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_json_is_all_there_is_on_standard_output(cli: Cli, shop: str, words: tuple[str, ...]) -> None:
    told = cli(*words, "--json", "--database-url", shop)

    assert (told.status, told.err) == (0, "")
    assert told.document()
    assert told.out.endswith("\n")


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_for_people_there_are_words_without_colours(cli: Cli, shop: str, words: tuple[str, ...]) -> None:
    told = cli(*words, "--database-url", shop)

    assert (told.status, told.err) == (0, "")
    assert "\x1b" not in told.out
    assert told.out.strip()
    with pytest.raises(json.JSONDecodeError):
        told.document()


def test_import_and_check_print_json_too(cli: Cli, shop: str, tmp_path: Path) -> None:
    took = cli("import", csv(tmp_path, "date,vans", "2026-03-30,5"), "--json", "--database-url", shop)
    assert (took.status, took.err) == (0, "")
    assert took.document()["new"] == 1

    checked = cli("check", "--json", "--database-url", shop)
    assert checked.err == ""
    assert checked.status == checked.document()["state"]


def test_messages_go_to_standard_error(cli: Cli, shop: str, tmp_path: Path) -> None:
    told = cli("forecast", "products", "--svg", "drawn.svg", "--json", "--database-url", shop)

    assert (told.status, told.err) == (0, "drew drawn.svg\n")
    assert told.document()["metric"] == "total_products"
    assert (tmp_path / "drawn.svg").read_text("utf-8").lstrip().startswith("<svg")


def test_what_the_documents_say(cli: Cli, shop: str) -> None:
    def ask(*words: str) -> Any:
        return cli(*words, "--json", "--database-url", shop).document()

    days = ask("history", "products", "--since", "2026-03-30")["days"]
    assert [(day["date"], day["provenance"]) for day in days] == [
        ("2026-03-30", "reconstructed"),
        ("2026-03-31", "observed"),
    ]
    when = ask("when", "products", "500")
    assert (when["metric"], when["scope"], when["threshold"]) == ("total_products", "platform:shop", 500)
    assert len(ask("forecast", "products")["days"]) == 365
    status = ask("status")
    assert (status["platform"], status["as_of"], status["newest_snapshot"]) == ("shop", "2026-03-31", "2026-03-31")
    assert {key: ask("capture")[key] for key in ("platform", "date", "missing")} == {
        "platform": "shop",
        "date": "2026-03-31",
        "missing": {},
    }
    dry = ask("backfill", "--dry-run")
    assert (dry["first_day"], dry["last_day"], dry["dry_run"]) == ("2025-12-01", "2026-03-30", True)
    assert set(ask("trends")["trends"]) >= {"stores", "products", "orders", "team_members", "storage_gb"}
    assert list(ask("recommend")[0])[:5] == ["category", "severity", "title", "description", "action"]
    assert {finding["state"] for finding in ask("doctor")} == {"good"}


def test_the_short_and_the_full_name_are_the_same(cli: Cli, shop: str) -> None:
    for short, full in (("stores", "active_stores"), ("storage_gb", "storage_used_gb")):
        told = [cli("when", name, "2000", "--json", "--database-url", shop) for name in (short, full)]
        assert told[0] == told[1]


class TestWrongUsage:
    @pytest.mark.parametrize(
        "words",
        [
            ("nothing",),
            ("status", "--nothing"),
            ("when",),
            ("status", "--as-of", "yesterday"),
            ("history", "products", "--since", "2026-02-30"),
            ("trends", "--days", "0"),
            ("import", "x.csv", "--kind", "gauge"),
        ],
        ids=" ".join,
    )
    def test_what_the_command_line_does_not_know(self, cli: Cli, shop: str, words: tuple[str, ...]) -> None:
        told = cli(*words, "--database-url", shop) if len(words) > 1 else cli(*words)

        assert (told.status, told.out) == (2, "")
        assert "Traceback" not in told.err
        assert told.err

    @pytest.mark.parametrize("command_name", ["when", "forecast", "history"])
    @pytest.mark.parametrize(
        ("asked", "nearest"),
        [("total_product", "total_products"), ("store", "stores"), ("storage", "storage_gb"), ("order", "orders")],
    )
    def test_an_unknown_metric_names_the_nearest(
        self, cli: Cli, shop: str, command_name: str, asked: str, nearest: str
    ) -> None:
        told = cli(command_name, asked, "--database-url", shop)

        refused(told, 2, f"there is no metric '{asked}'", "did you mean", nearest)

    def test_a_metric_like_no_other_names_all(self, cli: Cli, shop: str) -> None:
        refused(cli("when", "zzz", "5", "--database-url", shop), 2, "use one of: ", "total_products", "storage_gb")

    @pytest.mark.parametrize("threshold", ["-4", "0", "nan", "abc", "inf", "-inf", "1e999", ""])
    def test_a_threshold_is_a_positive_number(self, cli: Cli, shop: str, threshold: str) -> None:
        refused(
            cli("when", "products", threshold, "--database-url", shop), 2, f"'{threshold}' is not a positive number"
        )
        refused(cli("forecast", "products", f"--limit={threshold}", "--database-url", shop), 2, "not a positive number")

    @pytest.mark.parametrize("threshold", ["-4", "nan", "abc", "-inf", ""])
    def test_a_threshold_that_is_fallen_to_may_be_0(self, cli: Cli, shop: str, threshold: str) -> None:
        words = ("when", "products", "--falling", "--database-url", shop)
        refused(cli(*words, threshold), 2, f"'{threshold}' is not 0 or a positive number")

        assert "products on 31 Mar 2026.\nAt or below 0 in about " in cli(*words, "0").out

    @pytest.mark.parametrize(
        "words", [("status",), ("when", "products", "5"), ("forecast", "products"), ("trends",), ("recommend",)]
    )
    def test_a_day_that_has_not_come(self, cli: Cli, shop: str, words: tuple[str, ...]) -> None:
        told = cli(*words, "--as-of", "2026-04-01", "--database-url", shop)

        refused(told, 2, "2026-04-01 has not come yet", "--as-of 2026-03-31")

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("--until", "2026-03-31"), "2026-03-31 is not over yet in UTC"),
            (("--since", "2026-03-02", "--until", "2026-03-01"), "there is no day from 2026-03-02 to 2026-03-01"),
        ],
    )
    def test_a_span_that_cannot_be_rebuilt(self, cli: Cli, shop: str, words: tuple[str, ...], said: str) -> None:
        refused(cli("backfill", *words, "--database-url", shop), 2, said)


class TestWrongConfiguration:
    @pytest.mark.parametrize(
        "words",
        [("status",), ("when", "products", "5"), ("capture",), ("backfill",), ("history", "products"), ("init",)],
    )
    def test_no_address(self, cli: Cli, words: tuple[str, ...]) -> None:
        refused(cli(*words), 3, "database_url is not set", "--database-url", "OUTGROW_DATABASE_URL")

    @pytest.mark.parametrize("words", [("status",), ("capture",), ("backfill",), ("recommend",)])
    def test_no_such_file(self, cli: Cli, tmp_path: Path, words: tuple[str, ...]) -> None:
        refused(cli(*words, "--database-url", "sqlite:///gone.db"), 3, "there is no database file gone.db")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("url", "said"),
        [
            ("shop.db", "database_url is not a database address"),
            ("oracle://somewhere/shop", "database_url"),
            ("nonsense://somewhere/shop", "the driver 'nonsense' is not there"),
        ],
    )
    def test_an_address_that_is_none(self, cli: Cli, url: str, said: str) -> None:
        told = cli("status", "--database-url", url)

        assert (told.status, told.out) == (3, "")
        assert said in told.err
        assert "Traceback" not in told.err

    def test_a_file_that_is_no_database(self, cli: Cli, tmp_path: Path) -> None:
        (tmp_path / "notes.db").write_text("just words, and enough of them to look like a page\n" * 100)
        refused(cli("status", "--database-url", "sqlite:///notes.db"), 3, "notes.db", "not a database")

    def test_a_database_without_our_tables(self, cli: Cli, tmp_path: Path) -> None:
        (tmp_path / "empty.db").touch()
        refused(cli("status", "--database-url", "sqlite:///empty.db"), 3, "there are no outgrow tables", "outgrow init")

    def test_a_store_without_a_platform_s_database(self, cli: Cli) -> None:
        assert cli("init", "--store-url", "sqlite:///ours.db").status == 0
        refused(cli("capture", "--store-url", "sqlite:///ours.db"), 3, "database_url is not set")

    def test_a_database_without_the_commerce_tables(self, cli: Cli) -> None:
        assert cli("init", "--database-url", "sqlite:///ours.db").status == 0
        refused(cli("capture", "--database-url", "sqlite:///ours.db"), 3, "lacks a table", "outgrow doctor")

    @pytest.mark.parametrize("words", [("status",), ("capture",), ("backfill",)])
    def test_an_unknown_platform_names_those_there_are(self, cli: Cli, shop: str, words: tuple[str, ...]) -> None:
        told = cli(*words, "--platform", "shpo", "--database-url", shop)

        refused(told, 3, "there is no platform 'shpo'", "use one of: shop")

    @pytest.mark.parametrize("words", [("status",), ("capture",), ("backfill",)])
    def test_an_unknown_time_zone(self, cli: Cli, shop: str, tmp_path: Path, words: tuple[str, ...]) -> None:
        engine = create_engine(f"sqlite:///{tmp_path}/shop.db")
        with engine.begin() as connection:
            connection.execute(text("UPDATE platforms SET time_zone = 'Mars/Olympus'"))
        engine.dispose()
        told = cli(*words, "--database-url", shop)

        refused(told, 3, "platform 'shop' has the time zone 'Mars/Olympus'", "Europe/Berlin")

    def test_an_unknown_time_zone_for_imported_platforms(self, cli: Cli, tmp_path: Path) -> None:
        (tmp_path / "outgrow.toml").write_text('time_zone = "Mars/Olympus"\n')
        cli("init", "--store-url", "sqlite:///ours.db")
        refused(cli("status", "--store-url", "sqlite:///ours.db"), 3, "Mars/Olympus", "not an IANA time zone")


class TestSettings:
    @pytest.mark.parametrize(
        ("lines", "said"),
        [
            ('platform = "shop"\ndatabase = "x"', "line 2: database: "),
            ("[forecast]\nhorizon_days = 90\nhorizon = 90", "line 3: forecast.horizon: "),
            ("\n[alerts]\nwarning_share = 80", "line 3: alerts.warning_share: "),
            ('[forecast]\nneed_days = "a few"', "line 2: forecast.need_days: "),
            ('[[limits]]\nmetric = "stores"', "line 1: limits.0.maximum: "),
            (
                '[[limits]]\nmetric = "stores"\nmaximum = 5\n\n[[limits]]\nmetric = "products"\nmaximum = -5',
                "line 7: limits.1.maximum: ",
            ),
            ('[[ladder]]\nname = "One"\ncost_monthly = 5\nmaximum_shops = 3', "line 4: ladder.0.maximum_shops: "),
        ],
    )
    def test_a_wrong_setting_names_file_and_line(
        self, cli: Cli, shop: str, tmp_path: Path, lines: str, said: str
    ) -> None:
        (tmp_path / "outgrow.toml").write_text(lines + "\n")

        refused(cli("status", "--database-url", shop), 3, f"outgrow.toml, {said}")

    def test_what_is_no_toml_names_file_and_line(self, cli: Cli, shop: str, tmp_path: Path) -> None:
        (tmp_path / "outgrow.toml").write_text('platform = "shop"\n[forecast\n')

        refused(cli("status", "--database-url", shop), 3, "outgrow.toml", "line 2")

    def test_a_limit_of_a_metric_that_does_not_exist(self, cli: Cli, shop: str, tmp_path: Path) -> None:
        (tmp_path / "outgrow.toml").write_text('[[limits]]\nmetric = "prodcuts"\nmaximum = 5\n')

        refused(cli("status", "--database-url", shop), 3, "prodcuts", "did you mean products")

    def test_a_ladder_that_is_out_of_order(self, cli: Cli, shop: str, tmp_path: Path) -> None:
        rungs = ("max_stores = 50", "max_stores = 10")
        ladder = "".join(f'[[ladder]]\nname = "{n}"\ncost_monthly = 5\n{rung}\n' for n, rung in enumerate(rungs))
        (tmp_path / "outgrow.toml").write_text(ladder)

        refused(cli("status", "--database-url", shop), 3, "ladder: tier '1' holds less of active_stores than '0'")

    def test_a_settings_file_that_is_not_there(self, cli: Cli, shop: str) -> None:
        refused(cli("status", "--config", "my.toml", "--database-url", shop), 3, "there is no settings file my.toml")

    def test_a_wrong_variable_is_named(self, cli: Cli, shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OUTGROW_FORECAST__NEED_DAYS", "few")

        refused(cli("status", "--database-url", shop), 3, "environment variable OUTGROW_FORECAST__NEED_DAYS")

    def test_options_come_before_variables_and_those_before_the_file(
        self, cli: Cli, shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def asked_for(*words: str) -> str:
            return cli("status", *words).err.partition("\n")[0]

        (tmp_path / "outgrow.toml").write_text(f'platform = "of the file"\ndatabase_url = "{shop}"\n')
        assert asked_for() == "outgrow: there is no platform 'of the file'"
        monkeypatch.setenv("OUTGROW_PLATFORM", "of the variable")
        assert asked_for() == "outgrow: there is no platform 'of the variable'"
        assert asked_for("--platform", "of the option") == "outgrow: there is no platform 'of the option'"

    def test_limits_and_rules_of_the_file_are_kept(self, cli: Cli, shop: str, tmp_path: Path) -> None:
        (tmp_path / "my.toml").write_text(
            '[forecast]\nhorizon_days = 40\n[[limits]]\nmetric = "team_members"\nmaximum = 500\nname = "seats"\n'
        )
        where = ("--config", "my.toml", "--json", "--database-url", shop)

        assert len(cli("forecast", "products", *where).document()["days"]) == 40
        limits = cli("status", *where).document()["limits"]
        assert [row["threshold"] for row in limits if row["name"] == "seats"] == [500]
        assert "media storage" not in [row["name"] for row in limits]


class TestFaults:
    """An import of five thousand products four weeks ago, and one day on which nearly all orders were lost."""

    @pytest.fixture
    def faulty(self, cli: Cli, tmp_path: Path) -> tuple[str, str]:
        rows = []
        for n in range(200):
            day = TODAY - timedelta(days=199 - n)
            products = 10_000 + 20 * n + (n * 7) % 11 + (5_000 if n > 170 else 0)
            rows.append(f"{day},{products},{1 if n == 180 else 300 + (n * 13) % 17},{2 * n + (n * 5) % 3}")
        where = ("--store-url", "sqlite:///ours.db")
        cli("init", *where)
        cli("import", csv(tmp_path, "date,products,orders_per_day,team_members", *rows), *where)
        return where

    def test_they_are_named_below_the_answer(self, cli: Cli, faulty: tuple[str, str]) -> None:
        said = "On 3 Mar 2026 the value rose by 5,027 to 18,429 products and went on from there: taken as an import"

        for words in (("when", "products", "30000"), ("forecast", "products")):
            lines = cli(*words, *faulty).out.splitlines()
            assert lines[-2].startswith("Rests on 200 days of history")
            assert lines[-1] == f"{said}, not as growth."
        assert "import" not in cli("when", "team_members", "500", *faulty).out

    def test_status_marks_them_with_a_line_each(self, cli: Cli, faulty: tuple[str, str]) -> None:
        lines = cli("status", *faulty).out.splitlines()

        marked = [line.partition(" * ")[0] for line in lines if " * " in line]
        assert [line.removeprefix("● ok").strip() for line in marked] == ["Products", "Orders per day"]
        marks = [line for line in lines if line.startswith("* ")]
        assert [line[:14] for line in marks] == ["* Products: on", "* Orders per d"]
        assert lines[-1].startswith("Platform main: ")

    def test_why(self, cli: Cli, faulty: tuple[str, str]) -> None:
        told = cli("forecast", "products", "--why", *faulty)
        reasons = told.out.partition("\nWhy:\n")[2].splitlines()

        assert told.status == 0
        assert reasons[0].startswith("  It grew by 20.")
        assert all(reason.endswith(".") for reason in reasons)
        assert "Why" not in cli("forecast", "products", *faulty).out

    def test_why_beside_a_chart(self, cli: Cli, faulty: tuple[str, str]) -> None:
        told = cli("forecast", "products", "--why", "--svg", "drawn.svg", *faulty)

        assert told.out.startswith("\nWhy:\n")

    def test_a_level_to_fall_to(self, cli: Cli, faulty: tuple[str, str]) -> None:
        told = cli("when", "team_members", "100", "--falling", *faulty)
        lines = told.out.splitlines()

        assert lines[0] == "Team members: 400 members on 31 Mar 2026."
        assert lines[1].startswith("Not falling: it grows by ")
        assert cli("when", "team_members", "400", "--falling", *faulty).out.splitlines()[1] == (
            "Reached: at or below 400 since 13 Sep 2025."
        )
        refused(cli("when", "team_members", "--falling", *faulty), 2, "no level is given to fall to")


class TestImport:
    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            (["date,vans", "2026-03-30,1", "2026-03-30,2"], "row 3: vans of 2026-03-30 stands in row 2 already"),
            (["date,vans", "2026-04-01,1"], "row 2: 2026-04-01 has not come yet (today is 2026-03-31)"),
            (["date,vans", "2026-03-30,1", "2026-03-31,many"], "row 3, vans: 'many' is not a number"),
            (["date,vans", "2026-03-30,-1"], "row 2, vans: -1 is not a finite number of zero or more"),
            (["date,vans", "2026-03-30,nan"], "row 2, vans: nan is not a finite number"),
            (["date,vans", "30.3.2026,1"], "row 2: '30.3.2026' is not a date"),
            (["date,vans", "2026-03-30,1,2"], "row 2: it has not as many fields as the header"),
            (["date,Vans!", "2026-03-30,1"], "'Vans!' is not a name for a metric"),
            (["day,vans", "2026-03-30,1"], "row 1: there is no column 'date'"),
            (["date,vans,vans", "2026-03-30,1,2"], "row 1: the column 'vans' stands there twice"),
            (["date", "2026-03-30"], "row 1: there is no metric besides 'date'"),
            (["date,vans"], "holds no values"),
        ],
    )
    def test_one_wrong_row_and_nothing_is_stored(
        self, cli: Cli, shop: str, tmp_path: Path, rows: list[str], said: str
    ) -> None:
        before = everything_of_ours(tmp_path / "shop.db")
        told = cli("import", csv(tmp_path, *rows), "--database-url", shop)

        refused(told, 3, "values.csv", said)
        assert everything_of_ours(tmp_path / "shop.db") == before

    def test_five_faults_are_told_and_the_others_counted(self, cli: Cli, shop: str, tmp_path: Path) -> None:
        rows = [f"2026-03-{day:02d},x" for day in range(1, 10)]
        told = cli("import", csv(tmp_path, "date,vans", *rows), "--database-url", shop)

        refused(told, 3, "row 2, ", "row 6, ", "and 4 more")
        assert "row 7, " not in told.err

    def test_a_file_that_is_not_there(self, cli: Cli, shop: str) -> None:
        refused(cli("import", "gone.csv", "--database-url", shop), 3, "gone.csv cannot be read")

    def test_a_file_that_is_no_text(self, cli: Cli, shop: str, tmp_path: Path) -> None:
        (tmp_path / "photo.csv").write_bytes(b"\xff\xd8\xff\xe0 date")
        refused(cli("import", "photo.csv", "--database-url", shop), 3, "photo.csv cannot be read")

    def test_a_platform_known_from_a_file_alone(self, cli: Cli, tmp_path: Path) -> None:
        """No commerce tables: the values alone are enough to be asked about."""
        where = ("--store-url", "sqlite:///ours.db")
        cli("init", *where)
        told = cli("import", a_straight_line(tmp_path, "vans", 100, 1), "--unit", "vans", *where)
        assert told.status == 0
        assert "60 new values of 1 metric, 31 Jan 2026 to 31 Mar 2026, for platform main." in told.out
        assert cli("import", "values.csv", *where).out.endswith("60 were stored already.\n")

        document = cli("when", "vans", "200", "--json", *where).document()
        assert (document["unit"], document["current"], document["days"]["p50"]) == ("vans", 159, 41)


class TestCapture:
    def test_a_part_is_status_four(self, cli: Cli, shop: str, tmp_path: Path) -> None:
        engine = create_engine(f"sqlite:///{tmp_path}/shop.db")
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE orders"))
            connection.execute(text("DELETE FROM outgrow_measurements WHERE day = '2026-03-31'"))
            connection.execute(text("DELETE FROM outgrow_snapshots WHERE snapshot_date = '2026-03-31'"))
        engine.dispose()
        told = cli("capture", "--json", "--database-url", shop)

        assert told.status == 4
        assert set(told.document()["missing"]) == {"total_orders_month"}
        lines = told.err.splitlines()
        assert lines[:2] == [
            "outgrow: the area 'orders' could not be counted",
            "outgrow: what was sold could not be counted",
        ]
        assert lines[2].startswith("missing: total_orders_month: orders: OperationalError: ")
        assert len(lines) == 3

    def test_a_clock_that_went_back(self, cli: Cli, shop: str, tmp_path: Path) -> None:
        engine = create_engine(f"sqlite:///{tmp_path}/shop.db")
        with engine.begin() as connection:
            connection.execute(
                text("INSERT INTO outgrow_snapshots (platform, snapshot_date) VALUES ('shop', '2026-05-01')")
            )
        engine.dispose()

        refused(cli("capture", "--database-url", shop), 3, "the newest snapshot of 'shop' is of 2026-05-01", "clock")

    def test_a_second_time_is_no_error(self, cli: Cli, shop: str, tmp_path: Path) -> None:
        before = everything_of_ours(tmp_path / "shop.db")

        assert cli("capture", "--database-url", shop).status == 0
        assert everything_of_ours(tmp_path / "shop.db") == before


class TestCheck:
    @pytest.mark.parametrize(
        ("line", "state"),
        [((100, 0), "OK"), ((850, 0), "WARNING"), ((935, 1), "CRITICAL"), ((1_000, 0), "CRITICAL")],
    )
    def test_the_states(self, cli: Cli, tmp_path: Path, line: tuple[float, float], state: str) -> None:
        where = ("--store-url", "sqlite:///ours.db")
        (tmp_path / "outgrow.toml").write_text('[[limits]]\nmetric = "storage_gb"\nmaximum = 1000\n', "utf-8")
        cli("init", *where)
        assert cli("import", a_straight_line(tmp_path, "storage_gb", *line), *where).status == 0
        told = cli("check", *where)

        code = ["OK", "WARNING", "CRITICAL"].index(state)
        assert (told.status, told.err) == (code, "")
        assert told.out.startswith(f"OUTGROW {state} - ")
        assert told.out.count("\n") == 1
        document = cli("check", "--json", *where).document()
        assert document == {"state": code, "status": state, "line": told.out.strip()}

    def test_too_little_is_unknown(self, cli: Cli, tmp_path: Path) -> None:
        where = ("--store-url", "sqlite:///ours.db")
        cli("init", *where)
        cli("import", a_straight_line(tmp_path, "storage_gb", 100, 0, days=3), *where)

        assert cli("check", *where).status == 3


class TestDoctor:
    def test_what_is_wrong_is_status_three(self, cli: Cli, tmp_path: Path) -> None:
        (tmp_path / "empty.db").touch()
        told = cli("doctor", "--json", "--database-url", "sqlite:///empty.db")

        assert (told.status, told.err) == (3, "")
        assert told.document()[-1]["state"] == "bad"
        people = cli("doctor", "--database-url", "sqlite:///empty.db")
        assert people.status == 3
        assert "✗ commerce tables: " in people.out
        assert "    mend: " in people.out

    def test_nothing_is_configured(self, cli: Cli) -> None:
        told = cli("doctor")

        assert told.status == 3
        assert "✗ address: " in told.out


class TestDefects:
    @pytest.fixture
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def status(_view: object) -> None:
            raise ZeroDivisionError("of ours")

        monkeypatch.setattr("outgrow.service.status.status", status)

    @pytest.mark.usefixtures("broken")
    def test_a_defect_is_status_one_and_asks_for_a_report(self, cli: Cli, shop: str) -> None:
        refused(cli("status", "--database-url", shop), 1, "a defect of outgrow: ZeroDivisionError: of ours", "--debug")

    def test_an_interruption_is_no_defect(self, cli: Cli, shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def status(_view: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("outgrow.service.status.status", status)

        assert cli("status", "--database-url", shop) == (130, "", "")

    @pytest.mark.usefixtures("broken", "cli")
    @pytest.mark.parametrize("words", [["--debug", "status"], ["status", "--debug"]])
    def test_debug_anywhere_shows_the_traceback_and_keeps_the_status(
        self, shop: str, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "argv", ["outgrow", *words, "--database-url", shop])
        with pytest.raises(SystemExit) as end:
            main(SettingsProgram)

        assert end.value.code == 1
        told = capsys.readouterr().err
        assert told.startswith("Traceback (most recent call last):")
        assert "ZeroDivisionError: of ours\noutgrow: this is a defect of outgrow: ZeroDivisionError: of ours" in told


class TestDemo:
    def test_it_builds_a_platform_to_ask(self, cli: Cli, tmp_path: Path) -> None:
        told = cli("demo", "--today", "2026-02-01", "--seed", "3")

        assert (told.status, told.err) == (0, "")
        assert "A synthetic platform, made up from seed 3" in told.out
        assert "outgrow when storage_gb 1000 --database-url sqlite:///outgrow-demo.db" in told.out
        assert [file.name for file in tmp_path.iterdir()] == ["outgrow-demo.db"]
        assert (tmp_path / "outgrow-demo.db").stat().st_mode & 0o777 == 0o600
        asked = cli("status", "--as-of", "2026-02-01", "--json", "--database-url", "sqlite:///outgrow-demo.db")
        assert asked.document()["newest_snapshot"] == "2026-02-01"

    def test_it_replaces_nothing_but_a_demo(self, cli: Cli, shop: str, tmp_path: Path) -> None:
        before = (tmp_path / "shop.db").read_bytes()
        told = cli("demo", "--today", "2026-02-01", "--database-url", shop)

        refused(told, 3, "shop.db is there already, and was not made by this release's demo", "--database-url")
        assert (tmp_path / "shop.db").read_bytes() == before

    def test_a_real_platform_may_be_called_demo(self, cli: Cli, shop: str, tmp_path: Path) -> None:
        """And one may have been imported into what a demo made."""
        with closing(sqlite3.connect(tmp_path / "shop.db")) as file, file:
            file.execute("UPDATE platforms SET code = 'demo'")
        before = (tmp_path / "shop.db").read_bytes()

        refused(cli("demo", "--today", "2026-02-01", "--database-url", shop), 3, "not made by this release's demo")
        assert (tmp_path / "shop.db").read_bytes() == before

    def test_it_replaces_its_own_file_and_nothing_that_was_added_to_it(
        self, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("outgrow.setup.demo.build_demo", partial(build_demo, scale=0.01))
        again = ("demo", "--today", "2026-02-01", "--database-url", "sqlite:///demo.db")
        assert [cli(*again).status, cli(*again).status] == [0, 0]
        made = (tmp_path / "demo.db").read_bytes()
        for metric in ("visitors", "active_stores"):
            (tmp_path / "demo.db").write_bytes(made)
            mine = csv(tmp_path, f"date,{metric}", "2024-01-01,5")
            assert cli("import", mine, "--store-url", "sqlite:///demo.db").status == 0
            before = (tmp_path / "demo.db").read_bytes()

            refused(cli(*again), 3, f"demo.db holds more than the demo made: {metric}", "remove the file")
            assert (tmp_path / "demo.db").read_bytes() == before


def test_init_makes_the_folder_and_the_file_and_may_be_run_again(cli: Cli, tmp_path: Path) -> None:
    told = [cli("init", "--store-url", "sqlite:///of/ours.db") for _ in range(2)]

    assert told == [(0, "outgrow's tables are ready in sqlite:///of/ours.db.\n", "")] * 2
    assert (tmp_path / "of" / "ours.db").is_file()


COMMAND = [sys.executable, "-c", "from outgrow.__main__ import main; main()"]


def real(folder: Path, **more: str) -> dict[str, Any]:
    """How to start a process of its own in a folder, with a setting more in its environment."""
    source = str(Path(outgrow.__file__).parents[1])
    return {"cwd": folder, "env": {**os.environ, "PYTHONPATH": source, **more}, "text": True}


def test_a_real_process_tells_every_command(tmp_path: Path) -> None:
    told = subprocess.run([*COMMAND, "--help"], capture_output=True, check=True, **real(tmp_path))

    assert told.stderr == ""
    for name in ("demo", "init", "doctor", "capture", "backfill", "status", "history", "trends", "forecast", "when"):
        assert f"  {name} " in told.stdout
    for name in ("recommend", "check", "import"):
        assert f"  {name} " in told.stdout
    assert "--debug" in told.stdout


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["forecast", "products", "--json"], id="more than a pipe holds"),
        pytest.param(["when", "products", "500"], id="a few lines"),
    ],
)
def test_a_reader_that_goes_away_is_no_error(shop: str, tmp_path: Path, words: list[str]) -> None:
    options = real(tmp_path)
    with subprocess.Popen(
        [*COMMAND, *words, "--database-url", shop, "--as-of", "2026-03-31"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()

        assert (process.wait(timeout=60), said) == (0, "")


def test_a_terminal_that_knows_no_bars(shop: str, tmp_path: Path) -> None:
    told = subprocess.run(
        [*COMMAND, "status", "--database-url", shop, "--as-of", "2026-03-31"],
        capture_output=True, check=False, **real(tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0"),
    )  # fmt: skip

    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.isascii()
