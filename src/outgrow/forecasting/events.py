"""Days unlike others: kept out of what a forecast rests on, and put back as what they have done before.

What an event does is told by its earlier days: how they compare with the same weekday in the weeks around. Whether it
does anything at all, and how much, is weighed against how far ordinary days stray and what events of its kind usually
do (a spike and a slab: T. J. Mitchell and J. J. Beauchamp, Bayesian variable selection in linear regression, 1988).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import NormalDist
from typing import Self

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.event import Event, EventEffect, EventKind
from outgrow.domain.history import History
from outgrow.forecasting.flows import FlowForecast
from outgrow.forecasting.kernels.normal import Array

MATTERS: Mapping[EventKind, float] = {EventKind.HOLIDAY: 0.1, EventKind.SALE: 0.5, EventKind.CAMPAIGN: 0.8}
"""Probability that an event of this kind does anything to a flow, before any of its days is seen. Where two fall on one
day, the later kind has it."""
SIZE = 1.0
"""Standard deviation of the logarithm of what a day is multiplied by, where an event does anything."""
AGAIN = 0.15
"""The same, of how one occurrence of an event differs from the next."""
WEEKS = np.array([-28, -21, -14, -7, 7, 14, 21, 28])
"""The same weekday in the weeks around."""
LEAST_AROUND, LEAST_ORDINARY = 2, 14
"""Known ordinary days that it takes to say what a day would have been, and for events to be kept out at all."""
AROUND = 28
"""Days on either side of a day that tell how large and how wild days are about then."""
ROUNDING = 1e-12
"""Share of everything that came, below which a mean day is none."""
LOOKED_AT = 364
"""The newest days, among which so many ordinary ones have to be."""
QUIET_SHARE = 0.05
"""Share of a mean day that is added before a logarithm: a day that is closed is finite."""
MEAN_DEVIATION = float(np.sqrt(np.pi / 2.0))
"""Standard deviations in a mean absolute deviation, of a normal distribution."""


@dataclass(frozen=True, slots=True, eq=False)
class EventDays:
    """What events do to one flow.

    Attributes:
        apart: (n_days,) True on past days that a forecast should not rest on.
        ordinary: (n_days,) the past with these days as ordinary ones; NaN where that is not known.
        factor: (horizon,) what each day ahead is multiplied by.
        doubt: (horizon,) standard deviation of its logarithm.
        effects: what each occurrence did or is to do, oldest first.
    """

    apart: NDArray[np.bool_]
    ordinary: Array
    factor: Array
    doubt: Array
    effects: tuple[EventEffect, ...] = ()

    def newest(self, n_days: int) -> Self:
        """The same of so many of its newest days, with unknown ones before those that it has."""
        begin, before = max(len(self.apart) - n_days, 0), (max(n_days - len(self.apart), 0), 0)
        return replace(
            self,
            apart=np.pad(self.apart[begin:], before),
            ordinary=np.pad(self.ordinary[begin:], before, constant_values=np.nan),
        )


@dataclass(frozen=True, slots=True, eq=False)
class PanelEvents:
    """What events do to n flows, the rows of a panel; the attributes are those of `EventDays`, row by row.

    Attributes:
        apart, ordinary: (n, n_days).
        factor, doubt: (n, horizon).
        effects: of each row.
    """

    apart: NDArray[np.bool_]
    ordinary: Array
    factor: Array
    doubt: Array
    effects: tuple[tuple[EventEffect, ...], ...]

    @classmethod
    def of(cls, histories: Sequence[History], n_days: int, events: Sequence[Event], horizon: int) -> Self | None:
        """Of several flows; None where there are no events.

        Args:
            histories: as for `event_days`.
            n_days: so many of the newest days of each are told, its last one last.
        """
        if not events:
            return None
        rows = [event_days(history, events, horizon).newest(n_days) for history in histories]
        apart, ordinary, factor, doubt = (
            np.stack([getattr(days, name) for days in rows]) for name in ("apart", "ordinary", "factor", "doubt")
        )
        return cls(apart, ordinary, factor, doubt, tuple(days.effects for days in rows))

    def applied_to(self, flow: FlowForecast) -> FlowForecast:
        """A forecast of ordinary days, with those of events."""
        unlike = (self.factor != 1.0).any() or self.doubt.any()
        return flow.with_uplift(self.factor, self.doubt) if unlike else flow


@dataclass(frozen=True, slots=True)
class _Learned:
    """The logarithm of what a day of an event is multiplied by, and its standard deviation."""

    middle: float = 0.0
    doubt: float = 0.0
    seen: int = 0

    def quantile(self, rank: float) -> float:
        return float(np.exp(self.middle + self.doubt * NormalDist().inv_cdf(rank)))


def event_days(history: History, events: Sequence[Event], horizon: int) -> EventDays:
    """Tell the days of events from ordinary ones, and learn what they do.

    Args:
        history: of a flow, as long as it is known: an event that comes once a year is seldom seen.
        events: past and to come, in any order; those that have to change nothing are as if there were none.
    """
    n_days = len(history)
    owned = _owned(history.first_day, n_days + horizon, events)
    apart = np.zeros(n_days + horizon, dtype=np.bool_)
    for _, days in owned:
        apart[days] = True
    past, known = apart[:n_days], ~np.isnan(history.values)
    rest = np.where(past, np.nan, history.values)
    usual = _usual(rest)
    strayed = _strayed(history.values, usual, rest)
    noise = MEAN_DEVIATION * _mean_around(np.abs(np.where(past, np.nan, strayed)))
    learned = _learn(owned, strayed, noise)
    factor, doubt = np.ones(horizon), np.zeros(horizon)
    for (_, days), found in zip(owned, learned, strict=True):
        ahead = days[days >= n_days] - n_days
        factor[ahead], doubt[ahead] = found.quantile(0.5), found.doubt
    if (known & ~past)[-LOOKED_AT:].sum() < LEAST_ORDINARY:
        past = np.zeros(n_days, dtype=np.bool_)
    ordinary = np.where(past & known, usual, history.values)
    effects = [
        _effect(event, found, strayed[_past(days, n_days)]) for (event, days), found in zip(owned, learned, strict=True)
    ]
    effects.sort(key=lambda effect: effect.event.first)
    return EventDays(past, ordinary, factor, doubt, tuple(effects))


def _owned(first_day: date, n_days: int, events: Sequence[Event]) -> list[tuple[Event, NDArray[np.int64]]]:
    """The events on some days, and which of the days are theirs; of two on one day the later kind has it."""
    order = {kind: at for at, kind in enumerate(MATTERS)}
    within = first_day + timedelta(days=n_days - 1)
    some = (e for e in events if e.multiplier != 1.0 and e.first <= within and e.last >= first_day)
    unlike = sorted(some, key=lambda event: (order[event.kind], event.first))
    spans = [(max((e.first - first_day).days, 0), (e.last - first_day).days + 1) for e in unlike]
    owner = np.full(n_days, -1)
    for at, (begin, end) in enumerate(spans):
        owner[begin:end] = at
    found = [begin + np.flatnonzero(owner[begin:end] == at) for at, (begin, end) in enumerate(spans)]
    return [(event, days) for event, days in zip(unlike, found, strict=True) if len(days)]


def _past(days: NDArray[np.int64], n_days: int) -> NDArray[np.int64]:
    """Those of some days that lie in the past."""
    return days[days < n_days]


def _usual(values: Array) -> Array:
    """What each day would be as an ordinary one, (n_days,), from the ordinary days (n_days,), NaN where unknown."""
    wide = np.pad(values, WEEKS[-1], constant_values=np.nan)
    near = np.sort([wide[WEEKS[-1] + week : WEEKS[-1] + week + len(values)] for week in WEEKS], axis=0)
    count = (~np.isnan(near)).sum(axis=0)  # unknown comes last
    days, lower, upper = np.arange(len(values)), np.maximum(count - 1, 0) // 2, count // 2
    middle = (near[lower, days] + near[np.minimum(upper, len(WEEKS) - 1), days]) / 2.0
    return np.where(count >= LEAST_AROUND, middle, np.nan)


def _strayed(values: Array, usual: Array, ordinary: Array) -> Array:
    """Logarithm of each day over what it would usually be, (n_days,); NaN where unknown, and while nothing came.

    Args:
        ordinary: (n_days,) the values, NaN on days of events.
    """
    level = _mean_around(ordinary)
    there = level > 0
    quiet = QUIET_SHARE * np.where(there, level, 1.0)
    return np.where(there, np.log((np.maximum(values, 0.0) + quiet) / (usual + quiet)), np.nan)


def _mean_around(values: Array) -> Array:
    """Mean of what is known in the weeks around each day, (n_days,); NaN with less than two weeks of it."""
    known = ~np.isnan(values)
    last = np.minimum(np.arange(len(values)) + AROUND + 1, len(values))
    first = np.maximum(np.arange(len(values)) - AROUND, 0)
    total, count = (np.concatenate([[0.0], np.cumsum(part)]) for part in (np.where(known, values, 0.0), known))
    days = count[last] - count[first]
    # What is left of a sum by rounding is nothing.
    mean = np.maximum(total[last] - total[first], 0.0) / np.maximum(days, 1.0)
    return np.where(days >= LEAST_ORDINARY, np.where(mean > ROUNDING * total[-1], mean, 0.0), np.nan)


def _learn(owned: Sequence[tuple[Event, NDArray[np.int64]]], strayed: Array, noise: Array) -> list[_Learned]:
    """What each event does, as all events of its name have done.

    Args:
        owned: events and their days.
        strayed: (n_days,) logarithms of days over ordinary ones.
        noise: (n_days,) how far ordinary days stray about then: it hangs on how many there are of what they count.
    """
    told = ~np.isnan(strayed) & ~np.isnan(noise)
    seen: dict[str, list[tuple[float, float]]] = {event.name: [] for event, _ in owned}
    for event, days in owned:
        past = _past(days, len(strayed))
        if len(past := past[told[past]]):
            variance = float((noise[past] ** 2).mean()) / len(past) + AGAIN**2
            seen[event.name].append((float(strayed[past].mean()), variance))
    return [
        _weighed(seen[event.name], event.kind)
        if event.multiplier is None
        else _Learned(float(np.log(event.multiplier)))
        for event, _ in owned
    ]


def _weighed(seen: Sequence[tuple[float, float]], kind: EventKind) -> _Learned:
    """What occurrences (mean logarithm, variance) say of the next one, drawn to "nothing" by how little they prove."""
    if not seen:
        return _Learned()
    weights = np.array([1.0 / variance for _, variance in seen])
    mean = float(weights @ [size for size, _ in seen] / weights.sum())
    unsure = 1.0 / float(weights.sum())
    # How much likelier such a mean is if the event does something than if it does nothing.
    evidence = 0.5 * mean**2 * (1.0 / unsure - 1.0 / (unsure + SIZE**2)) + 0.5 * np.log(unsure / (unsure + SIZE**2))
    prior = MATTERS[kind]
    matters = 1.0 / (1.0 + (1.0 - prior) / prior * float(np.exp(-evidence)))
    share = SIZE**2 / (SIZE**2 + unsure)
    size = share * mean
    variance = matters * (share * unsure + AGAIN**2) + matters * (1.0 - matters) * size**2
    return _Learned(matters * size, float(np.sqrt(variance)), len(seen))


def _effect(event: Event, learned: _Learned, strayed: Array) -> EventEffect:
    """One occurrence for people.

    Args:
        strayed: its past days against ordinary ones.
    """
    days = strayed[~np.isnan(strayed)]
    was = float(np.exp(days.mean())) if len(days) else None
    if event.multiplier is None and not learned.seen:
        return EventEffect(event, was)
    low, middle, high = (learned.quantile(rank) for rank in (0.1, 0.5, 0.9))
    return EventEffect(event, was, (low, middle, high), learned.seen)
