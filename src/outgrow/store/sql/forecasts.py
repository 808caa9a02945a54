"""Keeps the forecasts that were issued, a row for each metric and day, so that they can be scored later."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, insert, select

from outgrow.domain.forecast import WITHIN_DAYS, DayBand
from outgrow.domain.issued import DAYS_AHEAD, KEPT_LEVELS, Array, IssuedForecast, IssuedLimit, IssuedRecord
from outgrow.domain.metric import PLATFORM
from outgrow.domain.snapshot import shortened
from outgrow.store.dialects.dialect import dialect_of
from outgrow.store.tables import FORECASTS

OWN = str(PLATFORM)
DIGITS = 7
"""Significant digits of values, and decimals of probabilities, that are kept: more than either is worth."""
UNKNOWN: list[float | None] = [None] * len(KEPT_LEVELS)


def write_forecasts(connection: Connection, platform: str, issued: Sequence[IssuedForecast]) -> None:
    """Keep forecasts, each in the place of an earlier one of its metric, scope and day.

    The platform's day has to be claimed before (see `claim_day`): two writers of one day follow each other.
    """
    among = dialect_of(connection).among
    for key in {(f.issued_on, f.scope) for f in issued}:
        connection.execute(
            delete(FORECASTS).where(
                FORECASTS.c.platform == platform,
                FORECASTS.c.issued_on == key[0],
                FORECASTS.c.scope == key[1],
                among(FORECASTS.c.metric, [f.metric for f in issued if (f.issued_on, f.scope) == key]),
            )
        )
    if issued:
        connection.execute(insert(FORECASTS), [_row(platform, forecast) for forecast in issued])


def kept_on(connection: Connection, platform: str, day: date) -> dict[str, tuple[date, int]]:
    """What the forecasts of a day rest on, by metric: the newest known day and the number of known days."""
    query = select(FORECASTS.c.metric, FORECASTS.c.as_of, FORECASTS.c.known_days).where(
        FORECASTS.c.platform == platform, FORECASTS.c.issued_on == day, FORECASTS.c.scope == OWN
    )
    return {metric: (as_of, known) for metric, as_of, known in connection.execute(query)}


def models_asked(connection: Connection, platform: str, since: date, until: date) -> dict[str, tuple[str, str | None]]:
    """By metric, the model that the newest forecast of these days came from, and why it was not the usual one."""
    query = select(FORECASTS.c.metric, FORECASTS.c.model, FORECASTS.c.reason).where(
        FORECASTS.c.platform == platform,
        FORECASTS.c.issued_on.between(since, until),
        FORECASTS.c.scope == OWN,
    )
    ordered = query.order_by(FORECASTS.c.issued_on)
    return {metric: (model, reason) for metric, model, reason in connection.execute(ordered)}


def forecasts(
    connection: Connection,
    platform: str,
    until: date,
    *,
    since: date | None = None,
    metrics: Sequence[str] | None = None,
) -> dict[str, IssuedRecord]:
    """What was issued from `since` to `until`, by metric, all in one query.

    Args:
        metrics: names; all by default.
    """
    table = FORECASTS.c
    query = select(
        table.metric, table.issued_on, table.as_of, table.model, table.quantiles, table.limits
    ).where(table.platform == platform, table.scope == OWN, table.issued_on <= until)  # fmt: skip
    if since is not None:
        query = query.where(table.issued_on >= since)
    if metrics is not None:
        query = query.where(dialect_of(connection).among(table.metric, metrics))
    rows = connection.execute(query.order_by(table.metric, table.issued_on))
    return {metric: _record(metric, list(group)) for metric, group in groupby(rows, key=lambda row: str(row[0]))}


def days_issued(connection: Connection, platform: str, metric: str, until: date) -> list[date]:
    """The days up to `until` of which a forecast of a metric is kept, oldest first."""
    table = FORECASTS.c
    query = select(table.issued_on).where(
        table.platform == platform, table.metric == metric, table.scope == OWN, table.issued_on <= until
    )
    return list(connection.scalars(query.order_by(table.issued_on)))


def forecast_of(connection: Connection, platform: str, metric: str, day: date) -> IssuedForecast | None:
    """All that was said of a metric on a day, with its limits; None where nothing is kept."""
    table = FORECASTS.c
    query = select(FORECASTS).where(
        table.platform == platform, table.issued_on == day, table.metric == metric, table.scope == OWN
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return IssuedForecast(
        metric=row.metric,
        scope=row.scope,
        issued_on=row.issued_on,
        as_of=row.as_of,
        value=row.value,
        known_days=row.known_days,
        model=row.model,
        reason=row.reason,
        quantiles={model: kept[0] for model, kept in _record(metric, [row]).quantiles.items()},
        limits=tuple(_kept_limit(limit) for limit in row.limits),
        model_id=row.model_id,
        assumptions=row.assumptions,
    )


def _kept_limit(kept: Mapping[str, Any]) -> IssuedLimit:
    within = {int(days): p for days, p in kept["probability_within"].items()}
    return IssuedLimit(kept["name"], kept["threshold"], DayBand(**kept["days"]), within)


def _record(metric: str, rows: list[Any]) -> IssuedRecord:
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


def _row(platform: str, forecast: IssuedForecast) -> dict[str, Any]:
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
