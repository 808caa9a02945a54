"""The embedded service: four methods over the caller's own session, for use inside a platform's code."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from outgrow.domain.days import Clock, system_clock
from outgrow.domain.errors import UnknownPlatformError
from outgrow.door.snapshots import embedded_view, known_source, stored_platform, stored_zone
from outgrow.service.capture import capture
from outgrow.service.config import CapacityConfig
from outgrow.service.lives import found_documents
from outgrow.service.recommend import measured_now, stored_newest
from outgrow.service.trends import trends
from outgrow.service.view import View
from outgrow.service.when import checked_threshold, when
from outgrow.sources.commerce.aggregator import StatsAggregator, stats_aggregator
from outgrow.sources.commerce.platforms import PlatformRef, check_commerce
from outgrow.store.orm import CapacitySnapshot
from outgrow.store.waiting import waiting

FIRST_ID = 1
"""The platform whose rows are counted while the table of platforms is empty, as databases number their first row."""


class CapacityForecastService:
    """Captures snapshots and answers from them.

    Every method works in the caller's transaction: it flushes and never commits. Each raises SchemaError where our
    tables are missing, of another version, or half-migrated.

    Args:
        platform: code or id; the first platform by default.
        config: ladder, limits and policies.
        clock: gives the present instant.
        aggregator: the areas that a capture counts.
    """

    def __init__(
        self,
        platform: str | int | None = None,
        config: CapacityConfig | None = None,
        clock: Clock = system_clock,
        aggregator: StatsAggregator = stats_aggregator,
    ) -> None:
        self._platform = platform
        self._config = config or CapacityConfig()
        self._clock = clock
        self._aggregator = aggregator

    def capture_daily_snapshot(self, db: Session) -> CapacitySnapshot:
        """Store today's snapshot, or fill what is missing in it, and return it.

        While the commerce schema has no platform yet, the rows of the platform with the id 1 are counted, of which
        there may be none, for the platform that is stored first or `main`.

        Raises:
            SchemaError: there is no commerce schema to count, or our tables are not as they have to be.
            UnknownPlatformError: the database holds no such platform.
            ClockError: the newest snapshot is of a later day.
            DatabaseError: another writer kept the database locked for longer than the connection waits, or the
                connection broke off. Nothing is stored then.
        """
        with waiting():
            platform = self._source(db) or self._platform_to_be(db)
        return capture(db, db, platform, self._clock(), self._aggregator, config=self._config)

    def get_growth_trends(self, db: Session, days: int = 30) -> dict[str, Any]:
        """Growth of every captured metric over the last `days` days; see `outgrow.service.trends.trends`."""
        return trends(self._view(db), days)

    def get_scaling_recommendations(self, db: Session) -> list[dict[str, Any]]:
        """What should be done, most severe first: category, severity, title, description, action, and more.

        What is found at this moment, whoever acknowledged it or put it off: `state` tells. What was found on days
        before and is only held on to is not among them; see `outgrow.service.lives.lives`.
        """
        source = self._source(db)
        view = self._view_of(db, source)
        # Here the ladder and the limit that outgrow brings were always the host's own.
        view = replace(view, config=view.config.as_own())
        return found_documents(view, stored_newest(view) if source is None else measured_now(db, source, view))

    def get_days_until_threshold(self, db: Session, metric: str, threshold: float) -> int | None:
        """Days from the newest snapshot until a metric is at or above a threshold, likeliest value.

        Committed projects of the configuration are counted in. None where there is no such day: already there, no
        growth, too little data, or beyond a year. For which of these, and for the range of dates, see
        `outgrow.service.when.when`.

        Raises:
            UnknownMetricError: there is no such metric.
            BadThresholdError: the threshold is not a positive, finite number.
        """
        return when(self._view(db), metric, checked_threshold(threshold)).days.p50

    def _view(self, db: Session) -> View:
        return self._view_of(db, self._source(db))

    def _view_of(self, db: Session, source: PlatformRef | None) -> View:
        return embedded_view(db, source, self._platform, self._config, self._clock)

    def _platform_to_be(self, db: Session) -> PlatformRef:
        check_commerce(db)
        if self._platform is not None:
            raise UnknownPlatformError(str(self._platform), [])
        code = stored_platform(db)
        return PlatformRef(FIRST_ID, code, code, stored_zone(db, code))

    def _source(self, db: Session) -> PlatformRef | None:
        return known_source(db, self._platform)


capacity_forecast_service = CapacityForecastService()
"""A ready instance: the first platform, the default ladder and limits."""
