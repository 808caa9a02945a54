"""Generated histories of many characters, for what must hold of every series."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Array = NDArray[np.float64]
DAYS = 200
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def levels(seed: int = 7, days: int = DAYS) -> Array:
    """Counters, gauges, bursts, declines and steps, and each of them with holes, and newborn, (33, days)."""
    random = np.random.default_rng(seed)
    t = np.arange(days)
    rows = [
        1000 + np.cumsum(random.poisson(5, days)),
        np.cumsum(random.poisson(0.2, days)),
        500 + np.cumsum(random.normal(0, 3, days)),
        300 * np.exp(0.01 * t) + random.normal(0, 2, days),
        1e9 + np.cumsum(random.poisson(1e5, days)),
        5000 - np.cumsum(random.poisson(3, days)),
        200 + 50 * np.sin(t / 9) + t,
        np.where(t < days // 2, 10 + t, 2000 + 2 * t),
        np.floor(t / 30) * 7 + 3,
        1000 * np.sqrt(t + 1.0),
        -50 + np.cumsum(random.normal(0.2, 1, days)),
    ]
    panel = np.array(rows, dtype=np.float64)
    holes, newborn = panel.copy(), panel.copy()
    holes[:, 60:75] = np.nan
    newborn[:, : days - 20] = np.nan
    return np.concatenate([panel, holes, newborn])


def flows(seed: int = 7, days: int = DAYS) -> Array:
    """Busy, quiet, closed-at-the-weekend, growing, bursting and money-like flows, the newest ten days alone too."""
    random = np.random.default_rng(seed)
    t = np.arange(days)
    rows = [
        random.poisson(200, days),
        random.poisson(0.3, days),
        random.poisson(30, days) * (t % 7 < 5),
        random.poisson(10 + t / 5.0),
        np.where(random.random(days) < 0.02, 5000, random.poisson(20, days)),
        random.lognormal(4, 0.5, days),
    ]
    panel = np.array(rows, dtype=np.float64)
    newborn = panel.copy()
    newborn[:, : days - 10] = np.nan
    return np.concatenate([panel, newborn])


def of_kind(kind: str, seed: int = 7, days: int = DAYS) -> Array:
    """Levels or flows, as the kind wants them."""
    return flows(seed, days) if kind == "flow" else levels(seed, days)


def repeated(panel: Array, rows: int) -> Array:
    """As many rows, each unlike the others."""
    copies = -(-rows // len(panel))
    return np.concatenate([panel * (1 + 0.37 * k) for k in range(copies)])[:rows]


@st.composite
def panels(draw: st.DrawFn, longest: int = 150) -> Array:
    """Histories such as platforms have: growing, falling or still, smooth or wild, with gaps; never negative."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, days = draw(st.integers(1, 4)), draw(st.one_of(st.integers(1, 10), st.integers(11, longest)))
    start = 10.0 ** draw(st.integers(-2, 6))
    trend = draw(st.sampled_from([0, 0.01, -0.005]))
    size = draw(st.sampled_from([0.0, 1e-3, 0.05]))
    values = np.maximum(start * (1 + np.cumsum(random.normal(trend * 100, 1.0, (rows, days)) * size, axis=1)), 0)
    if draw(st.booleans()):
        values = np.round(values)
    values[random.random(values.shape) < draw(st.sampled_from([0, 0.2]))] = np.nan
    values[:, random.integers(days)] = start
    return values


def limits_of(values: Array, share: float) -> Array:
    """A limit for each row, above all it has seen and in its own reach."""
    top, spread = np.nanmax(values, axis=1), np.nanstd(values, axis=1)
    return np.asarray(top + share * (spread + 0.01 * top))
