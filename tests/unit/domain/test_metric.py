"""Metrics go by their names, their short names and their titles; scopes by their names."""

import pytest

from outgrow.domain.errors import AmbiguousMetricError, UnknownMetricError, UsageError
from outgrow.domain.metric import (
    ACTIVE_STORES,
    ALIASES,
    CAPTURED,
    DB_SIZE_MB,
    ORDERS_PER_DAY,
    PLATFORM,
    STORAGE_USED_GB,
    TIER_SUBSCRIPTIONS,
    TOTAL_ORDERS_MONTH,
    TOTAL_PRODUCTS,
    TOTAL_TEAM_MEMBERS,
    Kind,
    Metric,
    MetricCatalogue,
    Scope,
)

CATALOGUE = MetricCatalogue()


@pytest.mark.parametrize("metric", [*CAPTURED, TIER_SUBSCRIPTIONS], ids=lambda metric: metric.name)
def test_every_metric_goes_by_its_own_name(metric: Metric) -> None:
    assert CATALOGUE.resolve(metric.name) is metric


@pytest.mark.parametrize(
    ("alias", "metric"),
    [
        ("stores", ACTIVE_STORES),
        ("products", TOTAL_PRODUCTS),
        ("orders", TOTAL_ORDERS_MONTH),
        ("team_members", TOTAL_TEAM_MEMBERS),
        ("storage_gb", STORAGE_USED_GB),
    ],
)
def test_five_metrics_have_a_short_name(alias: str, metric: Metric) -> None:
    assert CATALOGUE.resolve(alias) is metric


def test_no_short_name_hides_a_metric() -> None:
    assert len(ALIASES) == 5
    assert not ALIASES.keys() & {metric.name for metric in CATALOGUE}


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownMetricError) as caught:
        CATALOGUE.resolve("total_product")

    assert caught.value.what == "there is no metric 'total_product'"
    assert caught.value.mend.startswith("did you mean total_products")


def test_a_name_like_no_other_is_answered_with_all_of_them() -> None:
    with pytest.raises(UnknownMetricError) as caught:
        CATALOGUE.resolve("zzz")

    assert all(name in caught.value.mend for name in ("total_products", "storage_gb", "tier_subscriptions"))


def test_added_metrics_are_known_and_suggested() -> None:
    disk = Metric("disk_gb", Kind.LEVEL, "GB", "Disk")
    catalogue = MetricCatalogue([disk])

    assert catalogue.resolve("disk_gb") is disk
    assert list(catalogue) == [*CATALOGUE, disk]
    with pytest.raises(UnknownMetricError, match="did you mean disk_gb"):
        catalogue.resolve("disc")


@pytest.mark.parametrize("name", ["Media storage", "media STORAGE", " Media storage ", "STORAGE_GB", "Storage_Used_GB"])
def test_a_title_is_a_name_whatever_its_case(name: str) -> None:
    assert CATALOGUE.resolve(name) is STORAGE_USED_GB


def test_what_several_are_called_is_refused_with_all_of_them() -> None:
    with pytest.raises(AmbiguousMetricError) as caught:
        CATALOGUE.resolve("Stores")

    assert caught.value.what == "several metrics are called 'Stores'"
    assert caught.value.mend == "use one of: active_stores, total_stores"


def test_a_name_as_it_is_comes_before_any_title() -> None:
    mine = Metric("Products", Kind.LEVEL, "products", "Mine")

    assert MetricCatalogue([mine]).resolve("Products") is mine
    assert MetricCatalogue([mine]).resolve("products").name == "total_products"


def test_a_misspelt_title_is_answered_with_the_name() -> None:
    with pytest.raises(UnknownMetricError, match="did you mean storage_used_gb"):
        CATALOGUE.resolve("media storge")


def test_of_many_metrics_only_some_are_listed() -> None:
    many = MetricCatalogue(Metric(f"host_{n}", Kind.LEVEL, "GB", f"Host {n}") for n in range(1_000))
    with pytest.raises(UnknownMetricError) as caught:
        many.resolve("zzz")

    assert len(caught.value.mend) < 600
    assert caught.value.mend.endswith("see `outgrow metrics`")


@pytest.mark.parametrize(
    ("metric", "is_count", "decimals"),
    [(TOTAL_PRODUCTS, True, 0), (STORAGE_USED_GB, False, 2), (DB_SIZE_MB, False, 2), (ORDERS_PER_DAY, True, 0)],
)
def test_only_sizes_have_decimals(metric: Metric, is_count: bool, decimals: int) -> None:
    assert (metric.is_count, metric.decimals) == (is_count, decimals)


def test_month_totals_name_the_flow_they_add_up() -> None:
    totals = [metric for metric in CAPTURED if metric.month_total_of]

    assert totals == [TOTAL_ORDERS_MONTH]
    assert CATALOGUE.resolve(str(TOTAL_ORDERS_MONTH.month_total_of)) is ORDERS_PER_DAY
    assert ORDERS_PER_DAY.kind is Kind.FLOW


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("platform", PLATFORM),
        ("store:17", Scope("store", "17")),
        ("plan:a:b", Scope("plan", "a:b")),
    ],
)
def test_a_scope_is_read_as_it_is_written(text: str, scope: Scope) -> None:
    assert Scope.parse(text) == scope
    assert str(scope) == text


@pytest.mark.parametrize("text", ["", ":17"])
def test_a_scope_without_a_kind_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="kind:key"):
        Scope.parse(text)


def test_amounts_as_a_reader_would_say_them() -> None:
    assert ACTIVE_STORES.amount(300) == "300 active stores"
    assert STORAGE_USED_GB.amount(1_050) == "1,050 GB of media storage"
    assert TOTAL_PRODUCTS.amount(2_500_000) == "2,500,000 products"
