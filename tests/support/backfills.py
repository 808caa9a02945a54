"""A platform whose past is rebuilt, and what should be stored of it by the plain count."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.support.desks import backfill
from tests.support.platforms import KnownPlatform, tables_of

from outgrow.domain.days import days_between
from outgrow.service.backfill import BackfillReport
from outgrow.sources.commerce.aggregator import StatsAggregator, stats_aggregator
from outgrow.sources.commerce.platforms import find_platform
from outgrow.store.orm import StoreBase

FIRST, LAST = date(2018, 9, 1), date(2019, 4, 5)
"""Clocks change in Berlin and São Paulo, twice each; in São Paulo at midnight."""
NOW = datetime(2019, 4, 6, 12, tzinfo=UTC)
NO_TRACE = "database leaves no time stamps to rebuild it from"


def rebuild(
    engine: Engine, now: datetime = NOW, aggregator: StatsAggregator = stats_aggregator, **options: Any
) -> BackfillReport:
    """As the command does it: what is read and what is written in the same database, committed at the end."""
    with Session(engine) as session:
        platform = find_platform(session, options.pop("platform", None))
        report = backfill(session, session, platform, now, aggregator, **options)
        session.commit()
    return report


def everything_of_ours(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of our tables."""
    with Session(engine) as session:
        return tables_of(session, StoreBase)


def naive(known: KnownPlatform, first: date, last: date) -> dict[tuple[str, str, date], Any]:
    """What should be stored, by the plain count."""
    expected: dict[tuple[str, str, date], Any] = {}
    not_yet = {f"plan:{plan}" for plan in known.plans() - known.plans(until=last)}
    for day in days_between(first, last):
        for (metric, scope), value in known.on(day).items():
            if scope not in not_yet:
                expected[metric, scope, day] = (pytest.approx(value, abs=1e-9), None, "reconstructed")
        expected["db_size_mb", "platform", day] = (None, NO_TRACE, "reconstructed")
    return expected
