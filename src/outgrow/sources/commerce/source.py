"""A platform of the commerce schema as a source: one session on its database, only ever read."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from outgrow.domain.days import Clock, day_start, month_start, system_clock
from outgrow.domain.diagnosis import Diagnosis
from outgrow.domain.drivers import StoreChanges
from outgrow.domain.metric import Metric
from outgrow.domain.platform import SourcePlatform
from outgrow.domain.resource import COMMERCE, Resources
from outgrow.domain.scenario import Ramp
from outgrow.domain.snapshot import Measurement
from outgrow.domain.tenant import Tenants, UseChanges
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.sources.contract import Past, Progress, every_metric

if TYPE_CHECKING:
    from outgrow.sources.commerce.aggregator import StatsAggregator


class CommerceSource:
    """Keeps `TenantSource`. What reads tables is imported when it is first asked, for few commands need all of it.

    Args:
        db: a session on the platform's database, closed by whoever opened it.
        ref: which of its platforms.
        aggregator: the areas that are counted; the installed ones by default.
        clock: gives the present instant, for `diagnose`.
    """

    def __init__(
        self,
        db: Session,
        ref: PlatformRef,
        aggregator: "StatsAggregator | None" = None,
        clock: Clock = system_clock,
    ) -> None:
        self._db, self._ref, self._asked, self._clock = db, ref, aggregator, clock

    @property
    def platform(self) -> SourcePlatform:
        """Who it is, and the time zone of its days."""
        return self._ref.known

    @property
    def resources(self) -> Resources:
        """What its tiers hold and its plans allow."""
        return COMMERCE

    @cached_property
    def _aggregator(self) -> "StatsAggregator":
        from outgrow.sources.commerce.aggregator import stats_aggregator

        return self._asked or stats_aggregator

    def metrics(self) -> Sequence[Metric]:
        """What `measure` tells."""
        return self._aggregator.snapshot_metrics()

    def measure(self, day: date, wanted: Callable[[Metric], bool] = every_metric) -> Sequence[Measurement]:
        """All of them as they are now, the present day being `day`; what cannot be measured with its reason.

        Areas that have none of the wanted metrics are not counted.

        Raises:
            DatabaseError: the connection is gone.
        """
        from outgrow.sources.commerce.contract import MetricsContext

        month = MetricsContext(date_from=day_start(month_start(day), self._ref.zone), platform_id=self._ref.id)
        return self._aggregator.measure(self._db, self._ref.id, month, wanted)

    def past(self, since: date | None, until: date, wanted: Callable[[Metric], bool], tell: Progress) -> Past:
        """What there was on each day from `since` to `until`, both over; None: from the first on which anything was.

        Raises:
            DatabaseError: the connection is gone.
        """
        from outgrow.sources.commerce.past import read_past

        return read_past(self._db, self._ref, self._aggregator, since=since, until=until, wanted=wanted, tell=tell)

    def diagnose(self) -> Sequence[Diagnosis]:
        """What is right and wrong with the database, most basic first."""
        from outgrow.sources.commerce.diagnosis import Examined, diagnose, in_a_session

        areas = [provider.area for provider in self._aggregator.providers]
        opened, address = in_a_session(self._db)
        return diagnose(Examined(opened, address, self._ref.code, self._clock(), areas))

    def plan_codes(self) -> Sequence[str]:
        """The codes of the plans that are sold, cheapest first."""
        from outgrow.sources.commerce.ramps import plan_codes

        return plan_codes(self._db, self._ref)

    def tenants(self, day: date, *, now: bool = False) -> Tenants:
        """Those that exist at the end of a day, or at this moment, with plans, limits and use.

        Raises:
            DatabaseError: they cannot be counted as they are now; the session's transaction lives on.
        """
        from outgrow.sources.commerce.reading import apart, could_not_be_read
        from outgrow.sources.commerce.tenants import read_tenants

        if not now:
            return read_tenants(self._db, self._ref, day)
        try:
            with apart(self._db):  # beside a capture, which a failure must not void
                return read_tenants(self._db, self._ref, day, now=True)
        except SQLAlchemyError as error:
            raise could_not_be_read(self._db, "tenants", error) from error

    def changes(self, tenants: Tenants, resource: str, n_days: int) -> UseChanges:
        """How the use of one resource, by name, changed over the newest days up to the tenants' day."""
        from outgrow.sources.commerce.tenant_changes import read_tenant_changes

        return read_tenant_changes(self._db, self._ref, tenants, resource, n_days)

    def ramp(self, plan: str, today: date) -> Ramp:
        """How what stores of a plan hold grows with their age.

        Raises:
            ConfigurationError: too few of them are a week old.
        """
        from outgrow.sources.commerce.ramps import read_ramp

        return read_ramp(self._db, self._ref, plan, today)

    def drivable(self) -> Sequence[str]:
        """The names of the metrics whose growth can be told by the stores that brought it."""
        from outgrow.sources.commerce.held import BY_DAY

        return tuple(BY_DAY)

    def drivers(self, metric: str, since: date, until: date) -> StoreChanges:
        """What every store held at the end of two days.

        Args:
            metric: one of `drivable`.
        """
        from outgrow.sources.commerce.drivers import read_store_changes

        return read_store_changes(self._db, self._ref, metric, since, until)
