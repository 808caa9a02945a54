"""History: a metric's daily values with their provenance."""

from datetime import date

from outgrow.domain.history import History
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
