"""Which tier of the infrastructure is needed when, by when it has to be ordered, and what it costs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import month_end, next_month
from outgrow.domain.forecast import WITHIN_DAYS, DayBand, Status
from outgrow.domain.ladder import Ladder, Tier
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.limit import AlertPolicy
from outgrow.domain.money import MoneyBand
from outgrow.domain.paths import Paths
from outgrow.planning.ladder.downgrade import Downgrade, lasting_downgrade
from outgrow.planning.ladder.regret import Regret, regret_of
from outgrow.planning.limits.dates import crossing_of

MONTHS = 12
"""Calendar months that are planned, the running one included."""
WORTH_TELLING = 0.005
"""A tier that is less likely to be needed within the horizon is left out."""

Days = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PlannedMonth:
    """One calendar month.

    Attributes:
        month: its first day.
        tiers: probability of each tier that it may need, by name, from the smallest.
        cost, cumulative: of the month, and of all months up to it.
        beyond: probability that even the largest tier is outgrown; its price is then the least that it costs.
    """

    month: date
    tiers: Mapping[str, float]
    cost: MoneyBand
    cumulative: MoneyBand
    beyond: float


@dataclass(frozen=True, slots=True)
class TierEnd:
    """The day on which a tier no longer holds the use.

    Attributes:
        outgrown, needed: the tier, and the one after it; None above the largest.
        status: `ok`, `beyond_horizon` where the median lies beyond it, `already_exceeded`.
        days: from the plan's day.
        act_by: the early date less the lead time and the review interval.
        probability_within: by days ahead.
        binding: by metric, how often it is the first that no longer fits, where any does.
    """

    outgrown: Tier
    needed: Tier | None
    status: Status
    as_of: date
    days: DayBand
    act_by: date | None
    probability_within: Mapping[int, float]
    binding: Mapping[str, float]

    @property
    def dates(self) -> dict[str, date | None]:
        """Early, middle and late date."""
        return self.days.dates(self.as_of)


@dataclass(frozen=True, slots=True)
class LadderPlan:
    """Tiers, dates and cost of the months ahead.

    Attributes:
        horizon_days: how far ahead the futures reach.
        tier: the one that is rented now.
        months: up to twelve calendar months, the running one first; fewer where the forecast ends earlier.
        steps: the present tier's first, then every further one that may be outgrown within the horizon.
        cost: of all these months together.
        regret: what it costs to move to the next tier early or late; None where there is no date to be early for.
        downgrade: a smaller tier that would last; None where there is none.
        example: whether nobody set the ladder.
    """

    as_of: date
    horizon_days: int
    currency: str
    tier: Tier
    months: tuple[PlannedMonth, ...]
    steps: tuple[TierEnd, ...]
    regret: Regret | None
    downgrade: Downgrade | None
    example: bool = False

    @property
    def cost(self) -> MoneyBand:
        """Of all planned months together."""
        return self.months[-1].cumulative


def plan_ladder(paths: Paths, ladder: Ladder, rules: LadderRules, policy: AlertPolicy) -> LadderPlan:
    """Plan the months ahead on simulated futures.

    A tier is outgrown on the day on which one of its maxima is reached, and from then on the next one is paid: a
    month costs the price of the largest tier that it needs. The cost counts no downgrades; one that would last is
    proposed apart.

    Args:
        paths: of the metrics that the ladder limits, to the end of the running month at the least; metrics that they
            lack limit nothing.

    Raises:
        ConfigurationError: the rules name a tier that the ladder has not.
    """
    rented = ladder.rented(paths.now(), rules.current_tier)
    outgrown = outgrown_days(paths, ladder)
    steps = _steps(paths, ladder, rented, outgrown, policy)
    first, following = steps[0] if steps else None, ladder.above(rented)
    regret = None
    if first is not None and following is not None and first.status is Status.OK:
        days = outgrown[ladder.tiers.index(rented)]
        regret = regret_of(days, paths, following.cost_monthly - rented.cost_monthly, rules.day_over_cost)
    return LadderPlan(
        as_of=paths.as_of,
        horizon_days=paths.n_days,
        currency=ladder.currency,
        tier=rented,
        months=_months(paths, ladder, rented, outgrown),
        steps=steps,
        regret=regret,
        downgrade=lasting_downgrade(paths, ladder, rented),
        example=ladder.example,
    )


def outgrown_days(paths: Paths, ladder: Ladder) -> Days:
    """The first day ahead on which each path has outgrown each tier, (n_tiers, n_paths).

    0 where it is outgrown already, n_days + 1 where it never is. A larger tier is never outgrown earlier.
    """
    never = paths.n_days + 1
    days = np.full((len(ladder.tiers), paths.n_paths), never, dtype=np.int64)
    for row, tier in zip(days, ladder, strict=True):
        for metric in _limited(tier, paths):
            np.minimum(row, _reached_on(paths, metric, tier), out=row)
    return days


def _limited(tier: Tier, paths: Paths) -> list[str]:
    return [metric for metric in tier.maxima if metric in paths.metrics]


def _reached_on(paths: Paths, metric: str, tier: Tier) -> Days:
    """The first day ahead on which each path is at a tier's maximum, (n_paths,)."""
    return paths.first_days(metric, tier.maxima[metric])


def _steps(paths: Paths, ladder: Ladder, rented: Tier, outgrown: Days, policy: AlertPolicy) -> tuple[TierEnd, ...]:
    steps: list[TierEnd] = []
    at = ladder.tiers.index(rented)
    for tier, days in zip(ladder.tiers[at:], outgrown[at:], strict=True):
        if not _limited(tier, paths):
            break
        share = float((days <= paths.n_days).mean())
        if steps and share < WORTH_TELLING:
            break
        steps.append(_step(paths, tier, ladder.above(tier), days, policy))
    return tuple(steps)


def _step(paths: Paths, tier: Tier, needed: Tier | None, days: Days, policy: AlertPolicy) -> TierEnd:
    status, band = crossing_of(days, paths.n_days)
    early = band.dates(paths.as_of)["p10"]
    return TierEnd(
        outgrown=tier,
        needed=needed,
        status=status,
        as_of=paths.as_of,
        days=band,
        act_by=policy.act_by(early, needed.lead_time_days if needed else None) if early else None,
        probability_within={d: float((days <= d).mean()) for d in WITHIN_DAYS if d <= paths.n_days},
        binding=_binding(paths, tier, days),
    )


def _binding(paths: Paths, tier: Tier, days: Days) -> dict[str, float]:
    limited = _limited(tier, paths)
    there = days <= paths.n_days
    if not there.any():
        return {}
    each = np.stack([_reached_on(paths, metric, tier)[there] for metric in limited])
    firsts = Counter(each.argmin(axis=0).tolist())
    return {limited[at]: count / int(there.sum()) for at, count in firsts.most_common()}


def _months(paths: Paths, ladder: Ladder, rented: Tier, outgrown: Days) -> tuple[PlannedMonth, ...]:
    months: list[PlannedMonth] = []
    least = ladder.tiers.index(rented)
    prices = [tier.cost_monthly for tier in ladder]
    month, spent = paths.as_of.replace(day=1), [Decimal(0)] * paths.n_paths
    while len(months) < MONTHS and (last := (month_end(month) - paths.as_of).days) <= paths.n_days:
        passed = (outgrown <= last).sum(axis=0)
        needed = np.clip(passed, least, len(prices) - 1)
        counts = np.bincount(needed, minlength=len(prices)) / paths.n_paths
        paid = [prices[tier] for tier in needed.tolist()]
        spent = [before + now for before, now in zip(spent, paid, strict=True)]
        months.append(
            PlannedMonth(
                month=month,
                tiers={tier.name: float(share) for tier, share in zip(ladder, counts, strict=True) if share},
                cost=MoneyBand.of(paid),
                cumulative=MoneyBand.of(spent),
                beyond=float((passed == len(prices)).mean()),
            )
        )
        month = next_month(month)
    return tuple(months)
