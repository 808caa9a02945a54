"""The document of `outgrow history`: a metric's daily values and their provenance."""

from typing import Literal, TypedDict

import numpy as np

from outgrow.documents.kinds import Day
from outgrow.domain.forecast import as_number
from outgrow.domain.history import PROVENANCE_NAMES, History


class HistoryDayDocument(TypedDict):
    """A day of which the value is known."""

    date: Day
    """the day"""
    value: float | None
    """its value, in the unit"""
    provenance: Literal["observed", "reconstructed"] | None
    """whether it was captured on the day or rebuilt later, see statuses.md#provenance"""


class HistoryDocument(TypedDict):
    """A metric's past."""

    metric: str
    """name of the metric"""
    scope: str
    """whose it is"""
    unit: str
    """in which its values are told"""
    days: list[HistoryDayDocument]
    """every known day, oldest first; days of which nothing is known are not among them"""


def history_document(found: History) -> HistoryDocument:
    """One entry for each known day."""
    return {
        "metric": found.metric.name,
        "scope": found.scope_name,
        "unit": found.metric.unit,
        "days": [
            {
                "date": found.day(at).isoformat(),
                "value": as_number(float(found.values[at])),
                "provenance": name.value if (name := PROVENANCE_NAMES[int(found.provenance[at])]) else None,
            }
            for at in np.flatnonzero(~np.isnan(found.values)).tolist()
        ],
    }
