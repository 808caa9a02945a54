"""The whole demo platform as arrays, before a single row is written."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from outgrow.sources.commerce.demo.clock import DemoClock
from outgrow.sources.commerce.demo.demand import order_moments, order_statuses
from outgrow.sources.commerce.demo.growth import (
    DELETED_SHARE,
    Items,
    clean_up,
    file_sizes,
    fit_to_plans,
    living_by_day,
    team_members,
    typical_sizes,
    uploads,
)
from outgrow.sources.commerce.demo.names import merchant_names
from outgrow.sources.commerce.demo.subscriptions import State, course, draw_moves
from outgrow.sources.commerce.demo.tenants import Merchants, Stores, join, open_stores


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Everything on the demo platform.

    Attributes:
        names: of the merchants.
        near_limit: int64 (n,), the merchants who are close to their plan's products limit.
        courses: the states of each merchant's subscription.
        file_bytes: int64 (n_files,).
        order_status: of each order.
    """

    clock: DemoClock
    merchants: Merchants
    names: list[str]
    near_limit: NDArray[np.int64]
    courses: list[list[State]]
    stores: Stores
    team: Items
    products: Items
    files: Items
    file_bytes: NDArray[np.int64]
    orders: Items
    order_status: list[str]


def draw_world(today: date, zone: ZoneInfo, seed: int, scale: float = 1.0) -> World:
    """Draw a platform; the same arguments give the same one.

    Args:
        scale: share of the orders and media files to draw; it leaves everything else as it is.
    """
    # A generator for each part, so that one part's draws do not shift another's.
    tenants, catalogue, media, people, sales, billing = np.random.default_rng(seed).spawn(6)
    clock = DemoClock.until(today, zone)
    merchants = join(tenants, clock)
    stores = open_stores(tenants, clock, merchants)
    wanted = typical_sizes(catalogue, clock, stores, "products", 0.45)
    sizes, near_limit = fit_to_plans(catalogue, clock, merchants, stores, wanted)
    # Who never tidies up is soon close to the limit.
    deleted = np.where(np.isin(stores.merchant, near_limit), 0.0, DELETED_SHARE)
    products = uploads(catalogue, clock, stores, sizes, per_session=3, deleted=deleted)
    uploaded = typical_sizes(media, clock, stores, "files", 0.35) * scale
    files = clean_up(media, clock, uploads(media, clock, stores, uploaded, per_session=5))
    by_merchant = living_by_day(products, stores.merchant[products.store], len(merchants))
    moves = draw_moves(billing, clock, merchants, by_merchant, near_limit)
    orders = order_moments(sales, clock, stores, scale)
    return World(
        clock=clock,
        merchants=merchants,
        names=merchant_names(tenants, len(merchants)),
        near_limit=near_limit,
        courses=[course(merchants, moves, i, clock) for i in range(len(merchants))],
        stores=stores,
        team=team_members(people, clock, stores),
        products=products,
        files=files,
        file_bytes=file_sizes(media, clock, files),
        orders=orders,
        order_status=order_statuses(sales, clock, orders.born),
    )
