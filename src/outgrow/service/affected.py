"""Whom scenarios touch, among the merchants that are on the platform today."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import month_start
from outgrow.domain.scenario import Scenario
from outgrow.domain.tenant import Tenants, UseChanges
from outgrow.forecasting.tenant_outlooks import tenant_outlooks
from outgrow.planning.tenants.affected import (
    Affected,
    Outlook,
    affected,
    multiplied,
    with_outlooks,
    with_plan_limits,
)
from outgrow.service.desk import Desk

PACE_DAYS = 28
"""Whole weeks over which the pace of a merchant's orders is taken."""


def whom_they_touch(desk: Desk, scenarios: Sequence[Scenario], n_days: int) -> Sequence[tuple[Affected, ...] | None]:
    """Whom each scenario brings to a limit of their plan, by other limits or by events that multiply use.

    Merchants are read only if some scenario may touch any, and their use is forecast only for other limits.

    Args:
        n_days: the horizon; events after it touch nobody.

    Returns:
        Of each; None where merchants cannot be read.
    """
    last = desk.today + timedelta(days=n_days)
    asked = [replace(each, events=tuple(e for e in each.events if e.first <= last)) for each in scenarios]
    touching = [bool(each.plans or multiplied(each.events, desk.today)) for each in asked]
    source = desk.tenant_source if any(touching) else None
    if source is None:
        return [None if touches else () for touches in touching]
    tenants = source.tenants(desk.today)
    plans = any(each.plans for each in asked)
    days = max(desk.config.rules.history_days, PACE_DAYS + 1)
    names = [resource.name for resource in tenants.columns if plans or resource.monthly]
    changes = {name: source.changes(tenants, name, days) for name in names}
    paces = {each.name: _pace(tenants, changes[each.name]) for each in tenants.columns if each.monthly}

    def look(whose: Tenants) -> Outlook:
        return whose, tenant_outlooks(whose, changes, desk.config.rules)

    before = look(tenants) if plans else None
    found = []
    for each in asked:
        touched = affected(tenants, each, paces)
        if before is not None and each.plans:
            after = look(with_plan_limits(tenants, each.plans))
            touched = [with_outlooks(one, before, after) if _changes(each, one, tenants) else one for one in touched]
        found.append(tuple(touched))
    return found


def _pace(tenants: Tenants, use: UseChanges) -> NDArray[np.float64]:
    """What each merchant uses a day over the last whole weeks, or since joining, (n,)."""
    ago = use.n_days - 1 - use.day
    lately = (ago >= 1) & (ago <= PACE_DAYS)  # the running day is not over
    placed = np.bincount(use.tenant[lately], use.amount[lately], len(tenants))
    known = (np.datetime64(tenants.as_of, "D") - tenants.joined).astype(np.int64)
    pace: NDArray[np.float64] = placed / np.clip(known, 1, PACE_DAYS)
    return pace


def _changes(scenario: Scenario, found: Affected, tenants: Tenants) -> bool:
    """Whether a scenario changes limits of it, now or in the running month."""
    running = found.month in {None, month_start(tenants.as_of)}
    return running and any(found.resource in plan.limits for plan in scenario.plans)
