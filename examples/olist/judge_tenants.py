"""Judges the tenants' probabilities on what came: every merchant and limited resource, as seen on a past day.

    python examples/olist/judge_tenants.py DATABASE_URL [--day 2017-10-31]

Of each merchant with a plan, with enough days for a forecast, and below a limit on the day: how likely is it that the
limit, as it was on the day, is reached within 30 and within 90 days? Held against what came in the 90 days after, by
the Brier score and the log loss, and against two rules that people use: "above 80 % of its limit now", and a straight
line through the last 90 days (of orders, through their daily number, added up by calendar month). Nothing after the
day is seen by any of the three. Merchants who are gone 90 days later are left out.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from outgrow.domain.errors import DataError, OutgrowError
from outgrow.domain.tenant import WITHIN, Tenants, UseChanges
from outgrow.forecasting.baselines import straight_line
from outgrow.forecasting.kernels.restarts import month_starts
from outgrow.forecasting.rules import ForecastRules
from outgrow.forecasting.tenant_outlooks import tenant_outlooks
from outgrow.sources.commerce.platforms import PlatformRef, find_platform
from outgrow.sources.commerce.tenant_changes import read_tenant_changes
from outgrow.sources.commerce.tenants import read_tenants

Array = NDArray[np.float64]

AHEAD = max(WITHIN)
NEARLY_FULL = 0.8
NEVER = 1e-6
"""A probability is taken to lie at least so far from 0 and 1 where its logarithm is needed."""
BINS = (0.0, 0.01, 0.05, 0.2, 0.5, 0.8, 1.0)
"""Probabilities that are compared with how often it came so."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The cases of one resource: (n,) each; `forecasts` by the name of who makes them."""

    days: int
    resource: str
    came: Array
    forecasts: dict[str, Array]

    def brier(self, name: str) -> float:
        """Mean squared difference between probability and outcome."""
        return float(np.mean((self.forecasts[name] - self.came) ** 2))

    def log_loss(self, name: str) -> float:
        """Mean of the surprise at what came."""
        held = np.clip(self.forecasts[name], NEVER, 1 - NEVER)
        return float(-np.mean(np.log(np.where(self.came > 0, held, 1 - held))))


def judge(db: Session, platform: PlatformRef, day: date, rules: ForecastRules) -> list[Judged]:
    """All cases of all resources, by span and resource.

    Raises:
        DataError: the 90 days after the day are not in the database, or nobody has a plan.
    """
    later = read_tenants(db, platform, day + timedelta(days=AHEAD))
    then = _of_those(read_tenants(db, platform, day), later)
    if not (then.plan >= 0).any():
        raise DataError(f"nobody on platform '{platform.code}' had a plan on {day}", "name another --day")
    past = {each.name: read_tenant_changes(db, platform, then, each.name, rules.history_days) for each in then.columns}
    after = {each.name: read_tenant_changes(db, platform, later, each.name, AHEAD) for each in then.columns}
    newest = max((change.newest_day for change in after.values() if change.newest_day), default=day)
    if (later.as_of - newest).days > rules.stale_after_days:
        known = newest - timedelta(days=AHEAD)
        raise DataError(f"the data end on {newest}, less than {AHEAD} days after {day}", f"name a --day up to {known}")
    said = tenant_outlooks(then, past, rules)
    cases = []
    for column, resource in enumerate(each.name for each in then.columns):
        limits, used = then.limits[:, column], then.used[:, column]
        fair = np.isfinite(limits) & (used < limits) & (said.known >= said.need)
        if not fair.any():
            continue
        came = _came(then, later, after[resource], column)
        line = _line(then, past[resource], column, said.known)
        for k, days in enumerate(WITHIN):
            forecasts = {
                "outgrow": said.probability[:, column, k],
                "above 80 %": (used > NEARLY_FULL * limits).astype(np.float64),
                "line": (line[:, :days].max(axis=1) >= limits).astype(np.float64),
            }
            reached = (came[:, :days].max(axis=1) >= limits).astype(np.float64)
            cases.append(Judged(days, resource, reached[fair], {name: p[fair] for name, p in forecasts.items()}))
    return sorted(cases, key=lambda case: case.days)


def _of_those(then: Tenants, later: Tenants) -> Tenants:
    """Those who are still there later."""
    there = np.isin(then.keys, later.keys)
    kept = {name: getattr(then, name)[there] for name in ("keys", "names", "plan", "trial", "joined", "limits", "used")}
    return Tenants(as_of=then.as_of, plans=then.plans, **kept)


def _came(then: Tenants, later: Tenants, after: UseChanges, column: int) -> Array:
    """Each one's use on the days after, (n, 90); of orders, the months' totals."""
    places = {key: place for place, key in enumerate(later.keys)}
    rows = np.array([places[key] for key in then.keys], dtype=np.int64)
    if then.columns[column].monthly:
        return month_totals(after.flow(rows), then.used[:, column], then.as_of)
    return after.level(rows, later.used[rows, column])


def _line(then: Tenants, past: UseChanges, column: int, known: NDArray[np.int64]) -> Array:
    """The straight line's use on the days after, (n, 90); of orders, the months' totals."""
    rows = np.arange(len(then))
    values = past.flow(rows) if then.columns[column].monthly else past.level(rows, then.used[:, column])
    values[np.arange(past.n_days) < past.n_days - known[:, None]] = np.nan
    points = straight_line(values, AHEAD).points()
    return (
        month_totals(np.maximum(points, 0.0), then.used[:, column], then.as_of)
        if then.columns[column].monthly
        else points
    )


def month_totals(amounts: Array, sofar: Array, last_day: date) -> Array:
    """Calendar months' totals on the days after `last_day`, (n, n_days), from daily amounts."""
    restart = month_starts(last_day + timedelta(days=1), amounts.shape[1])
    totals, total = np.empty_like(amounts), sofar.copy()
    for day, amount in enumerate(amounts.T):
        total = np.where(restart[day], 0.0, total) + amount
        totals[:, day] = total
    return totals


def together(cases: Sequence[Judged], resource: str = "all") -> Judged:
    """Cases of one span as one."""
    names = cases[0].forecasts
    return Judged(
        cases[0].days,
        resource,
        np.concatenate([case.came for case in cases]),
        {name: np.concatenate([case.forecasts[name] for case in cases]) for name in names},
    )


def table(cases: Sequence[Judged]) -> Iterator[str]:
    """The scores as lines of text: by span and resource, and of all together."""
    names = list(cases[0].forecasts)
    brier = "".join(f" {f'Brier {name}':>17s}" for name in names)
    yield f"{'within':8s}{'resource':13s} {'cases':>6s} {'reached':>8s} {'expected':>9s}{brier} {'log loss':>9s}"
    for days in WITHIN:
        of_span = [case for case in cases if case.days == days]
        for case in (*of_span, together(of_span)):
            scores = "".join(f" {case.brier(name):17.5f}" for name in names)
            counts = f"{len(case.came):6,d} {case.came.sum():8,.0f} {case.forecasts[names[0]].sum():9,.1f}"
            yield f"{f'{days} days':8s}{case.resource:13s} {counts}{scores} {case.log_loss(names[0]):9.5f}"


def calibration(cases: Sequence[Judged]) -> Iterator[str]:
    """How often it came so, by what was said within 90 days."""
    whole = together([case for case in cases if case.days == AHEAD])
    said = whole.forecasts["outgrow"]
    yield f"{f'said within {AHEAD} days':20s} {'cases':>6s} {'mean':>7s} {'reached':>8s}"
    for low, high in pairwise(BINS):
        inside = (said >= low) & ((said < high) | (high == 1))
        if inside.any():
            shares = f"{said[inside].mean():7.1%} {whole.came[inside].mean():8.1%}"
            yield f"{f'{low:.0%} to {high:.0%}':20s} {inside.sum():6,d} {shares}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Judge the tenants' probabilities on what came.")
    parser.add_argument("database_url", help="a platform with its history, for example sqlite:///olist.db")
    parser.add_argument("--day", type=date.fromisoformat, default=date(2017, 10, 31), help="default: 2017-10-31")
    parser.add_argument("--platform", help="code or id (default: the first platform)")
    asked = parser.parse_args(arguments)
    engine = create_engine(asked.database_url)
    try:
        with Session(engine) as db:
            platform = find_platform(db, asked.platform)
            cases = judge(db, platform, asked.day, ForecastRules())
    except OutgrowError as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    except SQLAlchemyError as error:
        print(f"error: the database said: {str(error).splitlines()[0]}", file=sys.stderr)
        return 3
    finally:
        engine.dispose()
    print(f"Platform {platform.code}, seen on {asked.day}, judged by the {AHEAD} days after.\n")
    print("\n".join(table(cases)))
    print()
    print("\n".join(calibration(cases)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
