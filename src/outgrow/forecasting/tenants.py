"""One resource's use by many tenants: levels such as products, and orders, of which a month's total matters."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import numpy as np

from outgrow.domain.metric import Kind
from outgrow.forecasting.flows import FlowForecast
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.months import MonthTotalForecast
from outgrow.forecasting.panel import PanelForecast, forecast_panel, model_asked
from outgrow.forecasting.projection import MONTH_DAYS, ForecastRules

PACE_DAYS = 90
"""Days over which a tenant's pace is measured."""


@dataclass(frozen=True, slots=True, eq=False)
class UseForecast:
    """What n tenants use of one resource, how fast that grew, and what comes.

    Attributes:
        panel: the future of each.
        used: (n,) now; of orders, those of the month so far.
        size: (n,) what a limit is large or small against: what is used now; of orders, those of 30 days at the pace of
            the last 90.
        pace: (n,) growth over the last 90 days, zero at the least; of orders, their size.
        before, now, later: (n,) the use 90 days ago, now and, by the median, in 90 days; of orders, those of the 90
            days before the last 90, of the last 90, and of the next 90. NaN where the tenant had not joined.
        chance: (n,) how far `now` may lie from `before` by chance alone, as a standard deviation.
    """

    panel: PanelForecast
    used: Array
    size: Array
    pace: Array
    before: Array
    now: Array
    later: Array
    chance: Array
    monthly: bool

    @classmethod
    def of_levels(cls, values: Array, rules: ForecastRules) -> Self:
        """From the daily levels (n, n_days), newest last, NaN before a tenant joined."""
        panel = forecast_panel(values, rules.horizon_days, Kind.LEVEL, model_asked(rules.model, rules.model_file))
        used = values[:, -1]
        before = _before(values)
        later = panel.at_days((PACE_DAYS,), (0.5,))[:, 0, 0]
        return cls(
            panel=panel,
            used=used,
            size=used,
            pace=pace_of(values, monthly=False),
            before=before,
            now=used,
            later=later,
            chance=np.zeros(len(values)),
            monthly=False,
        )

    @classmethod
    def of_orders(cls, values: Array, last_day: date, rules: ForecastRules) -> Self:
        """From the daily orders (n, n_days), newest last, NaN before a tenant joined."""
        panel = forecast_panel(values, rules.horizon_days, Kind.FLOW, model_asked(rules.model, rules.model_file))
        assert isinstance(panel, FlowForecast), "flows are forecast as flows"  # noqa: S101
        recent, earlier = values[:, -PACE_DAYS:], values[:, -2 * PACE_DAYS : -PACE_DAYS]
        now, size = np.nansum(recent, axis=1), pace_of(values, monthly=True)
        whole = ~np.isnan(earlier).any(axis=1) & (earlier.shape[1] == PACE_DAYS)
        before = np.where(whole, np.nansum(earlier, axis=1), np.nan)
        month = values[:, -last_day.day :]
        return cls(
            panel=MonthTotalForecast.of(panel, values, last_day),
            used=np.nansum(month, axis=1),
            size=size,
            pace=size,
            before=before,
            now=now,
            later=panel.mean[:, :PACE_DAYS].sum(axis=1) * (PACE_DAYS / min(PACE_DAYS, panel.horizon)),
            chance=np.sqrt(now + np.nan_to_num(before)),
            monthly=True,
        )

    def until(self, horizon: int) -> Self:
        """The same for fewer days ahead."""
        return replace(self, panel=self.panel.until(horizon))

    def reached(self, limits: Array, days: tuple[int, ...]) -> Array:
        """P(the use is at or above the limit on some day up to each of the days), (n, n_days), by the engine alone."""
        return self.panel.crossing_at(limits, days)


def pace_of(values: Array, *, monthly: bool) -> Array:
    """The pace of each tenant, (n,), as in `UseForecast`, from its daily levels or, `monthly`, its orders."""
    if not monthly:
        return np.maximum(values[:, -1] - np.nan_to_num(_before(values)), 0.0)
    recent = values[:, -PACE_DAYS:]
    known = np.maximum((~np.isnan(recent)).sum(axis=1), 1)
    pace: Array = np.nansum(recent, axis=1) * (MONTH_DAYS / known)
    return pace


def _before(values: Array) -> Array:
    """The levels 90 days ago, (n,)."""
    return values[:, -PACE_DAYS - 1] if values.shape[1] > PACE_DAYS else np.full(len(values), np.nan)
