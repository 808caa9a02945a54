"""Whom a scenario touches: merchants who come to a limit of their plan by it, and who come away from one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import days_between, month_end, month_start
from outgrow.domain.event import Event
from outgrow.domain.scenario import PlanChange, Scenario
from outgrow.domain.tenant import RESOURCES, TenantOutlooks, Tenants

MONTHLY = "orders_month"

Outlook = tuple[Tenants, TenantOutlooks]
"""Merchants with their limits, and what is said of their use to come."""
Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Touched:
    """A merchant with the use and the limit of one resource, as the scenario has them."""

    key: str
    name: str
    plan: str
    use: float
    limit: float


@dataclass(frozen=True, slots=True)
class Affected:
    """What a scenario does to merchants and one resource.

    Attributes:
        resource: one of `RESOURCES`.
        month: of orders, the first day of the calendar month that is looked at; None for what is used now.
        before, after: how many merchants are at a limit or above it.
        reach, leave: those who are only in the scenario, and those who are not any more; largest use first.
        sold_before, sold_after: what limited subscriptions allow together.
        likely_before, likely_after: how many merchants are to be expected at a limit on some day within 90 days;
            None where that was not asked.
    """

    resource: str
    month: date | None
    before: int
    after: int
    reach: tuple[Touched, ...]
    leave: tuple[Touched, ...]
    sold_before: float
    sold_after: float
    likely_before: float | None = None
    likely_after: float | None = None


def affected(tenants: Tenants, scenario: Scenario, pace: Array) -> list[Affected]:
    """Who comes to a limit by other limits of plans, or by events that multiply orders.

    Orders are those expected in a month: the ones so far, and each day left at the pace of late. All other use is
    today's.

    Args:
        pace: (n,) orders a day of each merchant.
    """
    changed = with_plan_limits(tenants, scenario.plans)
    resources = {name for plan in scenario.plans for name in plan.limits}
    asked: list[tuple[str, date | None]] = [(name, None) for name in RESOURCES if name in resources - {MONTHLY}]
    months = {month_start(tenants.as_of)} if MONTHLY in resources else set()
    months |= {month_start(day) for day in multiplied(scenario.events, tenants.as_of)}
    asked += [(MONTHLY, month) for month in sorted(months)]
    return [_held_against(tenants, changed, scenario, pace, each) for each in asked]


def with_outlooks(found: Affected, before: Outlook, after: Outlook) -> Affected:
    """The same with how many merchants are to be expected at a limit within 90 days."""
    return replace(found, likely_before=_likely(before, found.resource), likely_after=_likely(after, found.resource))


def _likely(outlook: Outlook, resource: str) -> float:
    """How many merchants are to be expected at their limit; who is there counts fully, who is too new not at all."""
    tenants, said = outlook
    column = RESOURCES.index(resource)
    there = tenants.used[:, column] >= tenants.limits[:, column]
    chances = np.nan_to_num(said.probability[:, column, -1])
    return float(np.where(there, 1.0, chances).sum())


def with_plan_limits(tenants: Tenants, changes: Iterable[PlanChange]) -> Tenants:
    """The merchants with other limits of their plans; a subscription's own limits, where they differ, stay."""
    subscribed, plans = tenants.subscribed, list(tenants.plans)
    limits = subscribed.limits.copy()
    for change in changes:
        place = next((place for place, plan in enumerate(plans) if plan.code == change.code), None)
        if place is None:
            continue
        on_plan, old = subscribed.plan == place, plans[place].limits
        for resource, top in change.limits.items():
            column = RESOURCES.index(resource)
            limits[on_plan & (limits[:, column] == old[column]), column] = top
        new = tuple(change.limits.get(name, top) for name, top in zip(RESOURCES, old, strict=True))
        plans[place] = replace(plans[place], limits=new)
    changed = replace(subscribed, limits=limits)
    return replace(tenants, limits=changed.together(len(tenants)), plans=tuple(plans), subscriptions=changed)


def multiplied(events: Sequence[Event], today: date) -> Mapping[date, float]:
    """The multiplier of each day to come that has one, other than 1."""
    return {
        day: event.multiplier
        for event in events
        if event.multiplier is not None and event.multiplier != 1
        for day in days_between(max(event.first, today + timedelta(days=1)), event.last)
    }


def _held_against(
    tenants: Tenants, changed: Tenants, scenario: Scenario, pace: Array, asked: tuple[str, date | None]
) -> Affected:
    resource, month = asked
    column = RESOURCES.index(resource)
    use = more = tenants.used[:, column]
    if month is not None:
        use, more = _orders(tenants, scenario.events, pace, month)
    old, new = tenants.limits[:, column], changed.limits[:, column]
    before, after = use >= old, more >= new  # a merchant without a plan has no limit: NaN, and so neither
    return Affected(
        resource=resource,
        month=month,
        before=int(before.sum()),
        after=int(after.sum()),
        reach=_touched(changed, after & ~before, more, new),
        leave=_touched(changed, before & ~after, more, new),
        sold_before=tenants.subscribed.sold(column).amount,
        sold_after=changed.subscribed.sold(column).amount,
    )


def _orders(tenants: Tenants, events: Sequence[Event], pace: Array, month: date) -> tuple[Array, Array]:
    """The orders expected in a month, without events and with them, (n,) each."""
    last, running = month_end(month), month == month_start(tenants.as_of)
    first = tenants.as_of + timedelta(days=1) if running else month
    so_far = tenants.used[:, RESOURCES.index(MONTHLY)] if running else np.zeros(len(tenants))
    use = so_far + pace * ((last - first).days + 1)
    days = sum(times - 1.0 for day, times in multiplied(events, tenants.as_of).items() if first <= day <= last)
    return use, use + pace * days


def _touched(tenants: Tenants, which: Mask, use: Array, limit: Array) -> tuple[Touched, ...]:
    rows = np.flatnonzero(which)
    return tuple(
        Touched(
            key=str(tenants.keys[row]),
            name=str(tenants.names[row]),
            plan=tenants.plans[tenants.plan[row]].code,
            use=float(use[row]),
            limit=float(limit[row]),
        )
        for row in rows[np.argsort(-use[rows], kind="stable")]
    )
