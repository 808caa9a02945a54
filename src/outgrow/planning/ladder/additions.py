"""More or less of a metric on simulated futures: amounts are added, their month's totals and peaks follow."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.metric import Metric
from outgrow.domain.paths import Paths

Array = NDArray[np.float64]
Groups = NDArray[np.int64]
Curves = dict[str, Array]
"""What is added to metrics on each day ahead, (n_days,) or (n_paths, n_days)."""
AT_ONCE = 32
"""Days of all paths that are in the processor's cache together."""


def raised(
    paths: Paths,
    added: Sequence[Curves],
    known: Mapping[str, Metric],
    times: Mapping[str, Array] | None = None,
    groups: Groups | None = None,
) -> Paths:
    """The paths with all of these added, and a flow's also to the month's total that adds it up.

    Args:
        times: of flows, what each day's amount is multiplied by, (n_days,), what was added included.
        groups: (n_paths,) of each path its row in curves that are of groups of paths, (n_groups, n_days), rather than
            of paths; not to be multiplied by `times`.
    """
    total: Curves = {}
    for name, curve in (pair for curves in added for pair in curves.items()):
        total[name] = total.get(name, 0.0) + curve
    curves: Curves = {}
    for metric in paths.metrics:
        flow = adds_up(known, metric) or metric
        more = total.get(flow, np.zeros(paths.n_days))
        if times is not None and flow in times:
            daily = daily_amounts(paths, metric, known)
            more = np.where(times[flow] == 1.0, more, times[flow] * (daily + more) - daily)
        curves[metric] = more if flow == metric else month_to_date(paths, more)
    return moved(paths, curves, groups)


def moved(paths: Paths, curves: Mapping[str, Array], groups: Groups | None = None) -> Paths:
    """The paths with an amount added to each metric; none falls below nothing by it.

    The peaks move by as much as the highest value so far does: what was reached before a purge stays reached, and a
    sale's peak is no higher for stores that open after it. More added never makes them lower, not by the last bit.

    Args:
        groups: as for `raised`.
    """
    curves = {metric: curve for metric, curve in curves.items() if np.any(curve)}
    if not curves:
        return paths
    values, peaks = np.empty_like(paths.values), np.empty_like(paths.peaks)
    for at, metric in enumerate(paths.metrics):
        if metric in curves:
            _move(paths, at, (values[at].T, peaks[at].T), curves[metric].T, groups)
        else:
            values[at], peaks[at] = paths.values[at], paths.peaks[at]
    return replace(paths, values=values, peaks=peaks)


def _move(paths: Paths, at: int, moved: tuple[Array, Array], curve: Array, groups: Groups | None) -> None:
    """Write the values and peaks of one metric, (n_days, n_paths) each, with a curve (n_days,) or (n_days, n) added."""
    values, peaks = paths.values[at].T, paths.peaks[at].T
    before_last = after_last = peak_last = np.full(paths.n_paths, paths.current[at])
    for days in (slice(begin, begin + AT_ONCE) for begin in range(0, paths.n_days, AT_ONCE)):
        more = curve[days] if groups is None else np.take(curve[days], groups, axis=1)
        now, above = values[days], peaks[days]
        raised = now + (more if more.ndim > 1 else more[:, None])
        np.maximum(raised, np.minimum(now, 0.0), out=raised)
        before, before_last = _highest(now, before_last)
        after, after_last = _highest(raised, after_last)
        along = above - before
        along += after
        highest = np.where(after > before, np.maximum(along, above), above)
        np.copyto(highest, np.minimum(along, above), where=after < before)
        moved[0][days] = raised
        moved[1][days], peak_last = _highest(highest, peak_last)


def _highest(values: Array, since: Array) -> tuple[Array, Array]:
    """The highest up to each day, (n_days, n_paths), with that up to the day before, (n_paths,), and the last of it."""
    highest = np.empty(values.shape)
    for now, day in zip(values, highest, strict=True):
        since = np.maximum(since, now, out=day)
    return highest, since


def adds_up(known: Mapping[str, Metric], name: str) -> str | None:
    """The flow that a month's total adds up; None for any other metric."""
    return known[name].month_total_of if name in known else None


def daily_amounts(paths: Paths, name: str, known: Mapping[str, Metric]) -> Array:
    """The daily amounts of a flow, or those that make up a month's total, (n_paths, n_days)."""
    values, _ = paths.of(name)
    if adds_up(known, name) is None:
        return values
    before = np.concatenate([np.full((len(values), 1), paths.now()[name]), values[:, :-1]], axis=1)
    daily: Array = values - np.where(_month_starts(paths), 0.0, before)
    return daily


def month_to_date(paths: Paths, daily: Array) -> Array:
    """Running totals of daily amounts that begin anew on the first of each month, the same shape."""
    months = np.split(daily, np.flatnonzero(_month_starts(paths)), axis=-1)
    return np.concatenate([np.cumsum(month, axis=-1) for month in months], axis=-1)


def month_lengths(paths: Paths) -> Array:
    """How many days the month of each day ahead has, (n_days,)."""
    months = _days(paths).astype("datetime64[M]")
    lengths: Array = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.float64)
    return lengths


def _month_starts(paths: Paths) -> NDArray[np.bool_]:
    """Which of the days ahead are the first of a month, (n_days,)."""
    days = _days(paths)
    starts: NDArray[np.bool_] = days == days.astype("datetime64[M]").astype("datetime64[D]")
    return starts


def _days(paths: Paths) -> NDArray[np.datetime64]:
    return np.datetime64(paths.as_of, "D") + np.arange(1, paths.n_days + 1)
