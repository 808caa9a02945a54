"""From tables to scenarios: what they may speak of."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.cloud import CLOUD

from outgrow.domain.errors import ConfigurationError, UsageError
from outgrow.domain.ladder import DEFAULT_LADDER
from outgrow.domain.metric import MetricCatalogue
from outgrow.domain.scenario import Scenario
from outgrow.service.scenario_file import ScenarioFile
from outgrow.service.scenario_tables import SCENARIO
from outgrow.service.scenarios import Known, ScenarioRequest, Written, asked_for, to_scenario

TODAY = date(2026, 11, 22)
KNOWN = Known(TODAY, MetricCatalogue(), ["free", "pro"], DEFAULT_LADDER)


def file_of(text: str) -> ScenarioFile:
    tables = {name: SCENARIO(table) for name, table in tomllib.loads(text)["scenario"].items()}
    return ScenarioFile(Path("scenarios.toml"), text, tables)


def scenario(text: str, name: str = "a", known: Known = KNOWN) -> Scenario:
    return to_scenario(asked_for(file_of(text), name), known)


def refused(text: str, *parts: str, name: str = "a", known: Known = KNOWN) -> None:
    with pytest.raises(ConfigurationError) as caught:
        scenario(text, name, known)
    assert caught.value.mend
    for part in parts:
        assert part in str(caught.value)


def test_names_are_full_names_in_the_end() -> None:
    made = scenario(
        """
        [scenario.a]
        growth = { products = 1.5 }
        merchants = [{ on = 2027-01-01, sizes = { stores = 2, orders = 300 } }]
        steps = [{ metric = "storage_gb", on = 2027-01-01, amount = -5 }]
        stores = [{ count = 1, on = 2027-01-01, sizes = { team_members = 4 } }]
        """
    )

    assert made.growth[0].metric == "total_products"
    assert made.merchants[0].sizes == {"active_stores": 2, "total_orders_month": 300}
    assert made.steps[0].metric == "storage_used_gb"
    assert made.stores[0].sizes == {"total_team_members": 4}


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ('stores = [{ plan = "pro", count = 1, on = 2026-11-21 }]', "stores.0.on"),
        ("merchants = [{ on = 2026-11-21, sizes = {} }]", "merchants.0.on"),
        ('steps = [{ metric = "products", on = 2026-11-21, amount = 1 }]', "steps.0.on"),
        ("events = [{ first = 2026-11-21, last = 2026-12-21, multiplier = 2 }]", "events.0.first"),
    ],
)
def test_a_day_in_the_past_is_refused_and_today_is_none(table: str, key: str) -> None:
    text = f"\n[scenario.a]\n{table}"

    refused(text, f"scenarios.toml, line 3: scenario.a.{key}: 2026-11-21 lies in the past, today is 2026-11-22")
    assert scenario(text.replace("2026-11-21", "2026-11-22"))


def test_a_plan_that_is_not_sold_is_refused() -> None:
    stores = '[scenario.a]\nstores = [{ plan = "prp", count = 1, on = 2027-01-01 }]'
    plans = '[[scenario.a.plans]]\ncode = "prp"\nteam_limit = 4'

    refused(stores, "scenarios.toml, line 2: scenario.a.stores.0.plan: there is no plan 'prp'", "free, pro")
    refused(plans, "scenarios.toml, line 2: scenario.a.plans.0.code: there is no plan 'prp'", "free, pro")
    refused(stores, "sells no plan", known=Known(TODAY, MetricCatalogue(), [], DEFAULT_LADDER))


def test_without_the_platforms_database_no_plan_is_known() -> None:
    alone = Known(TODAY, MetricCatalogue(), None, DEFAULT_LADDER)

    refused(
        '[scenario.a]\nstores = [{ plan = "pro", count = 1, on = 2027-01-01 }]',
        "nothing is known of plan 'pro' without the platform's database",
        "sizes",
        known=alone,
    )
    assert scenario("[scenario.a]\nstores = [{ count = 1, on = 2027-01-01, sizes = { products = 3 } }]", known=alone)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("merchants = [{ on = 2027-01-01, sizes = { product = 3 } }]", "merchants.0.sizes.product"),
        ("stores = [{ count = 1, on = 2027-01-01, sizes = { product = 3 } }]", "stores.0.sizes.product"),
        ('steps = [{ metric = "product", on = 2027-01-01, amount = 1 }]', "steps.0.metric"),
        ("growth = { product = 2 }", "growth.product"),
    ],
)
def test_a_metric_that_does_not_exist_is_refused_with_the_nearest(table: str, key: str) -> None:
    refused(
        f"[scenario.a]\n{table}",
        f"scenarios.toml, line 2: scenario.a.{key}: there is no metric 'product'",
        "did you mean",
        "products",
    )


class TestEvents:
    def test_those_that_overlap_are_refused(self) -> None:
        text = """[scenario.a]
            [[scenario.a.events]]
            name = "late"
            first = 2026-11-30
            multiplier = 2
            [[scenario.a.events]]
            name = "early"
            first = 2026-11-27
            last = 2026-11-30
            multiplier = 3
            """

        refused(
            text,
            "scenarios.toml, line 4: scenario.a.events.0.first",
            "'late' begins on 2026-11-30, while 'early' lasts until 2026-11-30",
            "let events follow each other",
        )
        assert len(scenario(text.replace("last = 2026-11-30", "last = 2026-11-29")).events) == 2

    def test_so_are_those_of_two_scenarios_that_are_asked_about_as_one(self) -> None:
        text = """
            [[scenario.a.events]]
            first = 2026-11-27
            last = 2026-11-30
            multiplier = 3
            [[scenario.b.events]]
            first = 2026-11-28
            multiplier = 2
            """

        refused(text, "scenario.b.events.0.first: '2026-11-28' begins", "while '2026-11-27' lasts", name="a+b")
        assert len(scenario(text, "a").events) == len(scenario(text, "b").events) == 1


class TestTogether:
    TEXT = """
        [scenario.a]
        growth = 1.5
        prices = [{ tier = "Medium", cost_monthly = 160 }]
        ladder = [{ name = "Medium", cost_monthly = 150 }]
        [scenario.b]
        growth = { products = 2 }
        ladder = [{ name = "Big", cost_monthly = 150 }]
        [scenario.c]
        steps = [{ metric = "products", on = 2027-01-01, amount = 1 }]
        ["scenario"."a+c"]
        growth = 3
        """

    def test_the_changes_of_both_are_made(self) -> None:
        made = scenario(self.TEXT.partition('["scenario"')[0], "a+c")

        assert made.name == "a+c"
        assert (made.growth[0].factor, made.steps[0].amount) == (1.5, 1)
        assert made.ladder is not None
        assert made.prices == {"Medium": Decimal(160)}

    def test_two_ladders_contradict_each_other(self) -> None:
        refused(self.TEXT, "scenario.b.ladder: 'a' has a ladder of its own", name="a+b")

    def test_a_scenario_may_be_called_so_itself(self) -> None:
        assert [growth.factor for growth in scenario(self.TEXT, "a+c").growth] == [3]

    def test_each_has_to_be_there(self) -> None:
        with pytest.raises(ConfigurationError, match="no scenario 'x'"):
            scenario(self.TEXT, "a+x")


class TestLadder:
    def test_another_ladder_is_in_the_present_ones_currency(self) -> None:
        made = scenario("[scenario.a]\nladder = [{ name = 'One', cost_monthly = 10 }]").ladder

        assert made is not None
        assert (made.currency, made.tiers[0].cost_monthly) == ("EUR", Decimal(10))

    def test_another_currency_cannot_be_compared(self) -> None:
        refused(
            "[scenario.a]\n[[scenario.a.ladder]]\nname = 'One'\ncurrency = 'USD'\ncost_monthly = 10",
            "line 4: scenario.a.ladder.0.currency: tier 'One' is priced in USD, the present ladder in EUR",
        )

    def test_it_has_to_be_in_order(self) -> None:
        refused(
            """[scenario.a]
            [[scenario.a.ladder]]
            name = "Two"
            max_stores = 20
            cost_monthly = 10
            [[scenario.a.ladder]]
            name = "One"
            max_stores = 10
            cost_monthly = 20
            """,
            "scenario.a.ladder: ladder: tier 'One' holds less of active_stores",
            "order the tiers",
        )

    def test_prices_are_of_tiers_that_are_there_and_keep_the_order(self) -> None:
        prices = "[scenario.a]\nprices = [{ tier = 'Medum', cost_monthly = 10 }]"

        refused(prices, "line 2: scenario.a.prices.0.tier: the ladder has no tier 'Medum'", "Medium")
        refused(
            prices.replace("Medum", "Medium"), "scenario.a.prices: ladder: tier 'Medium' costs 10, less than 'Small'"
        )
        assert scenario(prices.replace("Medum", "Starter")).prices == {"Starter": Decimal(10)}


class TestOptions:
    WORDS: Mapping[tuple[str | int, ...], Written] = {("stores", 0): Written("--stores 'x'", "write it like this")}

    def of(self, **store: Any) -> ScenarioRequest:
        return ScenarioRequest.of_options({"stores": [{"count": "1", "on": "2027-01-01", **store}]}, self.WORDS)

    def test_what_is_out_of_range_names_the_option_and_shows_a_right_one(self) -> None:
        with pytest.raises(UsageError) as caught:
            self.of(plan="pro", count="0")

        assert str(caught.value) == (
            "--stores 'x': count: has to be a whole number from 1 to 1,000,000, not '0'\n  mend: write it like this"
        )  # fmt: skip

    def test_what_does_not_exist_names_it_too(self) -> None:
        with pytest.raises(UsageError, match=r"^--stores 'x': plan: there is no plan 'prp'\n  mend: use one"):
            to_scenario([self.of(plan="prp")], KNOWN)


class TestLimitsOfPlans:
    PRO = '[scenario.a]\n[[scenario.a.plans]]\ncode = "pro"\n'

    def test_any_resource_of_the_platform_may_be_limited(self) -> None:
        made = scenario(f'{self.PRO}seats_limit = 3\ncalls_limit = "unlimited"', known=replace(KNOWN, resources=CLOUD))

        assert made.plans[0].limits == {"seats": 3.0, "calls": float("inf")}
        assert made.sentences() == ["plan pro with 3 seats and unlimited calls a month"]

    def test_short_and_long_names_mean_the_same(self) -> None:
        short = "orders_limit = 9\nteam_limit = 8\nstorage_limit_gb = 7"
        long = "orders_month_limit = 9\nteam_members_limit = 8\nstorage_gb_limit = 7"

        assert scenario(self.PRO + short) == scenario(self.PRO + long)

    def test_what_is_no_resource_is_refused_with_those_that_there_are(self) -> None:
        refused(
            f"{self.PRO}product_limit = 3",
            "scenarios.toml, line 4: scenario.a.plans.0.product_limit: there is no resource 'product'",
            "use one of: products_limit, orders_limit, team_limit, storage_limit_gb",
        )
        cloud = replace(KNOWN, resources=CLOUD)
        refused(f"{self.PRO}team_limit = 3", "line 4: scenario.a.plans.0.team_limit", "seats_limit", known=cloud)
