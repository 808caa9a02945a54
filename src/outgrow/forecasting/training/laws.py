"""Made-up levels to learn from, of the shapes that platforms report and few public series have.

A law is put together at random: how fast the level grows and how that changes, how lumpy its days are, what happens to
it once in a while. What is learned from it is to tell the shapes apart, not how often each comes in the world: the
real series say that, and made-up ones weigh little beside them.
"""

import numpy as np

from outgrow.forecasting.kernels.normal import Array

Draw = np.random.Generator

YEAR, MONTH, WEEK = 365.25, 30.44, 7


def made_up(n: int, days: int, today: int, rng: Draw) -> Array:
    """Made-up levels (n, days), NaN before a level began; what happens of late happens before day `today`."""
    return np.stack([_one(rng, days, today) for _ in range(n)])


def _one(rng: Draw, days: int, today: int) -> Array:
    size = float(np.exp(rng.uniform(np.log(0.02), np.log(200.0))))
    if rng.random() < 0.12:  # noqa: PLR2004
        return _filled_at_once(rng, days, today, size)
    rate = size * _pace(rng, days, today)
    level = np.cumsum(_lumps(rng, rate))
    level += _drift_of_a_gauge(rng, days, size)
    if rng.random() < 0.3:  # noqa: PLR2004
        level += _leaps(rng, days, today, size)
    for happens, chance in ((_teeth, 0.08), (_steps, 0.08), (_noise, 0.2)):
        if rng.random() < chance:
            level += happens(rng, days, size)
    level += size * np.exp(rng.uniform(np.log(1.0), np.log(3000.0)))
    if rng.random() < 0.3:  # noqa: PLR2004  told in whole units
        unit = size * np.exp(rng.uniform(np.log(0.05), np.log(2.0)))
        level = unit * np.round(level / unit)
    if rng.random() < 0.25:  # noqa: PLR2004  what is free instead of what is used
        level = level.max() * rng.uniform(1.0, 2.0) - level
    if rng.random() < 0.35:  # noqa: PLR2004  a young level
        level[: today - int(np.exp(rng.uniform(np.log(15), np.log(300))))] = np.nan
    return level


def _filled_at_once(rng: Draw, days: int, today: int, size: float) -> Array:
    """What is set up within a few days, and then grows slowly, or a little faster again."""
    start = today - int(np.exp(rng.uniform(np.log(12), np.log(150))))
    pace = np.full(days, size * np.exp(rng.uniform(np.log(0.001), np.log(0.08))))
    length = int(rng.integers(1, 12))
    pace[start : start + length] = size * rng.uniform(0.3, 3.0, length)
    shape = np.exp(rng.uniform(np.log(0.5), np.log(60)))
    level: Array = np.cumsum(pace * rng.gamma(shape, 1.0 / shape, days)) + size * rng.uniform(0.0, 2.0)
    level[:start] = np.nan
    return level


def _pace(rng: Draw, days: int, today: int) -> Array:
    """Expected change of each day beside the usual one, (days,)."""
    day = np.arange(days, dtype=np.float64)
    which = rng.random()
    if which < 0.25:  # noqa: PLR2004  as ever
        pace = np.ones(days)
    elif which < 0.50:  # noqa: PLR2004  it changed of late, once or several times
        pace = np.ones(days)
        for _ in range(rng.integers(1, 4)):
            since = today - int(np.exp(rng.uniform(np.log(8), np.log(380))))
            pace[since:] *= 0.003 if rng.random() < 0.25 else np.exp(rng.normal(0.0, 1.1))  # noqa: PLR2004
    elif which < 0.74:  # noqa: PLR2004  it compounds
        pace = np.exp((day - today) * np.log(2) / np.exp(rng.uniform(np.log(60), np.log(600))))
    elif which < 0.87:  # noqa: PLR2004  it saturates
        pace = np.exp(-(day - rng.uniform(0, today)) / np.exp(rng.uniform(np.log(25), np.log(400))))
        pace /= max(pace[:today].mean(), 1e-9)
    elif which < 0.94:  # noqa: PLR2004  a little more every day
        pace = np.maximum(0.05, 1.0 + (day - today) / rng.uniform(150, 900) * rng.choice((-1.0, 1.0)))
    else:  # it wanders
        steps = rng.normal(0, 1, days // WEEK + 1) * rng.uniform(0.02, 0.15)
        pace = np.repeat(np.exp(np.cumsum(steps)), WEEK)[:days]
        pace /= pace[:today].mean()
    if rng.random() < 0.35:  # noqa: PLR2004  working days
        pace = pace * _working_week(rng, days)
    if rng.random() < 0.15:  # noqa: PLR2004  seasons
        pace = pace * (1.0 + rng.uniform(0.1, 0.8) * np.cos(2 * np.pi * (day / YEAR + rng.random())))
    return pace


def _working_week(rng: Draw, days: int) -> Array:
    share = np.ones(WEEK)
    quiet = rng.integers(0, WEEK)
    share[[quiet, (quiet + 1) % WEEK]] = rng.choice((0.0, rng.random()))
    if rng.random() < 0.3:  # noqa: PLR2004
        share = share * rng.gamma(3, 1 / 3, WEEK)
    share = share / max(share.mean(), 1e-6)
    result: Array = np.tile(share, days // WEEK + 1)[:days]
    return result


def _lumps(rng: Draw, rate: Array) -> Array:
    """Changes of such expectation: smooth, lumpy, counted, or rare."""
    which = rng.random()
    if which < 0.1:  # noqa: PLR2004
        return rate * (1.0 + rng.uniform(0.0, 0.08) * rng.normal(0, 1, len(rate)))
    if which < 0.6:  # noqa: PLR2004
        shape = np.exp(rng.uniform(np.log(0.3), np.log(60)))
        return rate * rng.gamma(shape, 1.0 / shape, len(rate))
    if which < 0.85:  # noqa: PLR2004
        events = np.exp(rng.uniform(np.log(0.02), np.log(20)))
        usual = max(rate.mean(), 1e-9)
        counted: Array = rng.poisson(np.minimum(rate / usual * events, 1e6)) * usual / events
        return counted
    often = rng.uniform(0.008, 0.15)
    there = rng.random(len(rate)) < often
    heavy = rng.uniform(0.3, 1.1)
    trickle = rng.uniform(0.0, 0.6)
    return rate * (trickle + (1 - trickle) * there / often * rng.lognormal(-(heavy**2) / 2, heavy, len(rate)))


def _drift_of_a_gauge(rng: Draw, days: int, size: float) -> Array:
    """What comes and goes again, beside what grows: nothing, a walk, or what returns to its mean."""
    which = rng.random()
    if which < 0.6:  # noqa: PLR2004
        return np.zeros(days)
    width = size * float(np.exp(rng.uniform(np.log(0.2), np.log(20))))
    shocks = rng.normal(0, 1, days) if rng.random() < 0.7 else rng.standard_t(3, days)  # noqa: PLR2004
    keep = 1.0 if which < 0.7 else 1.0 - np.exp(rng.uniform(np.log(0.01), np.log(0.5)))  # noqa: PLR2004
    result = np.empty(days)
    here = 0.0
    for day, shock in enumerate(shocks):
        here = keep * here + shock
        result[day] = here
    return width * result


def _leaps(rng: Draw, days: int, today: int, size: float) -> Array:
    """Imports, migrations, clean-ups: once, or a few times."""
    result = np.zeros(days)
    for _ in range(rng.integers(1, 4)):
        at = today - int(np.exp(rng.uniform(np.log(1), np.log(380))))
        result[at:] += size * np.exp(rng.uniform(np.log(3), np.log(400))) * (-1.0 if rng.random() < 0.25 else 1.0)  # noqa: PLR2004
    return result


def _teeth(rng: Draw, days: int, size: float) -> Array:
    """A part that grows and is cleaned away, by the calendar or when it is full."""
    period = np.exp(rng.uniform(np.log(4), np.log(70)))
    top = size * np.exp(rng.uniform(np.log(5), np.log(200)))
    if rng.random() < 0.5:  # noqa: PLR2004
        phase = (np.arange(days) + rng.uniform(0, period)) % period / period
        result: Array = top * phase * rng.uniform(0.9, 1.1, days)
        return result
    result = np.empty(days)
    here, full = 0.0, top
    for day, step in enumerate(top / period * rng.gamma(4, 0.25, days)):
        here += step
        if here > full:
            here, full = top * rng.uniform(0.0, 0.3), top * rng.uniform(0.9, 1.1)
        result[day] = here
    return result


def _steps(rng: Draw, days: int, size: float) -> Array:
    """A load on one day of every month, quarter or few weeks."""
    every = float(rng.choice((MONTH, MONTH, 3 * MONTH, 14, 28)))
    load = size * np.exp(rng.uniform(np.log(5), np.log(200)))
    place = np.floor((np.arange(days) + rng.uniform(0, every)) / every)
    here = np.diff(place, prepend=place[0]) > 0
    result: Array = np.cumsum(np.where(here, load * rng.lognormal(0, rng.uniform(0, 0.4), days), 0.0))
    return result


def _noise(rng: Draw, days: int, size: float) -> Array:
    """Errors of measurement: they are not there any more on the next day."""
    width = size * float(np.exp(rng.uniform(np.log(0.1), np.log(5))))
    return width * rng.normal(0, 1, days)
