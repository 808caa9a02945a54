"""Counts the marketplace's new stores, new products and orders by local day, into a small CSV file.

    python examples/olist/extract_counts.py DATA_FOLDER OUT.csv

It counts the naive local time stamps as they stand, apart from what `load.py` does with them, so that the one can be
held against the other. Every day from the first order to the last has a line, also the many without any.
"""

import sys
from pathlib import Path

import polars as pl

PLACED = "order_purchase_timestamp"
FIRST = {"stores_created": "seller_id", "products_created": "product_id"}
"""What comes into being with the first order that has this key."""


def daily_counts(orders: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """One row a day: `day`, then how many stores and products came into being and how many orders were placed."""
    sold = items.join(orders.select("order_id", PLACED), on="order_id")
    day = pl.col(PLACED).dt.date()
    counts = orders.select(pl.date_range(day.min(), day.max()).alias("day"))
    for name, key in FIRST.items():
        began = sold.group_by(key).agg(day.min().alias("day"))
        counts = counts.join(began.group_by("day").len(name), on="day", how="left")
    placed = orders.group_by(day.alias("day")).len("orders")
    return counts.join(placed, on="day", how="left").fill_null(0).sort("day")


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: extract_counts.py DATA_FOLDER OUT.csv", file=sys.stderr)
        return 2
    folder, out = map(Path, arguments)
    orders = pl.read_parquet(folder / "orders_sample.parquet")
    items = pl.read_parquet(folder / "order_items_sample.parquet")
    daily_counts(orders, items).write_csv(out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
