"""What `MemoryStore` holds: rows in dictionaries, and when one gives way to another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple, Self

import numpy as np

from outgrow.domain.history import MISSING, OBSERVED, RECONSTRUCTED, History
from outgrow.domain.metric import LONGEST_SCOPE, PLATFORM, Metric, Scope
from outgrow.domain.panel import NO_DAY
from outgrow.domain.recommendation import TrackedRecommendation
from outgrow.domain.snapshot import Provenance
from outgrow.domain.text import LONGEST_KEY
from outgrow.store.contract import KnownOn, StoredPlatform
from outgrow.store.names import check_length


class Series(NamedTuple):
    """Whose values they are; the scope as a text, so that they are ordered as rows are."""

    platform: str
    scope: str
    metric: str


class Value(NamedTuple):
    """A measurement's row."""

    value: float | None
    reason: str | None
    provenance: Provenance
    recorded_at: int

    def gives_way(self, new: "Value", *, replace: bool) -> bool:
        """The one rule, see `Store.write_snapshot`."""
        if new.value is None:
            return False
        if self.value is None:
            return True
        same = (self.value, self.provenance) == (new.value, new.provenance)
        return not same and (replace or self.provenance is Provenance.RECONSTRUCTED)


@dataclass
class Tables:
    """All rows; values by their series and day, issued forecasts by platform, scope, metric and day."""

    platforms: dict[str, StoredPlatform] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)
    days: dict[str, dict[date, int | None]] = field(default_factory=dict)
    values: dict[Series, dict[date, Value]] = field(default_factory=dict)
    forecasts: dict[tuple[str, str, str, date], Any] = field(default_factory=dict)
    recommendations: dict[str, dict[str, TrackedRecommendation]] = field(default_factory=dict)

    def copied(self) -> Self:
        """The same rows, none of which is ever changed, in tables of their own."""
        return replace(
            self,
            platforms=dict(self.platforms),
            metrics=dict(self.metrics),
            days={platform: dict(days) for platform, days in self.days.items()},
            values={series: dict(days) for series, days in self.values.items()},
            forecasts=dict(self.forecasts),
            recommendations={platform: dict(some) for platform, some in self.recommendations.items()},
        )

    def write(self, series: Series, day: date, new: Value, *, replace: bool) -> bool:
        """Whether it is stored."""
        if series not in self.values:
            check_length(series.platform, LONGEST_KEY, "platform")
            check_length(series.metric, LONGEST_KEY, "metric")
            check_length(series.scope, LONGEST_SCOPE, "scope")
        days = self.values.setdefault(series, {})
        if day in days and not days[day].gives_way(new, replace=replace):
            return False
        days[day] = new
        return True

    def known(self, series: Series, known: KnownOn) -> dict[date, Value]:
        """The values of a series that count."""
        days = {day: value for day, value in self.values.get(series, {}).items() if value.value is not None}
        until = known.until
        if until is None:
            return days
        captured = self.days.get(series.platform, {})
        late = known.end_of(until) if known.zone else None

        def counts(day: date, value: Value) -> bool:
            if late is None or value.recorded_at < late:
                return day <= until
            at = captured.get(day)
            return day <= until and (at is None or at >= known.end_of(day))

        return {day: value for day, value in days.items() if counts(day, value)}

    def of_day(self, platform: str, day: date) -> Iterator[tuple[Series, Value]]:
        """What is stored of a platform's day."""
        return ((s, days[day]) for s, days in self.values.items() if s.platform == platform and day in days)

    def issued(self, platform: str, since: date | None, until: date) -> list[Any]:
        """The rows of the platform's own metrics, in the order of their days."""
        whose, first = (platform, str(PLATFORM)), since or date.min
        rows = (row for (*of, _, _), row in self.forecasts.items() if tuple(of) == whose)
        return sorted((row for row in rows if first <= row.issued_on <= until), key=lambda row: row.issued_on)


def history_of(platform: str, scope: Scope, metric: Metric, known: Mapping[date, Value]) -> History:
    """Values that are known, on an unbroken row of days."""
    if not known:
        return History(metric, scope, platform, NO_DAY, np.empty(0), np.empty(0, np.int8))
    first, last = min(known), max(known)
    days = (last - first).days + 1
    values, provenance = np.full(days, np.nan), np.full(days, MISSING, np.int8)
    for day, value in known.items():
        observed = value.provenance is Provenance.OBSERVED
        at = (day - first).days
        values[at], provenance[at] = value.value, OBSERVED if observed else RECONSTRUCTED
    return History(metric, scope, platform, first, values, provenance)
