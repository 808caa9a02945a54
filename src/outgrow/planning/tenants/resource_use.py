"""What was sold of each resource that plans limit, and what is used of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from outgrow.domain.metric import (
    STORAGE_USED_GB,
    THEORETICAL_ORDERS_LIMIT,
    THEORETICAL_PRODUCTS_LIMIT,
    THEORETICAL_TEAM_LIMIT,
    TOTAL_ORDERS_MONTH,
    TOTAL_PRODUCTS,
    TOTAL_TEAM_MEMBERS,
    Metric,
)
from outgrow.domain.tenant import RESOURCES, Array, Sold, Tenants

RESOURCE_METRICS: Mapping[str, Metric] = dict(
    zip(RESOURCES, (TOTAL_PRODUCTS, TOTAL_ORDERS_MONTH, TOTAL_TEAM_MEMBERS, STORAGE_USED_GB), strict=True)
)
"""What the platform's use of each resource is measured by."""
SOLD_METRICS: Mapping[str, Metric] = {
    "products": THEORETICAL_PRODUCTS_LIMIT,
    "orders_month": THEORETICAL_ORDERS_LIMIT,
    "team_members": THEORETICAL_TEAM_LIMIT,
}
"""What was sold of each, as far as snapshots hold it."""
LARGEST_PERCENT = (1, 10)
"""The largest tenants whose share of the use is told, in percent of all."""


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """One resource, in the unit of its metric; None is not known.

    Attributes:
        resource: one of `RESOURCES`.
        sold: by active and trial subscriptions on limited plans together.
        active, trial: the same apart, with the unlimited ones.
        used: all of it, whoever uses it; of orders, in the month so far.
        used_limited: by the tenants on limited plans, which is what can be held against `sold`.
        largest: share of the use that the largest tenants hold, by how many percent of all they are; empty where
            nothing is used, or nobody knows by whom.
        if_all_used: what would be used if every tenant used all it bought.
    """

    resource: str
    sold: float | None = None
    active: Sold | None = None
    trial: Sold | None = None
    used: float | None = None
    used_limited: float | None = None
    largest: Mapping[int, float] = field(default_factory=dict)
    if_all_used: float | None = None

    @property
    def metric(self) -> Metric:
        """What its use is measured by."""
        return RESOURCE_METRICS[self.resource]

    @property
    def utilisation(self) -> float | None:
        """Used of sold, both of limited plans; None where nothing limited is sold."""
        return self.used_limited / self.sold if self.used_limited is not None and self.sold else None

    @property
    def unlimited(self) -> int | None:
        """Unlimited subscriptions of either status."""
        return None if self.active is None or self.trial is None else self.active.unlimited + self.trial.unlimited


def count_uses(tenants: Tenants, last_month: Array | None = None) -> list[ResourceUse]:
    """What is sold to tenants and used by them, in the order of `RESOURCES`.

    If every tenant used all it bought, one on a limited plan would use its limit, or what it uses where that is more;
    one on an unlimited plan, or on none, what it uses at present. Of orders that is the more of the month so far and
    the last whole month: else hardly anything would be used at the beginning of each.

    Args:
        last_month: (n,) each tenant's orders in the last whole month; without it, those of the month so far count.
    """
    subscribed, used_by_all, used_limited = tenants.subscribed, tenants.used_by_all, tenants.used_limited
    uses = []
    for column, resource in enumerate(RESOURCES):
        used, limit = tenants.used[:, column], tenants.limits[:, column]
        present = used if last_month is None or resource != "orders_month" else np.maximum(used, last_month)
        all_used = np.where(np.isfinite(limit), np.maximum(used, limit), present).sum()
        uses.append(
            ResourceUse(
                resource=resource,
                sold=subscribed.sold(column).amount,
                active=subscribed.sold(column, trial=False),
                trial=subscribed.sold(column, trial=True),
                used=float(used_by_all[column]),
                used_limited=float(used_limited[column]),
                largest=_largest(used),
                if_all_used=float(all_used + tenants.used_elsewhere[column]),
            )
        )
    return uses


def _largest(used: Array) -> dict[int, float]:
    """Share of the use that the largest tenants hold; their number is rounded up, so that there is always one."""
    held = np.cumsum(np.sort(used)[::-1])
    if not len(held) or held[-1] <= 0:
        return {}
    return {percent: float(held[-(-len(used) * percent // 100) - 1] / held[-1]) for percent in LARGEST_PERCENT}


def stored_uses(newest: Mapping[str, float]) -> list[ResourceUse]:
    """What stored values tell of the same, in the order of `RESOURCES`.

    Args:
        newest: values by metric name.
    """
    return [
        ResourceUse(
            resource,
            sold=newest.get(SOLD_METRICS[resource].name) if resource in SOLD_METRICS else None,
            used=newest.get(metric.name),
        )
        for resource, metric in RESOURCE_METRICS.items()
    ]
