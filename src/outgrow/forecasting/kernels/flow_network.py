"""From a flow's rhythm to the quantiles of its days: a small network that corrects what the flow's own days say."""

from types import ModuleType
from typing import Any

import numpy as np

from outgrow.forecasting.kernels.exact import exact_product
from outgrow.forecasting.kernels.flow_trend import N_TRENDS
from outgrow.forecasting.kernels.network import Weights
from outgrow.forecasting.kernels.rhythm import QUIET, RANKS, SPANS

N_RANKS, MIDDLE = len(RANKS), len(RANKS) // 2
N_MEANS = len(SPANS)
FIRST_MEAN = N_RANKS + 3
"""Where the means over `SPANS` begin among the rhythm's features; the flow's own quantiles stand first."""
HALF_YEAR_MEAN = FIRST_MEAN + SPANS.index(182)
AROUND = FIRST_MEAN + N_MEANS + 6
"""Where the quantiles of days around their weeks begin; after them the level since the last shift, then the lines."""
SINCE = AROUND + N_RANKS
LINES = SINCE + 1
N_CENTRES = N_MEANS + 2 + 2 * N_TRENDS
"""Means, the flow's own median, its level since the last shift, lines through logarithms and through shares."""
N_STEPS = N_RANKS - 1
OFFSET, SEASON, APART = N_CENTRES, N_CENTRES + 1, N_CENTRES + 2
FACTOR, MORE, POOLED = N_CENTRES + 3, N_CENTRES + 3 + N_STEPS, N_CENTRES + 3 + 2 * N_STEPS
N_OUTPUTS = POOLED + N_STEPS
"""Attention to each centre, offset, trust in last year's season, doubt from how far the centres lie apart, and for each
step between quantiles a factor of the flow's own, an addition, and how much of trends and shifts is in it."""
FARTHEST = 2.5
"""A line leads no farther than this, as a logarithm."""
LEAST_SHARE = 0.02
"""A line through shares ends here."""
MIDDLE_OF_WEEK = 3.0
"""Days from the middle of the newest week to the newest day."""
N_ASKED = 3
"""Inputs that hang on the day: season, whether it is known, how late it is."""


def share_quantiles(net: Weights, static: Any, season: Any, known: Any, day: Any, xp: ModuleType = np) -> Any:
    """Quantiles `RANKS` of log(share of the level + QUIET) on a day, (N_RANKS, n).

    Args:
        net: weights.
        static: (74, n) `Rhythm.static`.
        season, known: (n,) of that day.
        day: (n,) days ahead.
    """
    x = xp.clip((static - net["mean"]) / net["spread"], -4.0, 4.0)
    return answer(net, common(net, x, xp), static, season, known, day, xp)


def quantiles_at(net: Weights, static: Any, season: Any, known: Any, days: tuple[int, ...]) -> Any:
    """The same on several days, (N_RANKS, n_days, n), the days side by side: what they share is computed once.

    Args:
        season, known: (n_days, n).
    """
    x = np.clip((static - net["mean"]) / net["spread"], -4.0, 4.0)
    shared, wide = (np.tile(part, (1, len(days))) for part in (common(net, x), static))
    day = np.repeat(np.array(days, dtype=np.float32), static.shape[1])
    found = answer(net, shared, wide, season.reshape(-1), known.reshape(-1), day)
    return found.reshape(N_RANKS, len(days), -1)


def common(net: Weights, x: Any, xp: ModuleType = np) -> Any:
    """What the first layer takes from standardised features (74, n): all days share it, (n_hidden, n)."""
    return exact_product(net["w0"][:, :-N_ASKED], x, xp) + net["b0"]


def answer(net: Weights, shared: Any, static: Any, season: Any, known: Any, day: Any, xp: ModuleType = np) -> Any:
    """The same, from what all days share."""
    late = (xp.log(day) - 3.5) / 1.5
    asked = xp.stack([2.0 * season, known, late])
    hidden = xp.tanh(shared + exact_product(net["w0"][:, -N_ASKED:], asked, xp))
    hidden = xp.tanh(exact_product(net["w1"], hidden, xp) + net["b1"])
    out = exact_product(net["w2"], hidden, xp) + net["b2"]
    choices = centres(static, day, xp)
    raised = xp.exp(out[:N_CENTRES] - out[:N_CENTRES].max(0))
    attention = raised / raised.sum(0)
    plain = (attention * choices).sum(0)
    apart = xp.sqrt((attention * (choices - plain) ** 2).sum(0) + 1e-8)
    centre = plain + 0.5 * out[OFFSET] + xp.tanh(out[SEASON]) * season
    own, around = static[:N_RANKS], static[AROUND : AROUND + N_RANKS]
    narrow = around[1:] - around[:-1]
    pooled = 1.0 / (1.0 + xp.exp(-xp.clip(out[POOLED:], -8.0, 8.0)))
    factor = xp.exp(xp.clip(out[FACTOR:MORE], -3.0, 3.0))
    more = 4.0 * out[MORE:POOLED] - 2.0
    step = (narrow + pooled * (own[1:] - own[:-1] - narrow)) * factor
    step = step + 0.05 * (xp.maximum(more, 0.0) + xp.log1p(xp.exp(-xp.abs(more))))
    step = step + 0.3 * xp.exp(xp.clip(out[APART], -4.0, 1.5)) * apart
    up = xp.cumsum(step[MIDDLE:], 0)
    down = xp.cumsum(step[:MIDDLE][::-1], 0)[::-1]
    return xp.concatenate([centre - down, centre[None], centre + up])


def centres(static: Any, day: Any, xp: ModuleType = np) -> Any:
    """What may be the median of log(share + QUIET) on a day, (N_CENTRES, n)."""
    own, around = static[:N_RANKS], static[AROUND : AROUND + N_RANKS]
    # A mean of logarithms lies below the median of a skewed flow: the same half-year's median and mean tell how far.
    aside = own[MIDDLE] - static[HALF_YEAR_MEAN]
    near = around[MIDDLE]
    weeks = (day + MIDDLE_OF_WEEK) / 7.0
    log, slope, plain, rise = (static[LINES + k * N_TRENDS : LINES + (k + 1) * N_TRENDS] for k in range(4))
    log = log + near + xp.clip(slope * weeks, -FARTHEST, FARTHEST)
    highest = float(np.exp(FARTHEST))
    plain = xp.log(xp.clip(plain + rise * weeks, LEAST_SHARE, 8.0 * highest) + QUIET) + near
    means = static[FIRST_MEAN : FIRST_MEAN + N_MEANS] + aside
    return xp.concatenate([means, own[MIDDLE : MIDDLE + 1], static[SINCE : SINCE + 1] + near, log, plain])
