"""What every verb works on: a platform as it is known on a day, and what the question has read of it so far."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Self

from outgrow.domain.errors import ConfigurationError, OutgrowError, UnknownMetricError
from outgrow.domain.event import Event
from outgrow.domain.forecast import Refusal
from outgrow.domain.history import History
from outgrow.domain.ladder import Ladder, Tier
from outgrow.domain.metric import CAPTURED, PLATFORM, TIER_SUBSCRIPTIONS, Kind, Metric, MetricCatalogue, Scope
from outgrow.domain.panel import HistoryPanel
from outgrow.domain.platform import SourcePlatform
from outgrow.domain.resource import Resources
from outgrow.domain.scenario import Project
from outgrow.forecasting.calendar import events_of
from outgrow.forecasting.correction import Correction, learn_correction
from outgrow.forecasting.faults import find_faults
from outgrow.forecasting.model import load_model
from outgrow.forecasting.panel import DRIFT, SHARED
from outgrow.forecasting.projection import Projection, project_panel
from outgrow.forecasting.rules import ForecastRules
from outgrow.forecasting.totals import flow_of_total, flows_of_plain_totals
from outgrow.service.config import CapacityConfig
from outgrow.service.shelf import Shelf
from outgrow.sources.contract import Source, TenantSource
from outgrow.store.contract import KnownOn, Store

LEARNED_DAYS, LEARNED_SERIES = 730, 24
"""The newest days, and the most metrics, that the correction is learned from. Metrics of one platform move together:
more of them say hardly more, and a platform may have thousands.
"""

LEARNED_YEARS = 10
"""Whole years of events that are looked at before this one."""

BUILT_IN = frozenset(metric.name for metric in CAPTURED)
Series = tuple[str, Scope]
"""A metric's name, and whose it is."""


@dataclass(frozen=True)
class Desk:
    """A platform as it is known on a day; what was read or worked out once is remembered within the question.

    Attributes:
        today: in the platform's time zone; nothing stored for a later day is looked at, so a past day shows what
            was known then.
        now: the present instant.
        open_source: opens the platform's source, when it is first needed.
        captures: whether the platform has a source that is captured; else values are imported or handed over.
        is_past: whether the day is over: then values that captured days were given later do not count either.
        is_present: whether it is asked what to do at this moment, and not on a day that somebody named.
        own_resources: the platform's, where they are known without its source.
    """

    store: Store
    platform: SourcePlatform
    today: date
    now: datetime
    open_source: Callable[[], Source] = field(repr=False)
    config: CapacityConfig = field(default_factory=CapacityConfig)
    captures: bool = field(default=True, kw_only=True)
    is_past: bool = field(default=False, kw_only=True)
    is_present: bool = field(default=True, kw_only=True)
    own_resources: Resources | None = field(default=None, kw_only=True, repr=False)
    shelf: Shelf = field(default=None, kw_only=True, repr=False)  # type: ignore[assignment]

    remembered: dict[object, object] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Answers by what was asked; who works them out knows what they are."""

    def __post_init__(self) -> None:
        if self.shelf is None:
            object.__setattr__(self, "shelf", Shelf(self.store, self.code))

    # what the question is about

    @property
    def code(self) -> str:
        """By which the platform's rows are found."""
        return self.platform.code

    @cached_property
    def source(self) -> Source:
        """The platform where it lives."""
        return self.open_source()

    @property
    def tenant_source(self) -> TenantSource | None:
        """The same, where it knows tenants."""
        return self.source if isinstance(self.source, TenantSource) else None

    @cached_property
    def resources(self) -> Resources:
        """What tiers hold and plans allow."""
        return self.own_resources or self.source.resources

    @property
    def known(self) -> KnownOn:
        """What counts as known on the day."""
        return KnownOn(self.today, self.platform.zone if self.is_past else None)

    def without_projects(self) -> Self:
        """The same, as if nothing was committed."""
        return self.with_config(replace(self.config, projects=()))

    def with_config(self, config: CapacityConfig) -> Self:
        """The same by other rules; what was read stays read."""
        return replace(self, config=config)

    def anew(self) -> Self:
        """The same with nothing read yet: after the store was written."""
        return replace(self, shelf=Shelf(self.store, self.code))

    def on(self, day: date) -> Self:
        """The same with another day for today."""
        return replace(self, today=day)

    @property
    def first_step(self) -> str:
        """What brings the values that are missing."""
        return "capture or backfill first" if self.captures else "import values first, with `outgrow import`"

    @property
    def who_keeps_forecasts(self) -> str:
        """Where the forecasts come from that are held against what came."""
        if self.captures:
            return "each `outgrow capture` keeps the forecasts of its day"
        return "only captures of a platform's database keep forecasts, and none is set (database_url)"

    # what is known by name

    @cached_property
    def metrics(self) -> MetricCatalogue:
        """Every metric that is known: those that are stored, and until then those that the source is to tell.

        A source of another kind is asked for its resources too: they are names of their metrics. Where it cannot be
        asked, what is stored can be all the same.
        """
        stored = self.store.catalogue()
        if self.own_resources is not None:
            return stored
        try:
            more, called = _told_by(self.source)
        except OutgrowError:
            return stored
        known = {metric.name for metric in stored}
        return MetricCatalogue([*stored, *(metric for metric in more if metric.name not in known)], called)

    def platform_metrics(self) -> list[Metric]:
        """The platform's own captured metrics and those that imports and providers brought."""
        others = [m for m in self.metrics if m not in CAPTURED and m != TIER_SUBSCRIPTIONS]
        return [*CAPTURED, *others]

    @cached_property
    def projects(self) -> tuple[Project, ...]:
        """The committed projects that are still to come; see `committed`."""
        return tuple(project for project in self.committed if project.on > self.today)

    @cached_property
    def committed(self) -> tuple[Project, ...]:
        """All committed projects, also those whose day has come, by the metrics' full names.

        Raises:
            ConfigurationError: a project names a metric that does not exist.
        """
        return tuple(map(self._named, self.config.projects))

    def _named(self, project: Project) -> Project:
        try:
            sizes = {self.metrics.resolve(name).name: size for name, size in project.sizes.items()}
        except UnknownMetricError as error:
            what = f"{self.config.read_from}: [[projects]] '{project.name}', sizes: {error.what}"
            raise ConfigurationError(what, error.mend) from error
        return replace(project, sizes=sizes)

    @cached_property
    def ladder(self) -> Ladder:
        """The infrastructure's tiers, by the metrics' full names.

        Raises:
            ConfigurationError: a tier limits a metric that does not exist.
        """
        return self.by_full_names(self.config.ladder)

    def by_full_names(self, ladder: Ladder) -> Ladder:
        """A ladder whose tiers limit metrics by their full names; raises as `ladder` does."""
        if all(name in BUILT_IN for name in ladder.metrics):
            return ladder
        return replace(ladder, tiers=tuple(replace(tier, maxima=self._limited(tier)) for tier in ladder))

    def _limited(self, tier: Tier) -> dict[str, float]:
        """What a tier holds, by metric: `max_gpus` is of the resource of that name, or else of the metric."""
        named = {resource.name: resource.metric.name for resource in self.resources}
        where, found = f"{self.config.read_from}: ladder: tier '{tier.name}'", dict[str, float]()
        for name, top in tier.maxima.items():
            try:
                metric = self.metrics.resolve(named.get(name, name)).name
            except UnknownMetricError as error:
                raise ConfigurationError(f"{where}: {error.what}", error.mend) from error
            if metric in found:
                raise ConfigurationError(f"{where}: {name} is a second maximum of {metric}", "leave one of the two out")
            found[metric] = top
        return found

    # what is stored

    def history(self, metric: Metric, scope: Scope = PLATFORM) -> History:
        """The stored daily values of a metric, as they were recorded."""
        return self.histories([metric], scope)[0]

    def histories(self, metrics: Sequence[Metric], scope: Scope = PLATFORM, since: date | None = None) -> list[History]:
        """The same for several, in one read at the most; from a day on, if only that is looked at."""
        return self.shelf.histories(metrics, scope, self.known, since)

    def forecastable(self, metric: Metric, scope: Scope = PLATFORM) -> History:
        """The daily values that a metric's forecast rests on: for a month's total, the flow that it adds up."""
        return self.forecastables([metric], scope)[0]

    def forecastables(
        self, metrics: Sequence[Metric], scope: Scope = PLATFORM, since: date | None = None
    ) -> list[History]:
        """The same for several, in one read at the most; from a day on, if only that is looked at."""
        flows = {m.name: self.metrics.resolve(m.month_total_of) for m in metrics if m.month_total_of}
        wanted = list({m.name: m for m in [*metrics, *flows.values()]}.values())
        stored = {h.metric.name: h for h in self.histories(wanted, scope, since)}
        return [
            _flow_behind(stored[flow.name], stored[metric.name]) if (flow := flows.get(metric.name)) else
            stored[metric.name]
            for metric in metrics
        ]  # fmt: skip

    # how it is forecast

    @cached_property
    def fallbacks(self) -> Mapping[str, str]:
        """Why the plain drift is asked instead of the shared model, for the metrics of which it is.

        As the newest capture decided; one that is older than a forecast may be decides nothing.
        """
        since = self.today - timedelta(days=self.config.rules.stale_after_days)
        asked = self.store.models_asked(self.code, since, self.today)
        return {metric: reason for metric, (model, reason) in asked.items() if model == DRIFT and reason}

    def fallback(self, metric: Metric, scope: Scope = PLATFORM) -> str | None:
        """The same for one metric; None where the shared model is asked."""
        return self.fallbacks.get(metric.name) if scope == PLATFORM else None

    @cached_property
    def correction(self) -> Correction:
        """How much wider the platform's own past, up to the day, says that its levels' bands have to be."""
        levels = [metric for metric in self.platform_metrics() if metric.kind is not Kind.FLOW]
        past = self.histories(levels[:LEARNED_SERIES], since=self.today - timedelta(days=LEARNED_DAYS - 1))
        # What begins anew every month is no level: its forecast rests on the daily amounts.
        behind = flows_of_plain_totals(past)
        past = [history for history, flow in zip(past, behind, strict=True) if flow is None and len(history)]
        series = []
        for kind in (Kind.LEVEL, Kind.CUMULATIVE):
            panel = HistoryPanel.of([history for history in past if history.metric.kind is kind])
            if len(panel):  # without what is amiss in them: an import is no outcome of a forecast
                series += [(values, kind) for values in find_faults(panel.values, kind, panel.provenance).mended]
        return learn_correction(series, load_model(self.config.rules.model_file))

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The days on which flows are unlike others, of the past that is learned from and as far as is forecast.

        Raises:
            ConfigurationError: the calendar names a country that is not known, or campaigns overlap.
        """
        first = date(self.today.year - LEARNED_YEARS, 1, 1)
        last = self.today + timedelta(days=self.config.rules.horizon_days)
        try:
            return events_of(self.config.calendar, first, last)
        except ConfigurationError as error:
            raise ConfigurationError(f"{self.config.read_from}: {error.what}", error.mend) from error

    def model(self, metric: Metric, scope: Scope = PLATFORM) -> str:
        """The model that is asked for a metric."""
        return self.config.rules.model if self.fallback(metric, scope) is None else DRIFT

    def rules(self, metric: Metric, scope: Scope = PLATFORM, model: str | None = None) -> ForecastRules:
        """The rules of a metric's forecast: with the model that is asked for it, or another one.

        Raises:
            ConfigurationError: the calendar names a country that is not known, or campaigns overlap.
        """
        rules = replace(self.config.rules, model=model or self.model(metric, scope))
        if metric.kind is Kind.FLOW:
            return replace(rules, events=self.events)
        # What was learned is how far the shared model's bands were off on the platform's own levels: it says nothing
        # of the drift's, which is asked as the plain thing it is, nor of one store's or one plan's.
        if rules.model != SHARED or scope != PLATFORM:
            return rules
        return replace(rules, correction=self.correction)

    def projected(self, histories: Sequence[History]) -> list[Projection | Refusal]:
        """The forecast of each series by its rules, or why there is none; none is made twice."""
        keys = [("projection", history.metric.name, history.scope) for history in histories]
        new = [at for at, key in enumerate(keys) if key not in self.remembered]
        asked = HistoryPanel.of([histories[at] for at in new])
        rules = [self.rules(histories[at].metric, histories[at].scope) for at in new]
        for at, made in zip(new, project_panel(asked, rules, self.today), strict=True):
            self.remembered[keys[at]] = made
        return [self.remembered[key] for key in keys]  # type: ignore[misc]


def _told_by(source: Source) -> tuple[list[Metric], dict[str, str]]:
    """A source's metrics, and those of its resources, by whose names they go too."""
    resources = list(source.resources)
    behind = [metric for each in resources for metric in (each.metric, each.sold, each.flow) if metric is not None]
    return [*source.metrics(), *behind], {each.name: each.metric.name for each in resources}


def _flow_behind(flow: History, total: History) -> History:
    """The daily flow behind a month's running total, under the total's name: as it is stored, or as the total tells."""
    return replace(flow, metric=total.metric) if flow.known_days else flow_of_total(total)
