"""What is sold and used, against what the infrastructure holds."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.cloud import CLOUD, as_cloud
from tests.support.documents import plain
from tests.support.exposures import LADDER, UNSOLD, exposure_of, report_of, stored_exposure, tenants_of, until_of

from outgrow.documents.exposure import exposure_document
from outgrow.domain.forecast import Status
from outgrow.domain.ladder import DEFAULT_LADDER, Ladder, Tier
from outgrow.domain.metric import ACTIVE_STORES, STORAGE_USED_GB, TOTAL_ORDERS_MONTH, TOTAL_PRODUCTS
from outgrow.domain.tenant import UNLIMITED, Tenants
from outgrow.planning.tenants.exposure import NO_DATABASE, Exposure, ResourceExposure, expose
from outgrow.planning.tenants.resource_use import count_uses
from outgrow.service.sold import ExposureReport

LIMITED = st.tuples(*[st.integers(0, 3_000).map(float)] * 4)
AMOUNTS = st.tuples(*[st.integers(0, 3_000).map(float)] * 4)
TENANTS = st.lists(
    st.tuples(LIMITED | st.just((UNLIMITED,) * 4), AMOUNTS, st.booleans())
    | st.tuples(st.just(UNSOLD), AMOUNTS, st.just(False)),
    min_size=1,
    max_size=20,
).map(tenants_of)


def of(exposure: Exposure, resource: str) -> ResourceExposure:
    return exposure.resources[[each.use.resource for each in exposure.resources].index(resource)]


def products_sold(amount: float, used: float = 10.0) -> Tenants:
    return tenants_of([((amount, 10, 1, 1), (used, 1, 1, 0.5), False)])


def rank(exposure: Exposure, ladder: Ladder = LADDER) -> tuple[int, bool]:
    """How large a tier it would take."""
    assert exposure.if_all_used is not None
    return ladder.tiers.index(exposure.if_all_used.tier), exposure.if_all_used.beyond


@pytest.mark.parametrize(
    ("sold", "rented", "tier", "binding", "sentence"),
    [
        (900, "S", "S", (), "Tier S would do even if every tenant used all it bought."),
        (900, "M", "S", (), "Tier S would do even if every tenant used all it bought."),
        (
            1_000, "S", "M", ("total_products",),
            "If every tenant used all it bought, tier M would be needed, for 1,000 products.",
        ),
        (1_000, "L", "M", ("total_products",), "Tier M would do even if every tenant used all it bought."),
        (
            16_000, "L", "L", ("total_products",),
            "If every tenant used all it bought, not even tier L would do, for 16,000 products.",
        ),
    ],
)  # fmt: skip
def test_the_tier_that_all_that_was_sold_would_take(
    sold: float, rented: str, tier: str, binding: tuple[str, ...], sentence: str
) -> None:
    found = exposure_of(products_sold(sold), rented=rented)

    assert found.if_all_used is not None
    assert (found.if_all_used.tier.name, found.if_all_used.binding) == (tier, binding)
    assert found.if_all_used.beyond == ("not even" in sentence)
    assert found.sentence == sentence


def test_several_things_may_take_a_larger_tier() -> None:
    tenants = tenants_of([((10, 6_000, 1, 120), (1, 1, 1, 0.5), False)])
    assert exposure_of(tenants, rented="S").sentence.endswith(
        "tier M would be needed, for 6,000 orders a month and 120 GB of media."
    )


def test_stores_stay_at_todays_number() -> None:
    assert rank(exposure_of(products_sold(10), stores=99)) == (0, False)
    found = exposure_of(products_sold(10), stores=100, rented="S")
    assert rank(found) == (1, False)
    assert found.sentence.endswith("tier M would be needed, for 100 active stores.")


def test_overcommit_is_what_is_sold_of_what_the_tier_holds() -> None:
    found = exposure_of(products_sold(2_500), rented="S")
    assert of(found, "products").overcommit == 2.5
    assert of(found, "team_members").overcommit == 1 / 50

    unlimited = exposure_of(products_sold(2_500), DEFAULT_LADDER)
    assert of(unlimited, "products").overcommit == 0.25
    assert of(unlimited, "storage_gb").overcommit is None
    assert of(unlimited, "storage_gb").unknown == dict.fromkeys(
        ("tier_maximum", "overcommit", "probability_within"), "tier Starter does not limit it"
    )


def test_chances_are_those_of_the_forecast() -> None:
    untils = [
        until_of(TOTAL_PRODUCTS, {30: 0.1, 90: 0.5, 180: 0.75, 365: 1.0}),
        until_of(TOTAL_ORDERS_MONTH, status=Status.ALREADY_EXCEEDED, reason="at or above 5,000 since 2026-11-20"),
        until_of(STORAGE_USED_GB, status=Status.INSUFFICIENT_DATA, reason="3 days are known"),
    ]
    found = exposure_of(products_sold(10), untils=untils)

    assert of(found, "products").probability_within == {30: 0.1, 90: 0.5, 180: 0.75, 365: 1.0}
    assert of(found, "orders_month").probability_within == dict.fromkeys((30, 90, 180, 365), 1.0)
    assert of(found, "storage_gb").probability_within == dict.fromkeys((30, 90, 180, 365))
    assert of(found, "products").unknown == of(found, "orders_month").unknown == {}
    assert of(found, "storage_gb").unknown == {"probability_within": "3 days are known"}


def test_a_short_forecast_says_so() -> None:
    answer = until_of(TOTAL_PRODUCTS, {30: 0.1, 90: 0.2}, status=Status.BEYOND_HORIZON, reason="likeliest day beyond")
    found = exposure_of(products_sold(10), untils=[answer])
    assert of(found, "products").probability_within == {30: 0.1, 90: 0.2, 180: None, 365: None}
    assert of(found, "products").unknown == {"probability_within": "the forecast does not reach so far"}


def test_what_is_missing_has_its_reason() -> None:
    nothing_sold = exposure_of(tenants_of([((UNLIMITED,) * 4, (5, 0, 0, 0), False)]))
    products, orders = of(nothing_sold, "products"), of(nothing_sold, "orders_month")

    assert (products.use.utilisation, products.unknown["utilisation"]) == (None, "nothing limited is sold")
    assert "largest_share" not in products.unknown
    assert orders.unknown["largest_share"] == "nothing is used"


def test_without_the_database_only_stored_values_are_told() -> None:
    stored = {"total_products": 500.0, "theoretical_products_limit": 2_000.0}
    found = stored_exposure(stored)
    document = plain(exposure_document(ExposureReport("main", found)))
    products, orders = document["resources"][:2]

    assert (products["sold"], products["used"], products["overcommit"]) == (2_000, 500, 2.0)
    assert {products["unknown"][key] for key in ("sold_active", "used_limited", "largest_share")} == {NO_DATABASE}
    assert orders["unknown"]["sold"] == orders["unknown"]["overcommit"] == NO_DATABASE
    assert orders["unknown"]["used"] == "no value is stored"
    assert (document["tenants"], document["if_all_used"], document["if_all_used_unknown"]) == (None, None, NO_DATABASE)
    assert found.sentence.endswith("is not known without the platform's database.")


def test_the_tier_is_not_made_up_where_the_stores_are_not_known() -> None:
    found = exposure_of(products_sold(10), stores=None)
    assert found.if_all_used is None
    assert found.if_all_used_unknown == "not known: no count of active stores is stored"
    without = Ladder((Tier.of("Disk", Decimal(5), storage_gb=10), Tier.of("All", Decimal(9))))
    assert rank(exposure_of(products_sold(10), without, stores=None), without) == (0, False)


@given(TENANTS)
def test_every_null_has_its_reason_and_no_other_key(tenants: Tenants) -> None:
    document = plain(exposure_document(ExposureReport("main", exposure_of(tenants))))
    json.dumps(document, allow_nan=False)
    for resource in document["resources"]:
        null = {
            key
            for key, value in resource.items()
            if value is None or (isinstance(value, dict) and key != "unknown" and None in value.values())
        }
        # Nobody asked for forecasts here.
        assert null - {"probability_within"} == resource["unknown"].keys() - {"probability_within"}


@given(TENANTS, st.sampled_from([2, 4, 8, 1_024]))
def test_use_limits_and_tiers_together_larger_change_no_ratio(tenants: Tenants, factor: int) -> None:
    larger = replace(tenants, used=tenants.used * factor, limits=tenants.limits * factor)
    ladder = Ladder(
        tuple(
            replace(
                tier,
                maxima={name: top if name == ACTIVE_STORES.name else factor * top for name, top in tier.maxima.items()},
            )
            for tier in LADDER
        )
    )
    small, large = exposure_of(tenants), exposure_of(larger, ladder)

    assert large.tier.name == small.tier.name
    assert rank(large, ladder) == rank(small)
    for one, other in zip(small.resources, large.resources, strict=True):
        assert (other.use.utilisation, other.overcommit) == (one.use.utilisation, one.overcommit)
        assert other.use.largest == one.use.largest


@given(TENANTS, st.data())
def test_selling_more_never_lowers_the_tier_that_would_be_needed(tenants: Tenants, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(tenants) - 1))
    more = np.array(data.draw(LIMITED))
    limits = tenants.limits.copy()
    limits[at] = np.nan_to_num(limits[at], nan=0.0, posinf=np.inf) + more
    assert rank(exposure_of(replace(tenants, limits=limits))) >= rank(exposure_of(tenants))


@given(TENANTS, LIMITED)
def test_one_more_tenant_never_lowers_it_either(tenants: Tenants, limits: tuple[float, ...]) -> None:
    rows = [*zip(tenants.limits.tolist(), tenants.used.tolist(), tenants.trial.tolist(), strict=True)]
    more = tenants_of([*rows, (limits, (0, 0, 0, 0), True)])
    assert rank(exposure_of(more)) >= rank(exposure_of(tenants))


@given(TENANTS)
def test_all_that_was_sold_takes_no_smaller_tier_than_what_is_used(tenants: Tenants) -> None:
    found = exposure_of(tenants, stores=0)
    used = {each.use.metric.name: each.use.used or 0.0 for each in found.resources}
    assert rank(found)[0] >= LADDER.tiers.index(LADDER.required(used))


class TestAnyResource:
    """What holds of products and stores holds of whatever plans sell and tiers limit."""

    LADDER: ClassVar = Ladder(
        tuple(replace(t, maxima={as_cloud(name): top for name, top in t.maxima.items()}) for t in LADDER)
    )
    NOUNS: ClassVar = {each.metric.name: each.noun for each in CLOUD}

    def exposed(self, tenants: Tenants, unsold: dict[str, float], ladder: Ladder = LADDER) -> Exposure:
        return expose(
            as_of=tenants.as_of,
            tenants=len(tenants),
            uses=count_uses(replace(tenants, resources=CLOUD)),
            ladder=ladder,
            rented=ladder.tiers[0],
            unsold=unsold,
            nouns=self.NOUNS,
            untils=(),
        )

    @given(TENANTS, st.integers(0, 500))
    def test_other_names_say_the_same(self, tenants: Tenants, stores: int) -> None:
        document = plain(exposure_document(report_of(self.exposed(tenants, {"gpus": stores}, self.LADDER))))
        expected = plain(exposure_document(report_of(exposure_of(tenants, rented="S", stores=stores))))

        for row in (*document["resources"], *expected["resources"]):
            del row["unit"]
        assert document == json.loads(as_cloud(json.dumps(expected)))

    def test_what_no_plan_sells_counts_as_it_is(self) -> None:
        found = self.exposed(products_sold(10), {"gpus": 150}, self.LADDER)

        assert found.if_all_used is not None
        assert (found.if_all_used.tier.name, found.if_all_used.binding) == ("M", ("gpus",))
        assert found.sentence == "If every tenant used all it bought, tier M would be needed, for 150 GPUs."

    def test_the_tier_is_not_made_up_where_it_is_not_counted(self) -> None:
        found = self.exposed(products_sold(10), {}, self.LADDER)

        assert found.if_all_used is None
        assert found.if_all_used_unknown == "not known: no count of GPUs is stored"

    def test_a_ladder_over_what_plans_sell_alone_needs_no_other_count(self) -> None:
        ladder = Ladder((Tier("Room", {"room_gb": 10}, Decimal(5)), Tier("All", {}, Decimal(9))))

        assert self.exposed(products_sold(10), {}, ladder).if_all_used_unknown is None
