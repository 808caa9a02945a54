"""`outgrow whatif`: scenarios beside the baseline, and every way in which one can be wrong."""

import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.support.cli import NOW, TODAY, Cli, Told
from tests.support.desks import backfill, capture
from tests.support.platforms import tables_of

from outgrow import create_schema
from outgrow.sources.commerce.demo import build_demo

FILE = """
[scenario.spring]
description = "The campaign, and the agencies' stores"

[[scenario.spring.stores]]
plan = "pro"
count = 300
on = 2026-05-01

[[scenario.spring.events]]
name = "spring sale"
first = 2026-05-01
last = 2026-05-04
multiplier = 3

[scenario.faster]
growth = 2

[scenario.past]
[[scenario.past.steps]]
metric = "storage_gb"
on = 2026-03-30
amount = -20
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo platform with few orders, rebuilt and captured."""
    file = tmp_path_factory.mktemp("built") / "shop.db"
    engine = create_engine(f"sqlite:///{file}")
    create_schema(engine)
    build_demo(engine, TODAY, scale=0.03)
    with Session(engine) as session, session.begin():
        backfill(session, session, None, NOW)
        capture(session, session, None, NOW)
    engine.dispose()
    return file


@pytest.fixture
def whatif(built: Path, tmp_path: Path, cli: Cli) -> Cli:
    """Asks about a copy of it; scenarios stand beside it."""
    shutil.copy(built, tmp_path / "shop.db")
    (tmp_path / "scenarios.toml").write_text(FILE, encoding="utf-8")

    def run(*words: str) -> Told:
        return cli("whatif", *words, "--database-url", "sqlite:///shop.db")

    return run


@pytest.fixture(scope="module")
def answers() -> dict[tuple[str, ...], Told]:
    return {}


@pytest.fixture
def asked(whatif: Cli, answers: dict[tuple[str, ...], Told]) -> Cli:
    """Asks each question once, for tests that change neither the platform nor the scenarios."""

    def run(*words: str) -> Told:
        if words not in answers:
            answers[words] = whatif(*words)
        return answers[words]

    return run


def limit(outcome: dict[str, Any], metric: str) -> dict[str, Any]:
    return next(each for each in outcome["limits"] if each["metric"] == metric)


def refused(told: Told, status: int, *parts: str) -> None:
    assert (told.status, told.out) == (status, "")
    assert told.err.startswith("outgrow: ")
    assert "\n  mend: " in told.err
    for part in parts:
        assert part in told.err


def test_the_document_has_the_baseline_and_each_scenario(asked: Cli) -> None:
    told = asked("spring", "faster", "--json")
    document = told.document()
    baseline, (spring, faster) = document["baseline"], document["scenarios"]

    assert (told.status, told.err) == (0, "")
    assert (document["platform"], document["as_of"], document["horizon_days"]) == ("demo", "2026-03-31", 365)
    assert [each["name"] for each in (baseline, spring, faster)] == ["baseline", "spring", "faster"]
    assert spring["changes"] == [
        "300 new stores of plan pro on 1 May 2026",
        "spring sale: orders × 3 from 1 May 2026 to 4 May 2026",
    ]
    assert limit(baseline, "active_stores")["status"] == "beyond_horizon"
    assert limit(spring, "active_stores")["date"]["p50"] == "2026-05-01"
    assert float(spring["cost_difference"]["p50"]) > 0 == float(faster["cost_difference"]["p10"])
    assert spring["plan"]["steps"][0]["act_by"] == "2026-04-10"
    assert limit(faster, "storage_used_gb")["days"]["p50"] <= limit(baseline, "storage_used_gb")["days"]["p50"]
    assert [each["month"] for each in spring["tenants"]] == ["2026-05"]


def test_the_baseline_is_what_the_ladder_says(asked: Cli, cli: Cli) -> None:
    baseline = asked("spring", "faster", "--json").document()["baseline"]
    ladder = cli("ladder", "--json", "--database-url", "sqlite:///shop.db").document()

    assert {key: ladder[key] for key in baseline["plan"]} == baseline["plan"]


def test_the_same_question_gets_the_same_answer(asked: Cli, whatif: Cli) -> None:
    assert asked("spring", "faster", "--json").out == whatif("spring", "faster", "--json").out


def test_more_stores_are_never_later_nor_cheaper(whatif: Cli, tmp_path: Path) -> None:
    numbers = (1, 80, 300)
    stores = [f"[[scenario.s{n}.stores]]\nplan = 'pro'\ncount = {n}\non = 2026-05-01\n" for n in numbers]
    (tmp_path / "scenarios.toml").write_text("".join(stores), encoding="utf-8")
    outcomes = whatif(*(f"s{n}" for n in numbers), "--json").document()["scenarios"]

    for fewer, more in pairwise(outcomes):
        assert float(more["plan"]["cost"]["mean"]) >= float(fewer["plan"]["cost"]["mean"])
        for one in fewer["limits"]:
            days = [each["days"]["p50"] or 9_999 for each in (one, limit(more, one["metric"]))]
            assert days[1] <= days[0]


def test_an_event_after_the_horizon_changes_nothing_and_says_so(whatif: Cli) -> None:
    document = whatif("--event", "x9@2027-04-01", "--json").document()
    (scenario,) = document["scenarios"]

    assert scenario["plan"] == document["baseline"]["plan"]
    assert [{**each, "later_by_days": 0} for each in scenario["limits"]] == [
        {**each, "later_by_days": 0} for each in document["baseline"]["limits"]
    ]
    assert scenario["tenants"] == []
    assert scenario["notes"] == [
        "an event on 1 Apr 2027 comes after the horizon's last day, 31 Mar 2027, and changes nothing"
    ]


def test_people_get_sentences_and_tables(asked: Cli) -> None:
    told = asked("spring", "faster")

    assert (told.status, told.err) == (0, "")
    for part in (
        "As it is: On the example ladder: tier Medium",
        "Spring: On the example ladder: tier Medium lasts until about 1 May 2026",
        "  The campaign, and the agencies' stores",
        "  300 new stores of plan pro on 1 May 2026",
        "Faster: ",
        "  growth of every metric × 2",
        "moved by",
        "sooner",
        "A chance is that of reaching the limit by 31 Mar 2027.",
        "May 2026",
        "Together",
        "Difference",
        "Large, 10 Apr 2026",
        "Merchants in spring:\n  orders in May 2026: ",
    ):
        assert part in told.out
    assert max(map(len, told.out.splitlines()[6:])) <= 144


def test_one_scenario_is_shown_with_its_ranges(asked: Cli) -> None:
    assert asked("faster").out.count("80% range") == 2
    assert "80% range" not in asked("faster", "spring").out


def test_options_are_one_scenario_more(whatif: Cli) -> None:
    document = whatif(
        "faster", "--stores", "pro:2@2026-05-01..2026-05-09", "--merchant", "products=900@2026-05-01",
        "--event", "x2@2026-05-01", "--event", "x3@2026-06-01", "--step", "storage_gb:-20@2026-05-01",
        "--growth", "0.5", "--growth", "products:2", "--plan", "pro:products_limit=10", "--price", "Large:360",
        "--json",
    ).document()  # fmt: skip

    assert [each["name"] for each in document["scenarios"]] == ["faster", "options"]
    assert len(document["scenarios"][1]["changes"]) == 9
    products = document["scenarios"][1]["tenants"][0]
    assert (products["resource"], products["before"] < products["after"]) == ("products", True)
    assert len(products["reach"]) == products["after"] - products["before"]
    assert products["likely_after"] > products["likely_before"]
    assert products["sold_after"] < products["sold_before"]


def test_two_scenarios_can_be_asked_about_as_one(whatif: Cli) -> None:
    document = whatif("spring+faster", "--json").document()

    assert document["scenarios"][0]["name"] == "spring+faster"
    assert len(document["scenarios"][0]["changes"]) == 3


def test_the_list_of_what_there_is(whatif: Cli, cli: Cli, tmp_path: Path) -> None:
    assert whatif("--list", "--json").document() == {
        "file": "scenarios.toml",
        "scenarios": [
            {
                "name": "spring",
                "description": "The campaign, and the agencies' stores",
                "changes": ["stores", "events"],
            },
            {"name": "faster", "description": "", "changes": ["growth"]},
            {"name": "past", "description": "", "changes": ["steps"]},
        ],
    }
    assert "spring     stores, events   The campaign, and the agencies' stores" in whatif("--list").out
    (tmp_path / "scenarios.toml").unlink()
    assert whatif("--list").out.startswith("scenarios.toml is not there.")
    (tmp_path / "empty.toml").touch()
    assert whatif("--list", "--file", "empty.toml").out.startswith("empty.toml holds no scenario.")


def test_nothing_that_is_stored_is_changed(whatif: Cli, tmp_path: Path) -> None:
    def everything() -> dict[str, list[tuple[Any, ...]]]:
        from outgrow.sources.commerce.models import CommerceBase
        from outgrow.store.orm import StoreBase

        engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
        with Session(engine) as session:
            found = tables_of(session, StoreBase, CommerceBase)
        engine.dispose()
        return found

    whatif("--list")
    before = everything()
    whatif("spring", "--plan", "pro:products_limit=10")
    whatif("past")
    whatif("--stores", "prp:1@2026-05-01")
    assert everything() == before


class TestRefusals:
    def test_no_scenario_at_all(self, whatif: Cli) -> None:
        refused(whatif(), 2, "no scenario is named", "name one of spring, faster, past", "--stores 'pro:40@")

    def test_a_name_that_is_not_there(self, whatif: Cli) -> None:
        refused(whatif("sprng"), 2, "scenarios.toml holds no scenario 'sprng'", "use one of: spring")

    def test_no_file(self, whatif: Cli, tmp_path: Path) -> None:
        (tmp_path / "scenarios.toml").unlink()

        refused(whatif("spring"), 3, "there is no scenarios file scenarios.toml", "[scenario.spring]")
        refused(whatif("--growth", "2", "--file", "other.toml"), 3, "there is no scenarios file other.toml")
        refused(whatif(), 2, "no scenario is named", "give a change, for example --stores")

    def test_a_file_that_is_wrong(self, whatif: Cli, tmp_path: Path) -> None:
        (tmp_path / "scenarios.toml").write_text(FILE.replace("count = 300", "count = -3"))

        refused(
            whatif("faster"),
            3,
            "scenarios.toml, line 7: scenario.spring.stores.0.count: has to be a whole number",
        )

    def test_a_day_in_the_past(self, whatif: Cli) -> None:
        refused(
            whatif("past"),
            3,
            "scenarios.toml, line 22: scenario.past.steps.0.on: 2026-03-30 lies in the past, today is 2026-03-31",
            "give 2026-03-31 or a later day",
        )
        assert whatif("past", "--as-of", "2026-03-30").status == 0
        refused(
            whatif("--step", "storage_gb:-2@2026-03-30"), 2, "--step 'storage_gb:-2@2026-03-30': on: 2026-03-30 lies"
        )

    def test_an_unknown_plan(self, whatif: Cli, tmp_path: Path) -> None:
        (tmp_path / "scenarios.toml").write_text(FILE.replace('"pro"', '"prp"'))
        sold = "use one of: free, basic, pro, enterprise"

        refused(whatif("spring"), 3, "line 6: scenario.spring.stores.0.plan: there is no plan 'prp'", sold)
        refused(whatif("--stores", "prp:1@2026-05-01"), 2, "--stores 'prp:1@2026-05-01': plan: there is no plan", sold)
        refused(whatif("--plan", "prp:team_limit=1"), 2, "--plan 'prp:team_limit=1': code: there is no plan", sold)

    def test_a_plan_of_which_no_store_is_known(self, whatif: Cli, tmp_path: Path) -> None:
        engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
        with engine.begin() as connection:
            connection.exec_driver_sql("update stores set deleted_at = '2026-01-01 00:00:00'")
        engine.dispose()

        refused(
            whatif("spring"),
            3,
            "scenarios.toml, line 6: scenario.spring.stores.0.plan: how stores of plan 'pro' grow cannot be told",
            "sizes = {",
        )
        assert whatif("--stores", "products=5:1@2026-05-01").status == 0

    def test_events_that_overlap(self, whatif: Cli) -> None:
        refused(
            whatif("--event", "one:x2@2026-05-01..2026-05-03", "--event", "two:x2@2026-05-03"),
            2,
            "--event 'two:x2@2026-05-03': first: 'two' begins on 2026-05-03, while 'one' lasts until 2026-05-03",
        )

    def test_what_cannot_be_read(self, whatif: Cli) -> None:
        refused(whatif("--stores", "pro=40"), 2, "--stores 'pro=40' cannot be read", "--stores 'pro:40@2027-02-01'")

    def test_an_unknown_tier_and_an_unknown_metric(self, whatif: Cli) -> None:
        refused(whatif("--price", "Medum:10"), 2, "--price 'Medum:10': tier: the ladder has no tier 'Medum'", "Medium")
        refused(whatif("--growth", "product:2"), 2, "--growth 'product:2'", "there is no metric 'product'", "products")


def test_without_the_platforms_database_sizes_have_to_be_given(built: Path, tmp_path: Path, cli: Cli) -> None:
    shutil.copy(built, tmp_path / "store.db")
    engine = create_engine(f"sqlite:///{tmp_path / 'store.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("alter table platforms rename to elsewhere")
    engine.dispose()
    where = ("--store-url", "sqlite:///store.db", "--platform", "demo")

    refused(
        cli("whatif", "--stores", "pro:40@2026-05-01", *where),
        2,
        "--stores 'pro:40@2026-05-01': plan: nothing is known of plan 'pro' without the platform's database",
        "--database-url",
    )
    told = cli("whatif", "--stores", "products=200:300@2026-05-01", "--event", "x3@2026-05-01", "--json", *where)
    (scenario,) = told.document()["scenarios"]
    assert limit(scenario, "active_stores")["date"]["p50"] == "2026-05-01"
    assert scenario["tenants"] is None
    shown = cli("whatif", "--event", "x3@2026-05-01", *where).out
    assert "Merchants in options:\n  not known without the platform's database" in shown
