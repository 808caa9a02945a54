"""A source of somebody else, of which every fault is told as its own."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NoReturn, TypeVar

from outgrow.domain.diagnosis import Diagnosis, Health
from outgrow.domain.drivers import StoreChanges
from outgrow.domain.errors import ConfigurationError, DatabaseError, OutgrowError
from outgrow.domain.metric import ALIASES, BUILT_IN, Metric
from outgrow.domain.platform import SourcePlatform
from outgrow.domain.resource import COMMERCE, Resources
from outgrow.domain.scenario import Ramp
from outgrow.domain.snapshot import Measurement, shortened
from outgrow.domain.tenant import Tenants, UseChanges
from outgrow.sources.contract import Past, Progress, Source, TenantSource, every_metric

T = TypeVar("T")


class GuardedSource:
    """Keeps `Source` as what is in it does; what it raises that is not one of our errors becomes one.

    Args:
        source: what is asked.
        name: what it is called in messages.
    """

    def __init__(self, source: Source, name: str) -> None:
        self._source, self._name = source, name

    @property
    def platform(self) -> SourcePlatform:
        """Who it is, and the time zone of its days."""
        return self._ask("platform", lambda: self._source.platform)

    @property
    def resources(self) -> Resources:
        """What its tiers hold and its plans allow."""
        return self._ask("resources", self._own_resources)

    def metrics(self) -> Sequence[Metric]:
        """What `measure` tells."""
        return self._ask("metrics", self._own_metrics)

    def measure(self, day: date, wanted: Callable[[Metric], bool] = every_metric) -> Sequence[Measurement]:
        """All of them as they are now."""
        return self._ask("measure", lambda: tuple(self._source.measure(day, wanted)))

    def past(self, since: date | None, until: date, wanted: Callable[[Metric], bool], tell: Progress) -> Past:
        """What there was on each day of a span."""
        return self._ask("past", lambda: self._source.past(since, until, wanted, tell))

    def diagnose(self) -> Sequence[Diagnosis]:
        """What is right and wrong with it; that it cannot say so is wrong with it."""
        found: list[Diagnosis] = []
        for what, look in (("metrics", self._own_metrics), ("resources", self._own_resources)):
            found += self._look(what, look)
        return found + self._look("diagnose", lambda: found.extend(self._source.diagnose()))

    def _own_metrics(self) -> Sequence[Metric]:
        """Its metrics, of which none may be taken for a built-in one."""
        metrics = tuple(self._source.metrics())
        for metric in metrics:
            known = BUILT_IN.get(ALIASES.get(metric.name, metric.name))
            if known is not None and known != metric:
                self._refuse(f"its metric '{metric.name}'", f"the metric {known.name}")
        return metrics

    def _own_resources(self) -> Resources:
        """Its resources, of which none may be taken for one of the commerce schema."""
        resources = self._source.resources
        for resource in resources:
            known = next((each for each in COMMERCE if each.name == resource.name), None)
            if known is not None and known.metric != resource.metric:
                self._refuse(f"its resource '{resource.name}'", f"what {known.metric.name} measures")
        return resources

    def _refuse(self, what: str, known: str) -> NoReturn:
        raise ConfigurationError(f"{self._name}: {what} bears the name of {known}", "give it another name")

    def _look(self, what: str, look: Callable[[], object]) -> list[Diagnosis]:
        try:
            self._ask(what, look)
        except OutgrowError as error:
            return [Diagnosis(self._name, Health.BAD, error.what, error.mend)]
        return []

    def _ask(self, what: str, answer: Callable[[], T]) -> T:
        try:
            return answer()
        except OutgrowError:
            raise
        except Exception as error:
            raise DatabaseError(
                shortened(f"{self._name} failed at `{what}`: {type(error).__name__}: {error}"),
                "mend the source, see docs/reference/sources.md, or see that what it asks can be reached",
            ) from error


class GuardedTenantSource(GuardedSource):
    """The same of one that knows tenants."""

    def __init__(self, source: TenantSource, name: str) -> None:
        super().__init__(source, name)
        self._tenants = source

    def plan_codes(self) -> Sequence[str]:
        """The codes of the plans that are sold."""
        return self._ask("plan_codes", lambda: tuple(self._tenants.plan_codes()))

    def tenants(self, day: date, *, now: bool = False) -> Tenants:
        """Those that exist at the end of a day, or at this moment."""
        return self._ask("tenants", lambda: self._tenants.tenants(day, now=now))

    def changes(self, tenants: Tenants, resource: str, n_days: int) -> UseChanges:
        """How the use of one resource changed over the newest days."""
        return self._ask("changes", lambda: self._tenants.changes(tenants, resource, n_days))

    def ramp(self, plan: str, today: date) -> Ramp:
        """How what tenants of a plan hold grows with their age."""
        return self._ask("ramp", lambda: self._tenants.ramp(plan, today))

    def drivable(self) -> Sequence[str]:
        """The metrics whose growth can be told by who brought it."""
        return self._ask("drivable", lambda: tuple(self._tenants.drivable()))

    def drivers(self, metric: str, since: date, until: date) -> StoreChanges:
        """What each of those who hold something held at the end of two days."""
        return self._ask("drivers", lambda: self._tenants.drivers(metric, since, until))


def guarded(source: Source, name: str = "the platform's source") -> Source:
    """A source that others made, with every fault of it told as its own."""
    return GuardedTenantSource(source, name) if isinstance(source, TenantSource) else GuardedSource(source, name)
