"""Laws of the shapes that people report from their own systems, each drawn anew with random numbers.

A law takes a generator and a number of days, and answers that many daily values. Levels are values that stand at the
end of a day, flows are amounts of a day. These laws are made up; they are not learned from.
"""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float64]
Law = Callable[[Generator, int], Array]

PAST, AHEAD = 400, 365
"""Days that are known, and days after them: every law is drawn over both."""
MONTH = 365.25 / 12


def lumpy(rng: Generator, pace: Array, spread: float) -> Array:
    """Daily amounts, (n,), gamma around `pace` with a coefficient of variation of `spread`."""
    return pace * rng.gamma(spread**-2, spread**2, len(pace))


def begin(rng: Generator) -> float:
    """A level to begin with."""
    return float(np.exp(rng.uniform(4.5, 7.5)))


def on_days(rng: Generator, n: int, every: float) -> NDArray[np.bool_]:
    """True on one day in each span of `every` days, (n,), the first somewhere in the first span."""
    turns = np.floor((np.arange(n + 1) + rng.uniform(0, every)) / every)
    return np.asarray(np.diff(turns) > 0)


def teeth(added: Array, cleared: NDArray[np.bool_], floor: float, kept: float) -> Array:
    """What has been added since the last clearing, above a floor; a clearing leaves the share `kept`."""
    above, out = 0.0, np.empty(len(added))
    for day, (amount, clears) in enumerate(zip(added, cleared, strict=True)):
        above = (above + amount) * (kept if clears else 1.0)
        out[day] = floor + above
    return out


def steady_growth(rng: Generator, n: int) -> Array:
    start = begin(rng)
    return start + np.cumsum(lumpy(rng, np.full(n, start * rng.uniform(0.0005, 0.004)), rng.uniform(0.3, 1.2)))


def working_days(rng: Generator, n: int) -> Array:
    start = begin(rng)
    works = (np.arange(n) + rng.integers(7)) % 7 < 5
    return start + np.cumsum(lumpy(rng, np.where(works, start * rng.uniform(0.001, 0.005), 1e-9), 0.5))


def seats(rng: Generator, n: int) -> Array:
    come = rng.uniform(0.05, 0.4)
    moves = rng.poisson(come, n) - rng.poisson(come * rng.uniform(0.2, 0.8), n)
    return np.maximum(rng.integers(20, 120) + np.cumsum(moves), 1.0)


def rare_imports(rng: Generator, n: int) -> Array:
    start = begin(rng)
    arrive = rng.random(n) < 1 / rng.uniform(60, 150)
    size = start * rng.uniform(0.05, 0.2)
    daily = lumpy(rng, np.full(n, start * 0.0004), 0.6)
    return start + np.cumsum(daily + np.where(arrive, size * rng.uniform(0.5, 1.5, n), 0.0))


def one_migration(rng: Generator, n: int) -> Array:
    start = begin(rng)
    daily = lumpy(rng, np.full(n, start * rng.uniform(0.0005, 0.002)), 0.5)
    daily[rng.integers(PAST - 180, PAST - 20)] += start * rng.uniform(0.3, 1.0)
    return start + np.cumsum(daily)


def stopped(rng: Generator, n: int) -> Array:
    start = begin(rng)
    daily = lumpy(rng, np.full(n, start * rng.uniform(0.001, 0.004)), 0.5)
    daily[PAST - rng.integers(30, 120) :] = 0.0
    return start + np.cumsum(daily)


def faster_of_late(rng: Generator, n: int) -> Array:
    start = begin(rng)
    pace = np.full(n, start * rng.uniform(0.0004, 0.0012))
    pace[PAST - rng.integers(30, 90) :] *= rng.uniform(2.0, 5.0)
    return start + np.cumsum(lumpy(rng, pace, 0.5))


def first_fill(rng: Generator, n: int) -> Array:
    start = begin(rng)
    daily = lumpy(rng, np.full(n, start * rng.uniform(0.0003, 0.0015)), 0.6)
    set_up, days = PAST - rng.integers(30, 90), rng.integers(2, 8)
    daily[:set_up] = 0.0
    daily[set_up : set_up + days] = start / days
    return np.cumsum(daily)


def saturating(rng: Generator, n: int) -> Array:
    top, half = begin(rng), rng.uniform(60, 160)
    clean = top * (1 - 0.9 * 2 ** (-np.arange(n) / half))
    return clean + top * 0.002 * rng.normal(size=n)


def doubling(rng: Generator, n: int) -> Array:
    start, days = begin(rng), rng.uniform(70, 180)
    return start * np.exp(np.cumsum(lumpy(rng, np.full(n, np.log(2) / days), rng.uniform(0.3, 1.0))))


def teeth_by_size(rng: Generator, n: int) -> Array:
    floor = begin(rng)
    height, pace = floor * rng.uniform(0.3, 1.5), rng.uniform(0.02, 0.12)
    above, out = height * rng.random(), np.empty(n)
    for day, added in enumerate(lumpy(rng, np.full(n, height * pace), 0.4)):
        above += added
        if above > height * rng.uniform(0.96, 1.02):
            above = height * rng.uniform(0.0, 0.05)
        out[day] = floor + above
    return out


def monthly_clean_up(rng: Generator, n: int) -> Array:
    floor = begin(rng)
    added = lumpy(rng, np.full(n, floor * rng.uniform(0.005, 0.03)), 0.4)
    return teeth(added, on_days(rng, n, MONTH), floor, rng.uniform(0.0, 0.3))


def weekly_purge(rng: Generator, n: int) -> Array:
    floor = begin(rng)
    added = lumpy(rng, np.full(n, floor * rng.uniform(0.01, 0.08)), 0.4)
    return np.asarray(
        teeth(added, on_days(rng, n, 7), floor, 0.0) + np.cumsum(np.full(n, floor * rng.uniform(0, 0.001)))
    )


def recurring(rng: Generator, n: int, every: float) -> Array:
    start = begin(rng)
    step = start * rng.uniform(0.02, 0.06) * every / MONTH
    jumps = np.where(on_days(rng, n, every), step * rng.uniform(0.9, 1.1, n), 0.0)
    return start + np.cumsum(jumps + lumpy(rng, np.full(n, start * 0.00005), 0.8))


def monthly_step(rng: Generator, n: int) -> Array:
    return recurring(rng, n, MONTH)


def quarterly_step(rng: Generator, n: int) -> Array:
    return recurring(rng, n, 3 * MONTH)


def wandering_gauge(rng: Generator, n: int) -> Array:
    middle, back = begin(rng), rng.uniform(0.01, 0.1)
    off, out = 0.0, np.empty(n)
    for day, push in enumerate(rng.normal(0, middle * rng.uniform(0.01, 0.03), n)):
        off += push - back * off
        out[day] = middle + off
    return np.maximum(out, 0.0)


def zeros_at_the_end(rng: Generator, n: int) -> Array:
    values = steady_growth(rng, n)
    values[PAST - rng.integers(1, 6) : PAST] = 0.0
    return values


def daily(rng: Generator, level: Array) -> Array:
    """Counts of a day around a level, with a weekly rhythm and a little more spread than chance alone."""
    n = len(level)
    week = np.exp(rng.normal(0, 0.15, 7))
    rate = np.maximum(level, 0.1) * (week / week.mean())[np.arange(n) % 7]
    spread = rng.uniform(0.02, 0.15)
    return rng.poisson(lumpy(rng, rate, spread)).astype(np.float64)


def steady(rng: Generator, n: int) -> Array:
    return daily(rng, np.full(n, begin(rng)))


def one_more_a_day(rng: Generator, n: int) -> Array:
    start = begin(rng)
    return daily(rng, np.asarray(start * (1 + np.arange(n) * rng.uniform(0.0008, 0.003)), dtype=np.float64))


def compounding(rng: Generator, n: int) -> Array:
    return daily(rng, begin(rng) * 2 ** (np.arange(n) / rng.uniform(180, 500)))


def shifted_up(rng: Generator, n: int) -> Array:
    later = np.arange(n) >= PAST - rng.integers(35, 100)
    return daily(rng, begin(rng) * np.where(later, rng.uniform(1.5, 2.5), 1.0))


def falling(rng: Generator, n: int) -> Array:
    return daily(rng, begin(rng) * 0.5 ** (np.arange(n) / rng.uniform(200, 500)))


def yearly(rng: Generator, n: int) -> Array:
    turn = 2 * np.pi * (np.arange(n) + rng.uniform(0, 365)) / 365.25
    return daily(rng, begin(rng) * (1 + rng.uniform(0.15, 0.45) * np.sin(turn)))


def bursts(rng: Generator, n: int) -> Array:
    shout = np.where(rng.random(n) < 1 / rng.uniform(15, 50), rng.uniform(1, 4, n), 0.0)
    echo = np.convolve(shout, [1.0, 0.5, 0.25])[:n]
    return daily(rng, begin(rng) * (1 + echo))


def grew_then_flat(rng: Generator, n: int) -> Array:
    end = PAST - rng.integers(60, 150)
    return daily(rng, begin(rng) * (1 + np.minimum(np.arange(n), end) * rng.uniform(0.001, 0.005)))


LEVELS: dict[str, Law] = {
    "steady growth": steady_growth, "working days": working_days, "seats": seats, "rare imports": rare_imports,
    "one migration": one_migration, "stopped": stopped, "faster of late": faster_of_late, "first fill": first_fill,
    "saturating": saturating, "doubling": doubling, "teeth by size": teeth_by_size,
    "monthly clean-up": monthly_clean_up, "weekly purge": weekly_purge, "monthly step": monthly_step,
    "quarterly step": quarterly_step, "wandering gauge": wandering_gauge, "zeros at the end": zeros_at_the_end,
}  # fmt: skip
FLOWS: dict[str, Law] = {
    "steady": steady, "one more a day": one_more_a_day, "compounding": compounding, "shifted up": shifted_up,
    "falling": falling, "yearly": yearly, "bursts": bursts, "grew then flat": grew_then_flat,
}  # fmt: skip


def draw(kind: str, draws: int, seed: int) -> Array:
    """Series of a kind, (draws, past and ahead); the same for the same seed, whatever else is drawn."""
    law = LEVELS[kind] if kind in LEVELS else FLOWS[kind]
    rng = np.random.default_rng([seed, *kind.encode()])
    return np.array([law(rng, PAST + AHEAD) for _ in range(draws)])
