"""What was sold of each resource that plans limit, and what is used of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from outgrow.domain.metric import Metric
from outgrow.domain.resource import Resource, Resources
from outgrow.domain.tenant import Array, Sold, Tenants

LARGEST_PERCENT = (1, 10)
"""The largest tenants whose share of the use is told, in percent of all."""


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """One resource, in the unit of its metric; None is not known.

    Attributes:
        of: the resource.
        sold: by active and trial subscriptions on limited plans together.
        active, trial: the same apart, with the unlimited ones.
        used: all of it, whoever uses it; of what is limited by the month, in the month so far.
        used_limited: by the tenants on limited plans, which is what can be held against `sold`.
        largest: share of the use that the largest tenants hold, by how many percent of all they are; empty where
            nothing is used, or nobody knows by whom.
        if_all_used: what would be used if every tenant used all it bought.
    """

    of: Resource
    sold: float | None = None
    active: Sold | None = None
    trial: Sold | None = None
    used: float | None = None
    used_limited: float | None = None
    largest: Mapping[int, float] = field(default_factory=dict)
    if_all_used: float | None = None

    @property
    def resource(self) -> str:
        """The resource's name."""
        return self.of.name

    @property
    def metric(self) -> Metric:
        """What its use is measured by."""
        return self.of.metric

    @property
    def utilisation(self) -> float | None:
        """Used of sold, both of limited plans; None where nothing limited is sold."""
        return self.used_limited / self.sold if self.used_limited is not None and self.sold else None

    @property
    def unlimited(self) -> int | None:
        """Unlimited subscriptions of either status."""
        return None if self.active is None or self.trial is None else self.active.unlimited + self.trial.unlimited


def count_uses(tenants: Tenants, last_month: Mapping[str, Array] | None = None) -> list[ResourceUse]:
    """What is sold to tenants and used by them, of each resource that plans limit.

    If every tenant used all it bought, one on a limited plan would use its limit, or what it uses where that is more;
    one on an unlimited plan, or on none, what it uses at present. Of what is limited by the month that is the more of
    the month so far and the last whole month: else hardly anything would be used at the beginning of each.

    Args:
        last_month: by the name of a resource that is limited by the month, (n,) each tenant's use in the last whole
            month; without it, that of the month so far counts.
    """
    subscribed, used_by_all, used_limited = tenants.subscribed, tenants.used_by_all, tenants.used_limited
    uses = []
    for column, resource in enumerate(tenants.columns):
        used, limit = tenants.used[:, column], tenants.limits[:, column]
        present = np.maximum(used, (last_month or {}).get(resource.name, used))
        all_used = np.where(np.isfinite(limit), np.maximum(used, limit), present).sum()
        uses.append(
            ResourceUse(
                of=resource,
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


def stored_uses(newest: Mapping[str, float], resources: Resources) -> list[ResourceUse]:
    """What stored values tell of the same.

    Args:
        newest: values by metric name.
    """
    return [
        ResourceUse(
            resource,
            sold=newest.get(resource.sold.name) if resource.sold else None,
            used=newest.get(resource.metric.name),
        )
        for resource in resources.by_plan
    ]
