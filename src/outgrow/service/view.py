"""What every reading verb stands on: a platform's stored history up to a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Self
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from outgrow.domain.errors import ConfigurationError, UnknownMetricError
from outgrow.domain.event import Event
from outgrow.domain.history import MISSING, History
from outgrow.domain.metric import CAPTURED, PLATFORM, Kind, Metric, MetricCatalogue, Scope
from outgrow.domain.scenario import Project
from outgrow.forecasting.calendar import events_of
from outgrow.forecasting.correction import Correction, learn_correction
from outgrow.forecasting.faults import find_faults
from outgrow.forecasting.model import load_model
from outgrow.forecasting.panel import DRIFT, SHARED
from outgrow.forecasting.projection import ForecastRules
from outgrow.forecasting.totals import flow_of_total, flows_of_plain_totals
from outgrow.service.config import CapacityConfig
from outgrow.store.forecasts import models_asked
from outgrow.store.histories import HistoryReader
from outgrow.store.snapshots import catalogue

LEARNED_DAYS, LEARNED_SERIES = 730, 24
"""The newest days, and the most metrics, that the correction is learned from. Metrics of one platform move together:
more of them say hardly more, and a platform may have thousands.
"""

LEARNED_YEARS = 10
"""Whole years of events that are looked at before this one."""


@dataclass(frozen=True)
class View:
    """A platform as it is known on a day.

    Attributes:
        today: in the platform's time zone; nothing stored for a later day is looked at, so a past day shows what
            was known then.
        has_source: whether the platform's own database is at hand, to be captured; else values are imported.
    """

    store: Session
    platform: str
    today: date
    config: CapacityConfig = field(default_factory=CapacityConfig)
    zone: ZoneInfo | None = None
    """Where set, values that captured days were given after `today`, in this time zone, do not count either."""

    has_source: bool = field(default=True, kw_only=True)

    futures: dict[object, object] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The joint futures that were simulated, see `outgrow.service.futures`."""

    def without_projects(self) -> Self:
        """The same, as if nothing was committed."""
        return replace(self, config=replace(self.config, projects=()))

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
    def metrics(self) -> MetricCatalogue:
        """Every metric that is known."""
        return catalogue(self.store)

    @property
    def first_step(self) -> str:
        """What brings the values that are missing."""
        return "capture or backfill first" if self.has_source else "import values first, with `outgrow import`"

    @property
    def who_keeps_forecasts(self) -> str:
        """Where the forecasts come from that are held against what came."""
        if self.has_source:
            return "each `outgrow capture` keeps the forecasts of its day"
        return "only captures of a platform's database keep forecasts, and none is set (database_url)"

    @property
    def reader(self) -> HistoryReader:
        """What is stored of the platform and was known on the day."""
        return HistoryReader(self.store, self.platform, self.today, self.zone)

    def history(self, metric: Metric, scope: Scope = PLATFORM) -> History:
        """The stored daily values of a metric, as they were recorded."""
        return self.histories([metric], scope)[0]

    def histories(self, metrics: list[Metric], scope: Scope = PLATFORM, since: date | None = None) -> list[History]:
        """The same for several, in one query; from a day on, if only that is looked at."""
        return self.reader.read(metrics, scope, since)

    def forecastable(self, metric: Metric, scope: Scope = PLATFORM) -> History:
        """The daily values that a metric's forecast rests on: for a month's total, the flow that it adds up."""
        return self.forecastables([metric], scope)[0]

    def forecastables(self, metrics: list[Metric], scope: Scope = PLATFORM, since: date | None = None) -> list[History]:
        """The same for several, in one query; from a day on, if only that is looked at."""
        flows = {m.name: self.metrics.resolve(m.month_total_of) for m in metrics if m.month_total_of}
        wanted = list({m.name: m for m in [*metrics, *flows.values()]}.values())
        stored = {h.metric.name: h for h in self.histories(wanted, scope, since)}
        return [
            _flow_behind(stored[flow.name], stored[metric.name]) if (flow := flows.get(metric.name)) else
            stored[metric.name]
            for metric in metrics
        ]  # fmt: skip

    @cached_property
    def fallbacks(self) -> Mapping[str, str]:
        """Why the plain drift is asked instead of the shared model, for the metrics of which it is.

        As the newest capture decided; one that is older than a forecast may be decides nothing.
        """
        since = self.today - timedelta(days=self.config.rules.stale_after_days)
        asked = models_asked(self.store, self.platform, since, self.today)
        return {metric: reason for metric, (model, reason) in asked.items() if model == DRIFT and reason}

    def fallback(self, metric: Metric, scope: Scope = PLATFORM) -> str | None:
        """The same for one metric; None where the shared model is asked."""
        return self.fallbacks.get(metric.name) if scope == PLATFORM else None

    @cached_property
    def correction(self) -> Correction:
        """How much wider the platform's own past, up to the view's day, says that its levels' bands have to be."""
        metrics = [metric for metric in self.platform_metrics() if metric.kind is not Kind.FLOW]
        histories = self.histories(metrics[:LEARNED_SERIES], since=self.today - timedelta(days=LEARNED_DAYS - 1))
        # What begins anew every month is no level: its forecast rests on the daily amounts.
        behind = flows_of_plain_totals(histories)
        histories = [history for history, flow in zip(histories, behind, strict=True) if flow is None]
        series = [found for kind in (Kind.LEVEL, Kind.CUMULATIVE) for found in _mended(histories, kind)]
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

    def platform_metrics(self) -> list[Metric]:
        """The platform's own captured metrics and those that imports and providers brought."""
        others = [m for m in self.metrics if m not in CAPTURED and m.name != "tier_subscriptions"]
        return [*CAPTURED, *others]


def _mended(histories: Iterable[History], kind: Kind) -> list[tuple[NDArray[np.float64], Kind]]:
    """The values of those of a kind, without what is amiss in them: an import is no outcome of a forecast."""
    members = [history for history in histories if history.metric.kind is kind and len(history)]
    if not members:
        return []
    first = min(history.first_day for history in members)
    days = (max(history.last_day for history in members) - first).days + 1
    values, provenance = np.full((len(members), days), np.nan), np.full((len(members), days), MISSING, np.int8)
    for row, origin, history in zip(values, provenance, members, strict=True):
        at = slice((history.first_day - first).days, (history.last_day - first).days + 1)
        row[at], origin[at] = history.values, history.provenance
    return [(mended, kind) for mended in find_faults(values, kind, provenance).mended]


def _flow_behind(flow: History, total: History) -> History:
    """The daily flow behind a month's running total, under the total's name: as it is stored, or as the total tells."""
    return replace(flow, metric=total.metric) if flow.known_days else flow_of_total(total)
