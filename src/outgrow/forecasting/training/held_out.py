"""Two models on the newest days of entities that neither of them learned from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from outgrow.domain.metric import Kind
from outgrow.forecasting import scores
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.past import LENGTH as HISTORY
from outgrow.forecasting.kernels.series import mean_of_known
from outgrow.forecasting.model import SharedModel
from outgrow.forecasting.panel import forecast_panel
from outgrow.forecasting.training.questions import DAYS, FACTORS
from outgrow.forecasting.training.windows import FUTURE, LEAST_AHEAD, LEAST_PAST, Series

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
LOW, HIGH = LEVELS.index(0.1), LEVELS.index(0.9)
EVERY_DAYS = 11
"""Distance of the days from which is forecast: no multiple of seven, so that each weekday has its turn."""
PEAK_DAYS = 7
"""A flow's limits lie above its highest day of the last week."""
SURE = 2.0
"""Standard errors by which a fit has to be better: the prior has seen far more growth than any fleet has."""
BLOCK = 512
"""Windows at a time, so that memory does not grow with the fleet."""


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """n windows of series of one kind that nothing was learned from.

    Attributes:
        past: (n, 400), newest last, the newest always known.
        path: (n, 366), the newest value and what came; NaN where unknown.
        limits: (n, n_factors), asked about; NaN where there is nothing to multiply.
        entity: (n,).
    """

    kind: str
    past: Array
    path: Array
    limits: Array
    entity: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.past)


@dataclass(frozen=True, slots=True)
class Scores:
    """How good a model was, each entity counting once; None where nothing is known to judge by.

    Attributes:
        brier: of "the limit is reached by that day".
        pinball: loss of the quantiles, in mean daily changes times the root of the days ahead.
        coverage80: share of what came that the 80 % band held.
    """

    brier: float | None
    pinball: float | None
    coverage80: float | None

    def to_card(self) -> dict[str, float | None]:
        """What the file tells of it, as JSON."""
        return {name: _short(getattr(self, name)) for name in ("brier", "pinball", "coverage80")}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The prior and the fitted networks of one kind on the same held-out windows.

    Attributes:
        windows, entities: how many were held out.
        gain: share of the prior's loss that the fitted one saves, mean of Brier score and pinball loss.
        doubt: standard error of the gain, over entities.
    """

    windows: int
    entities: int
    prior: Scores
    fitted: Scores
    gain: float
    doubt: float

    @property
    def better(self) -> bool:
        """Whether the fitted one is better by more than chance would have it."""
        return self.gain > SURE * self.doubt

    def to_card(self) -> dict[str, Any]:
        """What the file tells of it, as JSON."""
        return {
            "windows": self.windows,
            "entities": self.entities,
            "better": self.better,
            "gain": _short(self.gain),
            "doubt": _short(self.doubt),
            "prior": self.prior.to_card(),
            "fitted": self.fitted.to_card(),
        }


def hold_out(series: Iterable[Series], days: int) -> list[HeldOut]:
    """The windows that begin within the newest days, one part for each kind.

    Args:
        series: all of them end on the same day.
        days: how many of the newest days nothing was learned from.
    """
    cut: dict[str, list[tuple[Array, Array, str]]] = {}
    for one in series:
        ends = _ends(one.values, days)
        if len(ends):
            padded = np.concatenate([np.full(HISTORY - 1, np.nan), one.values, np.full(FUTURE, np.nan)])
            whole = sliding_window_view(padded, HISTORY + FUTURE)[ends]
            cut.setdefault(one.kind, []).extend((row[:HISTORY], row[HISTORY - 1 :], one.entity) for row in whole)
    found = []
    for kind, rows in sorted(cut.items()):
        past, path = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
        entity = np.array([row[2] for row in rows])
        found.append(HeldOut(kind, past, path, _limits(past, kind), entity))
    return found


def compare(parts: Sequence[HeldOut], prior: SharedModel, fitted: SharedModel) -> Comparison:
    """Both models' answers to at least one window."""
    entity = np.concatenate([part.entity for part in parts])
    names, of = np.unique(entity, return_inverse=True)
    before, after = (
        _by_entity(np.concatenate([_losses(part, model) for part in parts]), of, len(names))
        for model in (prior, fitted)
    )
    saved = np.nan_to_num(before[:, :2] - after[:, :2])  # what is not known speaks for neither
    usual = np.array([scores.mean_or_none(loss) or 1.0 for loss in before[:, :2].T])
    gain = (saved / usual).mean(axis=1)
    doubt = gain.std(ddof=1) / np.sqrt(len(gain)) if len(gain) > 1 else np.inf
    return Comparison(len(entity), len(names), _scores(before), _scores(after), float(gain.mean()), float(doubt))


def _ends(values: Array, days: int) -> NDArray[np.int64]:
    """Places of known days among the newest from which is forecast."""
    known = np.flatnonzero(~np.isnan(values))
    wanted = np.arange(len(values) - 1 - LEAST_AHEAD, len(values) - days - 2, -EVERY_DAYS)
    if not len(known) or not len(wanted):
        return np.empty(0, dtype=np.int64)
    # An unknown day gives way to the last known one before it, as it would have done then.
    at = np.unique(known[np.maximum(np.searchsorted(known, wanted, side="right") - 1, 0)])
    soonest = max(len(values) - days - 1, known[0] + LEAST_PAST)
    ends: NDArray[np.int64] = at[(at >= soonest) & (at < known[-1])]
    return ends


def _limits(past: Array, kind: str) -> Array:
    base = np.nanmax(past[:, -PEAK_DAYS:], axis=1) if kind == Kind.FLOW else past[:, -1]
    limits = np.ceil(base[:, None] * np.array(FACTORS))
    return np.where((base[:, None] > 0) & (limits > base[:, None]), limits, np.nan)


def _losses(part: HeldOut, model: SharedModel) -> Array:
    """Brier score, pinball loss and coverage of each window, (n, 3); NaN where nothing is known to judge by."""
    return np.concatenate([_block(part, slice(at, at + BLOCK), model) for at in range(0, len(part), BLOCK)])


def _block(part: HeldOut, rows: slice, model: SharedModel) -> Array:
    past, path, limits = part.past[rows], part.path[rows], part.limits[rows]
    scale = scores.daily_scale(past)
    panel = forecast_panel(past, FUTURE, part.kind, model)
    came, said = path[:, list(DAYS)], panel.at_days(DAYS, LEVELS)
    asked = np.where(np.isnan(limits), np.abs(past[:, -1:]) * 2 + 1, limits)  # any: its answer is thrown away
    reach = np.nan_to_num(scale)
    brier = [
        np.where(
            np.isnan(limit)[:, None],
            np.nan,
            scores.brier_score(panel.crossing_at(any_limit, DAYS), scores.crossed_by(path, limit, reach, DAYS)),
        )
        for limit, any_limit in zip(limits.T, asked.T, strict=True)
    ]
    usual = scale[:, None, None] * np.sqrt(DAYS)
    pinball = scores.pinball_loss(came, said, LEVELS) / usual
    columns = (np.stack(brier, axis=1), pinball, scores.covered(came, said[:, LOW], said[:, HIGH]))
    return np.stack([_mean(column.reshape(len(past), -1)) for column in columns], axis=1)


def _mean(values: Array) -> Array:
    """Mean along the rows of what is known; NaN for a row without anything."""
    return np.where(np.isnan(values).all(axis=1), np.nan, mean_of_known(values))


def _by_entity(losses: Array, of: NDArray[np.int64], entities: int) -> Array:
    """Mean of the windows (n, 3) of each entity, (n_entities, 3)."""
    return np.stack([_mean(losses[of == number].T) for number in range(entities)])


def _scores(by_entity: Array) -> Scores:
    return Scores(*(scores.mean_or_none(column) for column in by_entity.T))


def _short(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(f"{value:.4g}")
