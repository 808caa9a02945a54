"""When orders come in: weekday, season, Black Friday, hour of the day."""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from outgrow.sources.commerce.demo.clock import DAYS_BACK, DemoClock
from outgrow.sources.commerce.demo.growth import Items
from outgrow.sources.commerce.demo.tenants import Stores

ORDERS = 300_000
"""Orders of the two years, at full scale."""
BY_WEEKDAY = np.array([1.18, 1.02, 0.98, 0.97, 0.94, 0.76, 1.15])
"""Monday first."""
BY_HOUR = np.array([14, 8, 5, 4, 4, 8, 18, 34, 48, 58, 64, 66, 68, 62, 60, 60, 62, 66, 74, 88, 98, 86, 56, 30]) / 1141
"""Share of a day's orders in each local hour."""
SEASON_DAYS = (1, 20, 90, 150, 210, 245, 305, 332, 336, 352, 358, 360, 366)
SEASON = (0.85, 0.90, 1.0, 0.97, 0.90, 0.97, 1.05, 1.15, 1.35, 1.40, 0.55, 0.60, 0.85)
"""Demand on some days of the year; straight lines between them."""
BLACK_WEEK = {-4: 1.2, -3: 1.3, -2: 1.5, -1: 1.9, 0: 4.2, 1: 2.7, 2: 2.3, 3: 3.4, 4: 1.5, 5: 1.2}
"""Demand around Black Friday, by days after it."""
YEARLY_GROWTH = 0.08
"""How much more an established store sells after a year."""
ESTABLISHED_DAYS = 60.0
STATUS_UNTIL = {"created": 0.1, "paid": 1.5, "shipped": 5.0}
"""Until which age in days an order has this status."""
AT_LAST = {"delivered": 0.93, "cancelled": 0.04, "refunded": 0.03}
"""Share of orders by how they end; cancelled is an order at once."""


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def demand(rng: np.random.Generator, clock: DemoClock) -> NDArray[np.float64]:
    """Demand on each day up to today, relative to an ordinary one, float64 (DAYS_BACK + 1,)."""
    days = [clock.first_day + timedelta(days=i) for i in range(DAYS_BACK + 1)]
    season = np.interp([day.timetuple().tm_yday for day in days], SEASON_DAYS, SEASON)
    black = np.ones(len(days))
    for year in {day.year for day in days}:
        for offset, factor in BLACK_WEEK.items():
            at = (black_friday(year) - clock.first_day).days + offset
            if 0 <= at <= DAYS_BACK:
                black[at] = factor
    trend = np.exp(np.arange(len(days)) / 365 * np.log1p(YEARLY_GROWTH))
    luck = rng.lognormal(0.0, 0.06, len(days))
    relative: NDArray[np.float64] = BY_WEEKDAY[clock.weekdays()] * season * black * trend * luck
    return relative


def order_moments(rng: np.random.Generator, clock: DemoClock, stores: Stores, scale: float) -> Items:
    """All orders, in the order in which they came; they never end.

    Args:
        scale: share of the full number to draw.
    """
    day = np.arange(DAYS_BACK + 1)[:, None]
    selling = (day > stores.opened) & (day + 1 <= stores.closed)
    established = -np.expm1(-np.maximum(day - stores.opened, 0.0) / ESTABLISHED_DAYS)
    weight = stores.habit("orders") * rng.lognormal(-0.1, 0.45, len(stores))
    expected = demand(rng, clock)[:, None] * weight * established * selling
    number = rng.poisson(expected * (ORDERS * scale / expected.sum()))
    at_day, store = (np.repeat(index.ravel(), number.ravel()) for index in np.indices(number.shape))
    hour = rng.choice(24, len(at_day), p=BY_HOUR)
    placed = at_day + (hour + rng.random(len(at_day))) / 24
    order = np.argsort(placed, kind="stable")
    order = order[placed[order] < clock.now]
    return Items(store[order], placed[order], np.full(len(order), np.inf))


def order_statuses(rng: np.random.Generator, clock: DemoClock, placed: NDArray[np.float64]) -> list[str]:
    """The state of each order by now: what is new is on its way, what is old has come to its end."""
    age = clock.now - placed
    under_way = np.select([age < until for until in STATUS_UNTIL.values()], list(STATUS_UNTIL), default="")
    at_last = rng.choice(list(AT_LAST), len(placed), p=list(AT_LAST.values()))
    withdrawn = (at_last == "cancelled") | (under_way == "")
    statuses: list[str] = np.where(withdrawn, at_last, under_way).tolist()
    return statuses
