"""Issued forecasts in the fewest words, and a source that tells what a test wants."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from outgrow.domain.forecast import DayBand, DaysUntil, HistoryNote, Status
from outgrow.domain.issued import DAYS_AHEAD, KEPT_LEVELS, Array, IssuedForecast, IssuedLimit
from outgrow.domain.metric import PLATFORM, TOTAL_PRODUCTS
from outgrow.sources.commerce.contract import Count, MetricsContext

AS_OF = date(2026, 11, 21)
NOTE = HistoryNote(observed_days=12, reconstructed_days=388, missing_days=0)
BELL = np.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0])
"""Distances of the kept quantiles from their median: a band of 1, of 2 and of 4 units."""


def flat(median: float, days: int = len(DAYS_AHEAD)) -> Array:
    """The same quantiles on every day ahead, (n_levels, n_days)."""
    assert len(BELL) == len(KEPT_LEVELS)
    return np.tile((median + BELL)[:, None], (1, days))


def issued(
    day: date,
    shared: float,
    drift: float,
    *,
    metric: str = TOTAL_PRODUCTS.name,
    as_of: date | None = None,
    model: str = "shared",
    reason: str | None = None,
    days: int = len(DAYS_AHEAD),
    limits: tuple[IssuedLimit, ...] = (),
) -> IssuedForecast:
    """A forecast whose medians are these on all days ahead."""
    return IssuedForecast(
        metric=metric,
        scope=str(PLATFORM),
        issued_on=day,
        as_of=as_of or day,
        value=shared,
        known_days=20,
        model=model,
        reason=reason,
        quantiles={"shared": flat(shared, days), "drift": flat(drift, days)},
        limits=limits,
    )


def limit(threshold: float, within: Mapping[int, float]) -> IssuedLimit:
    return IssuedLimit(f"limit {threshold:g}", threshold, DayBand(10, 20, 30), dict(within))


class Products:
    """An area that counts as many products as the test says; None fails."""

    area = "catalog"
    metrics = {"total_products": TOTAL_PRODUCTS}  # noqa: RUF012
    limitations = ()

    def __init__(self, count: Callable[[], float | None]) -> None:
        self._count = count

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:
        value = self._count()
        if value is None:
            raise RuntimeError("nobody knows")
        return [Count("total_products", value)]


def days_until(**changed: Any) -> DaysUntil:
    """The contract's own example, with something changed."""
    said: dict[str, Any] = {
        "metric": TOTAL_PRODUCTS,
        "scope_name": "platform:main",
        "threshold": 30_000.0,
        "status": Status.OK,
        "reason": None,
        "current": 23_456.0,
        "as_of": AS_OF,
        "history": NOTE,
        "days": DayBand(31, 47, 80),
        "probability_within": {30: 0.08, 90: 0.93, 180: 0.98, 365: 0.99},
        "growth_per_30_days": 4_200.126,
    }
    return DaysUntil(**{**said, **changed})
