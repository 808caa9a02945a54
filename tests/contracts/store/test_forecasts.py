"""Issued forecasts come back as they were kept, from every store."""

from dataclasses import fields, replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import Connection, select, update
from tests.support.forecasts import flat, issued, limit
from tests.support.snapshots import DAY

from outgrow.domain.issued import DAYS_AHEAD
from outgrow.store.contract import Store
from outgrow.store.database import DatabaseStore
from outgrow.store.tables import FORECASTS

NEXT = DAY + timedelta(days=1)
PRODUCTS = "total_products"


def test_what_is_kept_comes_back(store: Store) -> None:
    first = issued(DAY, 100, 110, limits=(limit(120, {30: 0.25, 90: 0.5}), limit(300, {30: 0.125})))
    second = issued(NEXT, 104, 111, as_of=DAY, model="drift", reason="it was better")
    store.write_forecasts("main", [first, second])
    record = store.forecasts("main", NEXT)[PRODUCTS]

    assert record.metric == PRODUCTS
    assert record.issued_on.tolist() == [DAY, NEXT]
    assert record.as_of.tolist() == [DAY, DAY]
    assert record.models.tolist() == ["shared", "drift"]
    assert record.quantiles.keys() == {"shared", "drift"}
    assert record.quantiles["shared"][0].tolist() == flat(100).tolist()
    assert record.quantiles["drift"][1].tolist() == flat(111).tolist()
    assert record.limit_issue.tolist() == [0, 0]
    assert record.limit_threshold.tolist() == [120, 300]
    assert record.limit_within[:, 0].tolist() == [0.25, 0.125]
    assert np.isnan(record.limit_within).tolist() == [[False, False, True, True], [False, True, True, True]]


def test_a_row_says_in_words_what_explains_it(connection: Connection) -> None:
    store = DatabaseStore(connection, commits=False)
    store.write_forecasts("main", [issued(DAY, 100, 110, limits=(limit(120, {30: 0.25}),))])
    row = connection.execute(select(FORECASTS)).one()

    assert (row.platform, row.metric, row.scope, row.issued_on) == ("main", PRODUCTS, "platform", DAY)
    assert (row.as_of, row.value, row.known_days, row.model, row.reason) == (DAY, 100, 20, "shared", None)
    assert list(row.quantiles["shared"]) == [str(days) for days in DAYS_AHEAD]
    assert row.quantiles["drift"]["30"] == [108, 109, 109.5, 110, 110.5, 111, 112]
    assert row.limits == [
        {
            "name": "limit 120",
            "threshold": 120,
            "days": {"p10": 10, "p50": 20, "p90": 30},
            "probability_within": {"30": 0.25},
        }
    ]


def test_days_beyond_the_horizon_and_levels_that_are_not_told_are_not_known(store: Store) -> None:
    short = issued(DAY, 100, 110, days=3)
    short.quantiles["drift"][0, :] = np.nan
    store.write_forecasts("main", [short])
    record = store.forecasts("main", DAY)[PRODUCTS]

    assert np.isnan(record.quantiles["shared"]).any(axis=(0, 1)).tolist() == [False] * 3 + [True] * 5
    assert np.isnan(record.quantiles["drift"][0, :, :3]).any(axis=1).tolist() == [True] + [False] * 6


@pytest.mark.parametrize("value", [0.0, 1 / 3, 123_456_789.0, 1e-12, 2e15])
def test_numbers_keep_seven_digits(store: Store, value: float) -> None:
    store.write_forecasts("main", [replace(issued(DAY, 0, 0), quantiles={"shared": np.full((7, 8), value)})])
    kept = store.forecasts("main", DAY)[PRODUCTS].quantiles["shared"]

    assert kept == pytest.approx(np.full((1, 7, 8), value), rel=5e-7)


def test_a_forecast_takes_the_place_of_its_own_metric_and_day_alone(store: Store) -> None:
    others = [issued(DAY, 1, 1, metric="active_stores"), issued(NEXT, 2, 2)]
    store.write_forecasts("main", [issued(DAY, 100, 110), *others])
    store.write_forecasts("other", [issued(DAY, 3, 3)])
    store.write_forecasts("main", [issued(DAY, 105, 110)])

    records = store.forecasts("main", NEXT)
    assert [record.tolist() for record in (records[PRODUCTS].quantiles["shared"][:, 3, 0],)] == [[105, 2]]
    assert records["active_stores"].quantiles["shared"][0, 3, 0] == 1
    assert store.forecasts("other", NEXT)[PRODUCTS].quantiles["shared"][0, 3, 0] == 3


def test_nothing_to_keep_is_nothing_to_do(store: Store) -> None:
    store.write_forecasts("main", [])

    assert store.forecasts("main", NEXT) == {}


def test_one_forecast_comes_back_whole(store: Store) -> None:
    kept = replace(
        issued(DAY, 100, 110, model="drift", reason="it was better", limits=(limit(120, {30: 0.25, 90: 0.5}),)),
        model_id="drift",
        assumptions={"events": [{"name": "Sale", "first": "2026-11-27"}], "projects": []},
    )
    store.write_forecasts("main", [kept, issued(NEXT, 1, 1)])
    found = store.forecast_of("main", PRODUCTS, DAY)

    assert found is not None
    names = [field.name for field in fields(found) if field.name != "quantiles"]
    assert [getattr(found, name) for name in names] == [getattr(kept, name) for name in names]
    assert {model: values.tolist() for model, values in found.quantiles.items()} == {
        model: values.tolist() for model, values in kept.quantiles.items()
    }


def test_what_an_older_release_did_not_keep_is_not_known(connection: Connection) -> None:
    store = DatabaseStore(connection, commits=False)
    store.write_forecasts("main", [issued(DAY, 100, 110)])
    connection.execute(update(FORECASTS).values(model_id=None, assumptions=None))
    found = store.forecast_of("main", PRODUCTS, DAY)

    assert found is not None
    assert (found.model_id, found.assumptions) == (None, None)


def test_the_days_that_are_kept_of_a_metric(store: Store) -> None:
    days = [DAY + timedelta(days=n) for n in (4, 0, 2)]
    store.write_forecasts("main", [issued(day, 1, 1) for day in days])
    others = [issued(NEXT, 1, 1, metric="active_stores"), replace(issued(NEXT, 1, 1), scope="store:7")]
    store.write_forecasts("main", others)
    store.write_forecasts("other", [issued(NEXT, 1, 1)])

    assert store.days_issued("main", PRODUCTS, days[0]) == sorted(days)
    assert store.days_issued("main", PRODUCTS, days[0] - timedelta(days=1)) == sorted(days)[:2]
    assert store.days_issued("main", "db_size_mb", days[0]) == []
    assert store.forecast_of("main", PRODUCTS, NEXT) is None


def test_days_metrics_and_scopes_can_be_chosen(store: Store) -> None:
    days = [DAY + timedelta(days=n) for n in range(5)]
    store.write_forecasts("main", [issued(day, 1, 1, metric=m) for day in days for m in (PRODUCTS, "active_stores")])
    store.write_forecasts("main", [replace(issued(DAY, 1, 1), scope="store:7")])

    assert store.forecasts("main", days[3], since=days[1])[PRODUCTS].issued_on.tolist() == days[1:4]
    assert store.forecasts("main", days[3], metrics=["active_stores"]).keys() == {"active_stores"}
    assert store.kept_on("main", days[2]) == {PRODUCTS: (days[2], 20), "active_stores": (days[2], 20)}
    assert store.kept_on("main", days[4] + timedelta(days=1)) == {}


def test_the_model_of_a_metric_is_that_of_its_newest_forecast(store: Store) -> None:
    store.write_forecasts("main", [issued(DAY, 1, 1, model="drift", reason="first"), issued(NEXT, 1, 1)])
    store.write_forecasts("main", [issued(DAY, 1, 1, metric="active_stores", model="drift", reason="it won")])
    store.write_forecasts("other", [issued(NEXT, 1, 1, model="drift", reason="elsewhere")])

    assert store.models_asked("main", DAY, DAY)[PRODUCTS] == ("drift", "first")
    newest = {PRODUCTS: ("shared", None), "active_stores": ("drift", "it won")}
    assert store.models_asked("main", DAY, NEXT) == newest
    assert store.models_asked("main", NEXT, NEXT) == {PRODUCTS: ("shared", None)}
