"""Histories and futures to learn from, cut out of daily series."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.metric import Kind
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.past import LENGTH as HISTORY
from outgrow.forecasting.training.laws import made_up

FUTURE = 365
PER_ENTITY = 150
"""Windows an entity, shared out over its series."""
PER_FLOW = 96
"""Windows a flow."""
SHORTENED = 0.2
"""Share of the histories that are cut to a random shorter length: young platforms ask as well."""
LEAST_KNOWN = 60
"""Known days of a series that anything is learned from."""
LEAST_PAST, LEAST_AHEAD = 20, 30
"""Days before and after the end of a history."""
THIN_SHARE, FAST_SHARE, TOTAL_SHARE, SELLER_SHARE = 4, 4, 2, 3
"""One in so many windows is of a thinned series, of one in fast motion, of a running total of a flow, of a seller."""
FAST_DAYS = 1500
"""Series of at least so many days are also seen in fast motion."""
MADE_UP, MADE_UP_SHARE = "made up", 0.17
"""Entity of the windows of made-up laws, and their share, by number and by weight."""
REGULAR_DAYS, REGULAR = 30, 0.1
"""Days over which changes are held against the next, and the irregularity by which a window counts half."""
SLUMPS = 0.1
"""Share of the windows of counters whose source lost most of what came, or counted it twice, for some days of late."""
UPSIDE_DOWN = 0.08
"""Share of the windows that are told upside down: what is free falls as what is used rises."""
FLOW_PAST, FLOW_KNOWN = 40, 150
"""The same for flows: days before the end of a history, and known days of a series."""
RECENT = 28
"""Half of so many newest days of a flow's history have to be known."""
RISES_ARE_FLOWS = 3
"""The daily rises of a counter give one window where a flow gives so many."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A daily series: NaN where unknown, newest last; series of one entity are related and stay together."""

    entity: str
    source: str
    kind: str
    values: Array


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """n questions: histories (n, 400), futures (n, 365), the entity of each, and its weight (mean 1)."""

    history: Array
    future: Array
    entity: NDArray[np.str_]
    weight: NDArray[np.float32]


def level_windows(series: Iterable[Series], seed: int = 0) -> Windows:
    """Histories of levels and counters: real, thinned, in fast motion, and running totals of flows.

    Thinning counts every event of a counter with a chance only: the small counts of a young platform. Fast motion
    takes every second to fourth day of a long history: other speeds of growth.
    """
    rng = np.random.default_rng(seed)
    owned: dict[str, list[Series]] = {}
    for one in series:
        owned.setdefault(one.entity, []).append(one)
    cut = _Cut()
    for own in owned.values():
        each = max(1, PER_ENTITY // len(own))
        for one in own:
            values: Array | None = one.values
            wanted = each
            if one.kind == Kind.FLOW:
                values, wanted = _running_total(one.values, rng), each // TOTAL_SHARE
            if values is None:
                continue
            cut.add(one, values, wanted, rng)
            thin = _thinned(values, rng)
            if thin is not None:
                cut.add(one, thin, max(1, each // THIN_SHARE), rng)
                cut.add(one, _seller(thin, rng), max(1, each // SELLER_SHARE), rng)
            if len(values) > FAST_DAYS:
                step = int(rng.integers(2, 5))
                cut.add(one, values[::-1][::step][::-1], max(1, each // FAST_SHARE), rng)
    windows = cut.windows(np.ones(len(cut.owners)))
    slumped = [_slump(row, rng) if rng.random() < SLUMPS else row for row in windows.history]
    windows = replace(windows, history=np.array(slumped).reshape(-1, HISTORY))
    return _with_made_up(_partly_turned(windows, rng), rng)


def _partly_turned(windows: Windows, rng: np.random.Generator) -> Windows:
    """The same, some of them upside down."""
    sign = np.where(rng.random(len(windows.weight)) < UPSIDE_DOWN, -1.0, 1.0)[:, None]
    return replace(windows, history=sign * windows.history, future=sign * windows.future)


def _with_made_up(windows: Windows, rng: np.random.Generator) -> Windows:
    """The same, and made-up laws beside them."""
    if not len(windows.weight):
        return windows
    share = MADE_UP_SHARE / (1.0 - MADE_UP_SHARE)
    number = -int(-len(windows.weight) * share // 1)
    level = made_up(number, HISTORY + FUTURE, HISTORY, rng)
    weight = _regularity(level[:, :HISTORY])
    weight *= len(windows.weight) * share / weight.sum()
    return Windows(
        np.concatenate([windows.history, level[:, :HISTORY]]),
        np.concatenate([windows.future, level[:, HISTORY:]]),
        np.concatenate([windows.entity, np.full(number, MADE_UP)]),
        np.concatenate([windows.weight, weight.astype(np.float32)]),
    )


def _regularity(history: Array) -> Array:
    """What each history (n, t) weighs: of regular ones a wrong answer costs little, and would count for little."""
    months = np.diff(history[:, ::-REGULAR_DAYS], axis=1)
    usual, turn = (np.abs(np.nan_to_num(x)).sum(axis=1) for x in (months, np.diff(months, axis=1)))
    return REGULAR / (REGULAR + np.where(usual > 0, turn / np.where(usual > 0, usual, 1.0), 1.0))


def flow_windows(series: Iterable[Series], seed: int = 0) -> Windows:
    """Histories of flows, and of the daily rises of counters, which weigh a third."""
    rng = np.random.default_rng(seed)
    cut = _Cut()
    weights: list[float] = []
    for one in series:
        if one.kind == Kind.LEVEL:
            continue
        flow = one.values
        if one.kind != Kind.FLOW:
            rises = np.diff(one.values)
            flow = np.where(rises < 0, np.nan, rises)
        if (~np.isnan(flow)).sum() < FLOW_KNOWN:
            continue
        wanted = PER_FLOW if one.kind == Kind.FLOW else PER_FLOW // RISES_ARE_FLOWS
        before = len(cut.owners)
        cut.add(one, flow, wanted, rng, least=FLOW_PAST, recent=RECENT)
        weights += [1.0 if one.kind == Kind.FLOW else 1.0 / RISES_ARE_FLOWS] * (len(cut.owners) - before)
    return cut.windows(np.array(weights))


class _Cut:
    """Collects windows."""

    def __init__(self) -> None:
        self.history: list[Array] = []
        self.future: list[Array] = []
        self.owners: list[Series] = []

    def add(
        self,
        owner: Series,
        values: Array,
        most: int,
        rng: np.random.Generator,
        *,
        least: int = LEAST_PAST,
        recent: int = 1,
    ) -> None:
        """Cut up to `most` windows out of a series; young ends are rarer."""
        for end in _ends(values, most, rng, least):
            if np.isnan(values[max(0, end - recent) : end]).mean() >= 0.5:  # noqa: PLR2004  a half
                continue
            history, future = np.full(HISTORY, np.nan), np.full(FUTURE, np.nan)
            past, ahead = values[max(0, end - HISTORY) : end], values[end : end + FUTURE]
            history[HISTORY - len(past) :], future[: len(ahead)] = past, ahead
            if rng.random() < SHORTENED:
                history[: HISTORY - int(np.exp(rng.uniform(np.log(3), np.log(HISTORY))))] = np.nan
            self.history.append(history)
            self.future.append(future)
            self.owners.append(owner)

    def windows(self, counts: Array) -> Windows:
        """Entities weigh alike within a source, sources by the square root of their entities."""
        entity = np.array([o.entity for o in self.owners])
        source = np.array([o.source for o in self.owners])
        _, of, size = np.unique(entity, return_inverse=True, return_counts=True)
        entities = {s: len(set(entity[source == s])) for s in set(source)}
        weight = counts / size[of] / np.sqrt([entities[s] for s in source])
        return Windows(
            np.array(self.history).reshape(-1, HISTORY),
            np.array(self.future).reshape(-1, FUTURE),
            entity,
            (weight / (weight.mean() if len(weight) else 1.0)).astype(np.float32),
        )


def _ends(values: Array, most: int, rng: np.random.Generator, least: int) -> Iterator[int]:
    ends = np.flatnonzero(~np.isnan(values)) + 1
    if len(ends) < LEAST_KNOWN:
        return
    usable = ends[(ends >= ends[0] + least) & (ends <= len(values) - LEAST_AHEAD)]
    if not len(usable) or not most:
        return
    chance = np.where(usable - ends[0] >= 90, 1.0, 0.25)  # noqa: PLR2004  days: a quarter of growth
    yield from np.sort(rng.choice(usable, size=min(most, len(usable)), replace=False, p=chance / chance.sum())).tolist()


def _running_total(flow: Array, rng: np.random.Generator) -> Array | None:
    """All that a flow ever added up to, from some beginning; None where much of it is unknown."""
    if np.isnan(flow).mean() > 0.05:  # noqa: PLR2004  share
        return None
    whole = np.maximum(np.where(np.isnan(flow), np.nanmedian(flow), flow), 0.0)
    start = np.exp(rng.uniform(np.log(20), np.log(2000))) * whole[:60].mean()
    total: Array = np.round(start) + np.cumsum(whole)
    return total


def _thinned(values: Array, rng: np.random.Generator) -> Array | None:
    """The same counter with few events, or None where it is none."""
    known = np.flatnonzero(~np.isnan(values))
    full = values[known]
    if len(full) <= 100 or (np.diff(full) < 0).mean() >= 0.02 or full[-1] <= full[0]:  # noqa: PLR2004
        return None
    rises = np.maximum(np.diff(np.interp(np.arange(len(values)), known, full), prepend=full[0]), 0.0)
    share = min(1.0, float(np.exp(rng.uniform(np.log(0.03), np.log(5)))) / rises.mean())
    events = rng.poisson(np.minimum(rises * share, 1e6)) if share < 1 else rises
    base = rng.poisson(min(max(full[0], 0.0) * share, 1e8)) * float(rng.random() < 0.5)  # noqa: PLR2004
    total: Array = np.where(np.isnan(values), np.nan, base + np.cumsum(events))
    return total[np.argmax(total > 0) :]


def _seller(counter: Array, rng: np.random.Generator) -> Array:
    """A counter whose rate has bursts, lulls and ends of its own, as those of sellers have, in whole events."""
    rises = np.diff(np.maximum.accumulate(np.nan_to_num(counter)), prepend=0.0)
    course = np.ones(len(rises))
    usual, day = rng.uniform(60, 300), 0
    while day < len(rises):
        until = day + 7 + int(rng.exponential(usual))
        course[day:until] = 0.02 if rng.random() < 0.12 else np.exp(rng.normal(-0.15, 0.7))  # noqa: PLR2004
        day = until
    course = np.convolve(course, np.full(14, 1 / 14), "same")
    total: Array = np.cumsum(rng.poisson(np.minimum(rises * course, 1e6))).astype(np.float64)
    return total[np.argmax(total > 0) :]


def _slump(history: Array, rng: np.random.Generator) -> Array:
    """A counter that saw little, or too much, for some days of late, and then went on; anything else as it is."""
    steps = np.diff(history)
    known = ~np.isnan(steps)
    if known[-60:].sum() < 50 or (steps[known] < 0).mean() > 0.02:  # noqa: PLR2004
        return history
    days, ago = int(rng.integers(4, 22)), int(rng.integers(0, 18))
    factor = rng.uniform(0.0, 0.35) if rng.random() < 0.7 else rng.uniform(1.8, 4.0)  # noqa: PLR2004
    moved = np.zeros(len(history))
    some = slice(len(steps) - ago - days, len(steps) - ago)
    change = np.nan_to_num(steps[some]) * (factor - 1.0)
    whole = (history[~np.isnan(history)] % 1.0 == 0).all()
    moved[some.start + 1 : some.stop + 1] = np.rint(change) if whole else change
    moved = np.cumsum(moved)
    # The newest value is what it is: what was lost lifts the days before.
    result: Array = history + moved - moved[-1]
    return result
