"""Keeps the forecasts that were issued, a row for each metric and day, so that they can be scored later."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from sqlalchemy import Connection, delete, insert, select

from outgrow.domain.issued import IssuedForecast, IssuedRecord
from outgrow.domain.metric import PLATFORM
from outgrow.store.dialects.dialect import dialect_of
from outgrow.store.issued_rows import forecast_of_row, record_of_rows, row_of_forecast
from outgrow.store.tables import FORECASTS

OWN = str(PLATFORM)


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
        connection.execute(insert(FORECASTS), [row_of_forecast(platform, forecast) for forecast in issued])


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
    return {metric: record_of_rows(metric, list(group)) for metric, group in groupby(rows, key=lambda row: str(row[0]))}


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
    return None if row is None else forecast_of_row(row)
