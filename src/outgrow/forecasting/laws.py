"""The law of a row with structure, and paths of it that are drawn from fixed numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.kernels.normal import Array

PATHS, SEED = 128, 7
MOST_EVENTS = 1300
"""More events than any horizon holds."""


NOTHING = np.zeros(1)
"""Departures of what does not depart."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Law:
    """What one row does, seen so that it climbs.

    What has worked so far may end: a clean-up fails, and the row climbs on; a load is not repeated. After so many
    events seen, that the next one is the first to be missing has the chance 1 / (seen + 2) by Laplace's rule of
    succession; asked of every event anew it would be near 1 within years, so it is the chance for all of the future.

    Attributes:
        sign: -1 where the row is to be turned over first.
        teeth: whether it falls back; else it takes steps upward.
        current: its newest value, turned.
        seen, every: how many events the past has, and the mean days between them.
        ahead: days up to the coming events, (MOST_EVENTS,); `early` is how many days they vary by.
        size: the expected top or step of each event, (MOST_EVENTS,), `lasting` the doubt of all of them at once.
        scatter: the own past's departures from it, sorted.
        floor, floors: where teeth begin, and the departures, sorted; from the top before where they `follow` the tops.
        follow: whether what is cleared away is alike, rather than what is left.
        pace, doubt: what is gained a day between events.
        lowest: no value lies below it, not turned.
        width: factor of all the doubt.
    """

    current: float
    seen: int
    every: float
    ahead: Array
    early: float
    size: Array
    lasting: Array
    scatter: Array
    pace: float
    sign: float = 1.0
    teeth: bool = False
    floor: float = 0.0
    floors: Array = field(default_factory=lambda: NOTHING)
    follow: bool = False
    doubt: float = 0.0
    lowest: float = -np.inf
    width: float = 1.0

    @property
    def weights(self) -> Array:
        """Of the paths, (2 * PATHS,): those of the law, then those on which it ends."""
        ends = 1 / (self.seen + 2)
        return np.repeat([(1 - ends) / PATHS, ends / PATHS], PATHS)

    def quantiles(self, days: tuple[int, ...], levels: tuple[float, ...]) -> Array:
        """Quantiles of the values of some days, (n_levels, n_days)."""
        values = self.paths(max(days))[:, np.array(days) - 1]
        order = np.argsort(values, axis=0, kind="stable")
        weights = self.weights[order]
        middle = np.cumsum(weights, axis=0) - weights / 2
        ordered = np.take_along_axis(values, order, axis=0)
        return np.stack([np.interp(levels, middle[:, day], ordered[:, day]) for day in range(len(days))], axis=1)

    def reached(self, limits: Sequence[float], days: tuple[int, ...], *, falling: bool) -> list[Array]:
        """P(at or above each limit by each of the days), (n_days,) each; `falling`: at or below."""
        sign = -1.0 if falling else 1.0
        farthest = np.maximum.accumulate(sign * self.paths(max(days)), axis=1)[:, np.array(days) - 1]
        return [self._chance(farthest >= sign * limit) for limit in limits]

    def below(self, value: float, day: int) -> float:
        """P(the value of a day lies below)."""
        return float(self._chance(self.paths(day)[:, -1:] < value)[0])

    def _chance(self, true: NDArray[np.bool_]) -> Array:
        own, ended = (np.count_nonzero(part, axis=0) / PATHS for part in (true[:PATHS], true[PATHS:]))
        chance: Array = own + (ended - own) / (self.seen + 2)
        return chance

    def paths(self, horizon: int) -> Array:
        """Values of each path on each day, (2 * PATHS, horizon): of the law, and of its end."""
        even, normal = _numbers()
        count = 1 + int(np.count_nonzero(self.ahead <= horizon + 4 * self.early))
        u, z = even[:, :count], normal
        jitter = self.early * (2 * even[:, MOST_EVENTS : MOST_EVENTS + count] - 1) * self.width
        at = np.maximum.accumulate(np.maximum(1, np.rint(self.ahead[:count] + jitter)), axis=1)
        size = self.size[:count] + self.width * (_drawn(self.scatter, u) + z[:, :1] * self.lasting[:count])
        days = np.arange(1, horizon + 1)
        # The first event that is missing: by the m-th with the chance m / (m + seen).
        chance = even[:, -1:]
        fails = np.minimum(np.floor(self.seen * chance / (1 - chance)), MOST_EVENTS).astype(np.int64)
        passed = _passed(at, days)
        if self.teeth:
            climb = self._teeth(at, size, even[:, 2 * MOST_EVENTS : 2 * MOST_EVENTS + count], days, passed)
            last = np.minimum(fails, count - 1)
            top, end = (np.take_along_axis(a, last, axis=1) for a in (size, at))
            ended = np.where(passed > fails, top + self.pace * (days - end + 1), climb)
            values = np.concatenate([climb, ended])
        else:
            total = np.concatenate([np.zeros((PATHS, 1)), np.cumsum(np.maximum(size, 0.0), axis=1)], axis=1)
            pace = np.maximum(self.pace + self.width * self.doubt * z[:, 1:2], min(self.pace, 0.0)) * days
            gained = (np.take_along_axis(total, many, axis=1) for many in (passed, np.minimum(passed, fails)))
            values = self.current + np.concatenate([steps + pace for steps in gained])
        return np.maximum(self.sign * values, self.lowest)

    def _teeth(self, at: Array, top: Array, u: Array, days: NDArray[np.int64], passed: NDArray[np.int64]) -> Array:
        top[:, 0] = np.maximum(top[:, 0], self.current)
        floor = self.floor + self.width * _drawn(self.floors, u) + (top if self.follow else 0.0)
        begin = np.concatenate([np.zeros((PATHS, 1)), at[:, :-1]], axis=1)
        low = np.concatenate([np.full((PATHS, 1), self.current), floor[:, :-1]], axis=1)
        which = np.minimum(passed, at.shape[1] - 1)
        start, end, bottom, height = (np.take_along_axis(a, which, axis=1) for a in (begin, at, low, top))
        share = np.clip((days - start) / np.maximum(end - 1 - start, 1), 0, 1)
        values: Array = bottom + share * (height - bottom)
        return values


@cache
def _numbers() -> tuple[Array, Array]:
    """Numbers spread evenly, (PATHS, 3 * MOST_EVENTS + 1), and normal ones, (PATHS, 2); every column has each once."""
    rng = np.random.default_rng(SEED)
    ranks = rng.permuted(np.tile(np.arange(PATHS), (3 * MOST_EVENTS + 3, 1)), axis=1).T
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
