"""Totals that begin anew once a month or a week: on which day, as their values tell, and what each day brought.

The day is a number: of the month 1 to 31, of the week -1 for Monday to -7 for Sunday.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.kernels.faults import median
from outgrow.forecasting.kernels.normal import Array

Mask = NDArray[np.bool_]

TRIED = (*range(1, 32), *range(-1, -8, -1))
"""The days that are tried. A month that is too short for one begins anew on its last day, as billing periods do."""
WEEK, MONDAY = 7, 4
"""Days of a week, and the place in it of the first Monday after 1970 began, a Thursday."""
AT_ONCE = 1.5
"""What a total may be after a restart: the days since at so many times the most that it ever rose in a day."""
FALL = 0.5
"""It falls to this share of what it was, or less."""
DEEP, DEEP_IN_A_WEEK = 0.2, 0.3
"""The middle one of such falls, where no name says that this is a total: a day is more of a week than of a month."""
STEEPEST = 0.5
"""The most that such a total rises in one day, as a share of what it comes to: what is back at once was off."""
MOSTLY = 0.75
"""Share of such days, with something before them, on which it has to begin anew."""
ON_THE_FIRST, ON_ANOTHER, EVERY_WEEK = 2, 3, 6
"""Restarts that it takes where no name says so: most totals begin anew on the first of a month."""
CORRECTED = 0.01
"""Share of the days on which such a total may fall a little: what was counted was corrected."""
LARGEST = 1e150
"""What is larger counts as unknown."""
DAILY = 0.5
"""Share of the days that have to be known one after the other."""


@dataclass(frozen=True, slots=True, eq=False)
class Restarts:
    """What n daily series show of a total that begins anew on a day of the month or the week.

    Attributes:
        restarts: (n, t) where a series fell to next to nothing.
        day: (n,) the day that fits best.
        fitting, odd: (n,) falls to next to nothing on such days, and on others.
        missed: (n,) such days on which the total went on.
        little: (n,) falls of another kind.
        share: (n,) the median of what is left after a fall to next to nothing, of the value before; NaN without one.
        steepest: (n,) the most that it rose in a day, as a share of the median value before a fall; NaN without one.
        due: (n,) how many such days there are with something before them.
        known, span: (n,) days that are known with the day before them, and days from the first known to the newest.
    """

    restarts: Mask
    day: NDArray[np.int64]
    fitting: NDArray[np.int64]
    odd: NDArray[np.int64]
    missed: NDArray[np.int64]
    little: NDArray[np.int64]
    share: Array
    steepest: Array
    due: NDArray[np.int64]
    known: NDArray[np.int64]
    span: NDArray[np.int64]

    @property
    def plain(self) -> Mask:
        """(n,) Whether nobody need be told that this is such a total: it does all that one does, and nothing else.

        Teeth of other kinds fall to more than nothing, on other days, or fall in between. What reads nothing now and
        then is back at once.
        """
        enough = self.fitting >= np.where(self.day == 1, ON_THE_FIRST, np.where(self.day > 0, ON_ANOTHER, EVERY_WEEK))
        clean = (self.odd == 0) & (self.missed == 0) & (self.little <= np.maximum(CORRECTED * self.known, 1))
        deep = np.nan_to_num(self.share, nan=1.0) <= np.where(self.day > 0, DEEP, DEEP_IN_A_WEEK)
        climbs = np.nan_to_num(self.steepest, nan=np.inf) <= STEEPEST
        often = (self.fitting >= MOSTLY * self.due) & (self.known >= DAILY * self.span)
        plain: Mask = enough & clean & deep & climbs & often
        return plain

    @property
    def unknown(self) -> Mask:
        """(n,) Whether what is called a month's total begins anew on no day of the month that could be told."""
        irregular = ((self.odd > 1) & (self.odd + self.missed >= self.fitting)) | (self.day < 0)
        unknown: Mask = irregular | ((self.fitting == 0) & (self.missed > 0))
        return unknown


def find_restarts(totals: Array, newest: NDArray[np.datetime64]) -> Restarts:
    """Look for a day of the month, or of the week, on which totals begin anew.

    A total that begins anew falls to what the days since have brought; between that it rises. The day is the one that
    most such falls lie on, less those on other days and less its own days on which the total went on. Between values
    that are not of neighbouring days it may lie anywhere.

    Args:
        totals: (n, t) a value a day, newest last; NaN where unknown.
        newest: (n,) datetime64[D], the day of the last column.
    """
    if not totals.shape[1]:
        totals = np.full((len(totals), 1), np.nan)
    n, t = totals.shape
    known = np.abs(totals) <= LARGEST
    totals = np.where(known, totals, np.nan)
    column = np.arange(t)
    held = np.maximum.accumulate(np.where(known, column, -1), axis=1)
    before = np.concatenate([np.full((n, 1), -1), held[:, :-1]], axis=1)
    step = known & (before >= 0)
    past = np.take_along_axis(np.nan_to_num(totals), np.maximum(before, 0), axis=1)
    value, days = np.nan_to_num(totals), np.where(step, column - before, 1)
    rise = np.where(step, (value - past) / days, 0.0)
    at_once = AT_ONCE * np.maximum(rise.max(axis=1, initial=0.0), 0.0)[:, None] * days
    fallen = step & (value < past)
    restart = fallen & (value >= 0) & (value <= at_once) & (value <= FALL * past)
    went_on = step & (value >= past) & (value > at_once)
    number = restart.sum(axis=1)
    # What begins anew before it has come to much falls by little.
    early = fallen & ~restart & (value <= at_once) & (past <= at_once)
    best, fitting, missed, excused, all_due = (np.zeros(n, dtype=np.int64) for _ in range(5))
    score = np.full(n, -np.inf)
    for day in TRIED:
        # Few series fall to next to nothing at all; of the others the first of the month says enough.
        some = np.arange(n) if day == TRIED[0] else np.flatnonzero(number)
        begun = np.cumsum(_begins(newest[some, None] - (t - 1 - column), day), axis=1)
        due = begun > np.take_along_axis(begun, np.maximum(before[some], 0), axis=1)
        kinds = (restart, went_on, early, step & (past > 0))
        fits, goes_on, by_little, there = ((kind[some] & due).sum(axis=1) for kind in kinds)
        scored = 2.0 * fits - goes_on
        better = scored > score[some]
        for kept, new in (
            (score, scored),
            (best, np.int64(day)),
            (fitting, fits),
            (missed, goes_on),
            (excused, by_little),
            (all_due, there),
        ):
            kept[some] = np.where(better, new, kept[some])
    left = np.where(restart, value / np.where(restart, past, 1.0), np.nan)
    share = np.full(n, np.nan)
    share[number > 0] = median(left[number > 0])
    steepest = np.full(n, np.nan)
    came_to = median(np.where(restart, past, np.nan)[number > 0])
    steepest[number > 0] = rise[number > 0].max(axis=1) / came_to
    first = np.where(known.any(axis=1), known.argmax(axis=1), 0)
    span = held.max(axis=1, initial=-1) - first
    little, daily = (fallen & ~restart).sum(axis=1) - excused, (step & (days == 1)).sum(axis=1)
    return Restarts(restart, best, fitting, number - fitting, missed, little, share, steepest, all_due, daily, span)


def month_starts(first_day: date, n_days: int, day: int = 1) -> Mask:
    """On which of the days a month begins that begins on a day of the calendar month, or a week, (n_days,)."""
    return _begins(np.datetime64(first_day, "D") + np.arange(n_days), day)


def running_sums(amounts: Array, restart: Array) -> Array:
    """Sums of daily amounts (n, n_days) since the last day, itself included, on which `restart` (n_days,) is not 0."""
    sums = np.empty_like(amounts)
    begins = [0, *(at for at in np.flatnonzero(restart).tolist() if at > 0), amounts.shape[1]]
    for at, end in pairwise(begins):
        np.cumsum(amounts[:, at:end], axis=1, out=sums[:, at:end])
    return sums


def daily_amounts(totals: Array, starts: Mask) -> Array:
    """What each day brought to a total, (n_days,): its rise, and on the day of a restart the total itself.

    After days that are not known it is the mean of what these brought together. NaN where it fell: it was corrected,
    and the day's own is not known.
    """
    column = np.arange(len(totals))
    held = np.maximum.accumulate(np.where(np.isnan(totals), -1, column))
    before = np.concatenate([[-1], held[:-1]])
    begun = np.maximum.accumulate(np.where(starts, column, -1))
    since = np.where(begun > before, begun - 1, before)
    rise = totals - np.where(begun > before, 0.0, np.where(before >= 0, totals[np.maximum(before, 0)], np.nan))
    amounts: Array = np.where(rise >= 0, rise / (column - since), np.nan)
    return amounts


def _begins(days: NDArray[np.datetime64], day: int) -> Mask:
    """Which days are a day of the month, or the last one of a month that is too short for it; or one of the week."""
    if day < 0:
        weekday: Mask = (days.astype(np.int64) - MONDAY) % WEEK == -1 - day
        return weekday
    month = days.astype("datetime64[M]")
    of_month = (days - month.astype("datetime64[D]")).astype(np.int64) + 1
    length = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64)
    begins: Mask = of_month == np.minimum(day, length)
    return begins
