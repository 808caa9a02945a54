"""What a platform's tenants did after such forecasts in the past: it corrects the probability of reaching a limit.

The engine reads each series by itself. Of a tenant with three products, whose series stood still for weeks, it can only
say that it stands; how often such tenants come to life again is seen in the many. So the same questions are asked of
the platform's own past, from days some months ago, and a logistic regression (Platt 1999) holds the engine's
probability, the limit beside the tenant's size, and the way to the limit beside the tenant's pace and the platform's
against what came. Every coefficient that a limit enters by is kept from falling below zero: a higher limit never
becomes likelier.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from outgrow.forecasting.kernels.logistic import Prior, fit_logistic, logistic, logit
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.restarts import month_starts
from outgrow.forecasting.projection import ForecastRules
from outgrow.forecasting.tenants import PACE_DAYS, UseForecast, pace_of

SAMPLE = 2_000
"""Tenants whose past is asked: more of them say hardly more."""
ORIGINS = (60, 120, 180)
"""Days ago from which the past is forecast."""
ASKED_DAYS = (14, 30, 60, 90)
"""Days ahead that are asked for."""
FACTORS = (1.1, 1.4, 2.0, 4.0, 10.0, 30.0)
"""Limits that are asked for besides the tenant's own, as multiples of its size."""
LEAST = 1e-3
"""The engine's probability is taken to lie no nearer to 0 and 1."""
FARTHEST = 6.9
"""Logarithm of a thousand: limits farther away, beside size or pace, are all alike."""
PRECISION = np.full(5, 5.0)
BOUNDED = np.array([False, True, True, True, True])
"""A longer time or a nearer limit is never less likely."""
LEVELS_PRIOR = Prior(np.array([-0.5, 1.0, 0.15, 2.0, 0.5]), PRECISION, BOUNDED)
ORDERS_PRIOR = Prior(np.array([-0.5, 1.0, 0.3, 0.5, 1.0]), PRECISION, BOUNDED)
"""What is thought before the platform's own past is asked: in round numbers what was found for the customers of a
wholesaler (UCI, Online Retail II), the stores of a grocer (Complete Journey) and the merchants of the demo."""


@dataclass(frozen=True, slots=True, eq=False)
class Peers:
    """How the engine's probabilities are corrected for one resource.

    Attributes:
        coefficients: (5,) of one, of the time, of the engine's log odds, of the size beside the limit, and of the pace
            beside the way to it.
        pace: the mean pace of the platform's tenants.
        questions: how many were asked of the past.
    """

    coefficients: Array
    pace: float
    questions: int = 0

    def reached(self, forecast: UseForecast, limits: Array, days: tuple[int, ...]) -> Array:
        """P(the use is at or above the limit on some day up to each of the days), (n, n_days), non-decreasing.

        Args:
            limits: (n,); what is not finite is answered by NaN, what is reached already by 1.
        """
        engine = forecast.reached(limits, days)
        result = np.empty_like(engine)
        near = _nearness(forecast, limits, self.pace)
        for k, day in enumerate(days):
            # Not by a matrix product, whose rounding hangs on the number of rows.
            result[:, k] = logistic((_features(engine[:, k], day, near) * self.coefficients).sum(axis=1))
        result = np.maximum.accumulate(result, axis=1)
        result[limits <= forecast.used] = 1.0
        result[np.isnan(engine)] = np.nan
        return result


def learn_peers(values: Array, limits: Array, last_day: date, rules: ForecastRules, *, monthly: bool) -> Peers:
    """Ask the past of some tenants, and learn how far the engine was off.

    Args:
        values: (n, n_days) daily levels, or with `monthly` daily amounts, newest last, NaN before a tenant joined.
        limits: (n,) what each may use today; not finite where it is not limited.
        last_day: the day of the newest values.
    """
    rules = replace(rules, horizon_days=max(ASKED_DAYS))
    parts = [
        part
        for ago in ORIGINS
        if ago < values.shape[1] - rules.need_days
        for part in _asked(values, limits, last_day, ago, rules, monthly=monthly)
    ]
    pace = float(np.mean(pace_of(values, monthly=monthly))) if len(values) else 0.0
    prior = ORDERS_PRIOR if monthly else LEVELS_PRIOR
    if not parts:
        return Peers(prior.mean, pace)
    features, outcomes, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Peers(fit_logistic(features, outcomes, weights, prior), pace, len(outcomes))


def _asked(
    values: Array, limits: Array, last_day: date, ago: int, rules: ForecastRules, *, monthly: bool
) -> Iterator[tuple[Array, Array, Array]]:
    """Features, outcomes and weights of the questions from a day so long ago; each tenant weighs as much as another."""
    past, after = values[:, :-ago], values[:, -ago:]
    old = (~np.isnan(past)).sum(axis=1) >= rules.need_days
    past, after, limits = past[old], after[old], limits[old]
    if not len(past):
        return
    then = last_day - timedelta(days=ago)
    forecast = _forecast(past, then, rules, monthly=monthly)
    pace = float(np.mean(forecast.pace))
    top = np.maximum.accumulate(_totals(after, forecast.used, then) if monthly else after, axis=1)
    days = tuple(day for day in ASKED_DAYS if day <= ago)
    weight = 1.0 / ((1 + len(FACTORS)) * len(ASKED_DAYS))
    for limit in (
        limits,
        *_made_up_limits(forecast, whole=monthly or bool((past[:, -1] == np.floor(past[:, -1])).all())),
    ):
        fair = np.isfinite(limit) & (limit > forecast.used)
        engine = forecast.reached(np.where(fair, limit, np.nan), days)
        near = _nearness(forecast, limit, pace)
        for k, day in enumerate(days):
            known = fair & ~np.isnan(engine[:, k])
            features = _features(engine[:, k], day, near)[known]
            yield features, (top[:, day - 1] >= limit)[known].astype(np.float64), np.full(len(features), weight)


def _forecast(values: Array, last_day: date, rules: ForecastRules, *, monthly: bool) -> UseForecast:
    return UseForecast.of_orders(values, last_day, rules) if monthly else UseForecast.of_levels(values, rules)


def _made_up_limits(forecast: UseForecast, *, whole: bool) -> Iterator[Array]:
    """Limits at multiples of each tenant's size; of whole things, whole ones above what is used."""
    base = np.maximum(forecast.used, forecast.size)
    for factor in FACTORS:
        yield np.maximum(np.ceil(base * factor), np.floor(base) + 1.0) if whole else base * factor


def _totals(amounts: Array, sofar: Array, last_day: date) -> Array:
    """Months' totals on the days after `last_day`, (n, n_days), from daily amounts."""
    restart = month_starts(last_day + timedelta(days=1), amounts.shape[1])
    running = sofar[:, None] + np.cumsum(amounts, axis=1)
    start = np.maximum.accumulate(np.where(restart, np.arange(len(restart)), -1))
    before = np.concatenate([sofar[:, None], running], axis=1)
    result: Array = running - np.where(start >= 0, before[:, np.maximum(start, 0)], 0.0)
    return result


def _nearness(forecast: UseForecast, limits: Array, pace: float) -> tuple[Array, Array]:
    """Size beside the limit, and pace beside the way to it, (n,) each, as logarithms; both fall as the limit rises."""
    way = limits if forecast.monthly else limits - forecast.used
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.log(forecast.size / limits)
        speed = np.log((forecast.pace + pace) / way)
    return _held(size), _held(speed)


def _held(ratio: Array) -> Array:
    result: Array = np.clip(np.nan_to_num(ratio, nan=-FARTHEST, posinf=FARTHEST), -FARTHEST, FARTHEST)
    return result


def _features(engine: Array, day: int, near: tuple[Array, Array]) -> Array:
    """(n, 5), in the order of the coefficients."""
    same = np.ones(len(engine))
    time = np.full(len(engine), np.log(day / PACE_DAYS))
    return np.stack([same, time, logit(np.nan_to_num(engine), LEAST), *near], axis=1)
