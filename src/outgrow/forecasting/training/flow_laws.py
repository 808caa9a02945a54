"""Made-up flows to learn from: what real histories hold too rarely, each put together by chance."""

import numpy as np

from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.past import LENGTH as HISTORY
from outgrow.forecasting.training.windows import FUTURE, SHORTENED, Windows

MADE_UP = "made up"
"""The entity of all of them."""
NUMBER, SHARE = 20_000, 0.35
"""So many are learned from, and what they weigh of all."""
YOUNGEST = 10
"""Days that a shortened history has at the least."""
YEAR, MONTH = 365.25, 30.44
"""Days."""


def with_made_up(windows: Windows, number: int = NUMBER, share: float = SHARE, seed: int = 1) -> Windows:
    """Real windows of flows, and made-up ones that weigh a share of all; some of their histories are young."""
    flows = made_up_flows(number, HISTORY + FUTURE, seed)
    rng = np.random.default_rng([seed, number])
    history = flows[:, :HISTORY].copy()
    length = np.exp(rng.uniform(np.log(YOUNGEST), np.log(HISTORY), number)).astype(np.int64)
    length = np.where(rng.random(number) < SHORTENED, length, HISTORY)
    history[np.arange(HISTORY) < HISTORY - length[:, None]] = np.nan
    n = len(windows.weight)
    whole = n + number
    weight = np.concatenate([windows.weight * (1.0 - share) * whole / n, np.full(number, share * whole / number)])
    return Windows(
        np.concatenate([windows.history, history]),
        np.concatenate([windows.future, flows[:, HISTORY:]]),
        np.concatenate([windows.entity, np.full(number, MADE_UP)]),
        weight.astype(np.float32),
    )


def made_up_flows(number: int, days: int, seed: int = 0) -> Array:
    """Flows (number, days), no two of one law: a level, a course, rhythms, noise, and what happens now and then."""
    rng = np.random.default_rng(seed)
    return np.array([_flow(rng, days) for _ in range(number)]).reshape(number, days)


def _flow(rng: np.random.Generator, days: int) -> Array:
    level = np.exp(rng.uniform(np.log(20), np.log(20_000)))
    if rng.random() < 0.12:  # noqa: PLR2004  a handful a day
        level = np.exp(rng.uniform(np.log(0.05), np.log(20)))
    size = level * _course(rng, days) * _shifts(rng, days) * _season(rng, days)
    size = size * _weekdays(rng, days) * _days_of_month(rng, days) * _wander(rng, days)
    noise = np.exp(rng.uniform(np.log(0.01), np.log(0.4)))
    amount = size * rng.lognormal(-0.5 * noise**2, noise, days)
    if rng.random() < 0.12:  # noqa: PLR2004  bursts
        amount = amount * np.where(rng.random(days) < rng.uniform(0.005, 0.06), rng.uniform(1.5, 12, days), 1.0)
    if rng.random() < 0.06:  # noqa: PLR2004  days of nothing
        amount = np.where(rng.random(days) < rng.uniform(0.01, 0.6), 0.0, amount)
    if level < 20 or rng.random() < 0.3:  # noqa: PLR2004  counted
        amount = rng.poisson(np.minimum(amount, 1e7)).astype(np.float64)
    elif rng.random() < 0.7:  # noqa: PLR2004  whole
        amount = np.round(amount)
    return np.asarray(amount)


def _course(rng: np.random.Generator, days: int) -> Array:
    """Steady, straight up or down, compounding up or down, slowing, turning or halting at some day."""
    day = np.arange(days)
    kinds = ["steady", "straight", "compounding", "slowing", "turned", "halted"]
    kind = rng.choice(kinds, p=[0.25, 0.22, 0.23, 0.06, 0.07, 0.17])
    if kind == "straight":
        end = np.exp(rng.normal(0.6, 0.9))
        begin = rng.integers(0, 330) if rng.random() < 0.5 else 0  # noqa: PLR2004  what is younger than the history rises faster
        return np.asarray(np.maximum(1.0 + (end - 1.0) * (day - begin) / (400.0 - begin), 0.02))
    if kind == "compounding":
        return np.asarray(np.exp(day * rng.normal(0.0003, 0.0026)))
    if kind == "slowing":
        return np.asarray(1.0 + rng.uniform(-0.7, 3.0) * (1.0 - np.exp(-day / rng.uniform(50, 300))))
    if kind == "turned":
        turn = 400 - rng.integers(10, 300)
        before, after = rng.normal(0.0006, 0.003), rng.choice([0.0, rng.normal(0.0, 0.002)])
        return np.asarray(np.exp(np.minimum(day - turn, 0) * before + np.maximum(day - turn, 0) * after))
    return _halted(rng, days) if kind == "halted" else np.ones(days)


def _halted(rng: np.random.Generator, days: int) -> Array:
    """What rose or fell, along a line or compounding, and has not moved since."""
    moved = np.minimum(np.arange(days) - (400 - rng.integers(20, 250)), 0)
    if rng.random() < 0.5:  # noqa: PLR2004
        return np.asarray(np.exp(moved * rng.normal(0.001, 0.003)))
    return np.asarray(np.maximum(1.0 + moved * rng.uniform(-0.005, 0.0028), 0.02))


def _shifts(rng: np.random.Generator, days: int) -> Array:
    result = np.ones(days)
    for _ in range(int(rng.choice([0, 1, 2], p=[0.6, 0.32, 0.08]))):
        ago = rng.integers(14, 200) if rng.random() < 0.75 else rng.integers(-300, 400)  # noqa: PLR2004
        result[max(0, 400 - ago) :] *= np.exp(rng.choice([-1, 1], p=[0.4, 0.6]) * rng.uniform(0.1, 1.2))
    return result


def _season(rng: np.random.Generator, days: int) -> Array:
    if rng.random() > 0.22:  # noqa: PLR2004
        return np.ones(days)
    phase = 2.0 * np.pi * (np.arange(days) + rng.uniform(0, YEAR)) / YEAR
    wave = rng.uniform(0.05, 0.5) * np.cos(phase)
    if rng.random() < 0.4:  # noqa: PLR2004  two tops a year, or a sharper one
        wave = wave + rng.uniform(0.0, 0.2) * np.cos(2.0 * phase + rng.uniform(0, 6.3))
    return np.asarray(np.exp(wave)) if rng.random() < 0.5 else np.maximum(1.0 + wave, 0.1)  # noqa: PLR2004


def _weekdays(rng: np.random.Generator, days: int) -> Array:
    depth = rng.choice([0.0, rng.uniform(0.02, 0.6)], p=[0.15, 0.85])
    week = np.exp(depth * rng.normal(0, 1, 7))
    if rng.random() < 0.25:  # noqa: PLR2004  a quiet weekend
        week[:2] *= rng.choice([0.0, rng.uniform(0.1, 0.7)], p=[0.2, 0.8])
    return np.asarray((week / week.mean())[(np.arange(days) + rng.integers(7)) % 7])


def _days_of_month(rng: np.random.Generator, days: int) -> Array:
    if rng.random() > 0.1:  # noqa: PLR2004
        return np.ones(days)
    of_month = (np.arange(days) + rng.integers(31)) % MONTH
    return np.where(of_month < rng.integers(1, 4), rng.uniform(1.2, 3.0), 1.0)


def _wander(rng: np.random.Generator, days: int) -> Array:
    """A level that is never quite the same: back and forth, or away."""
    if rng.random() > 0.5:  # noqa: PLR2004
        return np.ones(days)
    step = np.exp(rng.uniform(np.log(0.001), np.log(0.03)))
    stay = rng.choice([1.0, 1.0 - np.exp(rng.uniform(np.log(0.005), np.log(0.2)))])
    path = np.zeros(days)
    for day, move in enumerate(rng.normal(0, step, days - 1), start=1):
        path[day] = stay * path[day - 1] + move
    return np.asarray(np.exp(np.clip(path, -2.0, 2.0)))
