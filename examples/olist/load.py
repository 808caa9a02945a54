"""Loads a year and a half of a real Brazilian marketplace into the commerce schema, to see `outgrow` work on it.

    python examples/olist/load.py DATA_FOLDER DATABASE_URL

What the data tell and what is a stated rule of ours is written in the README beside this file. Everything is written
in one transaction: either the whole platform is there afterwards or nothing of it.
"""

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, create_engine, insert, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from outgrow import create_schema
from outgrow.domain.errors import DataError, OutgrowError
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
    SubscriptionStatus,
    SubscriptionTier,
)

if TYPE_CHECKING:
    import polars as pl

CODE = "olist"
ZONE = ZoneInfo("America/Sao_Paulo")
PHOTO_BYTES = 350_000
"""The data count photos and do not weigh them: each is taken as this large."""
TRIAL = timedelta(days=14)
CHUNK = 10_000
"""Rows per statement."""

NEXT = (
    "backfill --database-url {url} --until 2018-02-28",
    "status --database-url {url} --as-of 2018-02-28",
    "when stores 2000 --database-url {url} --as-of 2018-02-28",
)
"""What to try afterwards, as seen at the end of February 2018."""

PLACED = "order_purchase_timestamp"
COLUMNS = {
    "orders_sample": ("order_id", "order_status", PLACED),
    "order_items_sample": ("order_id", "order_item_id", "product_id", "seller_id"),
    "products": ("product_id", "product_photos_qty"),
    "sellers": ("seller_id", "seller_city", "seller_state"),
}
"""What is read, by file."""


class Plan(NamedTuple):
    """A plan of ours (the data know none); None is unlimited."""

    code: str
    products: int | None
    orders_a_month: int | None
    team: int
    storage_gb: int
    price_brl: int


PLANS = (
    Plan("basic", 25, 100, 2, 1, 49),
    Plan("plus", 100, 400, 5, 5, 129),
    Plan("pro", None, None, 15, 50, 349),
)
"""Everyone starts on the first and moves on when the number of products reaches the plan's."""


@dataclass(slots=True)
class Article:
    """A product from its first sale on."""

    key: str
    created_at: datetime
    photos: int


@dataclass(slots=True)
class Seller:
    """A seller from the first order on, with the articles that nobody sold before, oldest first."""

    key: str
    name: str
    created_at: datetime
    articles: list[Article] = field(default_factory=list)


class PlacedOrder(NamedTuple):
    """An order and the seller of its first item, None where the data hold no item of it."""

    seller: str | None
    status: str
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Marketplace:
    """Everything that is loaded, in the order in which it came into being."""

    sellers: dict[str, Seller]
    orders: list[PlacedOrder]


def to_utc(local: datetime) -> datetime:
    """The instant of a naive Brazilian time stamp.

    Summer time began at midnight, so half past midnight did not exist on that day: read with the offset before the
    change it is half past one of the same day. It ended at midnight too, so the hour before came twice: the first
    is taken, and both lie on the same day. Either way the local day is the one that was written.
    """
    return local.replace(tzinfo=ZONE, fold=0).astimezone(UTC)


def read(folder: Path) -> Marketplace:
    """Read the four files.

    Raises:
        DataError: a file or a column is missing, or there are no orders, or some have no local time.
        OutgrowError: polars is not installed.
    """
    tables = {name: _read_table(folder / f"{name}.parquet", columns) for name, columns in COLUMNS.items()}
    orders = tables["orders_sample"].sort(PLACED, "order_id")
    if orders.is_empty() or orders[PLACED].has_nulls() or getattr(orders[PLACED].dtype, "time_zone", "") is not None:
        mend = f"give each order its {PLACED}: a time stamp without zone, neither text nor UTC"
        raise DataError(f"{folder / 'orders_sample.parquet'} has no orders, or some without local time", mend)
    # Sales in the order of their happening; within an order by item, so that ties are always broken alike.
    sales = tables["order_items_sample"].join(orders, on="order_id").join(tables["products"], "product_id", how="left")
    sales = sales.sort(PLACED, "order_id", "order_item_id")
    places = {key: f"{city} ({state})" for key, city, state in tables["sellers"].iter_rows()}
    sellers: dict[str, Seller] = {}
    known: set[str] = set()
    takes: dict[str, str] = {}
    columns = ("order_id", "product_id", "seller_id", PLACED, "product_photos_qty")
    for order, product, key, local, photos in sales.select(columns).iter_rows():
        at = to_utc(local)
        seller = sellers.setdefault(key, Seller(key, f"{key[:6]} in {places.get(key, 'Brazil')}", at))
        takes.setdefault(order, key)
        if product not in known:
            known.add(product)
            seller.articles.append(Article(product, at, 1 if photos is None else int(photos)))
    return Marketplace(
        sellers, [PlacedOrder(takes.get(order), status, to_utc(local)) for order, status, local in orders.iter_rows()]
    )


def _read_table(path: Path, columns: Sequence[str]) -> "pl.DataFrame":
    try:
        import polars as pl
    except ModuleNotFoundError as error:
        raise OutgrowError(
            "reading Parquet files needs polars, which is not installed", "pip install polars"
        ) from error
    if not path.is_file():
        raise DataError(f"there is no file {path.name} in {path.parent}", "see the README for the four files")
    try:
        table = pl.scan_parquet(path)
        if absent := [name for name in columns if name not in table.collect_schema()]:
            raise DataError(f"{path} has no column {', '.join(absent)}", "see the README for the columns")
        return table.select(columns).collect()
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{path} cannot be read: {error}", "make it anew as a Parquet file") from error


def subscription_periods(seller: Seller) -> Iterator[tuple[int, SubscriptionStatus, datetime, datetime | None]]:
    """The spans of a subscription that differ in plan or status: (index in `PLANS`, status, from, to)."""
    reached = [
        seller.articles[plan.products - 1].created_at
        for plan in PLANS
        if plan.products is not None and len(seller.articles) >= plan.products
    ]
    trial_ends = seller.created_at + TRIAL
    cuts = [*sorted({seller.created_at, trial_ends, *reached}), None]
    for start, end in pairwise(cuts):
        if start is not None:
            status = SubscriptionStatus.TRIAL if start < trial_ends else SubscriptionStatus.ACTIVE
            yield sum(at <= start for at in reached), status, start, end


class Writer:
    """Inserts one platform's rows and counts them.

    Args:
        connection: in the transaction that takes everything or nothing.
        began: when the platform came into being.
    """

    def __init__(self, connection: Connection, began: datetime, progress: Callable[[str], None]) -> None:
        self._connection = connection
        self._progress = progress
        self.counts: dict[str, int] = {}
        self._of_platform: dict[str, int] = {}
        platform = {"code": CODE, "name": "Olist", "time_zone": ZONE.key, "created_at": began}
        (self._of_platform["platform_id"],) = self.insert(Platform, [platform])

    def insert(self, table: Any, rows: Sequence[dict[str, Any]]) -> list[int]:  # noqa: ANN401 - any of the models
        """Insert in chunks; the new ids in the order of the rows."""
        ids: list[int] = []
        statement = insert(table).returning(table.id, sort_by_parameter_order=True)
        for at in range(0, len(rows), CHUNK):
            chunk = [{**self._of_platform, **row} for row in rows[at : at + CHUNK]]
            ids.extend(self._connection.scalars(statement, chunk))
        self.counts[table.__tablename__] = len(ids)
        self._progress(f"{table.__tablename__}: {len(ids):,}")
        return ids


def write(market: Marketplace, writer: Writer) -> None:
    """Insert everything but the platform itself."""
    sellers = list(market.sellers.values())
    merchants = writer.insert(Merchant, [{"name": s.name, "created_at": s.created_at} for s in sellers])
    stores = writer.insert(
        Store,
        [
            {"merchant_id": merchant, "code": s.key, "name": s.name, "created_at": s.created_at}
            for s, merchant in zip(sellers, merchants, strict=True)
        ],
    )
    store_of: dict[str | None, int] = {s.key: store for s, store in zip(sellers, stores, strict=True)}
    writer.insert(
        StoreUser,
        [{"store_id": store_of[s.key], "email": f"owner@{s.key}.example", "created_at": s.created_at} for s in sellers],
    )
    write_plans(sellers, merchants, writer)
    articles = [(store_of[s.key], article) for s in sellers for article in s.articles]
    writer.insert(Product, [{"store_id": store, "sku": a.key, "created_at": a.created_at} for store, a in articles])
    writer.insert(
        MediaFile,
        [
            {"store_id": store, "path": f"{a.key}/{n + 1}.jpg", "bytes": PHOTO_BYTES, "created_at": a.created_at}
            for store, a in articles
            for n in range(a.photos)
        ],
    )
    writer.insert(
        Order,
        [{"store_id": store_of.get(o.seller), "status": o.status, "created_at": o.placed_at} for o in market.orders],
    )


def write_plans(sellers: Sequence[Seller], merchants: Sequence[int], writer: Writer) -> None:
    """Insert the plans, the subscriptions and their periods.

    The periods are written here because a bulk insert does not pass the listeners that record them elsewhere.
    """
    tiers = writer.insert(
        SubscriptionTier,
        [
            {
                "code": plan.code,
                "name": plan.code.capitalize(),
                "price_monthly": plan.price_brl,
                "products_limit": plan.products,
                "orders_limit": plan.orders_a_month,
                "team_limit": plan.team,
                "storage_limit_gb": plan.storage_gb,
            }
            for plan in PLANS
        ],
    )
    periods = [list(subscription_periods(s)) for s in sellers]
    subscriptions = writer.insert(
        MerchantSubscription,
        [
            {
                "merchant_id": merchant,
                "tier_id": tiers[history[-1][0]],
                "status": history[-1][1].value,
                "started_at": s.created_at,
                "trial_ends_at": s.created_at + TRIAL,
            }
            for s, merchant, history in zip(sellers, merchants, periods, strict=True)
        ],
    )
    writer.insert(
        SubscriptionPeriod,
        [
            {
                "subscription_id": subscription,
                "tier_id": tiers[plan],
                "status": status.value,
                "valid_from": start,
                "valid_to": end,
            }
            for subscription, history in zip(subscriptions, periods, strict=True)
            for plan, status, start, end in history
        ],
    )


def load(folder: Path, url: str, progress: Callable[[str], None]) -> dict[str, int]:
    """Bring both schemas into the database and the marketplace into them.

    Returns:
        Rows by table.

    Raises:
        DataError: the files are not what they should be, or the database holds this platform already.
    """
    progress(f"reading {folder}")
    market = read(folder)
    engine = create_engine(url)
    try:
        create_schema(engine, commerce=True)
        with engine.begin() as connection:
            if connection.scalar(select(Platform.id).where(Platform.code == CODE)) is not None:
                where = engine.url.render_as_string(hide_password=True)
                raise DataError(f"{where} already holds a platform '{CODE}'", "give another database")
            writer = Writer(connection, market.orders[0].placed_at, progress)
            write(market, writer)
    finally:
        engine.dispose()
    return writer.counts


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Load the Olist marketplace into the commerce schema.")
    parser.add_argument("folder", type=Path, help="folder with the four Parquet files (see the README)")
    parser.add_argument("database_url", help="for example sqlite:///olist.db")
    asked = parser.parse_args(arguments)
    try:
        counts = load(asked.folder, asked.database_url, lambda line: print(line, file=sys.stderr, flush=True))
    except OutgrowError as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    except SQLAlchemyError as error:
        print(f"error: the database said: {str(error).splitlines()[0]}; nothing was loaded", file=sys.stderr)
        return 3
    url = shlex.quote(make_url(asked.database_url).render_as_string(hide_password=True))
    width = max(map(len, counts))
    print("\n".join(f"{table:<{width}} {rows:>8,}" for table, rows in counts.items()))
    print("\nNext:")
    for command in NEXT:
        print(f"  outgrow {command.format(url=url)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
