"""Where a flow's weeks are heading: trends, the level since the last shift, and which of them has served it so far."""

from typing import NamedTuple

import numpy as np

from outgrow.forecasting.kernels.normal import Array

TREND_WEEKS = (8, 13, 26, 52)
"""Weeks that straight lines are laid through."""
STEEPEST = 0.25
"""Largest slope of a week's logarithm: faster growth than this doubles within three weeks."""
CURVED = (26, 52)
"""Weeks whose curve is looked at."""
LEAST_WEEKS = 5
"""Known weeks that a line takes."""
CALMEST = 0.004
"""Least standard error of a week, as a logarithm: shorter of it all weeks look alike, and every slope is sure."""
SURE = 40.0
"""Beyond this a slope's t-value says no more."""
SHIFT_WEEKS = (3, 40)
"""A shift is looked for between so many weeks ago."""
LEAST_BEFORE = 4
"""Known weeks that it takes before a shift."""
AHEAD = (4, 13)
"""Weeks over which the ways of going on are judged in the flow's own past."""
PAST_LEVELS, PAST_TRENDS = (4, 13, 26), (13, 26)
"""Weeks of the levels and of the lines that are judged so."""
ORIGINS = tuple(range(20, 52, 2))
"""Weeks in whose place they are judged."""
CLEAR = 0.02
"""Errors this small, as logarithms, are no errors."""
N_TRENDS = len(TREND_WEEKS)
BENT, YEAR_CURVES = slice(3, 5), slice(7, 9)
"""Where in the evidence the shares stand that a line, and a wave beside it, take away; and how curved a year is."""


class Lines(NamedTuple):
    """Straight lines through the newest weeks, (n, N_TRENDS) each: value in the newest week, slope a week, t-value."""

    end: Array
    slope: Array
    sure: Array


class Trend(NamedTuple):
    """What the weeks say.

    Attributes:
        log, plain: lines through the logarithms, and through the shares themselves.
        since: (n,) mean logarithm since the last shift, which may be the beginning.
        evidence: (n, 19) how clear the shift is, how far it went, how long ago it was; how bent the weeks are; how
            surely logarithms, and shares, speed up; and the errors of levels and lines at the flow's own origins,
            against those of the plainest.
    """

    log: Lines
    plain: Lines
    since: Array
    evidence: Array


def trend(weekly: Array, otherwise: Array, quiet: float) -> Trend:
    """The trends of weekly mean logarithms (n, 52), NaN where unknown.

    Args:
        otherwise: (n,) the level where no week is known.
        quiet: what was added to a share before its logarithm.
    """
    known = ~np.isnan(weekly)
    filled = np.where(known, weekly, 0.0)
    share = np.where(known, np.exp(filled) - quiet, 0.0)
    log = _lines(filled, known, otherwise, STEEPEST)
    plain = _lines(share, known, np.exp(otherwise) - quiet, np.inf)
    since, shift = _shift(filled, known, otherwise)
    curves = [one for weeks in CURVED for one in _curves(*(each[:, -weeks:] for each in (filled, share, known)))]
    evidence = [shift, _bent(filled, known), np.arcsinh(np.stack(curves, axis=1)), _served(filled, known)]
    return Trend(log, plain, since, np.concatenate(evidence, axis=1))


def _lines(values: Array, known: np.ndarray, otherwise: Array, steepest: float) -> Lines:
    found = []
    for weeks in reversed(TREND_WEEKS):
        use, y = known[:, -weeks:], values[:, -weeks:]
        x = np.arange(1.0 - weeks, 1.0)
        count = use.sum(axis=1)
        enough = count >= LEAST_WEEKS
        held = np.maximum(count, 1)
        middle_x = np.where(use, x, 0.0).sum(axis=1) / held
        middle = np.where(count > 0, y.sum(axis=1) / held, otherwise)
        away = np.where(use, x - middle_x[:, None], 0.0)
        off = np.where(use, y - middle[:, None], 0.0)
        width = np.where(enough, (away**2).sum(axis=1), 1.0)
        slope = np.where(enough, (away * off).sum(axis=1) / width, 0.0)
        slope = np.clip(slope, -steepest, steepest)
        left = ((off - slope[:, None] * away) ** 2).sum(axis=1) / np.maximum(count - 2, 1)
        sure = slope / np.sqrt((left + CALMEST**2) / width)
        otherwise = middle
        end = np.where(enough, middle - slope * middle_x, middle)
        found.append((end, slope, np.clip(sure, -SURE, SURE)))
    return Lines(*(np.stack(part, axis=1) for part in zip(*reversed(found), strict=True)))


def _shift(values: Array, known: np.ndarray, otherwise: Array) -> tuple[Array, Array]:
    """Mean since the split that leaves the least scatter on both sides; and how clear, how far, how long ago."""
    n, weeks = values.shape
    count = known.sum(axis=1)
    mean = np.where(count > 0, values.sum(axis=1) / np.maximum(count, 1), otherwise)
    off = np.where(known, values - mean[:, None], 0.0)
    scatter = (off**2).sum(axis=1)
    ago = np.arange(*SHIFT_WEEKS)
    total = np.cumsum(off[:, ::-1], axis=1)[:, ago - 1]
    after = np.cumsum(known[:, ::-1], axis=1)[:, ago - 1]
    before = count[:, None] - after
    possible = (after >= SHIFT_WEEKS[0]) & (before >= LEAST_BEFORE)
    gain = np.where(possible, total**2 / np.maximum(after, 1) + total**2 / np.maximum(before, 1), 0.0)
    best = gain.argmax(axis=1)
    rows = np.arange(n)
    found = gain[rows, best]
    there = found > 0
    late, early = np.maximum(after[rows, best], 1), np.maximum(before[rows, best], 1)
    size = np.where(there, total[rows, best] * (1.0 / late + 1.0 / early), 0.0)
    clear = found / (scatter + weeks * CALMEST**2)
    # The week in which it happened is of both sides: without it where there are others.
    first = np.minimum(ago[best], weeks)
    inner = known & (np.arange(weeks) >= weeks - np.maximum(first - 1, SHIFT_WEEKS[0])[:, None])
    there &= inner.any(axis=1)
    since = np.where(inner, values, 0.0).sum(axis=1) / np.maximum(inner.sum(axis=1), 1)
    since = np.where(there, since, mean)
    return since, np.stack([clear, np.clip(size, -2.0, 2.0), np.where(there, np.log(first), 4.0)], axis=1)


def _bent(values: Array, known: np.ndarray) -> Array:
    """Shares of the year's scatter that a line takes away, and a year's wave beside a line, (n, 2)."""
    weeks = values.shape[1]
    x = np.arange(weeks) / weeks
    count = np.maximum(known.sum(axis=1), 1)
    shapes = [x, np.cos(2.0 * np.pi * x), np.sin(2.0 * np.pi * x)]
    rest = np.where(known, values - (values.sum(axis=1) / count)[:, None], 0.0)
    scatter = (rest**2).sum(axis=1) + weeks * CALMEST**2
    shares: list[Array] = []
    basis: list[Array] = []
    for shape in shapes:
        column = np.where(known, shape, 0.0)
        column = np.where(known, column - (column.sum(axis=1) / count)[:, None], 0.0)
        for other in basis:
            column = column - (column * other).sum(axis=1)[:, None] * other
        size = np.sqrt((column**2).sum(axis=1))
        column = np.where(size > 1e-6, 1.0, 0.0)[:, None] * column / np.maximum(size, 1e-6)[:, None]  # noqa: PLR2004
        basis.append(column)
        rest = rest - (rest * column).sum(axis=1)[:, None] * column
        shares.append(1.0 - (rest**2).sum(axis=1) / scatter)
    return np.stack([shares[0], shares[2] - shares[0]], axis=1)


def _curves(filled: Array, share: Array, known: np.ndarray) -> list[Array]:
    """t-values of what a parabola has beside a line, (n,) each: what compounds is straight in logarithms alone."""
    count = np.maximum(known.sum(axis=1), 1)
    x = np.linspace(-1.0, 1.0, known.shape[1])
    line = np.where(known, x - (np.where(known, x, 0.0).sum(axis=1) / count)[:, None], 0.0)
    line = _unit(line)
    square = np.where(known, x * x - (np.where(known, x * x, 0.0).sum(axis=1) / count)[:, None], 0.0)
    parabola = _unit(square - (square * line).sum(axis=1)[:, None] * line)
    found = []
    for values in (filled, share):
        off = np.where(known, values - (np.where(known, values, 0.0).sum(axis=1) / count)[:, None], 0.0)
        straight, curved = ((off * shape).sum(axis=1) for shape in (line, parabola))
        left = np.maximum((off**2).sum(axis=1) - straight**2 - curved**2, 0.0) / np.maximum(count - 3, 1)
        sure = np.clip(curved / np.sqrt(left + CALMEST**2), -SURE, SURE)
        found.append(np.where(count > LEAST_WEEKS, sure, 0.0))
    return found


def _unit(column: Array) -> Array:
    size = np.sqrt((column**2).sum(axis=1))[:, None]
    result: Array = np.where(size > 1e-6, column / np.maximum(size, 1e-6), 0.0)  # noqa: PLR2004
    return result


def _served(values: Array, known: np.ndarray) -> Array:
    """Errors of levels and lines at the flow's own origins, as logarithms against the last month's, (n, 10)."""
    n, weeks = values.shape
    x = np.arange(weeks, dtype=np.float64)

    def until(each: Array) -> Array:
        return np.concatenate([np.zeros((n, 1)), np.cumsum(each, axis=1)], axis=1)

    use = known.astype(np.float64)
    sums = [until(each) for each in (use, use * x, use * x * x, values, values * x)]
    origin = np.array(ORIGINS)
    errors = []
    for ahead in AHEAD:
        at = origin[origin + ahead <= weeks]
        count = sums[0][:, at + ahead] - sums[0][:, at]
        truth = (sums[3][:, at + ahead] - sums[3][:, at]) / np.maximum(count, 1.0)
        place = at + (ahead - 1) / 2.0
        good = (count >= 0.5 * ahead) & (sums[0][:, at] - sums[0][:, at - min(PAST_LEVELS)] > 0)
        told = [_at_origin(sums, at, span, place, lines=False) for span in PAST_LEVELS]
        told += [_at_origin(sums, at, span, place, lines=True) for span in PAST_TRENDS]
        missed = [
            np.where(good, np.minimum(np.abs(one - truth), 1.0), 0.0).sum(axis=1) / np.maximum(good.sum(axis=1), 1)
            for one in told
        ]
        errors.append(np.log(missed[0] + CLEAR))
        errors += [np.log((one + CLEAR) / (missed[0] + CLEAR)) for one in missed[1:]]
    return np.stack(errors, axis=1)


def _at_origin(sums: list[Array], at: np.ndarray, span: int, place: Array, *, lines: bool) -> Array:
    """What the mean of, or the line through, the weeks before each origin says of a later place, (n, n_origins)."""
    begin = np.maximum(at - span, 0)
    use, x, xx, y, xy = (each[:, at] - each[:, begin] for each in sums)
    held = np.maximum(use, 1.0)
    mean = y / held
    if not lines:
        return mean
    width = xx - x * x / held
    slope = np.where((use >= LEAST_WEEKS) & (width > 0), (xy - x * y / held) / np.maximum(width, 1.0), 0.0)
    line: Array = mean + np.clip(slope, -STEEPEST, STEEPEST) * (place - x / held)
    return line
