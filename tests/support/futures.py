"""Made-up joint futures, for what must hold of every plan."""

from datetime import date

import numpy as np

from outgrow.domain.paths import Paths

TODAY = date(2026, 11, 22)
METRICS = ("active_stores", "total_products")


def futures(seed: int, n_paths: int = 40, n_days: int = 365, today: date = TODAY) -> Paths:
    """Stores and products that grow, stand or shrink with wild noise, from a few dozen and a few thousand."""
    random = np.random.default_rng(seed)
    current = np.array([random.integers(10, 200), random.integers(1_000, 40_000)], dtype=np.float64)
    drift = random.normal(0.001, 0.003, (2, n_paths, 1))
    steps = drift + random.normal(0, 0.004, (2, n_paths, n_days))
    values = current[:, None, None] * np.exp(np.cumsum(steps, axis=2))
    return of_values(values, current, today)


def of_values(values: np.ndarray, current: np.ndarray, today: date = TODAY) -> Paths:
    """Paths of these values, (2, n_paths, n_days)."""
    peaks = np.maximum(np.maximum.accumulate(values, axis=2), current[:, None, None])
    return Paths(today, METRICS, current, values, peaks)


def straight(start: float, a_day: float, n_paths: int = 10, products: float = 10.0) -> Paths:
    """Stores that grow by the same number every day on every path; products stand."""
    days = np.arange(1, 366)
    stores = np.tile(start + a_day * days, (n_paths, 1))
    values = np.stack([stores, np.full_like(stores, products)])
    return of_values(values, np.array([start, products]))
