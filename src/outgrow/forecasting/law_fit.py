"""Reading the law of a row off its events: where they lie, how large they are, and when the next ones come."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.kernels.faults import median
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.series import bridge_gaps
from outgrow.forecasting.laws import MOST_EVENTS, Law

NEEDED_FALLS, NEEDED_STEPS = 6, 5
"""So many events it takes to call them the rule."""
FEW_STEPS, EXACT, ALIKE = 4, 3.0, 0.3
"""So many steps are enough where the days between them vary by less than this, and their sizes by this share: those of
each quarter hardly fit into a history more often."""
EVENT = 0.4
"""A change of this share of the largest one is an event."""
SHARE = 0.8
"""So much of what the row moves that way the events have to bring."""
LARGE_SHARE = 0.5
"""The same of the large days of events that take some days."""
REGULAR_FALLS, REGULAR_STEPS = 0.4, 0.1
"""Largest spread of the days between the events, by their mean. Rare imports spread by as much as the mean."""
NEAREST = 3.0
"""Fewest days between events on average."""
OVERDUE = 1.5
"""What has not come for so many times the longest time between two of them has ended."""
LONGEST_FALL = 4
"""A fall may take so many days, ..."""
FALL_SHARE = 1 / 3
"""... and this share of the time between two of them: a row that falls as slowly as it climbs only swings."""
CLIMBED = 0.5
"""Teeth climb back by this share of their falls; what only falls has steps."""
MONTHS = tuple([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] * 3 + [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
"""Days of the months of four years."""
EVERY = (1, 2, 3, 6)
"""A step may recur every so many months."""
SURE = 4.0
"""A trend counts by t^2 / (t^2 + this) of it."""
SHORTEST = 40
"""A row that is known on fewer days has no law."""
BLOCK = 256
"""Rows that are looked at together: they stay in the cache."""

Rows = NDArray[np.int64]


def candidates(values: Array) -> Rows:
    """Rows (n, t) that have regular events, up or down, which still go on; the others cannot have a law."""
    some = []
    for at in range(0, len(values), BLOCK):
        rows = values[at : at + BLOCK]
        # Filling the gaps with the value before is cheap, and hides no event; the line across them spreads some.
        picked = np.flatnonzero(_have_events(_filled(rows)))
        some.append(at + picked[_have_events(bridge_gaps(rows[picked]))])
    return np.concatenate(some) if some else np.empty(0, dtype=np.int64)


def _filled(values: Array) -> Array:
    """The same with the value before on unknown days."""
    known = ~np.isnan(values)
    t = values.shape[1]
    row = np.flatnonzero(np.count_nonzero(known, axis=1) != t - known.argmax(axis=1))
    if not len(row):
        return values
    before = np.where(known[row], np.arange(t, dtype=np.int32), 0)
    np.maximum.accumulate(before, axis=1, out=before)
    filled = values.copy()
    filled[row] = np.take_along_axis(values[row], before, axis=1)
    return filled


def _have_events(values: Array) -> NDArray[np.bool_]:
    """Whether rows (n, t) without gaps have regular events."""
    if values.shape[1] <= NEEDED_FALLS:
        return np.zeros(len(values), dtype=bool)
    change = values[:, 1:] - values[:, :-1]
    np.copyto(change, 0.0, where=np.isnan(change))
    some = np.zeros(len(values), dtype=bool)
    largest, smallest = change.max(axis=1, initial=0.0), change.min(axis=1, initial=0.0)
    for far, sign in ((largest, 1.0), (smallest, -1.0)):
        bound = EVENT * far[:, None]
        count = np.count_nonzero(change >= bound if sign > 0 else change <= bound, axis=1)
        # Of a fall over some days two may be large.
        row = np.flatnonzero((far != 0) & (count >= FEW_STEPS) & (count * NEAREST <= 2 * change.shape[1]))
        move = np.maximum(sign * change[row], 0.0)
        large = np.where(move >= sign * bound[row], move, 0.0).sum(axis=1) >= LARGE_SHARE * move.sum(axis=1)
        row, move = row[large], move[large]
        some[row] |= _regular(move, FEW_STEPS, REGULAR_STEPS) | _regular(merged(move), NEEDED_FALLS, REGULAR_FALLS)
    return some


def merged(move: Array) -> Array:
    """Moves (n, t) that go on over some days as one, on the first of them."""
    total = move.copy()
    for _ in range(LONGEST_FALL - 1):
        total[:, :-1] = move[:, :-1] + np.where(move[:, :-1] > 0, total[:, 1:], 0.0)
    total[:, 1:][move[:, :-1] > 0] = 0.0
    return total


def _regular(move: Array, needed: int, spread: float) -> NDArray[np.bool_]:
    """Rows of moves (n, t) whose events are the rule, regular, and still go on."""
    event = (move >= EVENT * move.max(axis=1, initial=0.0)[:, None]) & (move > 0)
    count = np.count_nonzero(event, axis=1)
    column = np.arange(move.shape[1])
    newest = np.where(event, column, -1)
    before = np.maximum.accumulate(newest, axis=1)
    gap = np.where(event[:, 1:] & (before[:, :-1] >= 0), column[1:] - before[:, :-1], 0)
    gaps = np.maximum(count - 1, 1)
    mean = gap.sum(axis=1) / gaps
    variance = (gap * gap).sum(axis=1) / gaps - mean * mean
    fine = (count >= needed) & (mean >= NEAREST) & (variance <= (spread * mean) ** 2 * (1 + 1e-9) + 1e-9)
    fine &= column[-1] - before[:, -1] <= OVERDUE * gap.max(axis=1)
    brings = np.where(event, move, 0.0).sum(axis=1) >= SHARE * (1 - 1e-9) * move.sum(axis=1)
    regular: NDArray[np.bool_] = fine & brings
    return regular


def read_law(row: Array, *, falls: bool) -> Law | None:
    """The law of a history (t,), NaN where unknown; None where it has none. `falls`: whether it may fall."""
    known = np.flatnonzero(~np.isnan(row))
    if len(known) < SHORTEST:
        return None
    age = len(row) - 1 - int(known[-1])
    values = bridge_gaps(row[None, known[0] : known[-1] + 1])[0]
    for sign in (1.0, -1.0) if falls else (1.0,):
        law = _steps(sign * values, age) or (_teeth(sign * values, age) if falls else None)
        if law is not None:
            return replace(law, sign=sign, lowest=0.0 if values.min() >= 0 and falls else -np.inf)
    return None


def _events(move: Array, needed: int, spread: float) -> Rows | None:
    """The days of the large moves (t,), where they are the rule; lasting up to now."""
    if not _regular(move[None], needed, spread)[0]:
        return None
    return np.flatnonzero(move >= EVENT * move.max())


def _few_are_enough(at: Rows, sizes: Array) -> bool:
    """Whether a handful of steps comes by the clock."""
    return len(at) >= NEEDED_STEPS or bool(np.diff(at).std() < EXACT and sizes.std() <= ALIKE * sizes.mean())


def _steps(values: Array, age: int) -> Law | None:
    change = np.diff(values)
    at = _events(np.maximum(change, 0.0), FEW_STEPS, REGULAR_STEPS)
    if at is None or not _few_are_enough(at, change[at]):
        return None
    rest = np.delete(change, at)
    if np.abs(rest).sum() > (1 - SHARE) * np.abs(change).sum() or np.abs(rest).max() > EVENT * median(change[at]):
        return None
    ahead, early = _coming(at, len(change) - 1 + age)
    size, lasting, scatter = _trend(change[at], np.arange(0.0, len(at)), len(at) + np.arange(0.0, MOST_EVENTS))
    return Law(
        current=float(values[-1]),
        seen=len(at),
        every=float(np.diff(at).mean()),
        ahead=ahead,
        early=early,
        size=size,
        lasting=lasting,
        scatter=scatter,
        pace=float(rest.mean()),
        doubt=float(rest.std() / np.sqrt(len(rest))),
    )


def _teeth(values: Array, age: int) -> Law | None:
    change = np.diff(values)
    falls = merged(np.maximum(-change, 0.0)[None])[0]
    at = _events(falls, NEEDED_FALLS, REGULAR_FALLS)
    if at is None or change.max() > 0.75 * median(falls[at]):
        return None
    gaps, low = np.diff(at), _lows(change, at)
    if np.mean(low - at) > max(1.0, FALL_SHARE * gaps.mean()):
        return None
    now = len(change) - 1 + age
    top, floor = values[at], values[low]
    climbed = top[1:] - floor[:-1]
    if median(climbed) < CLIMBED * median(falls[at]):
        return None
    mean = float(gaps.mean())
    pace = float(median(climbed / np.maximum(at[1:] - low[:-1], 1)))
    if gaps.std() <= max(1.0, 0.05 * mean):
        ahead, early = _coming(at, now)
    else:
        first = max(1.0, (float(np.mean(top[-8:])) - float(values[-1])) / max(pace, 1e-300) + 1)
        ahead = np.asarray(min(first, 2 * mean) + mean * np.arange(MOST_EVENTS), dtype=np.float64)
        early = float(min(gaps.std(), mean / 3))
    size, lasting, scatter = _trend(top, at.astype(np.float64), now + ahead)
    # Where tops climb, the floors climb with them, unless all is cleared away.
    follow = bool((floor - top).std() < floor.std())
    floor = floor - top if follow else floor
    middle = float(median(floor))
    return Law(
        teeth=True,
        current=float(values[-1]),
        seen=len(at),
        every=mean,
        ahead=ahead,
        early=early,
        size=size,
        lasting=lasting,
        scatter=scatter,
        floor=middle,
        floors=np.sort(floor - middle),
        follow=follow,
        pace=pace,
    )


def _lows(change: Array, at: Rows) -> Rows:
    """The day on which each fall has ended."""
    low = at + 1
    for _ in range(LONGEST_FALL - 1):
        on = low < len(change)
        on[on] = change[low[on]] < 0
        low = np.where(on, low + 1, low)
    return low


def _coming(at: Rows, now: int) -> tuple[Array, float]:
    """Days up to the coming events, by the calendar if the gaps are those of months; and how much they vary."""
    gaps = np.diff(at)
    months = np.array(MONTHS)

    def lengths(begin: int, every: int, count: int) -> Rows:
        index = begin + np.arange(count * every)
        together: Rows = months[index % len(months)].reshape(-1, every).sum(axis=1)
        return together

    for every in EVERY:
        for begin in range(len(MONTHS)):
            if (every > 1 or len(set(gaps)) > 1) and (lengths(begin, every, len(gaps)) == gaps).all():
                coming = lengths(begin, every, len(gaps) + MOST_EVENTS)[len(gaps) :]
                ahead = at[-1] + np.cumsum(coming) - now
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
