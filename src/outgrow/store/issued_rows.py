"""How an issued forecast is spelled in a row: what is left out, and how many digits are kept."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from outgrow.domain.forecast import WITHIN_DAYS, DayBand
from outgrow.domain.issued import DAYS_AHEAD, KEPT_LEVELS, Array, IssuedForecast, IssuedLimit, IssuedRecord
from outgrow.domain.snapshot import shortened

DIGITS = 7
"""Significant digits of values, and decimals of probabilities, that are kept: more than either is worth."""
UNKNOWN: list[float | None] = [None] * len(KEPT_LEVELS)


def forecast_of_row(row: Any) -> IssuedForecast:  # noqa: ANN401 - a row has no type of its own
    """All that was said, as far as it is kept."""
    return IssuedForecast(
        metric=row.metric,
        scope=row.scope,
        issued_on=row.issued_on,
        as_of=row.as_of,
        value=row.value,
        known_days=row.known_days,
        model=row.model,
        reason=row.reason,
        quantiles={model: kept[0] for model, kept in record_of_rows(row.metric, [row]).quantiles.items()},
        limits=tuple(_kept_limit(limit) for limit in row.limits),
        model_id=row.model_id,
        assumptions=row.assumptions,
    )


def _kept_limit(kept: Mapping[str, Any]) -> IssuedLimit:
    within = {int(days): p for days, p in kept["probability_within"].items()}
    return IssuedLimit(kept["name"], kept["threshold"], DayBand(**kept["days"]), within)


def record_of_rows(metric: str, rows: Sequence[Any]) -> IssuedRecord:
    """Rows of one metric, in the order of their days, as arrays."""
    said = [row.quantiles for row in rows]
    days = [str(day) for day in DAYS_AHEAD]
    quantiles: dict[str, Array] = {}
    for model in dict.fromkeys(model for one in said for model in one):
        by_day = [[one.get(model, {}).get(day, UNKNOWN) for day in days] for one in said]
        quantiles[model] = np.array(by_day, dtype=np.float64).swapaxes(1, 2)
    limits = [(at, limit) for at, row in enumerate(rows) for limit in row.limits]
    within = [[limit["probability_within"].get(str(days)) for days in WITHIN_DAYS] for _, limit in limits]
    return IssuedRecord(
        metric,
        np.array([row.issued_on for row in rows], dtype="datetime64[D]"),
        np.array([row.as_of for row in rows], dtype="datetime64[D]"),
        np.array([row.model for row in rows], dtype=np.str_),
        quantiles,
        np.array([at for at, _ in limits], dtype=np.int64),
        np.array([limit["threshold"] for _, limit in limits], dtype=np.float64),
        np.array(within, dtype=np.float64).reshape(len(limits), len(WITHIN_DAYS)),
    )


def row_of_forecast(platform: str, forecast: IssuedForecast) -> dict[str, Any]:
    """Its columns by name."""
    return {
        "platform": platform,
        "issued_on": forecast.issued_on,
        "metric": forecast.metric,
        "scope": forecast.scope,
        "as_of": forecast.as_of,
        "value": forecast.value,
        "known_days": forecast.known_days,
        "model": forecast.model,
        "reason": None if forecast.reason is None else shortened(forecast.reason),
        "quantiles": {model: _by_day(values) for model, values in forecast.quantiles.items()},
        "limits": [_limit(limit) for limit in forecast.limits],
        "model_id": forecast.model_id,
        "assumptions": forecast.assumptions,
    }


def _by_day(quantiles: Array) -> Mapping[str, list[float | None]]:
    rows = zip(DAYS_AHEAD, quantiles.T.tolist(), strict=False)
    return {str(day): [None if np.isnan(v) else _short(v) for v in row] for day, row in rows}


def _limit(limit: IssuedLimit) -> dict[str, Any]:
    return {
        "name": limit.name,
        "threshold": limit.threshold,
        "days": {"p10": limit.days.p10, "p50": limit.days.p50, "p90": limit.days.p90},
        "probability_within": {str(days): round(p, DIGITS) for days, p in limit.probability_within.items()},
    }


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
