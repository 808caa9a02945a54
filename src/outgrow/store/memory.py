"""Our tables in memory, for tests and trials: the same rules in plain Python, and gone with the process."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from outgrow.domain.issued import IssuedForecast, IssuedRecord
from outgrow.domain.metric import PLATFORM, Metric, MetricCatalogue, Scope
from outgrow.domain.panel import NO_DAY, HistoryPanel
from outgrow.domain.recommendation import TrackedRecommendation
from outgrow.domain.snapshot import Provenance, Reading, Snapshot
from outgrow.domain.text import LONGEST_KEY
from outgrow.store.contract import (
    EVER,
    Differing,
    KnownOn,
    SeriesValues,
    StoredMeasurement,
    StoredPlatform,
    StoredSeries,
    StoredSnapshot,
    Written,
)
from outgrow.store.issued_rows import forecast_of_row, record_of_rows, row_of_forecast
from outgrow.store.memory_tables import Series, Tables, Value, history_of
from outgrow.store.names import check_length

SHOWN = 5
"""Differing values that are told one by one."""
OWN = str(PLATFORM)


class MemoryStore:
    """A `Store` that nobody shares and that nothing outlives."""

    def __init__(self) -> None:
        self._at = Tables()

    # platforms and metrics

    def platforms(self) -> Sequence[StoredPlatform]:
        return list(self._at.platforms.values())

    def platform_codes(self) -> Sequence[str]:
        return sorted(code for code, days in self._at.days.items() if days)

    def remember_platform(self, platform: StoredPlatform, now: datetime) -> None:  # noqa: ARG002 - they come in order
        check_length(platform.code, LONGEST_KEY, "platform")
        self._at.platforms[platform.code] = platform

    def catalogue(self) -> MetricCatalogue:
        return MetricCatalogue(self._at.metrics.values())

    def remember_metrics(self, metrics: Iterable[Metric], *, anew: bool = False) -> None:
        built_in, known = {metric.name for metric in MetricCatalogue()}, self._at.metrics
        for metric in metrics:
            check_length(metric.name, LONGEST_KEY, "metric")
            if metric.name in built_in or (metric.name in known and not anew):
                continue
            kept = known.get(metric.name, metric)
            known[metric.name] = Metric(metric.name, metric.kind, metric.unit, kept.label)

    # values

    def panel(
        self, platform: str, metrics: Sequence[Metric], scope: Scope, known: KnownOn = EVER, since: date | None = None
    ) -> HistoryPanel:
        first = since or date.min
        read = [
            history_of(platform, scope, metric, {day: value for day, value in days.items() if day >= first})
            for metric in metrics
            for days in [self._at.known(Series(platform, str(scope), metric.name), known)]
        ]
        panel = HistoryPanel.of(read)
        return panel if panel.n_days else replace(panel, first_day=known.until or NO_DAY)

    def described(self, platform: str, known: KnownOn = EVER) -> Sequence[StoredSeries]:
        found = []
        for series in sorted(self._at.values, key=lambda one: (one.metric, one.scope)):
            days = self._at.known(series, known) if series.platform == platform else {}
            if days:
                newest = max(days)
                value = float(days[newest].value or 0)
                found.append(StoredSeries(series.metric, Scope.parse(series.scope), len(days), newest, value))
        return found

    def fleet(self) -> HistoryPanel:
        resolve = self.catalogue().resolve
        return HistoryPanel.of(
            [
                history_of(series.platform, Scope.parse(series.scope), resolve(series.metric), days)
                for series in sorted(self._at.values)
                if (days := self._at.known(series, EVER))
            ]
        )

    def newest_day(self, platform: str, until: date | None = None) -> date | None:
        return max(self.snapshot_days(platform, None, until), default=None)

    def snapshot_days(self, platform: str, since: date | None, until: date | None) -> Sequence[date]:
        first, last = since or date.min, until or date.max
        return sorted(day for day in self._at.days.get(platform, ()) if first <= day <= last)

    def snapshot(self, platform: str, day: date) -> StoredSnapshot | None:
        if day not in self._at.days.get(platform, ()):
            return None
        ms = self._at.days[platform][day]
        measured = tuple(
            StoredMeasurement(series.metric, Scope.parse(series.scope), value.value, value.reason, value.provenance)
            for series, value in self._at.of_day(platform, day)
        )
        return StoredSnapshot(platform, day, None if ms is None else datetime.fromtimestamp(ms / 1000, UTC), measured)

    def observed_metrics(self, platform: str, day: date) -> frozenset[str]:
        told = self._at.of_day(platform, day)
        return frozenset(s.metric for s, v in told if v.value is not None and v.provenance is Provenance.OBSERVED)

    def missing_since(self, platform: str, metrics: Sequence[str], since: date, before: date) -> Sequence[date]:
        days = (self._at.values.get(Series(platform, OWN, metric), {}) for metric in metrics)
        return sorted({d for each in days for d, v in each.items() if since <= d < before and v.value is None})

    def count(self, platform: str, metrics: Sequence[str], since: date, until: date) -> int:
        asked = (d for s, d in self._at.values.items() if s.platform == platform and s.metric in metrics)
        return sum(since <= day <= until and v.value is not None for days in asked for day, v in days.items())

    def imported_metrics(self) -> Sequence[str]:
        found = set(self._at.metrics)
        for series, days in self._at.values.items():
            captured = self._at.days.get(series.platform, {})
            if any(v.provenance is Provenance.OBSERVED and captured.get(day) is None for day, v in days.items()):
                found.add(series.metric)
        return sorted(found)

    def claim_day(self, platform: str, day: date, captured_at: datetime) -> None:
        self.write_days(platform, [day])
        days = self._at.days[platform]
        days[day] = _milliseconds(captured_at) if days[day] is None else days[day]

    def write_days(self, platform: str, days: Iterable[date]) -> None:
        check_length(platform, LONGEST_KEY, "platform")
        for day in days:
            self._at.days.setdefault(platform, {}).setdefault(day, None)

    def write_snapshot(self, snapshot: Snapshot, recorded_at: datetime, *, replace: bool = False) -> None:
        self.remember_metrics(m.metric for m in snapshot.measurements)
        at = _milliseconds(recorded_at)
        for m in snapshot.measurements:
            new = Value(m.reading.value, m.reading.reason, snapshot.provenance, at)
            self._at.write(Series(snapshot.platform, str(m.scope), m.metric.name), snapshot.day, new, replace=replace)

    def write_series(
        self,
        platform: str,
        series: Iterable[SeriesValues],
        provenance: Provenance,
        recorded_at: datetime,
        *,
        replace: bool = False,
    ) -> Written:
        written, at = Written(), _milliseconds(recorded_at)
        for one in series:
            key = Series(platform, str(one.scope), one.metric)
            for day, value in zip(one.days.tolist(), one.values.tolist(), strict=True):
                if self._at.write(key, day, Value(value, None, provenance, at), replace=replace):
                    written.changed += 1
                    continue
                stored = self._at.values[key][day]
                if stored.provenance is Provenance.OBSERVED and stored.value not in {None, value}:
                    written.differing += 1
                    differing = Differing(one.metric, one.scope, day, float(stored.value or 0), value)
                    written.first = [*written.first, differing][:SHOWN]
        return written

    def write_missing(
        self, platform: str, reasons: Mapping[str, str], days: Sequence[date], recorded_at: datetime
    ) -> None:
        at = _milliseconds(recorded_at)
        for metric, reason in reasons.items():
            new = Value(None, Reading.missing(reason).reason, Provenance.RECONSTRUCTED, at)
            for day in days:
                self._at.write(Series(platform, OWN, metric), day, new, replace=False)

    # forecasts

    def write_forecasts(self, platform: str, issued: Sequence[IssuedForecast]) -> None:
        for one in issued:
            row = SimpleNamespace(**row_of_forecast(platform, one))
            self._at.forecasts[platform, one.scope, one.metric, one.issued_on] = row

    def kept_on(self, platform: str, day: date) -> Mapping[str, tuple[date, int]]:
        return {row.metric: (row.as_of, row.known_days) for row in self._at.issued(platform, day, day)}

    def models_asked(self, platform: str, since: date, until: date) -> Mapping[str, tuple[str, str | None]]:
        return {row.metric: (row.model, row.reason) for row in self._at.issued(platform, since, until)}

    def days_issued(self, platform: str, metric: str, until: date) -> Sequence[date]:
        return [row.issued_on for row in self._at.issued(platform, None, until) if row.metric == metric]

    def forecast_of(self, platform: str, metric: str, day: date) -> IssuedForecast | None:
        row = self._at.forecasts.get((platform, OWN, metric, day))
        return None if row is None else forecast_of_row(row)

    def forecasts(
        self, platform: str, until: date, *, since: date | None = None, metrics: Sequence[str] | None = None
    ) -> Mapping[str, IssuedRecord]:
        rows: dict[str, list[Any]] = {}
        for row in self._at.issued(platform, since, until):
            if metrics is None or row.metric in metrics:
                rows.setdefault(row.metric, []).append(row)
        return {metric: record_of_rows(metric, rows[metric]) for metric in sorted(rows)}

    # recommendations

    def claim_recommendations(self, platform: str) -> None:
        """There is nobody to wait for."""

    def recommendations(self, platform: str, until: date | None = None) -> Mapping[str, TrackedRecommendation]:
        last = until or date.max
        kept = [
            one
            for one in self._at.recommendations.get(platform, {}).values()
            if max(one.looked_on, one.changed_on) <= last
        ]
        return {one.key: one for one in sorted(kept, key=lambda one: (one.opened_on, one.key))}

    def write_recommendations(self, platform: str, tracked: Iterable[TrackedRecommendation]) -> None:
        self._at.recommendations.setdefault(platform, {}).update({one.key: one for one in tracked})

    # the transaction

    @contextmanager
    def apart(self) -> Iterator[None]:
        before = self._at.copied()
        try:
            yield
        except BaseException:
            self._at = before
            raise

    def keep(self) -> None:
        """It stays anyway."""

    def bulk_write(self, values: int) -> AbstractContextManager[None]:  # noqa: ARG002 - nothing is dear here
        return nullcontext()


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
