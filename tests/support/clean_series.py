"""Series of many characters, none of which has a fault, and what is found in them once they are given some."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.note import NoteCode
from outgrow.forecasting.faults import CODES, Faults

Array = NDArray[np.float64]
Random = np.random.Generator
NAN = np.nan
ROWS, DAYS = 200, 400


def growth(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Counts that grow by a few every day."""
    steps = random.poisson(random.uniform(3, 20, (rows, 1)), (rows, days)).astype(np.float64)
    return 2_000.0 + np.cumsum(steps, axis=1)


def slow_growth(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Counts from next to nothing that grow by one now and then."""
    return np.cumsum(random.poisson(random.uniform(0.02, 1, (rows, 1)), (rows, days)), axis=1).astype(np.float64)


def walk(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Gauges that wander."""
    return 10_000 + np.cumsum(random.normal(0, 20, (rows, days)), axis=1)


def weekly_batch(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Counts that move once a week."""
    batches = random.poisson(200, (rows, days)) * (np.arange(days) % 7 == 3)
    return 5_000.0 + np.cumsum(batches, axis=1)


def monthly_release(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Slow counts that make a leap each month."""
    leaps = random.poisson(800, (rows, days)) * (np.arange(days) % 30 == 11)
    return 2_000 + np.cumsum(leaps + random.poisson(4, (rows, days)), axis=1)


def compound(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Counts that double every two months."""
    return np.floor(20 * 2 ** (np.arange(days) / 60) * np.exp(np.cumsum(random.normal(0, 0.01, (rows, days)), axis=1)))


def orders(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Flows with a weekly rhythm."""
    week = np.array([1.0, 1.1, 0.9, 1.0, 1.2, 0.7, 0.6])[np.arange(days) % 7]
    return random.poisson(300 * week, (rows, days)).astype(np.float64)


def few_orders(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Flows of a handful a day, and heavy-tailed."""
    rate = random.gamma(0.7, random.uniform(0.5, 8, (rows, 1)), (rows, days))
    return random.poisson(rate).astype(np.float64)


def closed_on_sundays(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Flows without anything on one day a week."""
    placed: Array = orders(random, rows, days) * (np.arange(days) % 7 != 6)
    return placed


Maker = Callable[[Random], Array]


def named(faults: Faults) -> list[tuple[int, NoteCode, int, int]]:
    """Row, code, first and last column of everything found."""
    return [
        (int(row), CODES[code], int(first), int(last))
        for row, code, first, last in zip(faults.row, faults.code, faults.first, faults.last, strict=True)
    ]
