"""The document of a report, as `--json` of the command of its name prints it."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from outgrow.domain.errors import UsageError
from outgrow.domain.text import clean_document

PLAIN = {
    "AccuracyReport": "accuracy",
    "BackfillReport": "backfill",
    "BacktestReport": "backtest",
    "CaptureReport": "capture",
    "DaysUntil": "days_until",
    "Drivers": "drivers",
    "ExposureReport": "exposure",
    "ForecastAnswer": "forecast",
    "History": "history",
    "LadderReport": "ladder",
    "MetricsReport": "metrics",
    "Movement": "movement",
    "StatusReport": "status",
    "TenantReport": "tenants",
    "TrendsReport": "trends",
    "WhatIf": "whatif",
}
"""By report, the module here whose function of its name makes the document: imported when it is asked for."""


def _check(report: Any) -> object:  # noqa: ANN401 - as it is named below
    from outgrow.documents.check import check_document

    return check_document(report.state, report.line)


def _recommend(report: Any) -> object:  # noqa: ANN401
    from outgrow.documents.recommendation import recommendation_document

    return [recommendation_document(tracked) for tracked in report.shown()]


OTHERS: Mapping[str, Callable[[Any], object]] = {
    "CheckResult": _check, "RecommendReport": _recommend,
}  # fmt: skip


def document_of(report: object) -> Any:  # noqa: ANN401 - each has a type of its own, see `schema_of`
    """What a report says, of texts, numbers, lists and dictionaries alone: fit to be written as JSON.

    Args:
        report: what a method of `Outgrow` gave.

    Raises:
        UsageError: it has no document.
    """
    kind = type(report).__name__
    if kind in OTHERS:
        return clean_document(OTHERS[kind](report))
    if kind not in PLAIN:
        raise UsageError(f"{kind} has no document", "give what a method of Outgrow answered")
    name = PLAIN[kind]
    make: Callable[[object], object] = getattr(import_module(f"outgrow.documents.{name}"), f"{name}_document")
    return clean_document(make(report))
