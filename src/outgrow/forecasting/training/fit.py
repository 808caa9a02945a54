"""Fitting the shared model to a fleet of one's own: it begins as the prior, and has to beat it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from outgrow.domain.forecast import Refusal, Status
from outgrow.domain.metric import Kind
from outgrow.forecasting.kernels.network import Weights
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.model import FLOW, LEVEL, SharedModel
from outgrow.forecasting.training.held_out import Comparison, HeldOut, compare, hold_out
from outgrow.forecasting.training.windows import LEAST_KNOWN, MADE_UP, Series, Windows, flow_windows, level_windows

LEAST_SERIES, LEAST_ENTITIES, LEAST_WINDOWS = 20, 10, 200
"""Fewer say nothing that the prior does not know better."""
LEAST_JUDGED = 30
"""Held-out windows without which a fit cannot be told from luck."""
ONE_IN = 5
"""One in so many entities is held out, and one in so many days of a series of middling length."""
LEAST_HELD_DAYS, MOST_HELD_DAYS = 60, 365
EPOCHS = 8
"""Few, at a small rate: a fleet has something to add to the prior, and little to replace it."""
RATES = {LEVEL: 5e-4, FLOW: 5e-4}
BATCH = 256
STEPS = {LEVEL: "fitting levels", FLOW: "fitting flows"}

Tell = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True, eq=False)
class FitResult:
    """What came of a fit.

    Attributes:
        model: the fitted networks of the kinds in which they are better, the prior's of the others.
        fitted: the fitted networks, better or not; the prior's where there was nothing to fit or to judge by.
        series, entities: how many were looked at, those held out included.
        held_days: how many of the newest days nothing was learned from.
        windows: how many of its own were learned from, by kind.
        scores: on held-out windows, by kind; without the kinds that nothing was fitted of.
    """

    model: SharedModel
    fitted: SharedModel
    series: int
    entities: int
    held_days: int
    windows: dict[str, int]
    scores: dict[str, Comparison]

    @property
    def better(self) -> bool:
        """Whether the fit won anything."""
        return any(found.better for found in self.scores.values())

    def to_card(self) -> dict[str, Any]:
        """What the file tells of it."""
        return {
            "series": self.series,
            "entities": self.entities,
            "held_days": self.held_days,
            "windows": self.windows,
            "held_out": {kind: found.to_card() for kind, found in self.scores.items()},
        }


def fit_own(
    series: Sequence[Series],
    prior: SharedModel,
    *,
    seed: int = 0,
    epochs: int = EPOCHS,
    progress: Tell = lambda _step, _done, _of: None,
) -> FitResult | Refusal:
    """Fit the networks on a fleet, and hold them against the prior's on what they did not see.

    A fifth of the entities is held out whole, and the newest days of all: a window that is learned from ends, with
    its future, before any day that is judged by. The model that was judged is the one that is given back.

    Args:
        series: in an order that does not change; all end on the same day, NaN where a value is not known.
        prior: whose networks are the beginning.
        seed: of the choice of entities, the windows and the order of learning.
        epochs: how often every window is learned from.

    Returns:
        The same for the same arguments; a refusal where there is too little to learn from, with have and need.
    """
    usable = [one for one in series if _is_long(one)]
    entities = sorted({one.entity for one in usable})
    if len(usable) < LEAST_SERIES:
        return _too_little(len(usable), LEAST_SERIES, f"series of at least {LEAST_KNOWN} days")
    if len(entities) < LEAST_ENTITIES:
        return _too_little(len(entities), LEAST_ENTITIES, "platforms, stores or merchants with such series")
    held_days = _held_days(usable)
    strangers = held_out_entities(entities, seed)
    older = [replace(one, values=_before(one.values, held_days)) for one in usable if one.entity not in strangers]
    known = [one for one in older if _is_long(one)]
    windows = {LEVEL: level_windows(known, seed), FLOW: flow_windows(known, seed)}
    judged = _by_network(hold_out((one for one in usable if one.entity in strangers), held_days))
    counts = {kind: int(np.count_nonzero(found.entity != MADE_UP)) for kind, found in windows.items()}
    taught = [kind for kind in (LEVEL, FLOW) if counts[kind] >= LEAST_WINDOWS]
    if not taught:
        return _too_little(max(counts.values()), LEAST_WINDOWS, "windows to learn from")
    told = {kind: sum(map(len, judged[kind])) for kind in taught}
    ready = [kind for kind in taught if told[kind] >= LEAST_JUDGED]
    if not ready:
        return _too_little(max(told.values()), LEAST_JUDGED, "held-out windows to judge by")
    nets = {LEVEL: prior.level, FLOW: prior.flow}
    for kind in ready:
        nets[kind] = _fit(kind, windows[kind], nets[kind], seed=seed, epochs=epochs, progress=progress)
    fitted = SharedModel(nets[LEVEL], nets[FLOW])
    scores: dict[str, Comparison] = {}
    for number, kind in enumerate(ready):
        progress("judging", number, len(ready))
        scores[kind] = compare(judged[kind], prior, fitted)
    won = {kind for kind, found in scores.items() if found.better}
    model = SharedModel(
        fitted.level if LEVEL in won else prior.level,
        fitted.flow if FLOW in won else prior.flow,
    )
    return FitResult(model, fitted, len(usable), len(entities), held_days, counts, scores)


def _fit(kind: str, windows: Windows, prior: list[Weights], *, seed: int, epochs: int, progress: Tell) -> list[Weights]:
    """Every network of a kind, each on the same windows in another order."""
    # Imported here: JAX takes a second, and a refusal does without it.
    from outgrow.forecasting.training.fit_flows import fit_flows
    from outgrow.forecasting.training.fit_levels import fit_levels

    learn = fit_levels if kind == LEVEL else fit_flows

    def tell(before: int, done: int, _of: int) -> None:
        progress(STEPS[kind], before + done, epochs * len(prior))

    return [
        learn(
            windows,
            seed + number,
            net,
            epochs=epochs,
            rate=RATES[kind],
            batch_size=BATCH,
            progress=partial(tell, number * epochs),
        )
        for number, net in enumerate(prior)
    ]


def held_out_entities(entities: Sequence[str], seed: int) -> set[str]:
    """A fifth of them, at least one."""
    number = -(-len(entities) // ONE_IN)
    return set(np.random.default_rng(seed).permutation(np.array(entities))[:number].tolist())


def _too_little(have: int, need: int, what: str) -> Refusal:
    return Refusal(Status.INSUFFICIENT_DATA, f"a fit needs {need} {what}, and has {have}", have, need)


def _is_long(one: Series) -> bool:
    return int(np.count_nonzero(~np.isnan(one.values))) >= LEAST_KNOWN


def _held_days(series: Sequence[Series]) -> int:
    """How many of the newest days are held out."""
    lengths = [np.ptp(np.flatnonzero(~np.isnan(one.values))) + 1 for one in series]
    return int(np.clip(round(float(np.median(lengths)) / ONE_IN), LEAST_HELD_DAYS, MOST_HELD_DAYS))


def _before(values: Array, days: int) -> Array:
    """A series without its newest days, and without unknown days at either end."""
    older = values[: max(len(values) - days, 0)]
    known = np.flatnonzero(~np.isnan(older))
    return older[known[0] : known[-1] + 1] if len(known) else older[:0]


def _by_network(parts: Sequence[HeldOut]) -> dict[str, list[HeldOut]]:
    """Levels and counters are answered by one network, flows by the other."""
    flows = [part for part in parts if part.kind == Kind.FLOW]
    return {LEVEL: [part for part in parts if part.kind != Kind.FLOW], FLOW: flows}
