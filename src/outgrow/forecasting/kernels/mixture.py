"""A future as a mixture of random walks with uncertain drifts: where it is on a day, and when it first is somewhere.

Every component k starts at 0 and has on day d the mean m = drift r(d) + pull back towards its past, a doubt T = doubt
r(d) of that mean, and a walk of variance v = sigma^2 d^(1 + bend). r(d) are the days ahead, each counted as its pace
beside today's: growth that speeds up or slows down does so by a constant share a day. Value and running maximum come
from the same parameters, so that a limit is never likelier to be exceeded on a day than to have been reached by it.

The functions take the array library as an argument: NumPy to forecast, and the library that differentiates to train.
"""

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from outgrow.forecasting.kernels.normal import normal_density_and_cdf, scaled_erfc

PULL_DAYS = 14.0
"""Days after which about two thirds of the way back to the past mean are gone."""
ROUGH_ROUNDS, EXACT_ROUNDS = 7, 1
"""Steps by which a quantile is found: Newton's on a near-normal curve, or half the bracket where that would leave it;
then the same on the true one."""
CLOSE, BISECTIONS = 0.01, 30
"""Share of its rank, or of what is left to 1, by which a quantile may be off, and the halvings where one is farther."""
CURVED_DAYS = 400.0
"""Days over which a pace goes on to speed up or to slow down; after them it stays: what a year shows ends with it."""
STRAIGHT = 1e-3
"""Size of the exponent below which speeding up is as good as linear."""
SMALLEST, ALL = np.float32(1e-30), np.float32(1 - 6e-8)
"""Least density that is divided by, and the largest share below 1."""


class Components(NamedTuple):
    """Parameters of the mixture, each (n_components, n).

    Attributes:
        weight: sum to 1 over the components.
        drift: mean change a day.
        doubt: standard deviation of the drift.
        sigma: volatility of the first day.
        bend: the variance grows with d^(1 + bend).
        back: how far the mean is pulled back in the end.
        curve: how much faster the pace is from day to day, as a rate: 0.01 is one per cent a day, 0 goes on as it is.
        width: how much wider the mixture is around its middle than what is said of it so far; 1 is as it is.
    """

    weight: Any
    drift: Any
    doubt: Any
    sigma: Any
    bend: Any
    back: Any
    curve: Any
    width: Any

    def mirrored(self) -> "Components":
        """The same upside down: rises become falls."""
        return self._replace(drift=-self.drift, back=-self.back)


def moments(c: Components, day: Any, xp: ModuleType = np) -> tuple[Any, Any, Any]:
    """Mean, variance of the walk, and doubt of the mean on a day; `day` is broadcast against (n_components, n)."""
    run = _run(c.curve, day, xp)
    mean = c.drift * run + c.back * (1.0 - xp.exp(day * (-1.0 / PULL_DAYS)))
    variance = c.sigma * c.sigma * xp.exp((1.0 + c.bend) * xp.log(day))
    doubt = c.doubt * run
    if xp is np and (c.width != 1.0).any():  # nothing is learned from a mixture that was widened
        middle = (c.weight * mean).sum(axis=-2, keepdims=True)
        return middle + c.width * (mean - middle), c.width * c.width * variance, c.width * doubt
    return mean, variance, doubt


def _run(curve: Any, day: Any, xp: ModuleType) -> Any:
    """The days ahead, each counted as its pace beside today's: the integral of exp(curve s) from 0 to `day`."""
    bent = xp.minimum(day, CURVED_DAYS)
    exponent = curve * bent
    small = xp.abs(exponent) < STRAIGHT
    held = xp.where(small, 1.0, exponent)
    raised = xp.exp(exponent)
    within = bent * xp.where(small, 1.0 + 0.5 * exponent, (raised - 1.0) / held)
    return within + (day - bent) * raised


def crossing(c: Components, day: Any, gap: Any, xp: ModuleType = np) -> Any:
    """P(the path has come to or above `gap` by a day), summed over the components.

    For a known drift this is the reflection principle (Bachelier-Levy; Borodin and Salminen, Handbook of Brownian
    Motion, 2002, formula 2.1.1.4); the average over a normal drift stays in closed form, because E[exp(aX) Phi(b - cX)]
    of a normal X does. Where both exponents are large they collapse to -(gap - m)^2 / 2 S^2, which neither overflows
    nor cancels.

    Args:
        day: broadcast against (n_components, n).
        gap: what is left to the limit, positive, broadcast likewise.
    """
    mean, variance, doubt = moments(c, day, xp)
    square = variance + doubt * doubt
    spread = xp.sqrt(square)
    _, above = normal_density_and_cdf((mean - gap) / spread, xp)
    lever = doubt * doubt * gap / variance
    x = (gap + mean + 2.0 * lever) / spread
    ahead = x >= 0
    z = (gap - mean) / spread
    collapsed = 0.5 * xp.exp(-0.5 * z * z) * scaled_erfc(xp.where(ahead, x, 0.0) * float(np.sqrt(0.5)), xp)
    exponent = xp.where(ahead, 0.0, 2.0 * gap * mean / variance + 2.0 * lever * gap / variance)
    _, behind = normal_density_and_cdf(xp.where(ahead, 0.0, -x), xp)
    touched = xp.where(ahead, collapsed, xp.exp(xp.minimum(exponent, 0.0)) * behind)
    return (c.weight * xp.clip(above + touched, 0.0, 1.0)).sum(-2)


def below(c: Components, day: Any, value: Any) -> Any:
    """P(the value on a day lies below `value`), both broadcast against (n_components, n)."""
    mean, variance, doubt = moments(c, day)
    _, cdf = normal_density_and_cdf((value - mean) / np.sqrt(variance + doubt * doubt))
    return (c.weight * cdf).sum(axis=-2)


def widened(c: Components, width: float) -> Components:
    """The same with every distance of a value's quantiles from the middle times `width`."""
    return c._replace(width=c.width * np.float32(width))


def quantiles(c: Components, day: Any, scores: Any) -> Any:
    """Quantiles of the value on each day, (n_levels, n_days, n).

    Args:
        day: (n_days, 1, 1).
        scores: (n_levels, 1, 1) normal scores of the levels.
    """
    mean, variance, doubt = moments(c, day)
    narrow = 1.0 / np.sqrt(variance + doubt * doubt)
    _, level = normal_density_and_cdf(scores)
    # A quantile of the mixture lies between the least and the largest of its components' own.
    each = mean + scores[..., None] / narrow
    low, high = each.min(axis=-2), each.max(axis=-2)
    value = (c.weight * each).sum(axis=-2)
    tall = c.weight * narrow
    left, right = low, high
    target = np.log(level / (1.0 - level))
    for step in range(ROUGH_ROUNDS + EXACT_ROUNDS):
        curve = _logistic if step < ROUGH_ROUNDS else normal_density_and_cdf
        density, cdf = curve((value[..., None, :] - mean) * narrow)
        reached = np.minimum(np.maximum((c.weight * cdf).sum(axis=-2), SMALLEST), ALL)
        slope = np.maximum((tall * density).sum(axis=-2), SMALLEST)
        # On the scale of log odds tails are nearly straight, and Newton's steps do not leap out of them.
        odds = np.log(reached / (1.0 - reached)) - target
        newton = value - odds * reached * (1.0 - reached) / slope
        left, right = np.where(odds < 0, value, left), np.where(odds < 0, right, value)
        value = np.where((newton >= left) & (newton <= right), newton, 0.5 * (left + right))
        if step == ROUGH_ROUNDS - 1:
            left, right = low, high  # those of the rough curve may lie on the wrong side by its error
    return _finished(c, value, (mean, narrow), (low, high), level)


def _finished(c: Components, value: Any, curves: tuple[Any, Any], bounds: tuple[Any, Any], level: Any) -> Any:
    """The same, by bisection where components lie so far apart that Newton's steps did not arrive."""
    mean, narrow = curves
    _, cdf = normal_density_and_cdf((value[..., None, :] - mean) * narrow)
    away = np.abs((c.weight * cdf).sum(axis=-2) - level) > CLOSE * np.minimum(level, 1.0 - level)
    if not away.any():
        return value
    rank, day, row = np.nonzero(away)
    weight, mean, narrow = c.weight[:, row], mean[day, :, row].T, narrow[day, :, row].T
    left, right, wanted = bounds[0][rank, day, row], bounds[1][rank, day, row], np.ravel(level)[rank]
    for _ in range(BISECTIONS):
        middle = 0.5 * (left + right)
        _, cdf = normal_density_and_cdf((middle - mean) * narrow)
        short = (weight * cdf).sum(axis=0) < wanted
        left, right = np.where(short, middle, left), np.where(short, right, middle)
    value[away] = 0.5 * (left + right)
    return value


def _logistic(z: Any) -> tuple[Any, Any]:
    """Density and distribution function of a near-normal logistic, a third of the price, wrong by 1.4e-4 at most.

    Bowling, Khasawneh, Kaewkuekool and Cho, A logistic approximation to the cumulative normal distribution, 2009.
    """
    held = np.minimum(np.maximum(z, -8.0), 8.0)
    square = held * held
    cdf = 1.0 / (1.0 + np.exp(held * (square * -0.07056 - 1.5976)))
    return cdf * (1.0 - cdf) * (square * 0.21168 + 1.5976), cdf
