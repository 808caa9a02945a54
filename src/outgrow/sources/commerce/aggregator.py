"""Collects from every area, the built-in ones and those of other packages; one that fails costs only its own."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import entry_points

from sqlalchemy.orm import Session

from outgrow.domain.metric import PLATFORM, Metric, Scope
from outgrow.domain.snapshot import Measurement, Reading
from outgrow.sources.commerce.areas.billing import BillingMetrics
from outgrow.sources.commerce.areas.catalog import CatalogMetrics
from outgrow.sources.commerce.areas.database import DatabaseMetrics
from outgrow.sources.commerce.areas.media import MediaMetrics
from outgrow.sources.commerce.areas.orders import OrderMetrics
from outgrow.sources.commerce.areas.tenancy import TenancyMetrics
from outgrow.sources.commerce.contract import Count, MetricsContext, MetricsProvider
from outgrow.sources.commerce.reading import apart, see_that_it_is_there
from outgrow.sources.contract import every_metric

ENTRY_POINTS = "outgrow.metrics"
"""Group under which other packages register a class or factory that makes a `MetricsProvider`."""

BUILT_IN: tuple[type[MetricsProvider], ...] = (
    TenancyMetrics,
    BillingMetrics,
    CatalogMetrics,
    OrderMetrics,
    MediaMetrics,
    DatabaseMetrics,
)

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def installed_providers() -> tuple[MetricsProvider, ...]:
    """The built-in areas, then those that installed packages register."""
    found: list[MetricsProvider] = [make() for make in BUILT_IN]
    for point in entry_points(group=ENTRY_POINTS):
        try:
            found.append(point.load()())
        except Exception:  # a broken plug-in must not take the capture down with it
            logger.exception("the metric provider '%s' (%s) could not be loaded", point.name, point.value)
    return tuple(found)


class StatsAggregator:
    """Everything that the areas can count of a platform.

    Args:
        providers: the areas to ask; the installed ones by default.
    """

    def __init__(self, providers: Sequence[MetricsProvider] | None = None) -> None:
        self._providers = providers

    @property
    def providers(self) -> Sequence[MetricsProvider]:
        """The areas that are asked."""
        return installed_providers() if self._providers is None else self._providers

    def get_admin_stats_flat(
        self, db: Session, platform_id: int, context: MetricsContext | None = None
    ) -> dict[str, float | None]:
        """Every count by its flat name, `catalog.total_products`; None where an area failed.

        Counts of a narrower scope than the platform bear its key too: `billing.tier_subscriptions.starter`.
        """
        flat: dict[str, float | None] = {}
        for provider in self.providers:
            for (key, scope), reading in self._readings(db, provider, platform_id, context).items():
                flat[".".join(filter(None, (provider.area, key, scope.key)))] = reading.value
        return flat

    def measure(
        self,
        db: Session,
        platform_id: int,
        context: MetricsContext | None = None,
        wanted: Callable[[Metric], bool] = every_metric,
    ) -> tuple[Measurement, ...]:
        """Every count that belongs into a snapshot, as a measurement with its value or its reason.

        Args:
            wanted: whether a metric is asked for; areas that have none such are not counted.
        """
        asked = (each for each in self.providers if any(metric and wanted(metric) for metric in each.metrics.values()))
        return tuple(
            Measurement(metric, reading, scope)
            for provider in asked
            for (key, scope), reading in self._readings(db, provider, platform_id, context).items()
            if (metric := provider.metrics.get(key)) is not None
        )

    def snapshot_metrics(self) -> tuple[Metric, ...]:
        """The metrics that a capture measures."""
        return tuple(m for provider in self.providers for m in provider.metrics.values() if m is not None)

    def _readings(
        self, db: Session, provider: MetricsProvider, platform_id: int, context: MetricsContext | None
    ) -> Mapping[tuple[str, Scope], Reading]:
        period = context or MetricsContext()
        asked = MetricsContext(period.date_from, period.date_to, platform_id)
        try:
            with apart(db):
                counts: Sequence[Count] = provider.collect(db, asked)
        except Exception as error:  # any failure of an area is its own: recorded, never spread
            see_that_it_is_there(db, provider.area, error)
            logger.warning("the area '%s' could not be counted", provider.area, exc_info=True)
            reason = f"{provider.area}: {type(error).__name__}: {next(iter(str(error).splitlines()), '')}"
            return {(key, PLATFORM): Reading.missing(reason) for key in provider.metrics}
        readings = {(count.key, count.scope): Reading.of(count.value) for count in counts}
        for key in {key for key, metric in provider.metrics.items() if metric} - {key for key, _ in readings}:
            readings[key, PLATFORM] = Reading.missing(f"{provider.area} does not tell this while the day is running")
        return readings


stats_aggregator = StatsAggregator()
"""The ready instance, over the installed areas."""
