"""Made-up joint futures of everything that scenarios change, and the changes themselves."""

from datetime import date, timedelta

import numpy as np
from hypothesis import strategies as st

from outgrow.domain.event import Event, EventKind
from outgrow.domain.paths import Paths
from outgrow.domain.scenario import Arrival, LevelStep, NewStores, Ramp

TODAY = date(2026, 11, 22)
LEVELS = ("active_stores", "total_stores", "total_products", "storage_used_gb")
METRICS = (*LEVELS, "orders_per_day", "total_orders_month")
N_DAYS = 120


def month_totals(daily: np.ndarray, sofar: float = 0.0, today: date = TODAY) -> np.ndarray:
    """Running totals, month by month, one day after the other."""
    totals = np.empty_like(daily)
    total = np.full(daily.shape[:-1], sofar)
    for at in range(daily.shape[-1]):
        first = (today + timedelta(days=at + 1)).day == 1
        total = daily[..., at] + (0.0 if first else total)
        totals[..., at] = total
    return totals


def everything(seed: int = 1, n_paths: int = 24, n_days: int = N_DAYS, today: date = TODAY) -> Paths:
    """Levels that wander, orders with a rhythm of the week, and the months' totals of these orders."""
    random = np.random.default_rng(seed)
    current = {"active_stores": 80.0, "total_stores": 90.0, "total_products": 9_000.0, "storage_used_gb": 400.0}
    values = {}
    for name in LEVELS:
        steps = random.normal(0.002, 0.002, (n_paths, 1)) + random.normal(0, 0.01, (n_paths, n_days))
        values[name] = current[name] * np.exp(np.cumsum(steps, axis=1))
    week = np.array([(today + timedelta(days=d + 1)).weekday() for d in range(n_days)])
    rate = 100.0 + random.normal(0.3, 0.2, (n_paths, 1)) * np.arange(1, n_days + 1)
    values["orders_per_day"] = np.maximum(rate * (1.0 + 0.2 * np.cos(week)), 0.0)
    current |= {"orders_per_day": 95.0, "total_orders_month": 2_100.0}
    values["total_orders_month"] = month_totals(values["orders_per_day"], 2_100.0, today)
    return of(values, current, today)


def of(values: dict[str, np.ndarray], current: dict[str, float], today: date = TODAY) -> Paths:
    """Paths of these values, whose peaks are their highest so far."""
    now = np.array([current[name] for name in values])
    stacked = np.stack(list(values.values()))
    peaks = np.maximum(np.maximum.accumulate(stacked, axis=2), now[:, None, None])
    return Paths(today, tuple(values), now, stacked, peaks)


def same(a: Paths, b: Paths) -> bool:
    """Whether two futures are the same to the last bit."""
    return (
        a.metrics == b.metrics
        and a.values.tobytes() == b.values.tobytes()
        and a.peaks.tobytes() == b.peaks.tobytes()
        and a.current.tobytes() == b.current.tobytes()
    )


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


days_ahead = st.integers(0, N_DAYS + 40).map(in_days)
amounts = st.floats(0, 5_000, allow_nan=False)
sizes = st.dictionaries(st.sampled_from(METRICS), amounts, max_size=4)
taken = st.dictionaries(st.sampled_from(METRICS), st.floats(1e-9, 5_000), max_size=4)
arrivals = st.builds(Arrival, st.just("a merchant"), days_ahead, taken)
steps = st.builds(LevelStep, st.sampled_from(METRICS), days_ahead, st.floats(-3_000, 3_000))
ramps = st.lists(st.floats(0, 500), min_size=1, max_size=40).map(
    lambda weekly: Ramp({name: np.array(weekly) for name in ("total_products", "orders_per_day")}, 3)
)


@st.composite
def new_stores(draw: st.DrawFn) -> NewStores:
    """Stores of a plan, or of given sizes."""
    own = draw(st.none() | sizes)
    plan = "pro" if own is None else None
    return NewStores(draw(st.integers(1, 500)), draw(days_ahead), draw(st.integers(1, 60)), plan, own)


@st.composite
def events(draw: st.DrawFn, multiplier: st.SearchStrategy[float] | None = None) -> Event:
    """A few days whose orders are multiplied."""
    first = draw(days_ahead)
    last = first + timedelta(days=draw(st.integers(0, 9)))
    return Event("sale", first, last, EventKind.CAMPAIGN, draw(st.floats(0, 10) if multiplier is None else multiplier))
