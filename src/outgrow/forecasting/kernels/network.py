"""From a history's features to the mixture of its futures: a small network whose answers are corrections of a drift."""

from types import ModuleType
from typing import Any

import numpy as np

from outgrow.forecasting.kernels.exact import exact_product
from outgrow.forecasting.kernels.features import Inputs
from outgrow.forecasting.kernels.mixture import Components

N_PACES, N_PULLS, N_RATES = 11, 4, 3
N_OUTPUTS = 1 + N_PACES + 5 + N_PULLS + N_RATES + 1
"""Per component: weight, attention to each pace, factor and offset of the drift, doubt, volatility, bend, how much it
is pulled towards each past mean, how much of each rate of speeding up goes on, and an offset of that."""
QUARTER_PACE = 4
"""Where the pace of the last quarter stands in `Inputs.pace`."""
DRIFT_DOUBT = 0.35
"""How much of the plain drift may go or come over the horizon, as a share of it: growth rates wander."""
OFFSET = 0.1
"""Unit of the offset of a drift, in scales a day."""
CURVE = 0.004
"""Unit of the offset of the rate at which a pace speeds up, a day."""
SLOWEST, FASTEST = -0.02, 0.012
"""Bounds of that rate: the pace halves in 35 days, and doubles in 58."""

Weights = dict[str, Any]
"""`mean`, `spread` (n_features, 1); `w0`, `b0`, `w1`, `b1` of two hidden layers; `w2`, `b2` of the outputs, the plain
drift's weight first."""


def plain(f: Inputs, xp: ModuleType = np) -> Components:
    """The plain drift as the only component: last quarter's clipped pace goes on, give or take."""
    return _turned(_plain(f, xp), f)


def _turned(c: Components, f: Inputs) -> Components:
    """Components of a rising history as those of the history itself, which may have fallen."""
    return c._replace(drift=c.drift * f.sign, back=c.back * f.sign)


def _plain(f: Inputs, xp: ModuleType) -> Components:
    drift = f.pace[QUARTER_PACE : QUARTER_PACE + 1]
    doubt = xp.sqrt(1.0 / f.days[None] + (DRIFT_DOUBT * drift) ** 2)
    nothing = xp.zeros_like(drift)
    one = nothing + 1.0
    return Components(one, drift, doubt, one, nothing, nothing, nothing, one)


def components(nets: list[Weights], f: Inputs, xp: ModuleType = np) -> Components:
    """The plain drift and what every network adds to it, in equal parts.

    A straight line has no noise that could say anything of how it will end: there the plain drift speaks alone.
    """
    answers = [_answer(net, f, xp) for net in nets]
    share = f.rough / len(nets)
    learned = xp.concatenate([a.weight[1:] * share for a in answers])
    weight = xp.concatenate([1.0 - learned.sum(0)[None], learned])
    rest = [xp.concatenate([p[:1], *(a[k][1:] for a in answers)]) for k, p in enumerate(_plain(f, xp)) if k > 0]
    return _turned(Components(weight, *rest), f)


def _answer(net: Weights, f: Inputs, xp: ModuleType) -> Components:
    x = xp.clip((f.table - net["mean"]) / net["spread"], -4.0, 4.0)
    hidden = xp.tanh(exact_product(net["w0"], x, xp) + net["b0"])
    hidden = xp.tanh(exact_product(net["w1"], hidden, xp) + net["b1"])
    out = exact_product(net["w2"], hidden, xp) + net["b2"]
    parts = out[1:].reshape(-1, N_OUTPUTS, out.shape[-1])
    base = _plain(f, xp)
    attention = _softmax(parts[:, 1 : 1 + N_PACES], xp)
    pace = (attention * f.pace[None]).sum(1)
    factor, offset, doubt, sigma, bend = (parts[:, 1 + N_PACES + k] for k in range(5))
    plain_doubt = xp.sqrt(1.0 / f.days[None] + (DRIFT_DOUBT * pace) ** 2)
    pull, rate = (xp.tanh(part) for part in (parts[:, 6 + N_PACES : -N_RATES - 1], parts[:, -N_RATES - 1 :]))
    curve = (rate[:, :-1] * f.rate[None]).sum(1) + CURVE * rate[:, -1]
    logits = xp.concatenate([out[:1], parts[:, 0]])
    learned = Components(
        weight=logits,
        drift=pace * xp.exp(xp.clip(factor, -3.0, 1.5)) + OFFSET * xp.sinh(xp.clip(offset, -4.0, 4.0)),
        doubt=plain_doubt * xp.exp(xp.clip(doubt, -4.0, 4.0)),
        sigma=xp.exp(xp.clip(sigma, -5.0, 5.0)),
        bend=0.5 * xp.tanh(bend),
        back=-(pull * f.pull[None]).sum(1),
        curve=xp.clip(curve, SLOWEST, FASTEST),
        width=xp.ones_like(curve),
    )
    rest = [xp.concatenate([b, one]) for b, one in zip(base[1:], learned[1:], strict=True)]
    return Components(_softmax(logits[None], xp)[0], *rest)


def _softmax(x: Any, xp: ModuleType) -> Any:
    """Along the second axis."""
    raised = xp.exp(x - x.max(1)[:, None])
    return raised / raised.sum(1)[:, None]
