"""Levels with structure: teeth that climb and fall back again and again, and steps that recur.

A mixture of random walks knows neither. Each such row gets a small law of its own, fitted to its events, and is
answered by paths of it that are drawn from fixed numbers: quantiles and crossings then agree by construction.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.kernels.features import LENGTH
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.series import bridge_gaps

PATHS, SEED = 128, 7
MOST_EVENTS = 1300
"""More events than any horizon holds."""
NEEDED_FALLS, NEEDED_STEPS = 6, 5
"""So many events it takes to call them the rule."""
EVENT = 0.4
"""A change of this share of the largest one is an event."""
SHARE = 0.8
"""So much of what the row moves that way the events have to bring."""
REGULAR_FALLS, REGULAR_STEPS = 0.4, 0.1
"""Largest spread of the days between the events, by their mean. Rare imports spread by as much as the mean."""
NEAREST = 3.0
"""Fewest days between events on average."""
MONTHS = tuple([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] * 3 + [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
"""Days of the months of four years."""
EVERY = (1, 2, 3, 6)
"""A step may recur every so many months."""
SURE = 4.0
"""A trend counts by t^2 / (t^2 + this) of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """What one row does, seen so that it climbs.

    Attributes:
        sign: -1 where the row is to be turned over first.
        teeth: whether it falls back; else it takes steps upward.
        current: its newest value, turned.
        ahead: days up to the coming events, (MOST_EVENTS,); `early` is how many days they vary by.
        size: the expected top or step of each event, (MOST_EVENTS,), `lasting` the doubt of all of them at once.
        scatter: the own past's departures from it, sorted.
        floor, floors: where teeth begin, and the departures, sorted.
        drift, doubt: what is gained a day between steps.
        lowest: no value lies below it, not turned.
    """

    sign: float
    teeth: bool
    current: float
    ahead: Array
    early: float
    size: Array
    lasting: Array
    scatter: Array
    floor: float
    floors: Array
    drift: float
    doubt: float
    lowest: float
    width: float = 1.0

    def paths(self, horizon: int) -> Array:
        """Values of each path on each day, (PATHS, horizon)."""
        even, normal = _numbers()
        count = 1 + int(np.count_nonzero(self.ahead <= horizon + 4 * self.early))
        u, z = even[:, :count], normal
        jitter = self.early * (2 * even[:, MOST_EVENTS : MOST_EVENTS + count] - 1) * self.width
        at = np.maximum.accumulate(np.maximum(1, np.rint(self.ahead[:count] + jitter)), axis=1)
        size = self.size[:count] + self.width * (_drawn(self.scatter, u) + z[:, :1] * self.lasting[:count])
        days = np.arange(1, horizon + 1)
        if self.teeth:
            values = self._teeth(at, size, even[:, 2 * MOST_EVENTS : 2 * MOST_EVENTS + count], days)
        else:
            total = np.concatenate([np.zeros((PATHS, 1)), np.cumsum(np.maximum(size, 0.0), axis=1)], axis=1)
            pace = np.maximum(self.drift + self.width * self.doubt * z[:, 1:2], min(self.drift, 0.0))
            values = self.current + np.take_along_axis(total, _passed(at, days), axis=1) + pace * days
        return np.maximum(self.sign * values, self.lowest)

    def _teeth(self, at: Array, top: Array, u: Array, days: NDArray[np.int64]) -> Array:
        top[:, 0] = np.maximum(top[:, 0], self.current)
        floor = self.floor + self.width * _drawn(self.floors, u)
        begin = np.concatenate([np.zeros((PATHS, 1)), at[:, :-1]], axis=1)
        low = np.concatenate([np.full((PATHS, 1), self.current), floor[:, :-1]], axis=1)
        which = np.minimum(_passed(at, days), at.shape[1] - 1)
        start, end, bottom, height = (np.take_along_axis(a, which, axis=1) for a in (begin, at, low, top))
        share = np.clip((days - start) / np.maximum(end - 1 - start, 1), 0, 1)
        values: Array = bottom + share * (height - bottom)
        return values


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """The laws of the rows that have one, by row."""

    laws: dict[int, Law]

    @classmethod
    def find(cls, values: Array, *, falls: bool) -> Self:
        """Read the laws off the histories (n, t), whose rows are finite or unknown."""
        laws: dict[int, Law] = {}
        recent = values[:, -LENGTH:]
        for row in _candidates(recent):
            law = _law(recent[row], falls=falls)
            if law is not None:
                laws[int(row)] = law
        return cls(laws)

    def at_days(self, days: tuple[int, ...], levels: tuple[float, ...]) -> dict[int, Array]:
        """Quantiles of the values of some days, (n_levels, n_days) each."""
        at = np.array(days) - 1
        return {row: np.quantile(law.paths(max(days))[:, at], levels, axis=0) for row, law in self.laws.items()}

    def crossing_at(self, limits: Array, days: tuple[int, ...], *, falling: bool) -> dict[int, Array]:
        """P(reached by each of the days), (n_days,) each."""
        at = np.array(days) - 1
        result = {}
        for row, law in self.laws.items():
            sign = -1.0 if falling else 1.0
            farthest = np.maximum.accumulate(sign * law.paths(max(days)), axis=1)[:, at]
            result[row] = np.count_nonzero(farthest >= sign * limits[row], axis=0) / PATHS
        return result

    def below(self, values: Array, day: int) -> dict[int, float]:
        """P(the value lies below) by row."""
        return {r: float(np.mean(law.paths(day)[:, -1] < values[r])) for r, law in self.laws.items()}

    def widened(self, width: float) -> "Structure":
        """The same with more doubt."""
        return Structure({row: replace(law, width=law.width * width) for row, law in self.laws.items()})


@cache
def _numbers() -> tuple[Array, Array]:
    """Numbers spread evenly, (PATHS, 3 * MOST_EVENTS), and normal ones, (PATHS, 2); every column has each once."""
    rng = np.random.default_rng(SEED)
    ranks = rng.permuted(np.tile(np.arange(PATHS), (3 * MOST_EVENTS + 2, 1)), axis=1).T
    even = (ranks + 0.5) / PATHS
    tail = even[:, -2:]
    # Tukey's lambda: close to the normal, and elementary.
    normal = (tail**0.1349 - (1 - tail) ** 0.1349) / 0.1975
    return even[:, :-2], normal


def _drawn(sorted_values: Array, u: Array) -> Array:
    drawn: Array = np.interp(u, (np.arange(len(sorted_values)) + 0.5) / len(sorted_values), sorted_values)
    return drawn


def _passed(at: Array, days: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of the events of each path lie on or before each day, (PATHS, n_days)."""
    marks = np.zeros((PATHS, len(days) + 2), dtype=np.int64)
    place = np.minimum(at, len(days) + 1).astype(np.int64)
    np.add.at(marks, (np.arange(PATHS)[:, None], place), 1)
    passed: NDArray[np.int64] = np.cumsum(marks, axis=1)[:, 1 : len(days) + 1]
    return passed


def _candidates(values: Array) -> NDArray[np.int64]:
    """Rows in which few changes bring most of what is moved one way; the others cannot have a law."""
    with np.errstate(invalid="ignore"):
        change = np.nan_to_num(np.diff(bridge_gaps(values), axis=1))
    some = np.zeros(len(values), dtype=bool)
    for sign in (1, -1):
        move = np.maximum(sign * change, 0.0)
        event = move >= EVENT * move.max(axis=1, initial=0.0)[:, None]
        count = np.count_nonzero(event & (move > 0), axis=1)
        big = np.where(event, move, 0.0).sum(axis=1) >= SHARE * move.sum(axis=1)
        some |= big & (count >= min(NEEDED_FALLS, NEEDED_STEPS)) & (count * NEAREST <= change.shape[1])
    return np.flatnonzero(some)


def _law(row: Array, *, falls: bool) -> Law | None:
    known = np.flatnonzero(~np.isnan(row))
    if len(known) < 2 * LENGTH // 10:
        return None
    age = len(row) - 1 - int(known[-1])
    values = bridge_gaps(row[None, known[0] : known[-1] + 1])[0]
    for sign in (1.0, -1.0) if falls else (1.0,):
        law = _steps(sign * values, age) or (_teeth(sign * values, age) if falls else None)
        if law is not None:
            return replace(law, sign=sign, lowest=0.0 if values.min() >= 0 and falls else -np.inf)
    return None


def _events(move: Array, needed: int, regular: float) -> NDArray[np.int64] | None:
    """The days of the large moves (n,), where they are the rule; lasting up to now."""
    move = np.maximum(move, 0.0)
    at = np.flatnonzero(move >= EVENT * move.max()) if move.max() > 0 else np.empty(0, dtype=np.int64)
    if len(at) < needed or move[at].sum() < SHARE * move.sum():
        return None
    gaps = np.diff(at)
    mean = gaps.mean()
    # What is overdue by far has ended.
    fine = mean >= NEAREST and gaps.std() <= regular * mean and len(move) - 1 - at[-1] <= 1.5 * gaps.max()
    return at if fine else None


def _steps(values: Array, age: int) -> Law | None:
    change = np.diff(values)
    at = _events(change, NEEDED_STEPS, REGULAR_STEPS)
    if at is None:
        return None
    rest = np.delete(change, at)
    if np.abs(rest).sum() > (1 - SHARE) * np.abs(change).sum() or np.abs(rest).max() > EVENT * np.median(change[at]):
        return None
    ahead, early = _coming(at, len(change) - 1 + age)
    size, lasting, scatter = _trend(change[at], np.arange(0.0, len(at)), len(at) + np.arange(0.0, MOST_EVENTS))
    drift = float(rest.mean())
    doubt = float(rest.std() / np.sqrt(len(rest)))
    none = np.zeros(1)
    return Law(1.0, False, float(values[-1]), ahead, early, size, lasting, scatter, 0.0, none, drift, doubt, -np.inf)


def _teeth(values: Array, age: int) -> Law | None:
    change = np.diff(values)
    at = _events(-change, NEEDED_FALLS, REGULAR_FALLS)
    if at is None or change.max() > 0.75 * np.median(-change[at]):
        return None
    now = len(change) - 1 + age
    top, floor, gaps = values[at], values[at + 1], np.diff(at)
    mean = float(gaps.mean())
    steady = gaps.std() <= max(1.0, 0.05 * mean)
    if steady:
        ahead, early = _coming(at, now)
    else:
        rate = float(np.median((top[1:] - floor[:-1]) / gaps))
        first = max(1.0, (float(np.mean(top[-8:])) - float(values[-1])) / max(rate, 1e-300) + 1)
        first = min(first, 2 * mean)
        ahead, early = (
            np.asarray(first + mean * np.arange(MOST_EVENTS), dtype=np.float64),
            float(min(gaps.std(), mean / 3)),
        )
    size, lasting, scatter = _trend(top, at.astype(np.float64), now + ahead)
    middle = float(np.median(floor))
    floors = np.sort(floor - middle)
    return Law(1.0, True, float(values[-1]), ahead, early, size, lasting, scatter, middle, floors, 0.0, 0.0, -np.inf)


def _coming(at: NDArray[np.int64], now: int) -> tuple[Array, float]:
    """Days up to the coming events, by the calendar if the gaps are those of months; and how much they vary."""
    gaps = np.diff(at)
    months = np.array(MONTHS)
    for every in EVERY:
        for begin in range(len(MONTHS)):
            index = begin + np.arange((len(gaps) + MOST_EVENTS) * every)
            lengths = months[index % len(MONTHS)].reshape(-1, every).sum(axis=1)
            if (lengths[: len(gaps)] == gaps).all() and (every > 1 or len(set(gaps)) > 1):
                ahead = at[-1] + np.cumsum(lengths[len(gaps) :]) - now
                return np.concatenate([ahead[ahead > 0], ahead[-1:] + 1e6])[:MOST_EVENTS].astype(float), 0.0
    k = np.arange(len(at)) - (len(at) - 1) / 2
    pace = float((k * at).sum() / (k * k).sum())
    off = at - at.mean() - pace * k
    ahead = at.mean() + pace * (k[-1] + 1 + np.arange(MOST_EVENTS)) - now
    return np.maximum(ahead, 1.0), float(off.std())


def _trend(sizes: Array, at: Array, ahead: Array) -> tuple[Array, Array, Array]:
    """Expected sizes ahead, their lasting doubt, and the departures of the past, sorted. A weak trend counts little."""
    x = at - at.mean()
    spread = float((x * x).sum())
    slope = float((x * (sizes - sizes.mean())).sum()) / spread
    off = sizes - sizes.mean() - slope * x
    noise = float(np.sqrt((off * off).sum() / max(len(sizes) - 2, 1))) + 1e-9 * float(np.abs(sizes).max())
    error = noise / np.sqrt(spread)
    kept = (slope / error) ** 2 / ((slope / error) ** 2 + SURE)
    middle = sizes.mean() + kept * slope * (ahead - at.mean())
    doubt = np.sqrt(noise**2 / len(sizes) + (error * np.sqrt(kept) * (ahead - at.mean())) ** 2)
    departures = np.sort(sizes - sizes.mean() - kept * slope * x)
    return middle, doubt, departures
