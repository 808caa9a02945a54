"""The embedded service: four methods over the caller's own session, for use inside a platform's code."""

from sqlalchemy.orm import Session

from outgrow.documents.recommendation import RecommendationDocument, recommendation_document
from outgrow.documents.trends import TrendsDocument, trends_document
from outgrow.domain.days import Clock, system_clock
from outgrow.domain.limit import checked_threshold
from outgrow.domain.metric import CAPTURED
from outgrow.door.host import Host
from outgrow.service.capture import capture
from outgrow.service.config import CapacityConfig
from outgrow.service.findings import use_to_judge
from outgrow.service.tracking import found_now
from outgrow.service.trends import trends
from outgrow.service.when import when
from outgrow.sources.commerce.aggregator import StatsAggregator, stats_aggregator
from outgrow.store.orm import CapacitySnapshot


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
        with self._host(db).source_desk() as desk:
            report = capture(desk)
        stored = db.get(CapacitySnapshot, (report.platform, report.day), populate_existing=True)
        assert stored is not None, "a captured day has a row"  # noqa: S101
        return stored

    def get_growth_trends(self, db: Session, days: int = 30) -> TrendsDocument:
        """Growth of every captured metric over the last `days` days, as `outgrow trends --json` gives it."""
        with self._host(db).desk() as desk:
            return trends_document(trends(desk, days, CAPTURED))

    def get_scaling_recommendations(self, db: Session) -> list[RecommendationDocument]:
        """What should be done, most severe first: category, severity, title, description, action, and more.

        What is found at this moment, whoever acknowledged it or put it off: `state` tells. What was found on days
        before and is only held on to is not among them; see `outgrow.service.tracking.lives`.
        """
        with self._host(db).desk() as desk:
            # Here the ladder and the limit that outgrow brings were always the host's own.
            mine = desk.with_config(desk.config.as_own())
            return [recommendation_document(tracked) for tracked in found_now(mine, use_to_judge(mine))]

    def get_days_until_threshold(self, db: Session, metric: str, threshold: float) -> int | None:
        """Days from the newest snapshot until a metric is at or above a threshold, likeliest value.

        Committed projects of the configuration are counted in. None where there is no such day: already there, no
        growth, too little data, or beyond a year. For which of these, and for the range of dates, see
        `outgrow.service.when.when`.

        Raises:
            UnknownMetricError: there is no such metric.
            BadThresholdError: the threshold is not a positive, finite number.
        """
        with self._host(db).desk() as desk:
            return when(desk, metric, checked_threshold(threshold)).days.p50

    def _host(self, db: Session) -> Host:
        return Host(db, self._platform, self._config, self._clock, self._aggregator)


capacity_forecast_service = CapacityForecastService()
"""A ready instance: the first platform, the default ladder and limits."""
