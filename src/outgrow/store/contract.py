"""What the verbs ask of our tables: one object, given once, whose transaction is its owner's to end."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import day_start
from outgrow.domain.issued import IssuedForecast, IssuedRecord
from outgrow.domain.metric import Metric, MetricCatalogue, Scope
from outgrow.domain.panel import HistoryPanel
from outgrow.domain.recommendation import TrackedRecommendation
from outgrow.domain.snapshot import Provenance, Snapshot


@dataclass(frozen=True, slots=True)
class StoredPlatform:
    """A platform as the store knows it.

    Attributes:
        source_id: its id in its source; None where that knows none, or nobody said.
        time_zone: IANA name, as it was given.
    """

    code: str
    source_id: str | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class KnownOn:
    """What counts as known.

    Attributes:
        until: nothing later does; None: all of it.
        zone: where set, a value that a captured day was given after the end of `until`, in this time zone, does not
            either. Days that nobody captured while they ran are known from their end, whenever it was that they were
            rebuilt or imported.
    """

    until: date | None = None
    zone: ZoneInfo | None = None

    def end_of(self, day: date) -> int:
        """When a day is over in the zone, which has to be set; milliseconds since 1970 UTC."""
        assert self.zone is not None, "days end in a zone"  # noqa: S101
        return int(day_start(day + timedelta(days=1), self.zone).timestamp() * 1000)


EVER = KnownOn()
"""All that is stored."""


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """A metric of a scope as it is stored: how many days are known, and the newest of them."""

    metric: str
    scope: Scope
    days: int
    newest_day: date
    newest_value: float


class StoredMeasurement(NamedTuple):
    """A value of a day, or the reason why there is none."""

    metric: str
    scope: Scope
    value: float | None
    reason: str | None
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """A day as it is stored.

    Attributes:
        captured_at: None for a day that was only rebuilt or imported.
    """

    platform: str
    day: date
    captured_at: datetime | None
    measurements: tuple[StoredMeasurement, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SeriesValues:
    """Values of one metric of one scope.

    Attributes:
        days: datetime64[D] (n_values,), none twice.
        values: float64 (n_values,), finite and not negative.
    """

    metric: str
    scope: Scope
    days: NDArray[np.datetime64]
    values: NDArray[np.float64]


class Differing(NamedTuple):
    """A stored value that is observed and not the one that was given."""

    metric: str
    scope: Scope
    day: date
    stored: float
    given: float


@dataclass(slots=True)
class Written:
    """What came of writing series.

    Attributes:
        changed: values that are new, or that others gave way to.
        differing: values that are stored, observed, and stay though they differ from what was given.
        first: the first of these.
    """

    changed: int = 0
    differing: int = 0
    first: list[Differing] = field(default_factory=list)


class Store(Protocol):
    """Our tables. What was observed is never overwritten unless it is to be; what is missing may be filled.

    Everything is part of one transaction. Every method may raise DatabaseError: it was locked for too long, or is gone.
    """

    # platforms and metrics

    def platforms(self) -> Sequence[StoredPlatform]:
        """Every platform that was ever captured, rebuilt or imported, the first one first."""
        ...

    def platform_codes(self) -> Sequence[str]:
        """The codes of all platforms that have snapshots, in alphabetical order."""
        ...

    def remember_platform(self, platform: StoredPlatform, now: datetime) -> None:
        """Keep what reading needs to know of a platform; a changed time zone or id replaces the old one."""
        ...

    def catalogue(self) -> MetricCatalogue:
        """The built-in metrics and those that are known besides."""
        ...

    def remember_metrics(self, metrics: Iterable[Metric], *, anew: bool = False) -> None:
        """Keep the description of metrics that are not built in: the first one, or, with `anew`, this one."""
        ...

    # values

    def panel(
        self, platform: str, metrics: Sequence[Metric], scope: Scope, known: KnownOn = EVER, since: date | None = None
    ) -> HistoryPanel:
        """A row per metric, in their order, all in one read; from a day on, if only that is looked at."""
        ...

    def described(self, platform: str, known: KnownOn = EVER) -> Sequence[StoredSeries]:
        """Every series of a platform that has a value, by metric and scope, in their order."""
        ...

    def fleet(self) -> HistoryPanel:
        """Every series that is stored, of all platforms and scopes, in the order of platform, scope and metric."""
        ...

    def newest_day(self, platform: str, until: date | None = None) -> date | None:
        """The day of the newest snapshot, up to a day; None when there is none."""
        ...

    def snapshot_days(self, platform: str, since: date | None, until: date | None) -> Sequence[date]:
        """The days that have a snapshot, in order."""
        ...

    def snapshot(self, platform: str, day: date) -> StoredSnapshot | None:
        """All that is stored of a day, in no order of its own; None where that is nothing."""
        ...

    def observed_metrics(self, platform: str, day: date) -> frozenset[str]:
        """The names of the metrics of which something was observed on a day: what a capture need not measure again."""
        ...

    def missing_since(self, platform: str, metrics: Sequence[str], since: date, before: date) -> Sequence[date]:
        """The days from `since` to before `before` on which one of the platform's metrics is stored as missing."""
        ...

    def count(self, platform: str, metrics: Sequence[str], since: date, until: date) -> int:
        """How many values are stored of some metrics, of whatever scope, on some days."""
        ...

    def imported_metrics(self) -> Sequence[str]:
        """The names of what came from elsewhere than a capture or a backfill."""
        ...

    def claim_day(self, platform: str, day: date, captured_at: datetime) -> None:
        """Make the snapshot of a day, or wait for whoever is just making it; the first to capture it is remembered."""
        ...

    def write_days(self, platform: str, days: Iterable[date]) -> None:
        """Make the snapshots of days that have none yet."""
        ...

    def write_snapshot(self, snapshot: Snapshot, recorded_at: datetime, *, replace: bool = False) -> None:
        """Keep the measurements of a claimed day.

        A missing value is filled by any value. An observed value never changes, unless it is to be replaced. A rebuilt
        value gives way to an observed one, and to a rebuilt one that differs.
        """
        ...

    def write_series(
        self,
        platform: str,
        series: Iterable[SeriesValues],
        provenance: Provenance,
        recorded_at: datetime,
        *,
        replace: bool = False,
    ) -> Written:
        """Keep whole series by the same rule, each metric and scope but once; their days have to be there."""
        ...

    def write_missing(
        self, platform: str, reasons: Mapping[str, str], days: Sequence[date], recorded_at: datetime
    ) -> None:
        """Keep that metrics of the platform cannot be rebuilt on some days, and why, where nothing is known."""
        ...

    # forecasts

    def write_forecasts(self, platform: str, issued: Sequence[IssuedForecast]) -> None:
        """Keep forecasts, each in the place of the one of its day, metric and scope."""
        ...

    def kept_on(self, platform: str, day: date) -> Mapping[str, tuple[date, int]]:
        """By metric, the newest day and the number of known days that the forecasts issued on a day rest on."""
        ...

    def models_asked(self, platform: str, since: date, until: date) -> Mapping[str, tuple[str, str | None]]:
        """By metric, the model of the newest forecast issued within some days, and why it was chosen."""
        ...

    def days_issued(self, platform: str, metric: str, until: date) -> Sequence[date]:
        """The days up to one on which a forecast of a metric was issued, in order."""
        ...

    def forecast_of(self, platform: str, metric: str, day: date) -> IssuedForecast | None:
        """The forecast of a metric that was issued on a day."""
        ...

    def forecasts(
        self, platform: str, until: date, *, since: date | None = None, metrics: Sequence[str] | None = None
    ) -> Mapping[str, IssuedRecord]:
        """What was issued of each metric up to a day, as arrays, by its name; metrics without any are left out."""
        ...

    # recommendations

    def claim_recommendations(self, platform: str) -> None:
        """Wait for whoever is just writing lives of the platform, and keep others waiting until the end."""
        ...

    def recommendations(self, platform: str, until: date | None = None) -> Mapping[str, TrackedRecommendation]:
        """The lives by key, in the order in which they were opened.

        Args:
            until: those alone that were not looked at or changed after a day, for the others tell of later.
        """
        ...

    def write_recommendations(self, platform: str, tracked: Iterable[TrackedRecommendation]) -> None:
        """Keep lives, each in the place of the former one of its key. They have to be claimed before."""
        ...

    # the transaction

    def apart(self) -> AbstractContextManager[None]:
        """What is written within is undone alone if it fails."""
        ...

    def keep(self) -> None:
        """What was written so far stays, whatever comes; a no-op where the transaction is a host's."""
        ...

    def bulk_write(self, values: int) -> AbstractContextManager[None]:
        """Around the writing of very many values at once: makes it cheap where it can be."""
        ...
