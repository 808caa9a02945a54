"""Fit: the shared model learns from the fleet's own histories, and has to prove itself on some that it did not see."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from outgrow.domain.errors import DataError, MissingExtraError
from outgrow.domain.forecast import Refusal
from outgrow.domain.history import History
from outgrow.domain.metric import PLATFORM, Kind, Scope
from outgrow.domain.panel import HistoryPanel
from outgrow.domain.words import percent
from outgrow.forecasting.faults import find_faults
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.model import SHIPPED, SharedModel, load_model, save_model
from outgrow.forecasting.training.fit import FitResult, fit_own
from outgrow.forecasting.training.windows import Series

EXTRA = ("jax", "optax")
"""What learning needs besides."""
TOGETHER = 512
"""Histories that are mended at a time, so that memory does not grow with the fleet."""
KINDS = {"level": "levels", "flow": "flows"}

Progress = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True, eq=False)
class FitReport:
    """What came of a fit.

    Attributes:
        day: on which it was made.
        prior: checksum of the model that it began from.
        result: the fit, or why there is none.
        model: checksum of what was written.
        file: where; None where nothing was written.
    """

    day: date
    prior: str
    result: FitResult | Refusal
    model: str | None = None
    file: Path | None = None

    @property
    def sentence(self) -> str:
        """What was won."""
        if isinstance(self.result, Refusal):
            return f"Nothing was fitted: {self.result.reason}."
        scores = self.result.scores
        if not self.result.better:
            end = "it was written all the same" if self.file else "nothing was written (--force writes the fit)"
            return f"On what it had not seen, the fit was no better than the shipped model; {end}."
        won = " and ".join(f"{percent(c.gain)} less by {KINDS[kind]}" for kind, c in scores.items() if c.better)
        kept = [name for kind, name in KINDS.items() if kind not in scores or not scores[kind].better]
        stays = f" For {kept[0]} the shipped model stays." if kept and self.model == self.result.model.checksum else ""
        return f"On what it had not seen, the fitted model lost {won} than the shipped one.{stays}"


def fit(
    histories: Sequence[History],
    out: Path,
    day: date,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> FitReport:
    """Fit the shipped model to histories, and write it if it is better than the shipped one.

    Of levels and flows, that network is written that was better on what neither had learned from.

    Args:
        histories: daily values of any platforms and scopes.
        out: the file to write.
        day: today; stands in the file.
        force: write what was fitted, better or not.

    Raises:
        MissingExtraError: the extra `fit` is not installed.
        DataError: the file cannot be written.
    """
    if not all(map(find_spec, EXTRA)):
        raise MissingExtraError("fitting the model", "fit")
    _check_folder(out)
    prior, tell = load_model(SHIPPED), progress or (lambda _step, _done, _of: None)
    result = fit_own(list(_series(histories)), prior, progress=tell)
    if isinstance(result, Refusal) or not (result.better or force):
        return FitReport(day, prior.checksum, result)
    chosen = result.fitted if force else result.model
    card = {"name": "own", "date": day.isoformat(), "prior": prior.checksum, **result.to_card()}
    model = SharedModel(chosen.level, chosen.flow, card)
    try:
        save_model(model, out)
    except OSError as error:
        raise _cannot_write(out, str(error.strerror or error)) from error
    return FitReport(day, prior.checksum, result, model.checksum, out)


def _series(histories: Sequence[History]) -> Iterator[Series]:
    """Histories as a fit wants them: all up to the newest day of any, and without faults, which are no growth.

    A month's running total is left out: its days are a metric of their own.
    """
    known = [history.to_known() for history in histories if history.metric.month_total_of is None]
    known = [history for history in known if len(history)]
    newest = max((history.last_day for history in known), default=date.min)
    for kind in Kind:
        alike = [history for history in known if history.metric.kind is kind]
        for begin in range(0, len(alike), TOGETHER):
            some = alike[begin : begin + TOGETHER]
            for history, values in zip(some, _mended(some, newest, kind), strict=True):
                yield Series(_entity(history.platform, history.scope), history.platform, kind.value, values)


def _mended(histories: Sequence[History], newest: date, kind: Kind) -> Array:
    """Without what is amiss in them, (n, t), up to one day."""
    panel = HistoryPanel.of(histories)
    later = np.full((len(histories), (newest - panel.last_day).days), np.nan)
    return np.concatenate([find_faults(panel.values, kind, panel.provenance).mended, later], axis=1)


def _entity(platform: str, scope: Scope) -> str:
    """Whose series rise and fall together: a platform's plans do so with it."""
    return platform if scope == PLATFORM or scope.kind == "plan" else f"{platform}|{scope}"


def _check_folder(out: Path) -> None:
    """A fit takes minutes: what would stop it at the end is told at the beginning."""
    if out.is_dir():
        raise DataError(f"the model cannot be written to {out}: it is a folder", "name a file in it")
    if not out.parent.is_dir():
        raise _cannot_write(out, "there is no such folder")


def _cannot_write(out: Path, why: str) -> DataError:
    folder = out.parent
    mend = "give a folder that you may write to" if folder.is_dir() else f"create the folder {folder} first"
    return DataError(f"the model cannot be written to {out}: {why}", mend)
