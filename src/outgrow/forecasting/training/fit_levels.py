"""Fitting the network of levels: its mixture is asked what became of real histories."""

from collections.abc import Callable
from dataclasses import fields
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from outgrow.forecasting.kernels.features import Features, Inputs, features
from outgrow.forecasting.kernels.mixture import Components, crossing, moments
from outgrow.forecasting.kernels.network import DRIFT_DOUBT, N_OUTPUTS, N_PACES, QUARTER_PACE, Weights, components
from outgrow.forecasting.kernels.normal import Array, normal_density_and_cdf
from outgrow.forecasting.kernels.steady import Steady
from outgrow.forecasting.training.questions import Questions, crossing_questions, value_questions
from outgrow.forecasting.training.windows import Windows

HIDDEN = (128, 96)
N_COMPONENTS = 8
EPOCHS = 36
BATCH = 1024
RATE = 3e-3
"""Learning rate at the beginning; it falls to nothing along a cosine."""
DECAY = 1e-3
NOISE = 0.3
"""Standard deviation of what is added to every standardised feature: neighbours have like futures."""
VALUES_SHARE = 0.04
"""What the ranked probability score of values counts beside the Brier score of crossings."""
LARGEST_MISS = 20.0
"""No wild future counts for more than this multiple of a usual miss."""
DENSITY_SHARE = 0.006
"""What the logarithmic score of values counts: it keeps the tails honest, which the other scores hardly see."""
LEAST_DENSITY, GRAIN = 1e-3, 0.1
"""A density below this counts as this; outcomes are told apart down to this many scales."""
CALM_SHARE = 3.0
"""What the squared difference to the answer of the day before counts: a day's news is small, and so is its effect."""
CROSSINGS_EACH, VALUES_EACH, DRAWS = 3, 2, 6
"""Questions a window and epoch, and different draws of them."""
FEATURE_BLOCK = 256
ENDS = ("current", "scale", "lowest")

Progress = Callable[[int, int], None]


def fit_levels(
    windows: Windows,
    seed: int = 0,
    prior: Weights | None = None,
    *,
    epochs: int = EPOCHS,
    rate: float = RATE,
    batch_size: int = BATCH,
    progress: Progress | None = None,
) -> Weights:
    """Learn one network.

    The score is the Brier score of P(crossed by day d) plus shares of the continuous ranked probability score and of
    the logarithmic score of values; all three are proper (Gneiting and Raftery 2007), the last two bounded, so that no
    wild future rules.

    Args:
        windows: what to learn from.
        seed: of the beginning, the questions and the order.
        prior: weights to begin from, with their standardisation; by default the plain drift.
        batch_size: windows a step; what is left over at the end of an epoch waits for the next.
        progress: called with the epochs done and their number.
    """
    f, before = features_of(windows.history), features_of(_a_day_earlier(windows.history))
    rng = np.random.default_rng(seed)
    asked = [
        (
            crossing_questions(f, windows.future, rng, CROSSINGS_EACH),
            value_questions(f, windows.future, rng, VALUES_EACH),
        )
        for _ in range(DRAWS)
    ]
    weights = dict(prior) if prior is not None else _beginning(f.inputs, seed)
    fixed = {name: weights.pop(name) for name in ("mean", "spread")}
    n = len(windows.weight)
    size = min(batch_size, n)
    steps = epochs * (n // size)
    schedule = optax.cosine_decay_schedule(rate, steps)
    decayed = {name: name.startswith("w") for name in weights}
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule, weight_decay=DECAY, mask=decayed))
    state = optimiser.init(weights)

    @jax.jit
    def step(weights: Any, state: Any, key: Any, batch: Any) -> tuple[Any, Any]:
        inputs, earlier, moved, weight, crossings, values = batch
        shaken = fixed["spread"] * NOISE * jax.random.normal(key, inputs.table.shape)
        inputs = inputs._replace(table=inputs.table + shaken)
        earlier = earlier._replace(table=earlier.table + shaken)

        def lost(w: Weights) -> Any:
            net = {**w, **fixed}
            score, said = _score(net, inputs, weight, crossings, values)
            return score + CALM_SHARE * _unrest(net, earlier, moved, weight, crossings, said)

        gradient = jax.grad(lost)(weights)
        updates, state = optimiser.update(gradient, state, weights)
        return optax.apply_updates(weights, updates), state

    # What a gap of today's was the day before: (gap * scale now + change) / scale then.
    moved = np.stack([f.scale / before.scale, (f.current - before.current) / before.scale]).astype(np.float32)
    moved = np.clip(moved, -1e4, 1e4)
    key = jax.random.PRNGKey(seed)
    for epoch in range(epochs):
        crossings, values = asked[epoch % DRAWS]
        order = rng.permutation(n)
        for at in range(0, n - size + 1, size):
            rows = order[at : at + size]
            key, now = jax.random.split(key)
            batch = (
                Inputs(*(a[..., rows] for a in f.inputs)),
                Inputs(*(a[..., rows] for a in before.inputs)),
                moved[:, rows],
                windows.weight[rows],
                Questions(*(a[:, rows] for a in crossings)),
                Questions(*(a[:, rows] for a in values)),
            )
            weights, state = step(weights, state, now, batch)
        if progress:
            progress(epoch + 1, epochs)
    return {name: np.asarray(array, dtype=np.float32) for name, array in {**weights, **fixed}.items()}


def features_of(history: Array) -> Features:
    """Features of many histories, a block at a time."""
    parts = [features(history[at : at + FEATURE_BLOCK]) for at in range(0, len(history), FEATURE_BLOCK)]
    inputs = Inputs(*(np.concatenate(a, axis=-1) for a in zip(*(p.inputs for p in parts), strict=True)))
    held = Inputs(inputs.table, *(np.clip(a, -1e4, 1e4) for a in inputs[1:]))
    current, scale, lowest = (np.concatenate([getattr(p, name) for p in parts]) for name in ENDS)
    laws = (np.concatenate([getattr(p.steady, law.name) for p in parts], axis=-1) for law in fields(Steady))
    return Features(held, current, scale, lowest, Steady(*laws))


def _beginning(inputs: Inputs, seed: int) -> Weights:
    """Small random weights around the plain drift, its components told apart by pace and spread."""
    sizes = (inputs.table.shape[0], *HIDDEN, 1 + N_COMPONENTS * N_OUTPUTS)
    rng = np.random.default_rng(seed)
    weights: Weights = {}
    for k, (before, after) in enumerate(pairwise(sizes)):
        width = 0.02 if after == sizes[-1] else before**-0.5
        weights[f"w{k}"] = rng.normal(0.0, width, (after, before)).astype(np.float32)
        weights[f"b{k}"] = np.zeros((after, 1), np.float32)
    outputs = weights["b2"][1:].reshape(N_COMPONENTS, N_OUTPUTS)
    apart = np.linspace(-1, 1, N_COMPONENTS)
    outputs[:, 1 + QUARTER_PACE] = 2.0
    outputs[:, 1 + N_PACES] = 0.5 * apart
    outputs[:, 4 + N_PACES] = 0.3 * apart
    weights["mean"] = inputs.table.mean(axis=1, keepdims=True)
    weights["spread"] = inputs.table.std(axis=1, keepdims=True) + np.float32(1e-3)
    return weights


def _a_day_earlier(history: Array) -> Array:
    """The same without the newest day; where nothing else is known, the same."""
    earlier = np.concatenate([np.full((len(history), 1), np.nan), history[:, :-1]], axis=1)
    return np.where(np.isnan(earlier).all(axis=1)[:, None], history, earlier)


def _unrest(net: Weights, earlier: Inputs, moved: Any, weight: Any, crossings: Questions, said: list[Any]) -> Any:
    """Mean squared difference between what is said today and what was said the day before of the same limit and day."""
    future = components([net], earlier, jnp)
    total = jnp.zeros_like(moved[0])
    for gap, day, now in zip(crossings.amount, crossings.day, said, strict=True):
        then = gap * moved[0] + moved[1]
        difference = crossing(future, day + 1.0, jnp.maximum(then, 1e-3), jnp) - now
        total += jnp.where(then > 0, difference**2, 0.0)
    return (weight * total).mean() / len(said)


def _score(net: Weights, inputs: Inputs, weight: Any, crossings: Questions, values: Questions) -> Any:
    """The score, and P(crossed) of every question."""
    future = components([net], inputs, jnp)
    said = [crossing(future, day, gap, jnp) for gap, day in zip(crossings.amount, crossings.day, strict=True)]
    brier = [
        (p - answer) ** 2 * known for p, answer, known in zip(said, crossings.answer, crossings.known, strict=True)
    ]
    lost = sum(brier) / jnp.maximum(crossings.known.sum(0), 1.0)
    missed = []
    for change, day, _, known in zip(*values, strict=True):
        usual = jnp.sqrt(day) + DRIFT_DOUBT * jnp.abs(inputs.pace[QUARTER_PACE]) * day
        ranked = _ranked_probability_score(future, day, change) / usual
        surprise = -jnp.log(_density(future, day, change) * usual + LEAST_DENSITY)
        missed.append((VALUES_SHARE * ranked / (1.0 + ranked / LARGEST_MISS) + DENSITY_SHARE * surprise) * known)
    return (weight * (lost + sum(missed) / jnp.maximum(values.known.sum(0), 1.0))).mean(), said


def _density(c: Components, day: Any, change: Any) -> Any:
    """Of the value on a day, up to a constant."""
    mean, variance, doubt = moments(c, day, jnp)
    square = variance + doubt * doubt + GRAIN * GRAIN
    return (c.weight * jnp.exp(-0.5 * (change - mean) ** 2 / square) / jnp.sqrt(square)).sum(0)


def _ranked_probability_score(c: Components, day: Any, change: Any) -> Any:
    """Of a mixture of normal distributions, in closed form (Grimit, Gneiting, Berrocal and Johnson 2006)."""
    mean, variance, doubt = moments(c, day, jnp)
    square = variance + doubt * doubt
    error = (c.weight * _mean_distance(change - mean, jnp.sqrt(square))).sum(0)
    apart = _mean_distance(mean[:, None] - mean[None], jnp.sqrt(square[:, None] + square[None]))
    return error - 0.5 * (c.weight[:, None] * c.weight[None] * apart).sum((0, 1))


def _mean_distance(mean: Any, deviation: Any) -> Any:
    """E|X| of a normal X."""
    density, cdf = normal_density_and_cdf(mean / deviation, jnp)
    return mean * (2.0 * cdf - 1.0) + 2.0 * deviation * density
