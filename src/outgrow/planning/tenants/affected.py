"""Whom a scenario touches: merchants who come to a limit of their plan by it, and who come away from one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import days_between, month_end, month_start
from outgrow.domain.event import Event
from outgrow.domain.metric import ORDERS_PER_DAY
from outgrow.domain.resource import Resource
from outgrow.domain.scenario import PlanChange, Scenario
from outgrow.domain.tenant import TenantOutlooks, Tenants

Outlook = tuple[Tenants, TenantOutlooks]
"""Merchants with their limits, and what is said of their use to come."""
Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Asked = tuple[Resource, date | None]
"""A resource, and the month that is looked at where it is limited by the month."""


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
        of: the resource.
        month: of what is limited by the month, the first day of the calendar month that is looked at; None for what is
            used now.
        before, after: how many merchants are at a limit or above it.
        reach, leave: those who are only in the scenario, and those who are not any more; largest use first.
        sold_before, sold_after: what limited subscriptions allow together.
        likely_before, likely_after: how many merchants are to be expected at a limit on some day within 90 days;
            None where that was not asked.
    """

    of: Resource
    month: date | None
    before: int
    after: int
    reach: tuple[Touched, ...]
    leave: tuple[Touched, ...]
    sold_before: float
    sold_after: float
    likely_before: float | None = None
    likely_after: float | None = None

    @property
    def resource(self) -> str:
        """The resource's name."""
        return self.of.name


def affected(tenants: Tenants, scenario: Scenario, paces: Mapping[str, Array]) -> list[Affected]:
    """Who comes to a limit by other limits of plans, or by events that multiply orders.

    Use of what is limited by the month is that expected in a month: what there was so far, and each day left at the
    pace of late. All other use is today's.

    Args:
        paces: by the name of each resource that is limited by the month, (n,) what each merchant uses a day.
    """
    changed = with_plan_limits(tenants, scenario.plans)
    named = {name for plan in scenario.plans for name in plan.limits}
    asked: list[Asked] = [(each, None) for each in tenants.columns if each.name in named and not each.monthly]
    for resource in tenants.columns:
        if resource.monthly:
            months = {month_start(tenants.as_of)} if resource.name in named else set()
            months |= {month_start(day) for day in _multiplied(resource, scenario.events, tenants.as_of)}
            asked += [(resource, month) for month in sorted(months)]
    return [_held_against(tenants, changed, scenario, paces, each) for each in asked]


def with_outlooks(found: Affected, before: Outlook, after: Outlook) -> Affected:
    """The same with how many merchants are to be expected at a limit within 90 days."""
    return replace(found, likely_before=_likely(before, found.resource), likely_after=_likely(after, found.resource))


def _likely(outlook: Outlook, resource: str) -> float:
    """How many merchants are to be expected at their limit; who is there counts fully, who is too new not at all."""
    tenants, said = outlook
    column = tenants.column(resource)
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
            column = tenants.column(resource)
            limits[on_plan & (limits[:, column] == old[column]), column] = top
        new = tuple(change.limits.get(each.name, top) for each, top in zip(tenants.columns, old, strict=True))
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


def _multiplied(resource: Resource, events: Sequence[Event], today: date) -> Mapping[date, float]:
    """The days to come whose use of a resource events multiply: that of orders alone."""
    return multiplied(events, today) if resource.flow == ORDERS_PER_DAY else {}


def _held_against(
    tenants: Tenants, changed: Tenants, scenario: Scenario, paces: Mapping[str, Array], asked: Asked
) -> Affected:
    resource, month = asked
    column = tenants.column(resource.name)
    use = more = tenants.used[:, column]
    if month is not None:
        use, more = _monthly(tenants, scenario.events, paces[resource.name], resource, month)
    old, new = tenants.limits[:, column], changed.limits[:, column]
    before, after = use >= old, more >= new  # a merchant without a plan has no limit: NaN, and so neither
    return Affected(
        of=resource,
        month=month,
        before=int(before.sum()),
        after=int(after.sum()),
        reach=_touched(changed, after & ~before, more, new),
        leave=_touched(changed, before & ~after, more, new),
        sold_before=tenants.subscribed.sold(column).amount,
        sold_after=changed.subscribed.sold(column).amount,
    )


def _monthly(
    tenants: Tenants, events: Sequence[Event], pace: Array, resource: Resource, month: date
) -> tuple[Array, Array]:
    """The use expected in a month, without events and with them, (n,) each."""
    last, running = month_end(month), month == month_start(tenants.as_of)
    first = tenants.as_of + timedelta(days=1) if running else month
    so_far = tenants.used[:, tenants.column(resource.name)] if running else np.zeros(len(tenants))
    use = so_far + pace * ((last - first).days + 1)
    times = _multiplied(resource, events, tenants.as_of)
    days = sum(multiplier - 1.0 for day, multiplier in times.items() if first <= day <= last)
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
