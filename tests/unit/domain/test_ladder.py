"""The ladder's rungs, in order, and which of them holds what."""

from dataclasses import replace
from decimal import Decimal

import pytest

from outgrow.domain.errors import ConfigurationError
from outgrow.domain.ladder import DEFAULT_LADDER, Ladder, Tier


def tier(name: str, stores: int | None, products: int | None) -> Tier:
    return Tier.of(name, Decimal(10), stores=stores, products=products)


def usage(stores: float, products: float) -> dict[str, float]:
    return {"active_stores": stores, "total_products": products}


def test_the_default_ladder_is_the_documented_one() -> None:
    assert [
        (t.name, t.maximum("active_stores"), t.maximum("total_products"), t.cost_monthly) for t in DEFAULT_LADDER
    ] == [
        ("Starter", 50, 10_000, Decimal(30)),
        ("Small", 100, 30_000, Decimal(80)),
        ("Medium", 300, 100_000, Decimal(150)),
        ("Large", 500, 250_000, Decimal(350)),
        ("Scale", 1_000, 500_000, Decimal(700)),
        ("Enterprise", None, None, Decimal(1_500)),
    ]


@pytest.mark.parametrize(
    ("stores", "products", "needed"),
    [
        (0, 0, "Starter"),
        (49, 9_999, "Starter"),
        (50, 0, "Small"),
        (0, 10_000, "Small"),
        (49, 499_999, "Scale"),
        (999, 0, "Scale"),
        (1_000, 0, "Enterprise"),
        (10**9, 10**9, "Enterprise"),
    ],
)
def test_a_tier_is_outgrown_on_the_day_its_maximum_is_reached(stores: int, products: int, needed: str) -> None:
    assert DEFAULT_LADDER.required(usage(stores, products)).name == needed


def test_what_is_not_known_is_no_reason_to_climb() -> None:
    assert DEFAULT_LADDER.required({}).name == "Starter"
    assert DEFAULT_LADDER.required({"total_products": 20_000, "something_else": 1e9}).name == "Small"


def test_beyond_the_last_tier_there_is_only_the_last() -> None:
    ladder = Ladder((tier("a", 1, 10), tier("b", 2, 20)))

    assert ladder.required(usage(99, 0)).name == "b"


def test_above_is_the_next_and_above_the_last_nothing() -> None:
    tiers = list(DEFAULT_LADDER)

    assert [DEFAULT_LADDER.above(t) for t in tiers] == [*tiers[1:], None]


def test_a_ladder_needs_a_tier() -> None:
    with pytest.raises(ConfigurationError, match="the ladder has no tier"):
        Ladder(())


@pytest.mark.parametrize(
    ("below", "above", "metric"),
    [
        (tier("a", 100, 10), tier("b", 50, 20), "active_stores"),
        (tier("a", 10, 100), tier("b", 20, 50), "total_products"),
        (tier("a", None, 10), tier("b", 50, 20), "active_stores"),
        (tier("a", 10, None), tier("b", 20, 50), "total_products"),
    ],
)
def test_a_tier_that_holds_less_than_the_one_below_is_refused(below: Tier, above: Tier, metric: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Ladder((below, above))

    assert caught.value.what == f"ladder: tier 'b' holds less of {metric} than 'a' below it"
    assert "from the smallest to the largest" in caught.value.mend


def test_a_tier_may_grow_in_one_thing_alone() -> None:
    ladder = Ladder((tier("a", 10, 100), tier("b", 10, 200), tier("c", None, 200)))

    assert ladder.required(usage(0, 150)).name == "b"
    assert ladder.required(usage(10, 0)).name == "c"


@pytest.mark.parametrize("rung", [tier("b", 10, 100), tier("b", None, None)])
def test_a_tier_that_is_no_larger_than_the_one_below_is_refused(rung: Tier) -> None:
    with pytest.raises(ConfigurationError, match="'b'"):
        Ladder((Tier("a", rung.maxima, Decimal(5)), rung))


@pytest.mark.parametrize(
    ("below", "above", "said", "mend"),
    [
        ({"currency": "EUR"}, {"currency": "USD"}, "priced in USD, but 'a' below it in EUR", "the same `currency`"),
        (
            {"cost_monthly": Decimal(9)},
            {"cost_monthly": Decimal(8)},
            "costs 8, less than 'a' below it",
            "order the tiers",
        ),
        (
            {"maxima": {}},
            {},
            "tier 'a' is unlimited, but 'b' stands above it",
            "only the last",
        ),
        (
            {"maxima": {"storage_used_gb": 5}},
            {"maxima": {"storage_used_gb": 4}},
            "holds less of storage_used_gb than 'a'",
            "from the smallest",
        ),
        (
            {},
            {"maxima": {"active_stores": 20, "total_products": 200, "total_orders_month": 4}},
            "holds less of total_orders_month",
            "from the smallest",
        ),
        ({}, {"name": "a"}, "two tiers are called 'a'", "a name of its own"),
    ],
)
def test_what_is_wrong_with_two_tiers_is_said(
    below: dict[str, object], above: dict[str, object], said: str, mend: str
) -> None:
    low = replace(tier("a", 10, 100), **below)  # type: ignore[arg-type]
    high = replace(replace(tier("b", 20, 200), cost_monthly=Decimal(10)), **above)  # type: ignore[arg-type]

    with pytest.raises(ConfigurationError) as error:
        Ladder((low, high))

    assert said in error.value.what
    assert mend in error.value.mend


def test_the_rented_tier_is_the_named_one_or_what_use_needs() -> None:
    assert DEFAULT_LADDER.rented(usage(60, 0)).name == "Small"
    assert DEFAULT_LADDER.rented(usage(60, 0), "Large").name == "Large"
    with pytest.raises(ConfigurationError, match="no tier 'Tiny'"):
        DEFAULT_LADDER.rented({}, "Tiny")
