"""Fitting the network of flows: quantiles of every coming day."""

from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from outgrow.forecasting.kernels.flow_network import N_ASKED, N_OUTPUTS, answer, common
from outgrow.forecasting.kernels.flow_trend import Lines, Trend
from outgrow.forecasting.kernels.network import Weights
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.rhythm import QUIET, RANKS, SEASON_KNOTS, SPANS, Rhythm, rhythm
from outgrow.forecasting.training.fit_levels import FEATURE_BLOCK, Progress
from outgrow.forecasting.training.flow_laws import MADE_UP
from outgrow.forecasting.training.windows import FUTURE, Windows

HIDDEN = (48, 32)
EPOCHS = 20
BATCH = 256
RATE = 4e-3
DECAY = 1e-3
NOISE = 0.2
DAYS_EACH = 6
"""Random days ahead a window and epoch."""
EARLY = 0.65
"""Share of them that are drawn by their logarithm; the others are any of the year."""
AMOUNT_SHARE = 1.0
"""What the error of amounts counts beside that of their logarithms."""
WIDTH80 = 2.56
"""Standard deviations between the 10 % and the 90 % quantile of a normal distribution."""
USUAL, USUAL_MADE_UP = 0.1, 0.05
"""Added to the usual spread that errors of amounts are told in: of real and of made-up flows."""
LARGEST_SHARE = 400.0
"""Days are held within this multiple of the level."""


def fit_flows(
    windows: Windows,
    seed: int = 0,
    prior: Weights | None = None,
    *,
    epochs: int = EPOCHS,
    rate: float = RATE,
    batch_size: int = BATCH,
    progress: Progress | None = None,
) -> Weights:
    """Learn one network by the pinball loss (Koenker and Bassett 1978) of amounts and of their logarithms.

    Args and meaning as for `fit_levels`.
    """
    r = rhythm_of(windows.history)
    rng = np.random.default_rng(seed)
    static = np.ascontiguousarray(r.static.T, dtype=np.float32)
    weights = dict(prior) if prior is not None else _beginning(static, seed)
    fixed = {name: weights.pop(name) for name in ("mean", "spread")}
    table = np.clip((static - fixed["mean"]) / fixed["spread"], -4.0, 4.0)
    usual = _usual(r, windows.entity == MADE_UP)
    n = len(windows.weight)
    size = min(batch_size, n)
    schedule = optax.cosine_decay_schedule(rate, epochs * (n // size))
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule, weight_decay=DECAY))
    state = optimiser.init(weights)

    @jax.jit
    def step(weights: Any, state: Any, key: Any, batch: Any) -> tuple[Any, Any]:
        x = batch[0] + NOISE * jax.random.normal(key, batch[0].shape)
        gradient = jax.grad(lambda w: _score({**w, **fixed}, x, *batch[1:]))(weights)
        updates, state = optimiser.update(gradient, state, weights)
        return optax.apply_updates(weights, updates), state

    key = jax.random.PRNGKey(seed)
    for epoch in range(epochs):
        asked = _days(r, windows.future, rng)
        order = rng.permutation(n)
        for at in range(0, n - size + 1, size):
            rows = order[at : at + size]
            key, now = jax.random.split(key)
            batch = (table[:, rows], static[:, rows], windows.weight[rows], usual[rows], [a[:, rows] for a in asked])
            weights, state = step(weights, state, now, batch)
        if progress:
            progress(epoch + 1, epochs)
    return {name: np.asarray(array, dtype=np.float32) for name, array in {**weights, **fixed}.items()}


def rhythm_of(history: Array) -> Rhythm:
    """Rhythm of many histories, a block at a time."""
    parts = [rhythm(history[at : at + FEATURE_BLOCK]) for at in range(0, len(history), FEATURE_BLOCK)]
    together: Rhythm = _together(parts)
    return together


def _together(parts: Any) -> Any:
    """The same of all parts: arrays one after another, whatever holds them."""
    first = parts[0]
    if isinstance(first, np.ndarray):
        return np.concatenate(parts)
    names = first._fields if isinstance(first, Trend | Lines) else type(first).__slots__
    return type(first)(*(_together([getattr(part, name) for part in parts]) for name in names))


def _usual(r: Rhythm, made_up: Array) -> Array:
    """Spread that errors of amounts are told in, (n,), as a share of the level.

    A made-up flow is told in its spread around its own course: there a course can be known well, and half of what it
    teaches is to trust it. Real flows leave their course too often for that.
    """
    low, high = RANKS.index(0.1), RANKS.index(0.9)
    own = np.exp(r.ranked) - QUIET
    spread = np.where(made_up, r.around[:, high] - r.around[:, low], own[:, high] - own[:, low])
    return (spread / WIDTH80 + np.where(made_up, USUAL_MADE_UP, USUAL)).astype(np.float32)


def _days(r: Rhythm, future: Array, rng: np.random.Generator) -> list[Array]:
    """Days ahead, seasons and whether they are known, amounts as shares, and what they weigh, (DAYS_EACH, n) each."""
    n = len(future)
    near, any_day = np.exp(rng.uniform(0, np.log(FUTURE), (DAYS_EACH, n))), rng.uniform(1, FUTURE, (DAYS_EACH, n))
    day = np.round(np.where(rng.random((DAYS_EACH, n)) < EARLY, near, any_day)).astype(np.int64)
    rows = np.arange(n)
    value = future[rows, day - 1]
    weekday = r.weekday[rows, (day - 1) % 7]
    share = np.clip(np.nan_to_num(np.maximum(value, 0.0) / weekday / r.level), 0.0, LARGEST_SHARE)
    heft = np.where(np.isnan(value), 0.0, np.clip(weekday, 0.2, 3.0))
    nearest = np.abs(np.log(day)[..., None] - np.log(SEASON_KNOTS)).argmin(axis=2)
    parts = day, r.season[rows, nearest], r.season_known[rows, nearest], share, heft
    return [part.astype(np.float32) for part in parts]


def _score(net: Weights, x: Any, static: Any, weight: Any, usual: Any, asked: list[Any]) -> Any:
    ranks = jnp.array(RANKS)[:, None]
    shared = common(net, x, jnp)
    total = 0.0
    for day, season, known, share, heft in zip(*asked, strict=True):
        found = answer(net, shared, static, season, known, day, jnp)
        amount = jnp.maximum(jnp.exp(jnp.clip(found, -4.0, 6.0)) - QUIET, 0.0)
        lost = _pinball(share - amount, ranks) / usual
        total += heft * (0.5 * AMOUNT_SHARE * jnp.log1p(lost) + _pinball(jnp.log(share + QUIET) - found, ranks))
    return (weight * total).mean()


def _pinball(error: Any, ranks: Any) -> Any:
    return jnp.maximum(ranks * error, (ranks - 1.0) * error).mean(0)


def _beginning(static: Any, seed: int) -> Weights:
    """Small random weights around the flow's own quantiles and its mean of eight weeks."""
    sizes = (len(static) + N_ASKED, *HIDDEN, N_OUTPUTS)
    rng = np.random.default_rng(seed)
    weights: Weights = {}
    for k, (before, after) in enumerate(pairwise(sizes)):
        width = 0.02 if after == N_OUTPUTS else before**-0.5
        weights[f"w{k}"] = rng.normal(0.0, width, (after, before)).astype(np.float32)
        weights[f"b{k}"] = np.zeros((after, 1), np.float32)
    weights["b2"][SPANS.index(56)] = 1.0
    weights["mean"] = static.mean(axis=1, keepdims=True)
    weights["spread"] = static.std(axis=1, keepdims=True) + np.float32(1e-3)
    return weights
