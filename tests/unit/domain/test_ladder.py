"""The ladder's rungs, in order, and which of them holds what."""

import pickle
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.cloud import GPUS

from outgrow.domain.errors import ConfigurationError
from outgrow.domain.ladder import DEFAULT_LADDER, Ladder, Tier, next_tier_trigger
from outgrow.domain.metric import MetricCatalogue


def tier(name: str, stores: int | None, products: int | None) -> Tier:
    return Tier.of(name, Decimal(10), stores=stores, products=products)


MAXIMA = st.dictionaries(
    st.sampled_from(["gpus", "seats", "active_stores", "storage_used_gb", "total_products"]), st.floats(1e-9, 1e18)
)


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

    unlimited = ", which names no maximum of it and so is unlimited" if below.maximum(metric) is None else ""
    assert caught.value.what == f"ladder: tier 'b' holds less of {metric} than 'a' below it{unlimited}"
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


class TestAnyMetric:
    """A tier may limit whatever is measured."""

    @given(MAXIMA, MAXIMA)
    def test_it_holds_what_lies_below_every_maximum(
        self, maxima: Mapping[str, float], use: Mapping[str, float]
    ) -> None:
        tier = Tier("a", maxima, Decimal(5))

        assert tier.holds(use) == all(use.get(metric, 0) < top for metric, top in maxima.items())
        assert not any(tier.holds({metric: top}) for metric, top in maxima.items())
        assert {metric: tier.maximum(metric) for metric in maxima} == dict(maxima)
        assert tier.maximum("something else") is None

    @given(MAXIMA, st.randoms())
    def test_the_order_in_which_maxima_are_given_says_nothing_of_equality(
        self, maxima: Mapping[str, float], random: Any
    ) -> None:
        items = list(maxima.items())
        random.shuffle(items)
        one, other = Tier("a", maxima, Decimal(5)), Tier("a", dict(items), Decimal(5))

        assert one == other
        assert len({one, other}) == 1
        assert one == pickle.loads(pickle.dumps(one)) == deepcopy(one) == replace(one)

    @given(MAXIMA, MAXIMA)
    def test_those_of_the_commerce_schema_come_first_and_others_as_they_are_named(
        self, low: Mapping[str, float], high: Mapping[str, float]
    ) -> None:
        tiers = (Tier("a", low, Decimal(5)), Tier("b", {**high, "gpus": 1.0}, Decimal(6)))
        try:
            metrics = Ladder(tiers).metrics
        except ConfigurationError:
            return
        first = ("active_stores", "total_products", "storage_used_gb")
        named = list(dict.fromkeys([*low, *high, "gpus"]))
        assert list(metrics) == [name for name in first if name in named] + [n for n in named if n not in first]

    def test_what_was_given_may_change_and_the_tier_does_not(self) -> None:
        given = {"gpus": 8.0}
        tier = Tier("a", given, Decimal(5))
        given["gpus"] = 9.0

        assert tier.maximum("gpus") == 8.0
        with pytest.raises(TypeError):
            tier.maxima["gpus"] = 9.0  # type: ignore[index]

    def test_short_names_mean_the_same_metrics(self) -> None:
        short = Tier.of("a", Decimal(5), orders_month=3, storage_gb=4, gpus=5, team_members=None)

        assert short == Tier("a", {"total_orders_month": 3, "storage_used_gb": 4, "gpus": 5}, Decimal(5))

    @pytest.mark.parametrize("top", [0, -1, float("nan"), float("inf"), 1e19, "many", None])
    @pytest.mark.parametrize(("metric", "key"), [("gpus", "max_gpus"), ("total_orders_month", "max_orders_month")])
    def test_a_maximum_that_makes_no_sense_is_refused_by_its_name_in_the_settings(
        self, metric: str, key: str, top: Any
    ) -> None:
        with pytest.raises(ConfigurationError, match=f"Tier: {key} = .* makes no sense"):
            Tier("a", {metric: top}, Decimal(5))

    def test_what_makes_the_next_one_necessary(self) -> None:
        ladder = Ladder((Tier("a", {"gpus": 8, "total_products": 100}, Decimal(5)), Tier("b", {}, Decimal(6))))
        known = MetricCatalogue([GPUS])

        assert next_tier_trigger(ladder, ladder.tiers[0], {"gpus": 6}, known) == "b at 8 GPUs in use (6 now, 75%)"
        use = {"gpus": 6, "total_products": 90}
        assert next_tier_trigger(ladder, ladder.tiers[0], use, known) == "b at 100 products (90 now, 90%)"
        assert next_tier_trigger(ladder, ladder.tiers[1], use, known) is None
        nothing = next_tier_trigger(ladder, ladder.tiers[0], {"seats": 6}, known)
        assert nothing == "b at 100 products (nothing is stored of it yet)"
