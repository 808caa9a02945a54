"""Commands one by one: import, capture, check, doctor, demo and init."""

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from tests.support.cli import Cli
from tests.support.command_files import a_straight_line, csv, everything_of_ours, refused

from outgrow.sources.commerce.demo import build_demo


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
        assert lines[0] == "outgrow: the area 'orders' could not be counted"
        assert lines[1].startswith("outgrow: what was sold could not be counted: ")
        assert "orders" in lines[1]
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
