"""A real marketplace's past, rebuilt from rows to the day: from its daily counts, and by the example's loader."""

import csv
import importlib.util
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from outgrow.domain.metric import ORDERS_PER_DAY, TOTAL_PRODUCTS, TOTAL_STORES
from outgrow.sources.commerce.models import (
    MediaFile,
    Merchant,
    MerchantSubscription,
    Order,
    Platform,
    Product,
    Store,
    StoreUser,
    SubscriptionPeriod,
)
from outgrow.sources.commerce.platforms import find_platform
from outgrow.sources.commerce.source import CommerceSource
from outgrow.sources.contract import every_metric

ROOT = Path(__file__).parents[3]
COUNTS = ROOT / "tests" / "data" / "olist_daily_counts.csv"
ZONE = ZoneInfo("America/Sao_Paulo")
PASSED = {
    ("total_stores", 500): "2017-04-04",
    ("total_stores", 1000): "2017-09-08",
    ("total_stores", 1500): "2018-01-16",
    ("total_products", 1000): "2017-03-07",
    ("total_products", 5000): "2017-09-11",
    ("total_products", 10000): "2018-02-19",
}
"""The first day on which there were so many; counted from the local time stamps alone."""


def daily_counts() -> tuple[list[date], dict[str, list[int]]]:
    with COUNTS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = ("stores_created", "products_created", "orders")
    return [date.fromisoformat(row["day"]) for row in rows], {n: [int(row[n]) for row in rows] for n in names}


def instants(day: date, number: int) -> list[datetime]:
    """So many instants within a local day, from its first second to its last.

    A single one is at either end, by turns: whoever takes the day in UTC misses one end or the other.
    """
    first = datetime.combine(day, time(0, 0, 1), ZONE).astimezone(UTC)
    last = datetime.combine(day, time(23, 59, 59, fold=1), ZONE).astimezone(UTC)
    if number == 1:
        return [first if day.toordinal() % 2 else last]
    return [first + i * (last - first) / (number - 1) for i in range(number)]


def fill(engine: Engine, days: list[date], counts: dict[str, list[int]]) -> None:
    """Make a row for each thing that was counted."""

    def rows(name: str, **more: int) -> list[dict[str, object]]:
        at = [at for day, number in zip(days, counts[name], strict=True) for at in instants(day, number)]
        return [{"platform_id": 1, "created_at": instant, **more} for instant in at]

    began = instants(days[0], 1)[0]
    platform = {"id": 1, "code": "olist", "time_zone": ZONE.key, "created_at": began}
    with engine.begin() as connection:
        connection.execute(insert(Platform), [platform])
        connection.execute(insert(Merchant), [{"id": 1, "platform_id": 1, "created_at": began}])
        connection.execute(insert(Store), rows("stores_created", merchant_id=1))
        connection.execute(insert(Product), rows("products_created", store_id=1))
        connection.execute(insert(Order), rows("orders", store_id=1))


def test_round_numbers_are_passed_on_the_local_days_on_which_they_were(commerce_engine: Engine) -> None:
    days, counts = daily_counts()
    fill(commerce_engine, days, counts)
    with Session(commerce_engine) as db:
        past = CommerceSource(db, find_platform(db)).past(days[0], days[-1], every_metric, lambda *_: None)
    values = dict(zip(past.panel.metrics, past.panel.values, strict=True))
    passed = {
        (metric.name, number): str(days[int(np.argmax(values[metric] >= number))])
        for metric in (TOTAL_STORES, TOTAL_PRODUCTS)
        for number in (500, 1000, 1500, 5000, 10000)
        if (metric.name, number) in PASSED
    }
    assert passed == PASSED
    np.testing.assert_array_equal(values[TOTAL_STORES], np.cumsum(counts["stores_created"]))
    np.testing.assert_array_equal(values[TOTAL_PRODUCTS], np.cumsum(counts["products_created"]))
    np.testing.assert_array_equal(values[ORDERS_PER_DAY], counts["orders"])
    assert [values[m][-1] for m in (TOTAL_STORES, TOTAL_PRODUCTS)] == [1659, 10315]


def script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"olist_{name}", ROOT / "examples" / "olist" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def loader() -> Any:
    return script("load")


AFTER_MIDNIGHT_THAT_WAS_SKIPPED = datetime.fromisoformat("2017-10-15 00:30:00")
IN_THE_HOUR_THAT_CAME_TWICE = datetime.fromisoformat("2018-02-17 23:30:00")
BEFORE_MIDNIGHT = datetime.fromisoformat("2017-12-31 23:59:59")
ON_THE_LAST_DAY = datetime.fromisoformat("2018-02-28 00:00:00")
ORDERS: list[tuple[str, str | None, datetime]] = [
    ("o1", "delivered", AFTER_MIDNIGHT_THAT_WAS_SKIPPED),
    ("o2", "canceled", BEFORE_MIDNIGHT),
    ("o3", "delivered", IN_THE_HOUR_THAT_CAME_TWICE),
    ("o4", "unavailable", ON_THE_LAST_DAY),
]
ITEMS = [
    ("o1", 2, "lamp", "ana"),
    ("o1", 1, "vase", "rui"),
    ("o2", 1, "lamp", "rui"),
    ("o3", 1, "bowl", "ana"),
]


def write_files(folder: Path, orders: list[tuple[str, str | None, datetime]] = ORDERS) -> Path:
    tables: dict[str, tuple[Any, list[str]]] = {
        "orders_sample": (orders, ["order_id", "order_status", "order_purchase_timestamp"]),
        "order_items_sample": (ITEMS, ["order_id", "order_item_id", "product_id", "seller_id"]),
        "products": ([("lamp", 3.0), ("vase", None), ("bowl", 1.0)], ["product_id", "product_photos_qty"]),
        "sellers": ([("ana", "olinda", "PE"), ("rui", "bauru", "SP")], ["seller_id", "seller_city", "seller_state"]),
    }
    for name, (rows, columns) in tables.items():
        pl.DataFrame(rows, schema=columns, orient="row").write_parquet(folder / f"{name}.parquet")
    return folder


def run(loader: Any, folder: Path, engine: Engine) -> int:
    status: int = loader.main([str(folder), engine.url.render_as_string(hide_password=False)])
    return status


def test_the_loader_keeps_every_local_day(loader: Any, tmp_path: Path, commerce_engine: Engine) -> None:
    assert run(loader, write_files(tmp_path), commerce_engine) == 0
    with Session(commerce_engine) as db:
        orders = db.execute(
            select(Order.status, Order.created_at, Store.code).outerjoin(Order.store).order_by(Order.id)
        )
        assert [(status, at.astimezone(ZONE).date(), store) for status, at, store in orders] == [
            ("delivered", date(2017, 10, 15), "rui"),
            ("canceled", date(2017, 12, 31), "rui"),
            ("delivered", date(2018, 2, 17), "ana"),
            ("unavailable", date(2018, 2, 28), None),
        ]


def test_the_loader_makes_stores_and_products_with_their_first_sale(
    loader: Any, tmp_path: Path, commerce_engine: Engine
) -> None:
    assert run(loader, write_files(tmp_path), commerce_engine) == 0
    first, later = (loader.to_utc(at) for at in (AFTER_MIDNIGHT_THAT_WAS_SKIPPED, IN_THE_HOUR_THAT_CAME_TWICE))
    with Session(commerce_engine) as db:
        products = db.execute(select(Product.sku, Store.code, Product.created_at).join(Product.store))
        assert set(map(tuple, products)) == {("vase", "rui", first), ("lamp", "ana", first), ("bowl", "ana", later)}
        assert set(map(tuple, db.execute(select(Store.code, Store.created_at)))) == {("rui", first), ("ana", first)}
        files = select(func.count(), func.sum(MediaFile.bytes)).group_by(MediaFile.store_id)
        assert sorted(map(tuple, db.execute(files))) == [(1, loader.PHOTO_BYTES), (4, 4 * loader.PHOTO_BYTES)]
        assert db.scalar(select(func.count()).select_from(StoreUser)) == 2
        assert set(db.scalars(select(MerchantSubscription.status))) == {"active"}
        assert db.scalar(select(func.count()).select_from(SubscriptionPeriod)) == 4


def test_the_loader_refuses_a_second_time(
    loader: Any, tmp_path: Path, commerce_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(tmp_path)
    assert [run(loader, tmp_path, commerce_engine) for _ in range(2)] == [0, 3]
    assert "already holds a platform 'olist'" in capsys.readouterr().err
    with Session(commerce_engine) as db:
        assert db.scalar(select(func.count()).select_from(Order)) == len(ORDERS)


def test_a_load_that_fails_leaves_nothing_behind(
    loader: Any, tmp_path: Path, commerce_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    without_status = [*ORDERS, ("o5", None, ON_THE_LAST_DAY)]
    assert run(loader, write_files(tmp_path, without_status), commerce_engine) == 3
    assert "nothing was loaded" in capsys.readouterr().err
    with Session(commerce_engine) as db:
        assert [db.scalar(select(func.count()).select_from(table)) for table in (Platform, Store, Product)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("days_between_products", "spans"),
    [
        (20, [(0, "trial", 0, 14), (0, "active", 14, 480), (1, "active", 480, 1980), (2, "active", 1980, None)]),
        (0.5, [(0, "trial", 0, 12), (1, "trial", 12, 14), (1, "active", 14, 49.5), (2, "active", 49.5, None)]),
    ],
)
def test_a_plan_is_left_when_its_products_are_reached(
    loader: Any, days_between_products: float, spans: list[tuple[int, str, float, float | None]]
) -> None:
    began = datetime(2017, 1, 1, tzinfo=UTC)
    articles = [loader.Article(str(i), began + timedelta(days=i * days_between_products), 1) for i in range(100)]
    periods = loader.subscription_periods(loader.Seller("ana", "Ana", began, articles))
    day = timedelta(days=1)
    told = [(plan, str(status), (a - began) / day, (b - began) / day if b else None) for plan, status, a, b in periods]
    assert told == spans


def test_the_extract_counts_every_day_from_the_first_order_to_the_last(tmp_path: Path) -> None:
    assert script("extract_counts").main([str(write_files(tmp_path)), str(tmp_path / "counts.csv")]) == 0
    header, *lines = (tmp_path / "counts.csv").read_text().splitlines()
    assert header == "day,stores_created,products_created,orders"
    assert len(lines) == (date(2018, 2, 28) - date(2017, 10, 15)).days + 1
    busy = [line for line in lines if not line.endswith(",0,0,0")]
    assert busy == ["2017-10-15,2,2,1", "2017-12-31,0,0,1", "2018-02-17,0,1,1", "2018-02-28,0,0,1"]


def spoil(folder: Path, name: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    path = folder / f"{name}.parquet"
    change(pl.read_parquet(path)).write_parquet(path)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda folder: (folder / "sellers.parquet").unlink(), "no file sellers.parquet"),
        (lambda folder: (folder / "sellers.parquet").write_text("seller_id"), "sellers.parquet cannot be read"),
        (
            lambda folder: spoil(folder, "products", lambda t: t.drop("product_photos_qty")),
            "no column product_photos_qty",
        ),
        (lambda folder: spoil(folder, "orders_sample", lambda t: t.clear()), "no orders"),
        (
            lambda folder: spoil(folder, "orders_sample", lambda t: t.cast({pl.Datetime: pl.String})),
            "neither text nor UTC",
        ),
    ],
)
def test_files_that_cannot_be_loaded_are_told_by_name(
    loader: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], harm: Callable[[Path], object], told: str
) -> None:
    harm(write_files(tmp_path))
    assert loader.main([str(tmp_path), f"sqlite:///{tmp_path / 'platform.db'}"]) == 3
    assert told in capsys.readouterr().err
    assert not (tmp_path / "platform.db").exists()
