"""Changes as they are written on the command line."""

from datetime import date

import pytest

from outgrow.domain.errors import UsageError
from outgrow.faces.cli.whatif_options import EXAMPLES, FORMS, asked_by_options
from outgrow.service.scenario_tables import ScenarioTable

ON = date(2027, 2, 1)


def table(option: str, *texts: str) -> ScenarioTable:
    return asked_by_options({option: texts}).table


def test_stores_of_a_plan() -> None:
    (one,) = table("stores", "pro:40@2027-02-01").stores
    (over,) = table("stores", " pro plus:40@2027-02-01..2027-03-02 ").stores

    assert (one.plan, one.count, one.on, one.over_days, one.sizes) == ("pro", 40, ON, 1, None)
    assert (over.plan, over.on, over.over_days) == ("pro plus", ON, 30)


def test_stores_of_given_sizes() -> None:
    (one,) = table("stores", "products=200,orders_per_day=3.5:2@2027-02-01").stores

    assert (one.plan, one.count, one.sizes) == (None, 2, {"products": 200, "orders_per_day": 3.5})


def test_a_merchant_with_or_without_a_name() -> None:
    one, named = table("merchant", "products=5000@2027-02-01", "Big Shop: products=1, stores=2@2027-02-01").merchants

    assert (one.name, one.sizes, one.on) == ("", {"products": 5_000}, ON)
    assert (named.name, named.sizes) == ("Big Shop", {"products": 1, "stores": 2})


def test_events() -> None:
    one, span = table("event", "x2.5@2027-02-01", "spring: sale:x3@2027-02-01..2027-02-04").events

    assert (one.name, one.multiplier, one.first, one.last) == ("", 2.5, ON, ON)
    assert (span.name, span.last) == ("spring: sale", date(2027, 2, 4))


def test_steps_up_and_down() -> None:
    down, up = table("step", "storage_used_gb:-120@2027-02-01", "products:+5@2027-02-01").steps

    assert (down.metric, down.amount, down.on) == ("storage_used_gb", -120, ON)
    assert up.amount == 5


def test_growth_of_all_and_of_one() -> None:
    assert table("growth", "1.5", "total_products:2").growth == {"*": 1.5, "total_products": 2}


def test_limits_of_plans_and_prices() -> None:
    (plan,) = table("plan", "pro:products_limit=2000,orders_limit=unlimited").plans
    (price,) = table("price", "Medium:180.50").prices

    assert (plan.code, plan.limits()) == ("pro", {"products": 2_000, "orders_month": float("inf")})
    assert (price.tier, str(price.cost_monthly)) == ("Medium", "180.50")


def test_all_together_are_one_scenario() -> None:
    asked = asked_by_options({"stores": ["pro:1@2027-02-01", "free:2@2027-02-01"], "growth": ["2"]})

    assert asked.name == "options"
    assert [store.count for store in asked.table.stores] == [1, 2]
    assert asked.table.growth == {"*": 2}


@pytest.mark.parametrize("option", FORMS)
def test_the_examples_in_messages_are_right(option: str) -> None:
    for example in EXAMPLES[option].split(", or "):
        assert table(option, example.strip("'")).kinds()


@pytest.mark.parametrize(
    ("option", "text", "why"),
    [
        ("stores", "pro", "cannot be read"),
        ("stores", "pro:40", "cannot be read"),
        ("stores", "pro@2027-02-01", "cannot be read"),
        ("stores", "pro:40@soon", "cannot be read"),
        ("stores", "pro:40@2027-02-30", "on: has to be a day .*, not '2027-02-30'"),
        ("stores", "pro:0@2027-02-01", "count: has to be a whole number from 1 to 1,000,000, not '0'"),
        ("stores", "pro:many@2027-02-01", "count: has to be a whole number .*, not 'many'"),
        ("stores", "pro:1@2027-02-03..2027-02-01", "the last day, 2027-02-01, lies before the first, 2027-02-03"),
        ("merchant", "5000@2027-02-01", "cannot be read"),
        ("merchant", "products=@2027-02-01", "cannot be read"),
        ("merchant", "products=many@2027-02-01", "products: has to be a number from 0 .*, not 'many'"),
        ("merchant", "products=-5@2027-02-01", "products: has to be a number from 0 .*, not '-5'"),
        ("event", "3@2027-02-01", "cannot be read"),
        ("event", "x-1@2027-02-01", "multiplier: has to be a number from 0 to 1,000,000, not '-1'"),
        ("event", "x2@2027-02-03..2027-02-01", "lies before the first"),
        ("step", "storage:120", "cannot be read"),
        ("step", "storage:much@2027-02-01", "amount: has to be a number .*, not 'much'"),
        ("growth", "-1", "has to be a number from 0 .*, not '-1'"),
        ("growth", "products:", "cannot be read"),
        ("growth", "products:much", "has to be a number .*, not 'much'"),
        ("plan", "pro", "cannot be read"),
        ("plan", "pro:products=3", "products: is not known here"),
        ("plan", "pro:team_limit=few", "team_limit: has to be a number .*, not 'few'"),
        ("price", "Medium", "cannot be read"),
        ("price", "Medium:cheap", "cost_monthly: has to be an amount .*, not 'cheap'"),
    ],
)
def test_what_cannot_be_read_names_the_option_and_shows_a_right_one(option: str, text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        table(option, text)

    assert caught.value.what.startswith(f"--{option} '{text}'")
    assert caught.value.mend == f"write it like this: --{option} {EXAMPLES[option]}"
