"""What if: the dates, tiers and cost of the months ahead as they are, and as they would be in scenarios."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from outgrow.domain.days import spoken
from outgrow.domain.errors import ConfigurationError
from outgrow.domain.limit import Limit
from outgrow.domain.metric import PLATFORM, Metric
from outgrow.domain.money import MoneyBand, written
from outgrow.domain.paths import Paths
from outgrow.domain.scenario import Ramp, Scenario
from outgrow.planning.ladder.plan import LadderPlan, plan_ladder
from outgrow.planning.ladder.scenarios import apply
from outgrow.planning.limits.dates import LimitDate, limit_date
from outgrow.planning.tenants.affected import Affected
from outgrow.service.affected import Source, whom_they_touch
from outgrow.service.futures import joint_future
from outgrow.service.limits import configured_limits, tier_limits
from outgrow.service.scenarios import Asked, Known, priced, to_scenario
from outgrow.service.view import View
from outgrow.sources.commerce.ramps import plan_codes, read_ramp

BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be expected, of the baseline or of one scenario.

    Attributes:
        changes: what the scenario changes, in plain words; none of the baseline.
        notes: what of it changes nothing here, and why.
        limits: of the rented tier, then the configured ones.
        tenants: whom other limits or more orders touch; None where the platform's database is not at hand.
    """

    name: str
    description: str
    changes: tuple[str, ...]
    notes: tuple[str, ...]
    limits: tuple[LimitDate, ...]
    plan: LadderPlan
    tenants: tuple[Affected, ...] | None = ()

    def of(self, limit: Limit) -> LimitDate | None:
        """The day of the same limit here; None where there is no such."""
        return next((found for found in self.limits if _same(found.limit) == _same(limit)), None)

    def to_document(self, baseline: "Outcome") -> dict[str, Any]:
        """As JSON, with the differences from the baseline."""
        return {
            "name": self.name,
            "description": self.description,
            "changes": list(self.changes),
            "notes": list(self.notes),
            "limits": [{**each.to_document(), "later_by_days": self._later(each, baseline)} for each in self.limits],
            "plan": self.plan.to_document(),
            "tenants": None if self.tenants is None else [each.to_document() for each in self.tenants],
            "cost_difference": cost_difference(self.plan.cost, baseline.plan.cost),
        }

    @staticmethod
    def _later(each: LimitDate, baseline: "Outcome") -> int | None:
        there = baseline.of(each.limit)
        return each.later_than(there) if there else None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The baseline and each scenario, side by side.

    Attributes:
        metrics: those that are spoken of, by name.
        unknown: by metric that is limited, why nothing is known of its future.
    """

    platform: str
    as_of: date
    horizon_days: int
    baseline: Outcome
    scenarios: tuple[Outcome, ...]
    metrics: Mapping[str, Metric]
    unknown: Mapping[str, str]

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The baseline first."""
        return (self.baseline, *self.scenarios)

    def limits(self) -> list[Limit]:
        """Every limit that is dated in any of them, once."""
        return list({_same(found.limit): found.limit for each in self.outcomes for found in each.limits}.values())

    def to_document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "platform": self.platform,
            "as_of": self.as_of.isoformat(),
            "horizon_days": self.horizon_days,
            "currency": self.baseline.plan.currency,
            "baseline": self.baseline.to_document(self.baseline),
            "scenarios": [outcome.to_document(self.baseline) for outcome in self.scenarios],
            "unknown": dict(self.unknown),
        }


def _same(limit: Limit) -> tuple[str, str, float]:
    return limit.metric, limit.name, limit.maximum


def cost_difference(cost: MoneyBand, baseline: MoneyBand) -> dict[str, str]:
    """By how much each quantile of a cost, and its mean, lies above the baseline's."""
    names = ("p10", "p50", "p90", "mean")
    return {name: written(getattr(cost, name) - getattr(baseline, name)) for name in names}


def whatif(view: View, source: Source | None, asked: Sequence[Sequence[Asked]]) -> WhatIf:
    """Hold scenarios against the baseline.

    Args:
        source: the platform's own database, for its plans and for how its stores have grown; None where it is not
            at hand.
        asked: the tables of each scenario; those of one are taken together.

    Raises:
        ConfigurationError, UsageError: a scenario asks for what does not exist, or cannot be.
        DataError: nothing is known of any metric that the ladder limits.
    """
    known = Known(view.today, view.metrics, plan_codes(*source) if source else None, view.config.ladder)
    scenarios = [to_scenario(tables, known) for tables in asked]
    ramps = _ramps([table for tables in asked for table in tables], source, view.today)
    future = joint_future(view, [each.ladder for each in scenarios if each.ladder is not None])
    touched = whom_they_touch(view, source, scenarios, future.paths.n_days)
    return WhatIf(
        platform=view.platform,
        as_of=view.today,
        horizon_days=future.paths.n_days,
        baseline=_outcome(view, Scenario(BASELINE), future.paths),
        scenarios=tuple(
            replace(_outcome(view, each, apply(future.paths, each, ramps, view.metrics)), tenants=tenants)
            for each, tenants in zip(scenarios, touched, strict=True)
        ),
        metrics={name: view.metrics.resolve(name) for name in (*future.paths.metrics, *future.refused)},
        unknown=future.refused,
    )


def _ramps(asked: Sequence[Asked], source: Source | None, today: date) -> dict[str, Ramp]:
    """How stores grow, by plan that some scenario opens stores of."""
    ramps: dict[str, Ramp] = {}
    for each in asked:
        for n, new in enumerate(each.table.stores):
            if new.plan is None or new.plan in ramps or source is None:
                continue
            try:
                ramps[new.plan] = read_ramp(*source, new.plan, today)
            except ConfigurationError as error:
                raise each.fault(("stores", n, "plan"), error.what, error.mend) from error
    return ramps


def _outcome(view: View, scenario: Scenario, paths: Paths) -> Outcome:
    config, rules = view.config, view.config.plan
    ladder = priced(scenario.ladder or config.ladder, scenario.prices)
    if rules.current_tier not in {tier.name for tier in ladder}:
        rules = replace(rules, current_tier=None)  # another ladder begins with the tier that today's use needs
    plan = plan_ladder(paths, ladder, rules, config.policy)
    own = [limit for limit in configured_limits(view) if limit.scope == str(PLATFORM)]
    limits = [limit for limit in (*tier_limits(ladder, plan.tier), *own) if limit.metric in paths.metrics]
    return Outcome(
        name=scenario.name,
        description=scenario.description,
        changes=tuple(scenario.sentences(view.metrics)),
        notes=tuple(_notes(scenario, paths)),
        limits=tuple(limit_date(paths, limit, config.policy) for limit in limits),
        plan=plan,
    )


def _notes(scenario: Scenario, paths: Paths) -> Iterator[str]:
    """What of a scenario changes nothing here."""
    last = paths.as_of + timedelta(days=paths.n_days)
    begins = [(f"{new.count} new stores", new.on) for new in scenario.stores]
    begins += [(joining.name or "a merchant", joining.on) for joining in scenario.merchants]
    begins += [(f"the step of {step.metric}", step.on) for step in scenario.steps]
    begins += [(event.name or "an event", event.first) for event in scenario.events]
    for what, day in begins:
        if day > last:
            yield f"{what} on {spoken(day)} comes after the horizon's last day, {spoken(last)}, and changes nothing"
    named = [step.metric for step in scenario.steps] + [growth.metric for growth in scenario.growth]
    for metric in dict.fromkeys(name for name in named if name is not None):
        if metric not in paths.metrics:
            yield f"nothing limits {metric}, or nothing is known of its future: to change it changes no date"
