"""The course of a flow's weeks: lines that may have begun anew once, each as likely as the weeks make it.

A line or none, through logarithms or through amounts, over all weeks or since some week: each of them counts with its
evidence (Bayesian model averaging, Hoeting et al. 1999, by the criterion of Schwarz 1978). Weeks that hang on the weeks
before are fewer than they seem. The same lines are laid at origins of the past, without what came: how far they were
off there tells how far they are trusted (Tashman 2000).
"""

from typing import NamedTuple

import numpy as np

from outgrow.forecasting.kernels.normal import Array

AGO = np.array((3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 21, 26, 32, 40))
"""A line may have begun so many weeks ago."""
NEXT = np.append(AGO[1:], 46)
"""What is older than so many weeks was before. The weeks between are of neither: a line begins on any day."""
BEFORE = 4
"""Known weeks that it takes before."""
LEAST = 8
"""Known weeks without which a course is none."""
CALMEST = 0.004
"""Least scatter of a week, as a logarithm."""
NEAR = 2
"""Weeks on either side that tell how large a week is."""
FARTHEST = 4.0
"""A line through logarithms leads no farther than this."""
LEAST_SIZE = 0.02
"""Least size of a week as a share of the level, and where a line through shares ends."""
USUAL_SLOPE = 0.005
"""Size of a usual slope, as a logarithm a week."""
ANEW = 0.12
"""How likely it is that a line has begun anew within the year, before anything is known."""
PACE = 0.4
"""Standard deviation of a pace to come, as a share of it, of a line that has begun anew: it has not held for a year."""
WANDER = 0.1
"""Standard deviation of a week's move, as a share of the weeks' scatter: too little to be seen in a year."""
CURVED = 0.1
"""How likely a wave of a year, or a parabola, is before anything is known."""
WAVE_PARAMS, PARABOLA_PARAMS = 4.0, 3.0
"""The numbers that make it up, with those of a line."""
COUNT, VALUE = 0, 4
"""Where the number of weeks and the sum of their values stand among the sums."""
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
        scatter: (n,) standard deviation of a week around its line, as a logarithm.
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
    weeks = _until(log, even, even)
    # Errors of both kinds of lines are told in what is added up here, and judged alike.
    logs = _until(np.log(np.maximum(share, LEAST_SIZE)), even * (size / (size + quiet)) ** 2, even)
    plains = _until(share, even / (size + quiet) ** 2, even)
    alone = _alone(log, even, weeks)
    lines = _Both(_lines(logs, 0, alone), _lines(plains, 0, alone))
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
    return Course(middle.T, np.sqrt(doubt).T, scatter, alone, waves, curved, even.sum(axis=0) >= LEAST)


class _Lines(NamedTuple):
    """The lines' mean (2, n) and variance (3, n) in powers of the place, their evidence, and scatter (n,) squared.

    `begun` is the chance that a line has begun within so many weeks, (n_ago, n), by `AGO`.
    """

    mean: Array
    variance: Array
    evidence: Array
    scatter: Array
    begun: Array


class _Both(NamedTuple):
    """Lines through logarithms and through shares."""

    log: _Lines
    plain: _Lines

    @property
    def chance(self) -> Array:
        """Of the shares, (n,)."""
        result: Array = 1.0 / (1.0 + np.exp(np.clip(self.log.evidence - self.plain.evidence, -30.0, 30.0)))
        return result


class _Fit(NamedTuple):
    """Mean place and value, weight, width of the places, slope; and what is left of the squares without and with it."""

    x: Array
    y: Array
    weight: Array
    width: Array
    slope: Array
    flat: Array
    line: Array


def _until(values: Array, weight: Array, even: Array) -> Array:
    """Sums over the newest 0, 1, 2 ... weeks, (7, weeks + 1, n): count, weight, then moments of place and value."""
    x = np.arange(1.0 - len(values), 1.0)[:, None]
    wx, wy = weight * x, weight * values
    parts = np.stack((even, weight, wx, wx * x, wy, wy * x, wy * values))
    result = np.zeros((len(parts), len(values) + 1, values.shape[1]))
    # A loop over weeks is faster than `cumsum`, which goes through columns one by one.
    for back in range(len(values)):
        np.add(result[:, back], parts[:, -1 - back], out=result[:, back + 1])
    return result


def _fit(sums: Array) -> _Fit:
    count, w, wx, wxx, wy, wxy, wyy = sums
    weight = np.where(w > 0, w, 1.0)
    x, y = wx / weight, wy / weight
    width = wxx - wx * x
    both = wxy - wx * y
    sloped = (count >= AGO[0]) & (width > 0)
    width = np.where(sloped, width, 1.0)
    slope = np.where(sloped, both / width, 0.0)
    flat = np.maximum(wyy - wy * y, 0.0)
    return _Fit(x, y, weight, width, slope, flat, np.maximum(flat - slope * both, 0.0))


def _split(sums: Array, ago: int) -> tuple[Array, Array, Array, np.ndarray]:
    """Sums of all weeks known so many weeks ago, since each of `AGO` and before it, and where that is possible."""
    some = AGO + ago + BEFORE < sums.shape[1]
    at, before = AGO[some] + ago, np.minimum(NEXT[some] + ago, sums.shape[1] - 1)
    whole = sums[:, -1:] - sums[:, ago : ago + 1]
    late = sums[:, at] - sums[:, ago : ago + 1]
    early = sums[:, -1:] - sums[:, before]
    return whole, late, early, (late[COUNT] >= AGO[0]) & (early[COUNT] >= BEFORE)


def _lines(sums: Array, ago: int, alone: Array) -> _Lines:
    """All lines at an origin, each with its chance."""
    whole, late, early, can = _split(sums, ago)
    through, after, before = _fit(whole), _fit(late), _fit(early)
    n_late = late.shape[1]
    # Level and line through all weeks, then level and line since each week with a line before it.
    fits = [np.concatenate(pair) for pair in zip(through, through, after, after, strict=True)]
    x, y, weight, width, slope, _, _ = fits
    sloped = np.repeat([0.0, 1.0, 0.0, 1.0], [1, 1, n_late, n_late])[:, None]
    params = np.repeat([1.0, 2.0, 3.0, 4.0], [1, 1, n_late, n_late])[:, None]
    left = np.concatenate((through.flat, through.line, before.line + after.flat, before.line + after.line))
    both = late[COUNT] + early[COUNT]
    count = np.maximum(np.concatenate((whole[COUNT], whole[COUNT], both, both)), 1.0)
    worth = np.maximum(alone * np.maximum(whole[COUNT], 1.0), 1.0)
    anew = np.where(can, np.log(ANEW / np.maximum(can.sum(axis=0), 1)), -np.inf)
    prior = np.concatenate((np.full((2, len(alone)), np.log(1.0 - ANEW)), anew, anew))
    evidence = prior - 0.5 * (worth * np.log(left / count + CALMEST**2) + params * np.log(worth))
    top = evidence.max(axis=0)
    chance = np.exp(evidence - top)
    total = chance.sum(axis=0)
    chance /= total
    noise = left / np.maximum(count - params, 1.0) + CALMEST**2
    middle_doubt = noise / alone / weight
    slope_doubt = noise / alone / width
    # A slope of a few weeks says little: it is drawn towards none, as far as it may be a chance.
    drawn = sloped * USUAL_SLOPE**2 / (USUAL_SLOPE**2 + slope_doubt)
    slope, slope_doubt = drawn * slope, drawn * slope_doubt
    start = y - slope * x
    mean = np.stack(((chance * start).sum(axis=0), (chance * slope).sum(axis=0)))
    around = start - mean[0], slope - mean[1]
    variance = (
        around[0] ** 2 + middle_doubt + slope_doubt * x**2,
        2.0 * (around[0] * around[1] - slope_doubt * x),
        around[1] ** 2 + slope_doubt,
    )
    spread = np.stack([(chance * part).sum(axis=0) for part in variance])
    begun = np.cumsum(chance[2 : 2 + n_late] + chance[2 + n_late :], axis=0)
    return _Lines(mean, spread, np.log(total) + top, (chance * noise).sum(axis=0), begun)


def _at(lines: _Both, ahead: Array, quiet: float) -> tuple[Array, Array]:
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
    weeks: Array, sums: tuple[Array, Array], alone: Array, now: _Both, quiet: float
) -> tuple[Array, Array]:
    """Sum of the squared errors at the origins of the past, in what was told of them, and their number, (n,) each.

    An origin counts as far as no line has begun since: what it did not know, today is known.
    """
    total, number = np.zeros((2, len(alone)))
    lines: dict[int, _Both] = {}
    for ago, first, last in PAST:
        if ago not in lines:
            lines[ago] = _Both(*(_lines(each, ago, alone) for each in sums))
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


def _alone(log: Array, even: Array, weeks: Array) -> Array:
    """What part of their number the weeks are worth, for hanging on the weeks before, (n,)."""
    whole, late, early, can = _split(weeks, 0)
    through, after, before = _fit(whole), _fit(late), _fit(early)
    best = np.where(can, (after.line + before.line) / np.maximum(late[COUNT] + early[COUNT], 1.0), np.inf).argmin(
        axis=0
    )
    cols = np.arange(log.shape[1])
    broken = can.any(axis=0)
    x = np.arange(1.0 - len(log), 1.0)[:, None]

    def line(fit: _Fit, at: np.ndarray) -> Array:
        place, value, slope = (part[at, cols] for part in (fit.x, fit.y, fit.slope))
        result: Array = value + slope * (x - place)
        return result

    early_line = np.where(broken, line(before, best), line(through, np.zeros_like(best)))
    off = even * (log - np.where(broken & (x > -AGO[best]), line(after, best), early_line))
    off = np.where(broken & (x <= -AGO[best]) & (x > -NEXT[best]), 0.0, off)
    pairs = (even[1:] * even[:-1]).sum(axis=0)
    along = (off[1:] * off[:-1]).sum(axis=0) / np.maximum(pairs, 1.0)
    size = (off**2).sum(axis=0) / np.maximum(even.sum(axis=0), 1.0) + CALMEST**2
    tied = np.clip(along / size, 0.0, MOST_TIED)
    result: Array = (1.0 - tied) / (1.0 + tied)
    return result


def _curved(weeks: Array, plains: Array, alone: Array, shape: Shape) -> tuple[Array, Array]:
    """Evidence of a wave of a year beside a line, and of a parabola, (n,) each."""
    count = np.maximum(weeks[COUNT, -1], 1.0)
    worth = np.maximum(alone * count, 1.0)
    whole = _fit(weeks[:, -1])

    def evidence(left: Array, params: float) -> Array:
        result: Array = np.log(CURVED) - 0.5 * worth * np.log(left / count + CALMEST**2) - 0.5 * params * np.log(worth)
        return result

    free = np.maximum(count - 3.0, 1.0)
    straight = zip((whole.line, _fit(plains[:, -1]).line), shape.bent.T, strict=True)
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
