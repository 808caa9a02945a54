"""The document of `outgrow fit`: what came of fitting the model to a fleet."""

from typing import TYPE_CHECKING, Literal, TypedDict

import numpy as np

from outgrow.documents.kinds import Day, significant
from outgrow.domain.forecast import Refusal

if TYPE_CHECKING:
    from outgrow.forecasting.training.fit import FitResult
    from outgrow.forecasting.training.held_out import Comparison, Scores
    from outgrow.service.fit import FitReport

DIGITS = 4


class FitScoresDocument(TypedDict):
    """How good a model was, each entity counting once; null where nothing is known to judge by."""

    brier: float | None
    """Brier score of limits that are reached"""
    pinball: float | None
    """loss of the quantiles, in mean daily changes times the root of the days ahead"""
    coverage80: float | None
    """share of what came that the 80% band held"""


class HeldOutDocument(TypedDict):
    """The prior and the fitted networks of one kind on what neither had learned from."""

    windows: int
    """histories judged by"""
    entities: int
    """platforms, stores or merchants judged by"""
    better: bool
    """whether the fitted one is better by more than chance would have it"""
    gain: float | None
    """share of the loss saved"""
    doubt: float | None
    """standard error of the gain; null with a single entity"""
    prior: FitScoresDocument
    """of the networks that it began from"""
    fitted: FitScoresDocument
    """of the fitted networks"""


class FittedDocument(TypedDict, total=False):
    """What is only there of a fit."""

    series: int
    """of a fit: series that it learned from"""
    entities: int
    """of a fit: platforms, stores or merchants that it learned from"""
    held_days: int
    """of a fit: how many of the newest days it was judged by"""
    windows: dict[str, int]
    """of a fit: by kind, how many histories were learned from"""
    held_out: dict[str, HeldOutDocument]
    """of a fit: by kind, what it was judged by and how that came out"""


class FitDocument(FittedDocument):
    """What came of a fit."""

    date: Day
    """the day on which it was made"""
    status: Literal["ok", "insufficient_data"]
    """`ok`, or `insufficient_data` with `have` and `need`"""
    reason: str | None
    """why nothing was fitted; null with `ok`"""
    have: int | None
    """what there is of what was wanting; null with `ok`"""
    need: int | None
    """how much of it is needed; null with `ok`"""
    sentence: str
    """what came of it, in words"""
    prior: str
    """checksum of the model that it began from"""
    model: str | None
    """checksum of the one that was written, or null"""
    file: str | None
    """the file that was written, or null"""


def fit_document(report: "FitReport") -> FitDocument:
    """Of a refusal, have and need, and of a fit, its scores."""
    refusal = report.result if isinstance(report.result, Refusal) else None
    fitted: FittedDocument = {} if isinstance(report.result, Refusal) else _fitted_document(report.result)
    return {
        "date": report.day.isoformat(),
        "status": "insufficient_data" if refusal else "ok",
        "reason": refusal.reason if refusal else None,
        "have": refusal.have if refusal else None,
        "need": refusal.need if refusal else None,
        "sentence": report.sentence,
        "prior": report.prior,
        "model": report.model,
        "file": str(report.file) if report.file else None,
        **fitted,
    }


def _fitted_document(result: "FitResult") -> FittedDocument:
    return {
        "series": result.series,
        "entities": result.entities,
        "held_days": result.held_days,
        "windows": result.windows,
        "held_out": {kind: _held_out_document(found) for kind, found in result.scores.items()},
    }


def _held_out_document(found: "Comparison") -> HeldOutDocument:
    return {
        "windows": found.windows,
        "entities": found.entities,
        "better": found.better,
        "gain": _finite(found.gain),
        "doubt": _finite(found.doubt),
        "prior": _scores_document(found.prior),
        "fitted": _scores_document(found.fitted),
    }


def _scores_document(scores: "Scores") -> FitScoresDocument:
    return {
        "brier": _finite(scores.brier),
        "pinball": _finite(scores.pinball),
        "coverage80": _finite(scores.coverage80),
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else significant(value, DIGITS)
