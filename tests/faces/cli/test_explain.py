"""`outgrow explain`: why a date moved, and who brought the growth."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.support.cli import NOW, TODAY, Cli, Told
from tests.support.desks import backfill, desk_of
from tests.support.platforms import eventful_platform
from tests.support.snapshots import store_days

from outgrow import create_schema
from outgrow.domain.limit import Limit
from outgrow.service.config import CapacityConfig
from outgrow.service.issue import issue

URL = "sqlite:///shop.db"
DISK = CapacityConfig(limits=(Limit("db_size_mb", 1_000, "disk"),))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A platform of four months whose database grows, faster in the last two weeks; forecasts of five days are kept."""
    file = tmp_path_factory.mktemp("built") / "shop.db"
    engine = create_engine(f"sqlite:///{file}")
    create_schema(engine)
    with Session(engine) as db, db.begin():
        eventful_platform("UTC", TODAY - timedelta(days=120), TODAY - timedelta(days=1)).put(db)
        backfill(db, db, None, NOW)
        store_days(db, 120, lambda n: 200 + 4 * n + (n * 7) % 5 + 3 * max(0, n - 105), TODAY, "db_size_mb")
        for ago in (21, 14, 7, 2, 0):
            issue(desk_of(db, "main", TODAY - timedelta(days=ago), DISK))
    engine.dispose()
    return file


@pytest.fixture
def cli(cli: Cli, built: Path, tmp_path: Path) -> Cli:
    """Runs a command on a copy of it."""
    shutil.copy(built, tmp_path / "shop.db")

    def run(*words: str) -> Told:
        return cli(*words, "--database-url", URL)

    return run


class TestWhyItMoved:
    def test_a_sentence_and_a_table_that_adds_up(self, cli: Cli) -> None:
        told = cli("explain", "db_size_mb", "--since", f"{TODAY - timedelta(days=14)}")

        lines = [line.rstrip() for line in told.out.splitlines()]
        assert (told.status, told.err) == (0, "")
        assert lines[0].startswith("The date moved ")
        assert " days earlier, from " in lines[0]
        assert ": mostly because " in lines[0]
        assert lines[1] == "Database size, limit 1,000 MB (disk): forecast of 17 Mar 2026 against 31 Mar 2026"
        days = [int(line.split()[0].replace(",", "")) for line in lines[5:]]
        assert len(days) == 8
        assert sum(days[:-1]) == days[-1] < 0
        assert lines[-1].split()[1:3] == ["In", "all"]

    def test_the_document_says_the_same(self, cli: Cli) -> None:
        told = cli("explain", "db_size_mb", "--since", f"{TODAY - timedelta(days=14)}", "--json")
        document = told.document()

        assert (told.status, told.err) == (0, "")
        assert document["metric"] == "db_size_mb"
        assert (document["scope"], document["unit"], document["status"]) == ("platform:main", "MB", "ok")
        assert (document["from"]["issued_on"], document["to"]["issued_on"]) == ("2026-03-17", "2026-03-31")
        assert sum(part["days"] for part in document["parts"]) == document["moved_days"]
        assert [part["code"] for part in document["parts"]] == [
            "revised", "model", "on_course", "level", "slope", "limit", "assumptions",
        ]  # fmt: skip
        assert document["sentence"] == cli("explain", "db_size_mb", "--since", "2026-03-17").out.splitlines()[0]

    def test_a_week_is_the_default_and_a_past_day_can_be_asked_for(self, cli: Cli) -> None:
        assert cli("explain", "db_size_mb", "--json").document()["from"]["issued_on"] == "2026-03-24"
        past = cli("explain", "db_size_mb", "--as-of", "2026-03-25", "--json").document()
        assert (past["from"]["issued_on"], past["to"]["issued_on"]) == ("2026-03-17", "2026-03-24")

    def test_any_level(self, cli: Cli) -> None:
        assert cli("explain", "db_size_mb", "--limit", "900", "--json").document()["limit"] == {
            "name": None,
            "threshold": 900,
        }

    def test_what_cannot_be_said_is_said_in_one_line(self, cli: Cli) -> None:
        early = cli("explain", "db_size_mb", "--since", "2026-01-01")

        assert early.status == 0
        assert early.out == (
            "Why the date moved cannot be said: no forecast of db_size_mb is kept of 1 Jan 2026 or before: "
            "the first is of 10 Mar 2026.\n"
        )
        document = cli("explain", "db_size_mb", "--since", "2026-01-01", "--json").document()
        assert (document["status"], document["parts"], document["from"]) == ("insufficient_data", [], None)


class TestDrivers:
    @pytest.mark.parametrize("metric", ["products", "orders", "team_members", "storage_gb"])
    @pytest.mark.parametrize("by", ["plan", "cohort"])
    def test_parts_and_groups_add_up(self, cli: Cli, metric: str, by: str) -> None:
        document = cli("explain", metric, "--drivers", "--by", by, "--since", "2026-01-31", "--json").document()
        parts = {part["code"]: part["change"] for part in document["parts"]}

        assert list(parts) == ["joined", "left", "stayed", "neither", "without_store"]
        assert sum(parts.values()) == pytest.approx(document["change"], abs=1e-9)
        assert document["change"] == pytest.approx(document["after"] - document["before"], abs=1e-9)
        groups = sum(group["change"] for group in document["groups"])
        assert groups + parts["without_store"] == pytest.approx(document["change"], abs=1e-9)
        assert (document["since"], document["until"], document["by"]) == ("2026-01-31", "2026-03-30", by)

    def test_tables_for_people(self, cli: Cli) -> None:
        told = cli("explain", "products", "--drivers", "--by", "plan")
        lines = [line.rstrip() for line in told.out.splitlines()]

        assert (told.status, told.err) == (0, "")
        assert lines[0].startswith("Products from 30 Dec 2025 to 30 Mar 2026: ")
        assert lines[2].split() == ["Stores", "that", "Stores", "Before", "After", "Change"]
        assert [line.split("  ")[0] for line in lines[4:10]] == [
            "joined", "left", "stayed", "were there on neither day", "(of no store)", "in all",
        ]  # fmt: skip
        assert lines[11].split() == [
            "Plan", "Stores", "Before", "After", "Change", "Joined", "Left", "Stayed", "Neither",
        ]  # fmt: skip

    def test_it_asks_the_platform_s_own_database(self, cli: Cli, built: Path, tmp_path: Path) -> None:
        engine = create_engine(f"sqlite:///{tmp_path / 'ours.db'}")
        create_schema(engine, commerce=False)
        engine.dispose()
        told = cli("explain", "products", "--drivers", "--store-url", "sqlite:///ours.db", "--json")

        assert told.status == 0
        assert told.document()["metric"] == "total_products"


class TestWrongUse:
    @pytest.mark.parametrize(
        ("words", "status", "message"),
        [
            (("explain", "gigglebytes"), 2, "there is no metric 'gigglebytes'"),
            (("explain", "products", "--limit", "many"), 2, "the threshold 'many' is not a positive number"),
            (("explain", "products", "--by", "plan"), 2, "--by says nothing without --drivers"),
            (("explain", "products", "--drivers", "--limit", "5"), 2, "--limit says nothing with --drivers"),
            (("explain", "products", "--drivers", "--since", "2026-03-30"), 2, "from 2026-03-30 to 2026-03-30 no day"),
            (("explain", "stores", "--drivers"), 2, "active_stores cannot be split by stores"),
            (("explain", "products", "--drivers", "--by", "moon"), 2, "'moon' is not one of 'plan', 'cohort'"),
        ],
    )
    def test_it_is_said(self, cli: Cli, words: tuple[str, ...], status: int, message: str) -> None:
        told = cli(*words)

        assert (told.status, told.out) == (status, "")
        assert message in told.err

    def test_drivers_without_the_platform_s_database(self, cli: Cli, tmp_path: Path) -> None:
        """Our tables alone."""
        engine = create_engine(f"sqlite:///{tmp_path / 'ours.db'}")
        create_schema(engine, commerce=False)
        engine.dispose()
        (tmp_path / "shop.db").unlink()
        shutil.copy(tmp_path / "ours.db", tmp_path / "shop.db")
        told = cli("explain", "products", "--drivers")

        assert (told.status, told.out) == (3, "")
        assert "which is not at hand" in told.err
