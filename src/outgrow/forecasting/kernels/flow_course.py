"""The course of a flow's weeks: lines that may have begun anew once, each as likely as the weeks make it.

A line or none, through logarithms or through amounts, over all weeks or since some week: each of them counts with its
evidence (Bayesian model averaging, Hoeting et al. 1999, by the criterion of Schwarz 1978). Weeks that hang on the weeks
before are fewer than they seem. The same lines are laid at origins of the past, without what came: how far they were
off there tells how far they are trusted (Tashman 2000).
"""

from typing import NamedTuple

import numpy as np

from outgrow.forecasting.kernels.broken_lines import (
    AGO,
    CALMEST,
    COUNT,
    NEXT,
    VALUE,
    Averaged,
    Fit,
    averaged,
    fit,
    split,
    sums_until,
)
from outgrow.forecasting.kernels.normal import Array

LEAST = 8
"""Known weeks without which a course is none."""
NEAR = 2
"""Weeks on either side that tell how large a week is."""
FARTHEST = 4.0
"""A line through logarithms leads no farther than this."""
LEAST_SIZE = 0.02
"""Least size of a week as a share of the level, and where a line through shares ends."""
PACE = 0.4
"""Standard deviation of a pace to come, as a share of it, of a line that has begun anew: it has not held for a year."""
WANDER = 0.1
"""Standard deviation of a week's move, as a share of the weeks' scatter: too little to be seen in a year."""
CURVED = 0.1
"""How likely a wave of a year, or a parabola, is before anything is known."""
WAVE_PARAMS, PARABOLA_PARAMS = 4.0, 3.0
"""The numbers that make it up, with those of a line."""
RECENT, LOST = 26, 2.0
"""Weeks of a half-year, and how many of them a line takes for itself."""
MOST_TIED = 0.9
"""Most that a week is taken to hang on the one before."""
PAST = ((4, 0, 4), (13, 0, 4), (13, 8, 13))
"""Origins so many weeks ago, and the weeks after them, from and to, that lines are judged by."""
SUSPICION, PRIOR = 2.0, 2.0
"""How many times as large as told the squared errors are taken to be before any are known, and how many it counts."""
MOST_OFF = 16.0
"""An error counts up to so many times what was told, squared: what happened once is no law."""


class Shape(NamedTuple):
    """What speaks against lines.

    Attributes:
        beside_wave: (n,) share of the scatter of the weeks that a line and a wave of a year leave.
        bent: (n, 2) t-values of what a parabola has beside a line, through logarithms and through shares.
    """

    beside_wave: Array
    bent: Array


class Course(NamedTuple):
    """What the lines say, (n, k) at each place asked for.

    Attributes:
        middle: expected logarithm of (share + quiet).
        doubt: its standard deviation, as large as errors of the past make it.
        scatter: (n,) standard deviation of a week of the last half-year around its line, as a logarithm.
        alone: (n,) what part of the number of weeks they are worth, for hanging together.
        waves: (n,) how likely the weeks follow a wave of a year.
        curved: (n,) how likely they follow that or a parabola, and no lines.
        known: (n,) whether there are weeks enough.
    """

    middle: Array
    doubt: Array
    scatter: Array
    alone: Array
    waves: Array
    curved: Array
    known: np.ndarray


def course(weekly: Array, shape: Shape, ahead: Array, quiet: float) -> Course:
    """Where weekly mean logarithms (n, weeks), newest last, NaN where unknown, are heading.

    Args:
        shape: how much better a wave or a parabola is than a line.
        ahead: (k,) weeks after the newest.
        quiet: what was added to a share before its logarithm.
    """
    values = np.ascontiguousarray(weekly.T)
    known = ~np.isnan(values)
    even = known.astype(np.float64)
    log = np.where(known, values, 0.0)
    share = np.where(known, np.exp(log) - quiet, 0.0)
    size = _size(share, even)
    weeks = sums_until(log, even, even)
    # Errors of both kinds of lines are told in what is added up here, and judged alike.
    both = (
        (np.log(np.maximum(share, LEAST_SIZE)), even * (size / (size + quiet)) ** 2),
        (share, even / (size + quiet) ** 2),
    )
    logs, plains = (sums_until(*each, even) for each in both)
    log_off, plain_off = (_beside(*each, sums) for each, sums in zip(both, (logs, plains), strict=True))
    straighter = (plain_off**2).sum(axis=0) < (log_off**2).sum(axis=0)
    alone, recent = _scatter(np.where(straighter, plain_off, log_off), even)
    lines = _TwoScales(averaged(logs, 0, alone), averaged(plains, 0, alone))
    middle, doubt = _at(lines, ahead, quiet)
    off, count = _past_errors(weeks, (logs, plains), alone, lines, quiet)
    inflated = (SUSPICION * PRIOR + off) / (PRIOR + count)
    scatter = np.sqrt(_mixed(lines.chance, lines.log.scatter, lines.plain.scatter))
    straight = np.logaddexp(lines.log.evidence, lines.plain.evidence)
    anew = _mixed(lines.chance, lines.log.begun[-1], lines.plain.begun[-1])
    pace = anew * (PACE * (middle - middle[:1])) ** 2
    doubt = inflated * doubt + pace + WANDER**2 * scatter**2 * (ahead - ahead[0])[:, None]
    wave, parabola = _curved(weeks, plains, alone, shape)
    all_shapes = np.logaddexp(straight, np.logaddexp(wave, parabola))
    waves, curved = np.exp(wave - all_shapes), 1.0 - np.exp(straight - all_shapes)
    return Course(middle.T, np.sqrt(doubt).T, recent, alone, waves, curved, even.sum(axis=0) >= LEAST)


class _TwoScales(NamedTuple):
    """Lines through logarithms and through shares."""

    log: Averaged
    plain: Averaged

    @property
    def chance(self) -> Array:
        """Of the shares, (n,)."""
        result: Array = 1.0 / (1.0 + np.exp(np.clip(self.log.evidence - self.plain.evidence, -30.0, 30.0)))
        return result


def _at(lines: _TwoScales, ahead: Array, quiet: float) -> tuple[Array, Array]:
    """Expected logarithm and its variance, (k, n) each, at places (k,)."""
    x = ahead[:, None]
    power, share = (one.mean[0] + one.mean[1] * x for one in lines)
    log_doubt, share_doubt = (
        np.maximum(one.variance[0] + one.variance[1] * x + one.variance[2] * x**2, 0.0) for one in lines
    )
    share = np.maximum(share, LEAST_SIZE) + quiet
    plain, plain_doubt = np.log(share), share_doubt / share**2
    power = np.exp(np.clip(power, -FARTHEST, FARTHEST))
    log, log_doubt = np.log(power + quiet), log_doubt * (power / (power + quiet)) ** 2
    chance = lines.chance
    apart = chance * (1.0 - chance) * (plain - log) ** 2
    return _mixed(chance, log, plain), _mixed(chance, log_doubt, plain_doubt) + apart


def _mixed(chance: Array, log: Array, plain: Array) -> Array:
    return log + chance * (plain - log)


def _past_errors(
    weeks: Array, sums: tuple[Array, Array], alone: Array, now: _TwoScales, quiet: float
) -> tuple[Array, Array]:
    """Sum of the squared errors at the origins of the past, in what was told of them, and their number, (n,) each.

    An origin counts as far as no line has begun since: what it did not know, today is known.
    """
    total, number = np.zeros((2, len(alone)))
    lines: dict[int, _TwoScales] = {}
    for ago, first, last in PAST:
        if ago not in lines:
            lines[ago] = _TwoScales(*(averaged(each, ago, alone) for each in sums))
        there = weeks[:, ago - first] - weeks[:, ago - last]
        count = np.maximum(there[COUNT], 1.0)
        came = there[VALUE] / count
        said, doubt = _at(lines[ago], np.array([0.5 * (first + last + 1) - ago]), quiet)
        scatter = _mixed(lines[ago].chance, lines[ago].log.scatter, lines[ago].plain.scatter)
        off = np.minimum((came - said[0]) ** 2 / (doubt[0] + scatter / count), MOST_OFF)
        known = (2 * there[COUNT] >= last - first) & (weeks[COUNT, -1] - weeks[COUNT, ago] >= LEAST)
        since = int(np.searchsorted(AGO, ago, side="right")) - 1
        same = np.where(known, 1.0 - _mixed(now.chance, now.log.begun[since], now.plain.begun[since]), 0.0)
        total += same * off
        number += same
    return total, number


def _beside(values: Array, weight: Array, sums: Array) -> Array:
    """What is left beside the best line that has begun anew once, in what errors are told in, (weeks, n)."""
    whole, late, early, can = split(sums, 0)
    through, after, before = fit(whole), fit(late), fit(early)
    left = (after.line + before.line) / np.maximum(late[COUNT] + early[COUNT], 1.0)
    best = np.where(can, left, np.inf).argmin(axis=0)
    cols = np.arange(values.shape[1])
    broken = can.any(axis=0)
    x = np.arange(1.0 - len(values), 1.0)[:, None]

    def line(fit: Fit, at: np.ndarray) -> Array:
        place, value, slope = (part[at, cols] for part in (fit.x, fit.y, fit.slope))
        result: Array = value + slope * (x - place)
        return result

    early_line = np.where(broken, line(before, best), line(through, np.zeros_like(best)))
    off = np.sqrt(weight) * (values - np.where(broken & (x > -AGO[best]), line(after, best), early_line))
    return np.where(broken & (x <= -AGO[best]) & (x > -NEXT[best]), 0.0, off)


def _scatter(off: Array, even: Array) -> tuple[Array, Array]:
    """What part of their number the weeks are worth, for hanging on the weeks before; and the newest weeks' scatter."""
    pairs = (even[1:] * even[:-1]).sum(axis=0)
    along = (off[1:] * off[:-1]).sum(axis=0) / np.maximum(pairs, 1.0)
    size = (off**2).sum(axis=0) / np.maximum(even.sum(axis=0), 1.0) + CALMEST**2
    tied = np.clip(along / size, 0.0, MOST_TIED)
    count = even[-RECENT:].sum(axis=0)
    recent = (off[-RECENT:] ** 2).sum(axis=0) / np.maximum(count - LOST, 1.0)
    return (1.0 - tied) / (1.0 + tied), np.sqrt(recent)


def _curved(weeks: Array, plains: Array, alone: Array, shape: Shape) -> tuple[Array, Array]:
    """Evidence of a wave of a year beside a line, and of a parabola, (n,) each."""
    count = np.maximum(weeks[COUNT, -1], 1.0)
    worth = np.maximum(alone * count, 1.0)
    whole = fit(weeks[:, -1])

    def evidence(left: Array, params: float) -> Array:
        result: Array = np.log(CURVED) - 0.5 * worth * np.log(left / count + CALMEST**2) - 0.5 * params * np.log(worth)
        return result

    free = np.maximum(count - 3.0, 1.0)
    straight = zip((whole.line, fit(plains[:, -1]).line), shape.bent.T, strict=True)
    parabolas = [evidence(line / (1.0 + sure**2 / free), PARABOLA_PARAMS) for line, sure in straight]
    wave = evidence(shape.beside_wave * (whole.flat + count * CALMEST**2), WAVE_PARAMS)
    parabola: Array = np.maximum(*parabolas)
    return wave, parabola


def _size(share: Array, even: Array) -> Array:
    """How large each week is, with those beside it, (weeks, n)."""
    pad = ((NEAR, NEAR), (0, 0))
    total, count = np.pad(share, pad), np.pad(even, pad)
    near, known = (sum(part[k : k + len(share)] for k in range(2 * NEAR + 1)) for part in (total, count))
    result: Array = np.maximum(near / np.maximum(known, 1.0), LEAST_SIZE)
    return result
