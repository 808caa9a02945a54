"""What simulated futures become when something comes besides growth: committed projects, or a scenario's changes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.event import Event
from outgrow.domain.metric import (
    ACTIVE_STORES,
    ALIASES,
    CAPTURED,
    ORDERS_PER_DAY,
    TOTAL_STORES,
    Kind,
    Metric,
)
from outgrow.domain.paths import Paths
from outgrow.domain.scenario import GrowthChange, NewStores, Project, Ramp, Scenario
from outgrow.planning.ladder.additions import (
    Curves,
    adds_up,
    daily_amounts,
    month_lengths,
    month_to_date,
    moved,
    raised,
)
from outgrow.planning.ladder.spread import spread_evenly

Array = NDArray[np.float64]
WEEK = 7


def with_projects(paths: Paths, projects: Iterable[Project], seed: int, metrics: Iterable[Metric] = CAPTURED) -> Paths:
    """The futures with every committed project on as many paths as it is likely.

    A project that should have begun by the paths' day is taken to be part of what was counted, and adds nothing.

    Args:
        projects: a size of a metric that is not in the paths adds nothing.
        seed: the same one gives the same paths the same projects.
        metrics: those whose kind matters; any other is taken as a level.
    """
    known = {metric.name: metric for metric in metrics}
    added: list[Curves] = []
    projects = list(projects)
    if not projects:
        return paths
    shares = np.array([project.probability if project.on > paths.as_of else 0.0 for project in projects])
    # Paths that hold the same projects are one group, and most of the arithmetic is that of the few groups.
    some, groups = np.unique(spread_evenly(paths, shares, seed), axis=1, return_inverse=True)
    for project, members in zip(projects, some, strict=True):
        if not members.any():
            continue
        sizes = {ALIASES.get(name, name): size for name, size in project.sizes.items()}
        curves = _sized(paths, _there(paths, project.on), _with_stores(sizes), known)
        added.append({metric: members[:, None] * curve for metric, curve in curves.items()})
    return raised(paths, added, known, groups=groups.reshape(-1))


def adds_to(project: Project, metrics: Iterable[Metric]) -> frozenset[str]:
    """The metrics that a project takes room of, by name: of a flow also the month's total, and the other way round."""
    known = {metric.name: metric for metric in metrics}
    sized = {ALIASES.get(name, name) for name in _with_stores(project.sizes)}
    flows = {adds_up(known, name) or name for name in sized}
    return frozenset(flows | {name for name in known if adds_up(known, name) in flows})


def apply(
    paths: Paths, scenario: Scenario, ramps: Mapping[str, Ramp] | None = None, metrics: Iterable[Metric] = CAPTURED
) -> Paths:
    """The futures in a scenario: first another growth, then what comes and goes, last the events upon all of it.

    Where nothing changes, these are the same numbers to the last bit.

    Args:
        ramps: how stores grow, by the code of every plan of which the scenario opens stores.
        metrics: those whose kind matters; any other is taken as a level.
    """
    known = {metric.name: metric for metric in metrics}
    paths = _grown(paths, scenario.growth, known)
    added = [_opened(paths, new, ramps or {}, known) for new in scenario.stores]
    added += [_sized(paths, _there(paths, m.on), _with_stores(m.sizes), known) for m in scenario.merchants]
    added += [_sized(paths, _there(paths, s.on), {s.metric: s.amount}, known) for s in scenario.steps]
    return raised(paths, added, known, {ORDERS_PER_DAY.name: _times(paths, scenario.events)})


def _there(paths: Paths, since: date, over_days: int = 1) -> Array:
    """The share that is there today and on each day ahead of what comes evenly from a day on, (1 + n_days,)."""
    days = np.arange(paths.n_days + 1) - (since - paths.as_of).days
    there: Array = np.clip(days + 1, 0, over_days) / over_days
    return there


def _opened(paths: Paths, new: NewStores, ramps: Mapping[str, Ramp], known: Mapping[str, Metric]) -> Curves:
    """What new stores add."""
    there = _there(paths, new.on, new.over_days)
    stores = {ACTIVE_STORES.name: new.count * there[1:], TOTAL_STORES.name: new.count * there[1:]}
    if new.sizes is not None:
        return {**_sized(paths, new.count * there, new.sizes, known), **stores}
    assert new.plan is not None, "stores without sizes are of a plan"  # noqa: S101
    opening = np.diff(there, prepend=0.0)
    # In proportion to their number, so that more of them never use less.
    return {**{m: new.count * _ramped(opening, sizes) for m, sizes in ramps[new.plan].sizes.items()}, **stores}


def _ramped(opening: Array, sizes: Array) -> Array:
    """What stores have together on each day ahead, (n_days,), that open on these days, (1 + n_days,)."""
    lasting = sizes[np.minimum(np.arange(len(opening)), len(sizes) - 1)]
    together: Array = np.convolve(opening, lasting)[1 : len(opening)]
    return together


def _with_stores(sizes: Mapping[str, float]) -> Mapping[str, float]:
    """Sizes with as many stores in all as open ones, where only these are said."""
    open_ones = next((size for name, size in sizes.items() if ALIASES.get(name, name) == ACTIVE_STORES.name), None)
    return sizes if open_ones is None else {TOTAL_STORES.name: open_ones, **sizes}


def _sized(paths: Paths, there: Array, sizes: Mapping[str, float], known: Mapping[str, Metric]) -> Curves:
    """What so many of given sizes add: a month's total becomes as much a day as makes it up in each month."""
    curves: Curves = {}
    for name, size in sizes.items():
        metric = known.get(name)
        of_total = metric is not None and metric.month_total_of is not None
        target = metric.month_total_of if metric is not None and metric.month_total_of is not None else name
        curve = size * there[1:] / (month_lengths(paths) if of_total else 1.0)
        curves[target] = curves.get(target, 0.0) + curve
    return curves


def _grown(paths: Paths, growth: Iterable[GrowthChange], known: Mapping[str, Metric]) -> Paths:
    """The paths with another growth.

    Levels: every distance from the present value times the factor. Flows, whose newest day says little: the straight
    line through a path's weeks is that much steeper.
    """
    factors = {name: factor for name in paths.metrics if (factor := _factor(name, growth, known)) != 1.0}
    curves: Curves = {}
    for name, factor in factors.items():
        metric = known.get(name)
        if metric is None or metric.kind is not Kind.FLOW:
            paths = _not_below_nothing(paths.grown(name, factor), paths)
            continue
        daily = daily_amounts(paths, name, known)
        more = (factor - 1.0) * _slope(daily)[:, None] * np.arange(1, paths.n_days + 1)
        more = np.maximum(more, -np.maximum(daily, 0.0))
        curves[name] = more if metric.month_total_of is None else month_to_date(paths, more)
    return moved(paths, curves)


def _not_below_nothing(paths: Paths, before: Paths) -> Paths:
    """The paths with no value below zero, save where there was one before."""
    return replace(paths, values=np.maximum(paths.values, np.minimum(before.values, 0.0)))


def _factor(name: str, growth: Iterable[GrowthChange], known: Mapping[str, Metric]) -> float:
    """The factor of a metric: its own, or that of the flow and total that belong to it, or that of all."""
    kin = {name, adds_up(known, name), *(m for m in known if adds_up(known, m) == name)}
    own = [g.factor for g in growth if g.metric is not None and g.metric in kin]
    general = [g.factor for g in growth if g.metric is None]
    return (own or general or [1.0])[-1]


def _slope(daily: Array) -> Array:
    """Growth a day of the least-squares line through each path's whole weeks, (n_paths,)."""
    weeks = daily.shape[1] // WEEK
    if weeks < 2:  # noqa: PLR2004
        return np.zeros(len(daily))
    means = daily[:, : weeks * WEEK].reshape(len(daily), weeks, WEEK).mean(axis=2)
    at = WEEK * (np.arange(weeks) - (weeks - 1) / 2.0)
    slope: Array = means @ at / (at @ at)
    return slope


def _times(paths: Paths, events: Iterable[Event]) -> Array:
    """What the orders of each day ahead are multiplied by, (n_days,)."""
    times = np.ones(paths.n_days)
    for event in events:
        first, last = ((day - paths.as_of).days for day in (event.first, event.last))
        times[max(first - 1, 0) : max(last, 0)] = 1.0 if event.multiplier is None else event.multiplier
    return times
