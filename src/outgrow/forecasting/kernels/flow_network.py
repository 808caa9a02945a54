"""From a flow's rhythm to the quantiles of its days: a small network that corrects what the flow's own days say."""

from types import ModuleType
from typing import Any

import numpy as np

from outgrow.forecasting.kernels.exact import exact_product
from outgrow.forecasting.kernels.network import Weights
from outgrow.forecasting.kernels.rhythm import RANKS, SPANS

N_RANKS, MIDDLE = len(RANKS), len(RANKS) // 2
N_MEANS = len(SPANS)
FIRST_MEAN = N_RANKS + 3
"""Where the means over `SPANS` begin among the rhythm's features; the flow's own quantiles stand first."""
HALF_YEAR_MEAN = FIRST_MEAN + SPANS.index(182)
N_OUTPUTS = N_MEANS + 1 + 2 + 2 * (N_RANKS - 1)
"""Attention to each mean and to the flow's own median, offset, trust in last year's season, and for each step between
quantiles a factor of the flow's own and an addition."""


def share_quantiles(net: Weights, static: Any, season: Any, known: Any, day: Any, xp: ModuleType = np) -> Any:
    """Quantiles `RANKS` of log(share of the level + QUIET) on a day, (N_RANKS, n).

    Args:
        net: weights.
        static: (23, n) `Rhythm.static`.
        season, known: (n,) of that day.
        day: (n,) days ahead.
    """
    x = xp.clip((static - net["mean"]) / net["spread"], -4.0, 4.0)
    return answer(net, x, static, season, known, day, xp)


def answer(net: Weights, x: Any, static: Any, season: Any, known: Any, day: Any, xp: ModuleType = np) -> Any:
    """The same, from features that are standardised already."""
    late = (xp.log(day) - 3.5) / 1.5
    hidden = xp.concatenate([x, 2.0 * season[None], known[None], late[None]])
    hidden = xp.tanh(exact_product(net["w0"], hidden, xp) + net["b0"])
    hidden = xp.tanh(exact_product(net["w1"], hidden, xp) + net["b1"])
    out = exact_product(net["w2"], hidden, xp) + net["b2"]
    own = static[:N_RANKS]
    # A mean of logarithms lies below the median of a skewed flow: the same half-year's median and mean tell how far.
    aside = own[MIDDLE] - static[HALF_YEAR_MEAN]
    centres = xp.concatenate([static[FIRST_MEAN : FIRST_MEAN + N_MEANS] + aside, own[MIDDLE : MIDDLE + 1]])
    logits = out[: N_MEANS + 1]
    attention = xp.exp(logits - logits.max(0))
    centre = (attention * centres).sum(0) / attention.sum(0)
    centre = centre + 0.5 * out[N_MEANS + 1] + xp.tanh(out[N_MEANS + 2]) * season
    factor = xp.exp(xp.clip(out[N_MEANS + 3 : N_MEANS + 2 + N_RANKS], -3.0, 3.0))
    more = 4.0 * out[N_MEANS + 2 + N_RANKS :] - 2.0
    step = (own[1:] - own[:-1]) * factor + 0.05 * (xp.maximum(more, 0.0) + xp.log1p(xp.exp(-xp.abs(more))))
    up = xp.cumsum(step[MIDDLE:], 0)
    down = xp.cumsum(step[:MIDDLE][::-1], 0)[::-1]
    return xp.concatenate([centre - down, centre[None], centre + up])
