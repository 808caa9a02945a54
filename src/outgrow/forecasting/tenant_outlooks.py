"""From what tenants' use did day by day to what it will do: block by block, so that memory stays bounded."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.tenant import WITHIN, TenantOutlooks, Tenants, UseChanges
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.peers import SAMPLE, Peers, learn_peers
from outgrow.forecasting.rules import ForecastRules
from outgrow.forecasting.tenants import PACE_DAYS, UseForecast

BLOCK = 2_048
"""Tenants at a time: their daily series and forecasts take some tens of megabytes."""
FARTHEST = 180
"""Days ahead that are looked at: twice as far as the past is asked about."""
KNOTS = (7, 14, 30, 60, 90, 120, 150, 180)
"""Days ahead at which the probability is asked; between them it lies on straight lines."""
LEVELS = (0.1, 0.5, 0.9)


def tenant_outlooks(tenants: Tenants, changes: Mapping[str, UseChanges], rules: ForecastRules) -> TenantOutlooks:
    """Forecast the use of every tenant with a plan.

    Args:
        changes: of each resource that plans limit, by its name, up to the tenants' day.
        rules: their horizon is made 90 days at the least, and 180 at the most.
    """
    horizon = min(max(rules.horizon_days, *WITHIN), FARTHEST)
    desk = _Desk.of(tenants, changes, replace(rules, horizon_days=horizon))
    made = desk.nothing()
    subscribed = np.flatnonzero((tenants.plan >= 0) & (desk.known >= rules.need_days))
    for column in range(len(tenants.columns)):
        peers = desk.learn(column, subscribed)
        for rows in np.array_split(subscribed, -(-len(subscribed) // BLOCK) or 1):
            if len(rows):
                desk.fill(made, column, rows, peers)
    return made


@dataclass(frozen=True, slots=True, eq=False)
class _Desk:
    tenants: Tenants
    changes: Mapping[str, UseChanges]
    rules: ForecastRules
    known: NDArray[np.int64]

    @classmethod
    def of(cls, tenants: Tenants, changes: Mapping[str, UseChanges], rules: ForecastRules) -> Self:
        age = (np.datetime64(tenants.as_of, "D") - tenants.joined).astype(np.int64) + 1
        held = min((change.n_days for change in changes.values()), default=rules.history_days)
        return cls(tenants, changes, rules, np.minimum(age, held))

    def nothing(self) -> TenantOutlooks:
        """As many unknowns as there will be answers."""
        n, width = len(self.tenants), len(self.tenants.columns)

        def unknown(*more: int) -> Array:
            return np.full((n, *more), np.nan)

        return TenantOutlooks(
            horizon_days=self.rules.horizon_days,
            known=self.known,
            need=self.rules.need_days,
            probability=unknown(width, len(WITHIN)),
            days=unknown(width, len(LEVELS)),
            outgrows=unknown(len(self.tenants.plans), width),
            before=unknown(width),
            now=unknown(width),
            later=unknown(width),
            chance=unknown(width),
        )

    def learn(self, column: int, among: NDArray[np.int64]) -> Peers:
        """What some of the tenants did in the past, evenly drawn from the oldest to the youngest."""
        some = among[np.unique(np.linspace(0, len(among) - 1, min(SAMPLE, len(among))).astype(np.int64))]
        values, limits = self.series(column, some), self.tenants.limits[some, column]
        return learn_peers(values, limits, self.tenants.as_of, self.rules, monthly=self.tenants.columns[column].monthly)

    def series(self, column: int, rows: NDArray[np.int64]) -> Array:
        """Daily series of some tenants (increasing), (n_rows, n_days), NaN before each joined."""
        resource = self.tenants.columns[column]
        change = self.changes[resource.name]
        values = change.flow(rows) if resource.monthly else change.level(rows, self.tenants.used[rows, column])
        values[np.arange(change.n_days) < change.n_days - self.known[rows, None]] = np.nan
        return values

    def fill(self, made: TenantOutlooks, column: int, rows: NDArray[np.int64], peers: Peers) -> None:
        """Write the answers of one resource and some tenants."""
        values = self.series(column, rows)
        forecast = (
            UseForecast.of_orders(values, self.tenants.as_of, self.rules)
            if self.tenants.columns[column].monthly
            else UseForecast.of_levels(values, self.rules)
        )
        knots = tuple(
            sorted({day for day in (*KNOTS, *WITHIN) if day < self.rules.horizon_days} | {self.rules.horizon_days})
        )
        limits = self.tenants.limits[rows, column]
        cdf = peers.reached(forecast, np.where(np.isfinite(limits), limits, np.nan), knots)
        for k, day in enumerate(WITHIN):
            made.probability[rows, column, k] = cdf[:, knots.index(day)]
        made.days[rows, column] = _first_days(cdf, knots)
        near = forecast.until(PACE_DAYS)
        for place, plan in enumerate(self.tenants.plans):
            made.outgrows[rows, place, column] = _outgrows(near, peers, plan.limits[column])
        for name in ("before", "now", "later", "chance"):
            getattr(made, name)[rows, column] = getattr(forecast, name)


def _outgrows(forecast: UseForecast, peers: Peers, limit: float) -> Array:
    """P(the use reaches a plan's limit within 90 days), (n,); zero where the plan has none."""
    if not np.isfinite(limit):
        return np.zeros(len(forecast.used))
    return peers.reached(forecast, np.full(len(forecast.used), limit), (PACE_DAYS,))[:, 0]


def _first_days(cdf: Array, knots: tuple[int, ...]) -> Array:
    """The first days on which the probability is at each of `LEVELS`, (n, 3); NaN where beyond the horizon."""
    places = np.array([0, *knots], dtype=np.float64)
    whole = np.concatenate([np.zeros((len(cdf), 1)), cdf], axis=1)
    found = np.full((len(cdf), len(LEVELS)), np.nan)
    for k, level in enumerate(LEVELS):
        right = np.argmax(whole >= level, axis=1)
        there = (whole >= level).any(axis=1)
        rows, right = np.flatnonzero(there), right[there]
        low, high = whole[rows, right - 1], whole[rows, right]
        share = (level - low) / np.maximum(high - low, 1e-12)
        day = places[right - 1] + share * (places[right] - places[right - 1])
        found[rows, k] = np.maximum(np.ceil(np.round(day, 6)), 1.0)
    return found
