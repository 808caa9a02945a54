"""A platform in a database of its own schema that knows its tenants: what each of them has, had and may have."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.diagnosis import Diagnosis, Health
from outgrow.domain.drivers import StoreChanges
from outgrow.domain.errors import ConfigurationError, DatabaseError
from outgrow.domain.metric import ALIASES, Kind
from outgrow.domain.resource import Resource, Resources
from outgrow.domain.scenario import WEEK, Ramp, by_day
from outgrow.domain.tenant import Tenants, UseChanges
from outgrow.sources.sql.declaration import DeclaredMetric, DeclaredScope, Value
from outgrow.sources.sql.faults import QueryError
from outgrow.sources.sql.midnights import Midnights
from outgrow.sources.sql.passes import by_tenant, looked_at
from outgrow.sources.sql.source import SqlSource
from outgrow.sources.sql.tally import Keyed
from outgrow.sources.sql.tenancy import EndOfDay, Everybody, columns_of, everybody, on_plans, plans_on_sale

RAMP_DAYS = 371
"""Over how many days tenants' growth with their age is looked at, and told by the week."""
LOOKED_BACK = 730
"""Days over which it is looked for when a tenant came that does not say so itself; older ones came before."""
LEAST_TENANTS = 3
"""Fewer tenants than these are no measure of an age."""
FINE = 10**9
"""Into how many parts a unit is cut where amounts are not whole."""

Array = NDArray[np.float64]


class SqlTenantSource(SqlSource):
    """Keeps `TenantSource`: the declared metrics by their tenant."""

    @property
    def scope(self) -> DeclaredScope:
        """Who the tenants are."""
        assert self._declared.scope is not None, "it is made where there is one"  # noqa: S101
        return self._declared.scope

    @cached_property
    def _by_name(self) -> dict[str, DeclaredMetric]:
        """The levels that are told by tenant."""
        return {
            each.metric.name: each
            for each in self._declared.metrics
            if not isinstance(each.told_by, Value) and each.told_by.tenant is not None
            and each.metric.kind is not Kind.FLOW
        }  # fmt: skip

    @cached_property
    def _resources(self) -> Resources:
        short = {name: alias for alias, name in ALIASES.items()}
        metrics = [each.metric for each in self._by_name.values()]
        return Resources(Resource(short.get(metric.name, metric.name), metric, metric.words) for metric in metrics)

    @property
    def resources(self) -> Resources:
        """What is told by tenant, and so may be limited by their plans."""
        return self._resources

    def diagnose(self) -> Sequence[Diagnosis]:
        """Whether the database answers, and each metric, the tenants, their plans and limits can be asked."""
        told: list[tuple[str, str, str, Sequence[str]]] = [
            (f"scope {self.scope.name}", self.scope.place, self.scope.query, ("key",))
        ]
        told += [
            ("who is on which plan", plan.place, plan.query, ("key", "plan"))
            for plan in self._declared.plans
            if plan.query is not None
        ]
        told += [
            (f"limits of {limits.metric}", limits.place, limits.query, ("key", "maximum"))
            for limits in self._declared.limits
        ]
        found = []
        for name, place, query, needed in told:
            try:
                columns_of(self._database, query, place, needed)
            except DatabaseError as error:
                found.append(Diagnosis(name, Health.BAD, error.what, error.mend))
            else:
                found.append(Diagnosis(name, Health.GOOD, "can be asked"))
        return [*super().diagnose(), *found]

    def plan_codes(self) -> Sequence[str]:
        """The codes of the plans that are declared, cheapest first."""
        return [plan.code for plan in plans_on_sale(self._declared, self._resources.by_plan)]

    def tenants(self, day: date, *, now: bool = False) -> Tenants:  # noqa: ARG002 - rows of today end with the day
        """Those that exist at the end of a day, with plans, limits and use.

        Raises:
            DatabaseError: a query cannot be asked.
        """
        resources, zone = self._resources.by_plan, self._platform.zone
        who = self._everybody()
        place = who.places()
        # Whose query does not say when it came is there from the first day on which it had anything.
        n_days = LOOKED_BACK if np.isnat(who.joined).any() else 1
        midnights = Midnights(day - timedelta(days=n_days - 1), n_days, zone)
        used, first = np.zeros((len(place) + 1, len(resources))), np.full(len(place) + 1, n_days + 1)
        for column, resource in enumerate(resources):
            for at, places, amounts in self._told(resource, place, midnights):
                used[:, column] += np.bincount(at, np.where(places <= n_days, amounts, 0.0), len(used))
                np.minimum.at(first, at, np.maximum(places, 1))
        had = np.datetime64(midnights.first) + (first[:-1] - 1)
        joined = np.where(np.isnat(who.joined), had, who.joined)
        there = joined <= np.datetime64(day)
        plans = plans_on_sale(self._declared, resources)
        on = on_plans(self._database, self._declared, place, resources, EndOfDay(day, zone, self._naive))
        elsewhere = used[-1] + used[:-1][~there].sum(axis=0)
        return Tenants(
            day, who.keys[there], who.names[there], plans, on.plan[there], on.trial[there], joined[there],
            on.limits[there], np.maximum(used[:-1][there], 0.0), used_elsewhere=tuple(elsewhere.tolist()),
            resources=self._resources,
        )  # fmt: skip

    def changes(self, tenants: Tenants, resource: str, n_days: int) -> UseChanges:
        """How the use of one resource, by name, changed over the newest days up to the tenants' day."""
        first = tenants.as_of - timedelta(days=n_days - 1)
        place = {key: at for at, key in enumerate(tenants.keys.tolist())}
        found = self._resources.resolve(resource)
        cells, amounts = [np.empty(0, np.int64)], [np.empty(0)]
        for at, places, each in self._told(found, place, Midnights(first, n_days, self._platform.zone)):
            inside = (at < len(place)) & (places >= 1) & (places <= n_days)
            cells.append(at[inside] * n_days + places[inside] - 1)
            amounts.append(each[inside])
        cell, which = np.unique(np.concatenate(cells), return_inverse=True)
        sums = np.zeros(len(cell))
        np.add.at(sums, which, np.concatenate(amounts))
        whose, days = np.divmod(cell, n_days)
        return UseChanges.of(tenants.as_of, n_days, whose.astype(np.int32), days.astype(np.int16), sums)

    def ramp(self, plan: str, today: date) -> Ramp:
        """What tenants of a plan have had on each day of their age, in the mean of those that reached it.

        Told of tenants that came within the last year; the last week that `LEAST_TENANTS` of them have lived through
        stands for all later ones.

        Raises:
            ConfigurationError: too few of them are a week old.
        """
        yesterday = today - timedelta(days=1)
        tenants = self.tenants(yesterday)
        codes = [each.code for each in tenants.plans]
        age = (np.datetime64(today) - tenants.joined).astype(np.int64)
        rows = np.flatnonzero((tenants.plan == (codes.index(plan) if plan in codes else -2)) & (age < RAMP_DAYS))
        reached = np.array([(age[rows] // WEEK > week).sum() for week in range(RAMP_DAYS // WEEK)])
        weeks = int((reached >= LEAST_TENANTS).sum())
        if not weeks:
            raise ConfigurationError(
                f"how tenants of plan '{plan}' grow cannot be told: {len(rows)} of them came within the last year, and "
                f"{LEAST_TENANTS} have to be a week old",
                "say in the scenario how large they are, for example sizes = { products = 200 }",
            )
        sizes = {}
        for column, resource in enumerate(self._resources.by_plan):
            changes = self.changes(tenants, resource.name, RAMP_DAYS)
            level = changes.level(rows, tenants.used[rows, column])
            weekly = np.zeros(weeks)
            for row, days in zip(level, age[rows].tolist(), strict=True):
                lived = row[RAMP_DAYS - days :][: days // WEEK * WEEK][: weeks * WEEK]
                means = lived.reshape(-1, WEEK).mean(axis=1)
                weekly[: len(means)] += means
            sizes[resource.metric.name] = by_day(weekly / reached[:weeks])
        return Ramp(sizes, stores=int(reached[0]))

    def drivable(self) -> Sequence[str]:
        """The names of the metrics that are told by tenant."""
        return tuple(self._by_name)

    def drivers(self, metric: str, since: date, until: date) -> StoreChanges:
        """What every tenant held at the end of two days.

        Args:
            metric: one of `drivable`.
        """
        resource = self._resources.of_metric(metric)
        assert resource is not None, "it is one of those that are told"  # noqa: S101
        who = self._everybody()
        place, zone = who.places(), self._platform.zone
        held, first = np.zeros((2, len(place) + 1)), np.full(len(place) + 1, (until - since).days + 2)
        midnights = Midnights(since, (until - since).days + 1, zone)
        for at, places, amounts in self._told(resource, place, midnights):
            held[0] += np.bincount(at, np.where(places <= 1, amounts, 0.0), held.shape[1])
            np.minimum.at(first, at, np.maximum(places, 1))
            held[1] += np.bincount(at, np.where(places <= midnights.n_days, amounts, 0.0), held.shape[1])
        units = 1 if (held == np.rint(held)).all() else FINE
        before, after = np.rint(held * units).astype(np.int64)
        joined = np.where(np.isnat(who.joined), np.datetime64(since) + (first[:-1] - 1), who.joined)
        resources = self._resources.by_plan
        plans = plans_on_sale(self._declared, resources)
        on = on_plans(self._database, self._declared, place, resources, EndOfDay(until, zone, self._naive))
        return StoreChanges(
            before[:-1],
            after[:-1],
            joined <= np.datetime64(since),
            joined <= np.datetime64(until),
            joined,
            np.array([*(plan.code for plan in plans), ""], dtype=np.str_)[on.plan],
            (int(before[-1]), int(after[-1])),
            units,
        )

    @property
    def _naive(self) -> ZoneInfo:
        return ZoneInfo(self._declared.rules.naive_times)

    def _everybody(self) -> Everybody:
        rules = self._declared.rules
        return everybody(self._database, self.scope, self._platform.zone, self._naive, rules.most_tenants)

    def _told(
        self, resource: Resource, place: Mapping[str, int], midnights: Midnights
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Array]]:
        """What came, and what went as less: whose it is, its place among the days, and how much.

        Whoever is none of the tenants stands behind the last of them.

        Raises:
            DatabaseError: it cannot be asked.
        """
        declared = self._by_name[resource.metric.name]
        try:
            planned = looked_at(declared, self._database, self._declared.rules.naive_times)
            for keyed in self._database.keyed(by_tenant(planned, midnights)):
                yield _placed(keyed, place)
        except QueryError as error:
            raise DatabaseError(f"{declared.place}: {error.reason}", "correct it there") from error


def _placed(keyed: Keyed, place: Mapping[str, int]) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    nobody = len(place)
    at = np.fromiter((place.get(key, nobody) if key is not None else nobody for key in keyed.keys), np.int64)
    amounts = keyed.amounts.astype(np.float64)
    return at, keyed.places, -amounts if keyed.ends else amounts
