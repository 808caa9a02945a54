"""A source that never saw a database: a cloud's GPUs by tenant and day, in dictionaries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from outgrow.domain.diagnosis import Diagnosis, Health
from outgrow.domain.drivers import StoreChanges
from outgrow.domain.errors import ConfigurationError
from outgrow.domain.history import RECONSTRUCTED
from outgrow.domain.metric import PLATFORM, Kind, Metric
from outgrow.domain.panel import NO_DAY, HistoryPanel, Key
from outgrow.domain.platform import SourcePlatform
from outgrow.domain.resource import Resource, Resources
from outgrow.domain.scenario import Ramp
from outgrow.domain.snapshot import Measurement, Reading
from outgrow.domain.tenant import Plan, Tenants, UseChanges
from outgrow.sources.contract import Past, Progress, every_metric

GPUS, SOLD = Metric("gpus_used", Kind.LEVEL, "GPUs", "GPUs"), Metric("gpus_sold", Kind.LEVEL, "GPUs", "GPUs sold")
RESOURCES = Resources([Resource("gpus", GPUS, "GPUs", one="GPU", sold=SOLD, capacity_name="gpus")])
CLOUD = SourcePlatform("cloud", "Cloud", ZoneInfo("UTC"), "1")
PLANS = (Plan("small", "Small", Decimal(90), (8.0,)), Plan("large", "Large", Decimal(400), (64.0,)))
LIMITS = np.array([plan.limits for plan in PLANS])


@dataclass(frozen=True)
class DictionarySource:
    """Keeps `TenantSource`: GPUs of each tenant on every day since it joined, and each one's place in `PLANS`."""

    used: Mapping[str, Mapping[date, int]]
    plan: Mapping[str, int]
    platform: SourcePlatform = CLOUD
    resources: Resources = RESOURCES

    def metrics(self) -> Sequence[Metric]:
        return (GPUS, SOLD)

    def measure(self, day: date, wanted: Callable[[Metric], bool] = every_metric) -> Sequence[Measurement]:
        return [Measurement(m, Reading.of(value)) for m, value in zip(self.metrics(), self._on(day), strict=True)]

    def past(self, since: date | None, until: date, wanted: Callable[[Metric], bool], tell: Progress) -> Past:
        begin = since or min((day for days in self.used.values() for day in days if day <= until), default=None)
        days = [begin + timedelta(days=n) for n in range((until - begin).days + 1)] if begin else []
        values = np.array([self._on(day) for day in days], dtype=np.float64).reshape(-1, 2).T
        tell("reading GPUs", 1, 1)
        keys, known = (Key(self.platform.code, PLATFORM),) * 2, np.full(values.shape, RECONSTRUCTED, dtype=np.int8)
        panel = HistoryPanel(keys, (GPUS, SOLD), begin or NO_DAY, values, known)
        rows = [row for row, metric in enumerate(self.metrics()) if wanted(metric)]
        return Past(panel.take(rows), limitations=["tenants that were removed left no trace"])

    def diagnose(self) -> Sequence[Diagnosis]:
        return [Diagnosis("dictionary", Health.GOOD, f"{len(self.used)} tenants")]

    def plan_codes(self) -> Sequence[str]:
        return [plan.code for plan in PLANS]

    def tenants(self, day: date, *, now: bool = False) -> Tenants:
        there = [name for name, days in sorted(self.used.items()) if min(days) <= day]
        plan = np.array([self.plan[name] for name in there], dtype=np.int64)
        used = np.array([[self.used[name].get(day, 0)] for name in there], dtype=np.float64).reshape(-1, 1)
        joined = np.array([min(self.used[name]) for name in there], dtype="datetime64[D]")
        names, trial = np.array(there, dtype=np.str_), np.zeros(len(there), np.bool_)
        known = (day, names, names, PLANS, plan, trial, joined, LIMITS[plan], used)
        return Tenants(*known, used_elsewhere=(0.0,), resources=self.resources)

    def changes(self, tenants: Tenants, resource: str, n_days: int) -> UseChanges:
        days = [tenants.as_of - timedelta(days=n_days - at) for at in range(n_days + 1)]
        level = [[self.used[name].get(day, 0) for day in days] for name in tenants.keys.tolist()]
        flow = np.diff(np.array(level, dtype=np.float64).reshape(len(tenants), n_days + 1), axis=1)
        at, day = np.nonzero(flow)
        return UseChanges.of(tenants.as_of, n_days, at.astype(np.int32), day.astype(np.int16), flow[at, day])

    def ramp(self, plan: str, today: date) -> Ramp:
        alike = [days for name, days in self.used.items() if PLANS[self.plan[name]].code == plan and min(days) < today]
        ages = min((sum(day < today for day in days) for days in alike), default=0)
        if not ages:
            raise ConfigurationError(f"nobody is on plan '{plan}'", "say in the scenario how large they are")
        sizes = np.array([list(days.values())[:ages] for days in alike], dtype=np.float64)
        return Ramp({GPUS.name: sizes.mean(axis=0)}, stores=len(alike))

    def drivable(self) -> Sequence[str]:
        return (GPUS.name,)

    def drivers(self, metric: str, since: date, until: date) -> StoreChanges:
        whose, ends = sorted(self.used), np.array([since, until], dtype="datetime64[D]")
        before, after = (np.array([self.used[name].get(day, 0) for name in whose]) for day in (since, until))
        joined = np.array([min(self.used[name]) for name in whose], dtype="datetime64[D]")
        plans = np.array([PLANS[self.plan[name]].code for name in whose], dtype=np.str_)
        return StoreChanges(before, after, joined <= ends[0], joined <= ends[1], joined, plans, unplaced=(0, 0))

    def _on(self, day: date) -> tuple[float, float]:
        sold = sum(LIMITS[self.plan[name], 0] for name, days in self.used.items() if min(days) <= day)
        return float(sum(days.get(day, 0) for days in self.used.values())), float(sold)
