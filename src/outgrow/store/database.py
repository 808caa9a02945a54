"""Our tables in a database: each question is answered by the file of its family."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime

from sqlalchemy import Connection

from outgrow.domain.issued import IssuedForecast, IssuedRecord
from outgrow.domain.metric import Metric, MetricCatalogue, Scope
from outgrow.domain.panel import HistoryPanel
from outgrow.domain.recommendation import TrackedRecommendation
from outgrow.domain.snapshot import Provenance, Snapshot
from outgrow.store.contract import (
    EVER,
    KnownOn,
    SeriesValues,
    StoredPlatform,
    StoredSeries,
    StoredSnapshot,
    Written,
)
from outgrow.store.dialects.dialect import dialect_of, savepoint
from outgrow.store.sql import catalogue, forecasts, histories, recommendations, snapshots, values
from outgrow.store.waiting import waiting


class DatabaseStore:
    """A `Store` on a connection, in its transaction.

    Args:
        connection: a database that holds our tables.
        commits: whether `keep` commits; False where the transaction is a host's to end.
    """

    def __init__(self, connection: Connection, *, commits: bool) -> None:
        self._connection, self._commits = connection, commits

    def platforms(self) -> Sequence[StoredPlatform]:
        return catalogue.platforms(self._connection)

    def platform_codes(self) -> Sequence[str]:
        return catalogue.platform_codes(self._connection)

    def remember_platform(self, platform: StoredPlatform, now: datetime) -> None:
        catalogue.remember_platform(self._connection, platform, now)

    def catalogue(self) -> MetricCatalogue:
        return catalogue.catalogue(self._connection)

    def remember_metrics(self, metrics: Iterable[Metric], *, anew: bool = False) -> None:
        catalogue.remember_metrics(self._connection, metrics, anew=anew)

    def panel(
        self, platform: str, metrics: Sequence[Metric], scope: Scope, known: KnownOn = EVER, since: date | None = None
    ) -> HistoryPanel:
        return histories.panel(self._connection, platform, metrics, scope, known, since)

    def described(self, platform: str, known: KnownOn = EVER) -> Sequence[StoredSeries]:
        return histories.described(self._connection, platform, known)

    def fleet(self) -> HistoryPanel:
        return histories.fleet(self._connection)

    def newest_day(self, platform: str, until: date | None = None) -> date | None:
        with waiting():
            return snapshots.newest_day(self._connection, platform, until)

    def snapshot_days(self, platform: str, since: date | None, until: date | None) -> Sequence[date]:
        return snapshots.snapshot_days(self._connection, platform, since, until)

    def snapshot(self, platform: str, day: date) -> StoredSnapshot | None:
        return snapshots.snapshot(self._connection, platform, day)

    def observed_metrics(self, platform: str, day: date) -> frozenset[str]:
        return snapshots.observed_metrics(self._connection, platform, day)

    def missing_since(self, platform: str, metrics: Sequence[str], since: date, before: date) -> Sequence[date]:
        return snapshots.missing_since(self._connection, platform, metrics, since, before)

    def count(self, platform: str, metrics: Sequence[str], since: date, until: date) -> int:
        return snapshots.count(self._connection, platform, metrics, since, until)

    def imported_metrics(self) -> Sequence[str]:
        return snapshots.imported_metrics(self._connection)

    def claim_day(self, platform: str, day: date, captured_at: datetime) -> None:
        with waiting():
            snapshots.claim_day(self._connection, platform, day, captured_at)

    def write_days(self, platform: str, days: Iterable[date]) -> None:
        snapshots.write_days(self._connection, platform, days)

    def write_snapshot(self, snapshot: Snapshot, recorded_at: datetime, *, replace: bool = False) -> None:
        values.write_snapshot(self._connection, snapshot, recorded_at, replace=replace)

    def write_series(
        self,
        platform: str,
        series: Iterable[SeriesValues],
        provenance: Provenance,
        recorded_at: datetime,
        *,
        replace: bool = False,
    ) -> Written:
        return values.write_series(self._connection, platform, series, provenance, recorded_at, replace=replace)

    def write_missing(
        self, platform: str, reasons: Mapping[str, str], days: Sequence[date], recorded_at: datetime
    ) -> None:
        values.write_missing(self._connection, platform, reasons, days, recorded_at)

    def write_forecasts(self, platform: str, issued: Sequence[IssuedForecast]) -> None:
        forecasts.write_forecasts(self._connection, platform, issued)

    def kept_on(self, platform: str, day: date) -> Mapping[str, tuple[date, int]]:
        return forecasts.kept_on(self._connection, platform, day)

    def models_asked(self, platform: str, since: date, until: date) -> Mapping[str, tuple[str, str | None]]:
        return forecasts.models_asked(self._connection, platform, since, until)

    def days_issued(self, platform: str, metric: str, until: date) -> Sequence[date]:
        return forecasts.days_issued(self._connection, platform, metric, until)

    def forecast_of(self, platform: str, metric: str, day: date) -> IssuedForecast | None:
        return forecasts.forecast_of(self._connection, platform, metric, day)

    def forecasts(
        self, platform: str, until: date, *, since: date | None = None, metrics: Sequence[str] | None = None
    ) -> Mapping[str, IssuedRecord]:
        return forecasts.forecasts(self._connection, platform, until, since=since, metrics=metrics)

    def claim_recommendations(self, platform: str) -> None:
        recommendations.claim_recommendations(self._connection, platform)

    def recommendations(self, platform: str, until: date | None = None) -> Mapping[str, TrackedRecommendation]:
        return recommendations.read(self._connection, platform, until)

    def write_recommendations(self, platform: str, tracked: Iterable[TrackedRecommendation]) -> None:
        recommendations.write_recommendations(self._connection, platform, tracked)

    def apart(self) -> AbstractContextManager[None]:
        return savepoint(self._connection)

    def keep(self) -> None:
        if self._commits:
            self._connection.commit()

    def bulk_write(self, values: int) -> AbstractContextManager[None]:
        return dialect_of(self._connection).bulk_write(self._connection, values)
