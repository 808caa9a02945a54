"""From what is said of every tenant's use to whom a larger plan is worth offering, and who shrinks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.forecast import DayBand, Status
from outgrow.domain.money import cents
from outgrow.domain.tenant import WITHIN, TenantOutlooks, Tenants
from outgrow.domain.upsell import Decrease, Need, Shrinking, Tenant, TenantOffers, Upsell

MATTERS = 0.05
"""Probability of a limit within 90 days from which it is worth a line."""
NEARLY_FULL = 0.8
"""Share of the limit from which a tenant is told of without a forecast."""
MAY_OUTGROW = 0.1
"""A plan fits where each of its limits is reached within 90 days with this probability at the most: it holds P90."""
FALLS = 0.2
"""Share of its use that a tenant has to lose in 90 days, and not to win back in the next 90, to be shrinking."""
BY_CHANCE = 2.0
"""Standard deviations of chance by which orders have to fall short."""
SOON, LATER = range(len(WITHIN))

Mask = NDArray[np.bool_]


def tenant_offers(
    tenants: Tenants, outlooks: TenantOutlooks, currency: str, resources: Sequence[str] | None = None
) -> TenantOffers:
    """The upsell list, and those who shrink.

    The list is sorted by the expected change of monthly revenue: the price of the next plan less that of the present
    one, times the probability that the tenant's binding limit is reached within 90 days. Ties, and those whom no plan
    holds, go by that probability, then by the share that is used; those too new for a forecast come last.

    Args:
        currency: of the plans' prices.
        resources: names of those that are looked at, all by default; a plan has to hold all of them in any case.
    """
    looked_at = np.array([resources is None or resource.name in resources for resource in tenants.columns], dtype=bool)
    desk, following = _Desk(tenants, outlooks), next_plans(tenants, outlooks)
    upsells = [
        desk.upsell(row, columns, int(following[row]))
        for row, columns in _marked(_matters(tenants, outlooks) & looked_at)
    ]
    shrinking = [desk.shrinking(row, columns) for row, columns in _marked(_shrinks(tenants, outlooks) & looked_at)]
    subscribed = tenants.plan >= 0
    return TenantOffers(
        as_of=tenants.as_of,
        currency=currency,
        tenants=len(tenants),
        subscribed=int(subscribed.sum()),
        too_new=int((subscribed & (outlooks.known < outlooks.need)).sum()),
        upsells=tuple(sorted(upsells, key=_worth)),
        shrinking=tuple(sorted(shrinking, key=_weight)),
    )


def next_plans(tenants: Tenants, outlooks: TenantOutlooks) -> NDArray[np.int64]:
    """The place of the cheapest dearer plan that holds the use to come, (n,); -1 where none does.

    It holds the use of all resources in 90 days with 90 % certainty. Of a tenant too new for a forecast it is
    only known that it holds the use of today. A plan that does not include a resource (a limit of 0) holds who does not
    use it.
    """
    found = np.full(len(tenants), -1, dtype=np.int64)
    prices = [plan.price_monthly for plan in tenants.plans]
    for place in reversed(range(len(prices))):
        below = np.array([*(price < prices[place] for price in prices), False])  # the last is of those without a plan
        limits = np.array(tenants.plans[place].limits)
        holds = (tenants.used < limits) & ~(outlooks.outgrows[:, place] > MAY_OUTGROW)
        holds |= (limits == 0) & (tenants.used == 0)
        found[below[tenants.plan] & holds.all(axis=1)] = place
    return found


def _marked(mask: Mask) -> Iterator[tuple[int, list[int]]]:
    """The rows of which anything is marked, each with its marked columns."""
    for row in np.flatnonzero(mask.any(axis=1)):
        yield int(row), np.flatnonzero(mask[row]).tolist()


def _matters(tenants: Tenants, outlooks: TenantOutlooks) -> Mask:
    """Which resources of which tenants are worth a line, (n, c)."""
    probability = outlooks.probability[:, :, LATER]
    unknown = np.isnan(probability) & (tenants.used >= NEARLY_FULL * tenants.limits)
    result: Mask = (probability >= MATTERS) | (tenants.used >= tenants.limits) | unknown
    included = np.isfinite(tenants.limits) & ((tenants.limits > 0) | (tenants.used > 0))
    return result & included & (tenants.plan >= 0)[:, None]


def _shrinks(tenants: Tenants, outlooks: TenantOutlooks) -> Mask:
    """Which resources of which tenants went down clearly, and will not come back by the median, (n, c)."""
    before = outlooks.before
    fell = before - outlooks.now >= np.maximum(FALLS * before, BY_CHANCE * outlooks.chance)
    stays = before - outlooks.later >= FALLS * before
    result: Mask = (before > 0) & fell & stays
    return result & (tenants.plan >= 0)[:, None]


@dataclass(frozen=True, slots=True, eq=False)
class _Desk:
    """Arrays of all tenants, of which the few that matter are made into lines."""

    tenants: Tenants
    outlooks: TenantOutlooks

    def upsell(self, row: int, columns: Sequence[int], place: int) -> Upsell:
        """A tenant with the resources that matter, and the place of the next plan, -1 for none."""
        tenant = self.tenant(row)
        needs = tuple(sorted((self.need(row, column) for column in columns), key=_binding))
        following = self.tenants.plans[place] if place >= 0 else None
        if following is None:
            return Upsell(tenant, needs, None, None, None)
        change = following.price_monthly - tenant.plan.price_monthly
        likely = needs[0].probability.get(WITHIN[LATER])
        expected = None if likely is None else cents(change * Decimal(f"{likely:.4f}"))
        return Upsell(tenant, needs, following, change, expected)

    def shrinking(self, row: int, columns: Sequence[int]) -> Shrinking:
        """A tenant with the resources that go down."""
        out = self.outlooks
        decreases = [
            Decrease(
                self.tenants.columns[c], float(out.before[row, c]), float(out.now[row, c]), float(out.later[row, c])
            )
            for c in columns
        ]
        return Shrinking(self.tenant(row), tuple(sorted(decreases, key=lambda one: -one.lost_share)))

    def tenant(self, row: int) -> Tenant:
        """Who it is."""
        who = self.tenants
        return Tenant(str(who.keys[row]), str(who.names[row]), who.plans[who.plan[row]], bool(who.trial[row]))

    def need(self, row: int, column: int) -> Need:
        """One resource: reached, foreseen, or too new to tell."""
        used, limit = float(self.tenants.used[row, column]), float(self.tenants.limits[row, column])
        said, have, least = self.tenants.columns[column], int(self.outlooks.known[row]), self.outlooks.need
        if used >= limit:
            certain = dict.fromkeys(WITHIN, 1.0)
            return Need(said, used, limit, Status.ALREADY_EXCEEDED, "the limit is reached", certain)
        if have < least:
            reason = f"{have} {'day is' if have == 1 else 'days are'} known, a forecast needs {least}"
            return Need(said, used, limit, Status.INSUFFICIENT_DATA, reason, have=have, need=least)
        chances = self.outlooks.probability[row, column]
        days = DayBand(*(None if np.isnan(day) else int(day) for day in self.outlooks.days[row, column]))
        within = {span: float(chance) for span, chance in zip(WITHIN, chances, strict=True)}
        if days.p50 is not None:
            return Need(said, used, limit, Status.OK, None, within, days)
        reason = f"the likeliest day lies beyond {self.outlooks.horizon_days} days"
        return Need(said, used, limit, Status.BEYOND_HORIZON, reason, within, days)


def _binding(need: Need) -> tuple[float, float, float]:
    """The key by which a tenant's resources are sorted: the one that runs out first comes first, ties as they are."""
    chances = [need.probability.get(span, -1.0) for span in WITHIN]
    return (-chances[LATER], -chances[SOON], -need.used_share)


def _worth(upsell: Upsell) -> tuple[Decimal, float, float, int, str]:
    """The key by which the list is sorted."""
    likely = upsell.binding.probability.get(WITHIN[LATER], -1.0)
    return (-(upsell.expected or Decimal(0)), -likely, -upsell.binding.used_share, *_age(upsell.tenant))


def _weight(shrinking: Shrinking) -> tuple[Decimal, float, int, str]:
    """Who pays more comes first, then who loses the larger share."""
    return (-shrinking.tenant.pays, -shrinking.decreases[0].lost_share, *_age(shrinking.tenant))


def _age(tenant: Tenant) -> tuple[int, str]:
    """Ids by their number: what breaks every tie."""
    return (len(tenant.key), tenant.key)
