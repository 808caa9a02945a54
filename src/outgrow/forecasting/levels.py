"""Levels and counters: the distribution of every future day, and of the first day at or beyond a limit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Self

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.metric import Kind
from outgrow.forecasting.asked import checked_levels, checked_thresholds
from outgrow.forecasting.kernels.features import Features, features
from outgrow.forecasting.kernels.heap import keep_freed_memory
from outgrow.forecasting.kernels.mixture import Components, below, crossing, quantiles, widened
from outgrow.forecasting.kernels.network import Weights, components, plain
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.past import LENGTH
from outgrow.forecasting.structure import Structure

BLOCK = 256
"""Series at a time: their days then stay in the cache."""
LANES = 16
"""A block is filled up to a multiple of this, so that every series is computed alike wherever it stands."""
VALUE_KNOTS = (1, 3, 7, 14, 30, 60, 90, 135, 180, 270, 365, 545, 730, 1095, 1825, 3650)
"""Days ahead on which quantiles are computed; between them they lie on straight lines."""
BENT_KNOTS = tuple(sorted({*VALUE_KNOTS, 22, 45, 75, 110, 225, 315}))
"""The same for growth in per cent, of which lines between far days would tell too much."""
CROSSING_KNOTS = (
    1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 17, 21, 25, *range(30, 91, 5), *range(100, 151, 10), *range(165, 361, 15), 365,
    410, 455, 545, 635, 730, 910, 1095, 1460, 1825, 2555, 3650,
)  # fmt: skip
"""The same for the probability of a crossing."""
FARTHEST = 1e5
"""Largest gap, in scales, that is told from a larger one."""
NOTHING = 1e-100
"""Scale of a series of zeros: it has no unit, and must not divide by zero."""

Rows = slice | NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Some rows of the panel: which, how many, and what is known of them, and of those that fill the block up."""

    rows: Rows
    size: int
    features: Features
    future: Components

    @classmethod
    def together(cls, blocks: Sequence[Self]) -> Self:
        """The rows of some blocks as one."""
        size = sum(block.size for block in blocks)
        current, scale, lowest = (
            np.concatenate([getattr(block.features, name)[: block.size] for block in blocks])
            for name in ("current", "scale", "lowest")
        )
        known = replace(blocks[0].features, current=current, scale=scale, lowest=lowest)
        parts = zip(*(block.future for block in blocks), strict=True)
        future = Components(
            *(np.concatenate([p[:, : b.size] for p, b in zip(part, blocks, strict=True)], axis=1) for part in parts)
        )
        return cls(slice(0, size), size, known, future)

    def pick(self, at: NDArray[np.int64]) -> Self:
        """Some of its rows, by their place in it, as a block of their own."""
        f, filled = self.features, np.resize(at, -(-len(at) // LANES) * LANES)
        known = replace(f, current=f.current[filled], scale=f.scale[filled], lowest=f.lowest[filled])
        rows = np.arange(self.rows.start, self.rows.stop) if isinstance(self.rows, slice) else self.rows
        return type(self)(rows[at], len(at), known, Components(*(p[:, filled] for p in self.future)))

    def laid_out(self, rows: slice) -> Self:
        """The same as other rows, in memory as the blocks that were read: sums are rounded by their order there."""
        return replace(self, rows=rows, future=Components(*map(np.ascontiguousarray, self.future)))


@dataclass(frozen=True, slots=True, eq=False)
class LevelForecast:
    """The future of n levels.

    Attributes:
        horizon: days ahead.
        usable: (n,) False for rows that nothing can be said of; their answers are NaN.
        falls: whether values may fall below the current one (False for counters).
        structure: the rows that are answered by a law of their own, teeth and recurring steps.
    """

    horizon: int
    usable: NDArray[np.bool_]
    falls: bool
    blocks: tuple[_Block, ...]
    structure: Structure

    @classmethod
    def fit(cls, values: Array, horizon: int, kind: str, nets: list[Weights]) -> Self:
        """Read the histories (n, t); without networks the plain drift goes on."""
        keep_freed_memory()
        usable = np.asarray(~np.isinf(values).any(axis=1) & ~np.isnan(values).all(axis=1))
        blocks = []
        for at in range(0, len(values), BLOCK):
            part, fine = values[at : at + BLOCK], usable[at : at + BLOCK]
            filled = np.zeros((-(-len(part) // LANES) * LANES, values.shape[1]))
            filled[: len(part)] = np.where(fine[:, None], part, 0.0)
            f = _without_unit(features(filled), filled)
            future = f.steady.beside(components(nets, f.inputs)) if nets else plain(f.inputs)
            blocks.append(_Block(slice(at, at + len(part)), len(part), f, future))
        falls = kind == Kind.LEVEL
        # The plain drift is what the model has to beat: it stays plain.
        known = np.where(usable[:, None], values, np.nan)
        structure = Structure.find(known, falls=falls) if nets else Structure({})
        return cls(horizon, usable, falls, tuple(blocks), structure)

    def quantiles(self, levels: tuple[float, ...]) -> Array:
        """Quantiles of each day's value, (n, n_levels, horizon), in increasing order of the levels.

        They are never below zero where the series never was, and never fall where it is a counter.
        """
        levels = checked_levels(levels)
        result = np.empty((len(self.usable), len(levels), self.horizon))
        for blocks, at in ((self.blocks, VALUE_KNOTS), (self._bent(), BENT_KNOTS)):
            knots = _knots(at, self.horizon)
            for block, moves in self._moves(blocks, levels, knots):
                start = np.zeros_like(moves[0, :1])
                least = start - np.inf
                for k in np.argsort(levels):
                    daily = _every_day(np.concatenate([start, moves[k]]), knots, self.horizon)
                    least = np.maximum(daily, least)  # rounding must not carry a quantile past its neighbour
                    result[block.rows, k] = self._value(block, least).T
        for row, own in self.structure.at_days(tuple(range(1, self.horizon + 1)), levels).items():
            result[row] = own
        return self._known(result)

    def at_days(self, days: tuple[int, ...], levels: tuple[float, ...]) -> Array:
        """The same for some days alone, (n, n_levels, n_days)."""
        levels = checked_levels(levels)
        result = np.empty((len(self.usable), len(levels), len(days)))
        for block, moves in self._moves(self.blocks, levels, days):
            for k, move in enumerate(moves):
                result[block.rows, k] = self._value(block, move).T
        for row, own in self.structure.at_days(days, levels).items():
            result[row] = own
        return self._known(result)

    def crossing_cdf(self, thresholds: Array, *, falling: bool = False) -> Array:
        """P(first day at or above the threshold <= d), (n, horizon), non-decreasing in d.

        Args:
            thresholds: (n,); a row whose threshold is not finite is answered by NaN.
            falling: of the first day at or below it instead.
        """
        thresholds = checked_thresholds(thresholds, len(self.usable))
        knots = _knots(CROSSING_KNOTS, self.horizon)
        result = np.empty((len(self.usable), self.horizon))
        for rows, cdf in self._crossings(thresholds, knots, falling=falling):
            start = np.zeros_like(cdf[:1])
            result[rows] = _every_day(np.concatenate([start, cdf]), knots, self.horizon).T
        every = tuple(range(1, self.horizon + 1))
        for row, own in self.structure.crossing_at(thresholds, every, falling=falling).items():
            result[row] = own
        return self._bounded(result, thresholds, falling=falling)

    def crossing_at(self, thresholds: Array, days: tuple[int, ...], *, falling: bool = False) -> Array:
        """The same for some days alone, increasing, (n, n_days)."""
        thresholds = checked_thresholds(thresholds, len(self.usable))
        result = np.empty((len(self.usable), len(days)))
        for rows, cdf in self._crossings(thresholds, days, falling=falling):
            result[rows] = cdf.T
        for row, own in self.structure.crossing_at(thresholds, days, falling=falling).items():
            result[row] = own
        return self._bounded(result, thresholds, falling=falling)

    def until(self, horizon: int) -> "LevelForecast":
        """The same for fewer or more days ahead."""
        return replace(self, horizon=horizon)

    def pick(self, rows: NDArray[np.int64]) -> Self:
        """Some of its rows as a panel of their own, in any order, each as often as it is named."""
        whole = self.blocks[0] if len(self.blocks) == 1 else _Block.together(self.blocks)
        parts = [slice(at, min(at + BLOCK, len(rows))) for at in range(0, len(rows), BLOCK)]
        blocks = tuple(whole.pick(rows[part]).laid_out(part) for part in parts)
        return replace(self, usable=self.usable[rows], blocks=blocks, structure=self.structure.pick(rows))

    def below(self, values: Array, day: int) -> Array:
        """P(the value `day` days ahead lies below `values`), (n,); NaN where either is unknown."""
        result = np.empty(len(self.usable))
        for block in self.blocks:
            f, n = block.features, block.size
            change = np.zeros(len(f.current))
            change[:n] = np.nan_to_num(values[block.rows] - f.current[:n]) / f.scale[:n]
            held = np.clip(change, -FARTHEST, FARTHEST).astype(np.float32)
            result[block.rows] = below(block.future, np.float32(day), held)[:n]
        for row, own in self.structure.below(values, day).items():
            result[row] = own
        result[np.isnan(values)] = np.nan
        return self._known(result)

    def future_of(self, row: int) -> Components:
        """The mixture of one row, in its scales, (n_components, 1) each."""
        block = self.blocks[row // BLOCK]
        return Components(*(parameter[:, [row % BLOCK]] for parameter in block.future))

    def widened(self, width: float) -> "LevelForecast":
        """The same with every band wider by a factor, around its middle."""
        if width == 1.0:
            return self
        blocks = tuple(replace(block, future=widened(block.future, width)) for block in self.blocks)
        return replace(self, blocks=blocks, structure=self.structure.widened(width))

    def _bent(self) -> Iterator[_Block]:
        """The rows that may grow in per cent, block by block."""
        for block in self.blocks:
            at = np.flatnonzero(block.future.curve[-1, : block.size] > 0)
            if len(at):
                yield block.pick(at)

    def _moves(
        self, blocks: Iterable[_Block], levels: tuple[float, ...], days: tuple[int, ...]
    ) -> Iterator[tuple[_Block, Array]]:
        """Blocks, and quantiles of the change up to each of the days, in scales, (n_levels, n_days, n)."""
        at = np.array(days, dtype=np.float32)[:, None, None]
        scores = np.array([NormalDist().inv_cdf(level) for level in levels], dtype=np.float32)[:, None, None]
        order = np.argsort(levels)
        for block in blocks:
            moves = quantiles(block.future, at, scores)
            # Each is found by itself, to within an error: they must not cross for it.
            moves[order] = np.maximum.accumulate(moves[order], axis=0)
            yield block, moves

    def _value(self, block: _Block, move: Array) -> Array:
        """Changes (n_days, n) in scales as values (n_days, rows)."""
        f, n = block.features, block.size
        floor = np.where(f.lowest[:n] >= 0, 0.0, -np.inf) if self.falls else f.current[:n]
        result: Array = np.maximum(f.current[:n] + move[:, :n] * f.scale[:n], floor)
        return result

    def _known(self, result: Array) -> Array:
        result[~self.usable] = np.nan
        return result

    def _crossings(self, thresholds: Array, days: tuple[int, ...], *, falling: bool) -> Iterator[tuple[Rows, Array]]:
        """Rows, and P(crossed by each of the days), (n_days, rows)."""
        at = np.array(days, dtype=np.float32)[:, None, None]
        limit = np.asarray(thresholds, dtype=np.float64)
        for block in self.blocks:
            gap = np.zeros(len(block.features.current))
            gap[: block.size] = limit[block.rows] - block.features.current[: block.size]
            gap = np.nan_to_num(-gap if falling else gap, nan=FARTHEST, posinf=FARTHEST, neginf=0.0)
            farthest = FARTHEST * block.features.scale
            gap = (np.clip(gap, 0.0, farthest) / block.features.scale).astype(np.float32)
            future = block.future.mirrored() if falling else block.future
            cdf = np.maximum.accumulate(crossing(future, at, gap), axis=0)
            yield block.rows, cdf[:, : block.size]

    def _bounded(self, cdf: Array, thresholds: Array, *, falling: bool) -> Array:
        """What is certain: a limit that is reached already, and one that the series cannot fall to."""
        limit = np.asarray(thresholds, dtype=np.float64)
        for block in self.blocks:
            current, lowest = block.features.current[: block.size], block.features.lowest[: block.size]
            here = limit[block.rows]
            part = cdf[block.rows]
            if falling:
                part[(here < current) & (not self.falls)] = 0.0
                part[(here < 0) & (lowest >= 0)] = 0.0
                part[here >= current] = 1.0
            else:
                part[here <= current] = 1.0
        cdf[~np.isfinite(limit)] = np.nan
        return self._known(cdf)


def _without_unit(f: Features, values: Array) -> Features:
    """The same; a series that was nothing all along (n, t) stays nothing rather than varying by ones."""
    zero = f.current == 0
    zero[zero] = ~np.nan_to_num(values[zero, -LENGTH:]).any(axis=1)
    return replace(f, scale=np.where(zero, NOTHING, f.scale))


def _knots(knots: tuple[int, ...], horizon: int) -> tuple[int, ...]:
    """Those before the horizon, and the horizon."""
    return (*(k for k in knots if k < horizon), horizon)


def _every_day(at_knots: Array, knots: tuple[int, ...], horizon: int) -> Array:
    """Values (1 + n_knots, n) today and at the knots, on straight lines to every day 1 ... horizon, (horizon, n)."""
    places = np.array([0, *knots])
    days = np.arange(1, horizon + 1)
    right = np.searchsorted(places, days)
    share = ((days - places[right - 1]) / (places[right] - places[right - 1])).astype(np.float32)[:, None]
    left = at_knots[right - 1]
    result: Array = left + share * (at_knots[right] - left)
    return result
