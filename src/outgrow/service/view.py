"""What every reading verb stands on: a platform's stored history up to a day."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from sqlalchemy.orm import Session

from outgrow.domain.history import MISSING, History
from outgrow.domain.metric import CAPTURED, PLATFORM, Metric, MetricCatalogue, Scope
from outgrow.service.config import CapacityConfig
from outgrow.store.snapshots import HistoryReader, catalogue


@dataclass(frozen=True)
class View:
    """A platform as it is known on a day.

    Attributes:
        today: in the platform's time zone; nothing stored for a later day is looked at, so a past day shows what
            was known then.
    """

    store: Session
    platform: str
    today: date
    config: CapacityConfig = field(default_factory=CapacityConfig)

    @cached_property
    def metrics(self) -> MetricCatalogue:
        """Every metric that is known."""
        return catalogue(self.store)

    def history(self, metric: Metric, scope: Scope = PLATFORM) -> History:
        """The stored daily values of a metric, as they were recorded."""
        return self.histories([metric], scope)[0]

    def histories(self, metrics: list[Metric], scope: Scope = PLATFORM) -> list[History]:
        """The same for several, in one query."""
        return HistoryReader(self.store, self.platform, self.today).read(metrics, scope)

    def forecastable(self, metric: Metric, scope: Scope = PLATFORM) -> History:
        """The daily values that a metric's forecast rests on: for a month's total, the flow that it adds up."""
        return self.forecastables([metric], scope)[0]

    def forecastables(self, metrics: list[Metric], scope: Scope = PLATFORM) -> list[History]:
        """The same for several, in one query."""
        flows = {m.name: self.metrics.resolve(m.month_total_of) for m in metrics if m.month_total_of}
        wanted = list({m.name: m for m in [*metrics, *flows.values()]}.values())
        stored = {h.metric.name: h for h in self.histories(wanted, scope)}
        return [
            _flow_of_total(stored[flow.name], stored[metric.name]) if (flow := flows.get(metric.name)) else
            stored[metric.name]
            for metric in metrics
        ]  # fmt: skip

    def platform_metrics(self) -> list[Metric]:
        """The platform's own captured metrics and those that imports and providers brought."""
        others = [m for m in self.metrics if m not in CAPTURED and m.name != "tier_subscriptions"]
        return [*CAPTURED, *others]


def _flow_of_total(flow: History, total: History) -> History:
    """The daily flow behind a month's running total, under the total's name.

    Where no flow is stored, it is the rise of the total from day to day, which on the first of a month is the
    total itself.
    """
    if flow.known_days:
        return replace(flow, metric=total.metric)
    before = np.concatenate([[np.nan], total.values[:-1]])
    firsts = [(total.first_day + timedelta(days=i)).day == 1 for i in range(len(total))]
    rise = total.values - np.where(firsts, 0.0, before)
    # A total that falls within a month was corrected; its day's orders are not known.
    values = np.where(rise >= 0, rise, np.nan)
    provenance = np.where(np.isnan(values), MISSING, total.provenance).astype(np.int8)
    return replace(total, values=values, provenance=provenance)
