"""History: a metric's daily values with their provenance."""

from datetime import date
from typing import Any

import numpy as np

from outgrow.domain.forecast import as_number
from outgrow.domain.history import PROVENANCE_NAMES, History
from outgrow.domain.metric import PLATFORM, Scope
from outgrow.service.desk import Desk


def history(
    desk: Desk, metric: str, scope: Scope = PLATFORM, since: date | None = None, until: date | None = None
) -> History:
    """The stored values of a metric from `since` to `until`.

    Raises:
        UnknownMetricError: there is no such metric.
    """
    return desk.history(desk.metrics.resolve(metric), scope).between(since, until)


def history_document(found: History) -> dict[str, Any]:
    """As JSON: one entry for each known day."""
    known = np.flatnonzero(~np.isnan(found.values))
    return {
        "metric": found.metric.name,
        "scope": found.scope_name,
        "unit": found.metric.unit,
        "days": [
            {
                "date": found.day(int(i)).isoformat(),
                "value": as_number(float(found.values[i])),
                "provenance": name.value if (name := PROVENANCE_NAMES[int(found.provenance[i])]) else None,
            }
            for i in known
        ],
    }
