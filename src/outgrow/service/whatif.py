"""What if: the dates, tiers and cost of the months ahead as they are, and as they would be in scenarios."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from outgrow.domain.days import spoken
from outgrow.domain.errors import ConfigurationError
from outgrow.domain.limit import Limit
from outgrow.domain.metric import PLATFORM, Metric
from outgrow.domain.paths import Paths
from outgrow.domain.scenario import Ramp, Scenario
from outgrow.planning.ladder.plan import LadderPlan, plan_ladder
from outgrow.planning.ladder.scenarios import apply
from outgrow.planning.limits.dates import LimitDate, limit_date
from outgrow.planning.tenants.affected import Affected
from outgrow.service.affected import whom_they_touch
from outgrow.service.desk import Desk
from outgrow.service.futures import joint_future
from outgrow.service.limits import configured_limits, tier_limits
from outgrow.service.scenarios import Known, ScenarioRequest, priced, to_scenario
from outgrow.sources.contract import TenantSource

BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class ScenarioOutcome:
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
    baseline: ScenarioOutcome
    scenarios: tuple[ScenarioOutcome, ...]
    metrics: Mapping[str, Metric]
    unknown: Mapping[str, str]

    @property
    def outcomes(self) -> tuple[ScenarioOutcome, ...]:
        """The baseline first."""
        return (self.baseline, *self.scenarios)

    def limits(self) -> list[Limit]:
        """Every limit that is dated in any of them, once."""
        return list({_same(found.limit): found.limit for each in self.outcomes for found in each.limits}.values())


def _same(limit: Limit) -> tuple[str, str, float]:
    return limit.metric, limit.name, limit.maximum


def whatif(desk: Desk, asked: Sequence[Sequence[ScenarioRequest]]) -> WhatIf:
    """Hold scenarios against the baseline.

    Args:
        asked: the tables of each scenario; those of one are taken together.

    Raises:
        ConfigurationError, UsageError: a scenario asks for what does not exist, or cannot be.
        DataError: nothing is known of any metric that the ladder limits.
    """
    source = desk.tenant_source
    plans = source.plan_codes() if source else None
    known = Known(desk.today, desk.metrics, plans, desk.ladder, desk.resources)
    scenarios = [_by_full_names(desk, to_scenario(tables, known)) for tables in asked]
    ramps = _ramps([table for tables in asked for table in tables], source, desk.today)
    future = joint_future(desk, [each.ladder for each in scenarios if each.ladder is not None])
    touched = whom_they_touch(desk, scenarios, future.paths.n_days)
    return WhatIf(
        platform=desk.code,
        as_of=desk.today,
        horizon_days=future.paths.n_days,
        baseline=_outcome(desk, Scenario(BASELINE), future.paths),
        scenarios=tuple(
            replace(_outcome(desk, each, apply(future.paths, each, ramps, desk.metrics)), tenants=tenants)
            for each, tenants in zip(scenarios, touched, strict=True)
        ),
        metrics={name: desk.metrics.resolve(name) for name in (*future.paths.metrics, *future.refused)},
        unknown=future.refused,
    )


def _by_full_names(desk: Desk, scenario: Scenario) -> Scenario:
    return scenario if scenario.ladder is None else replace(scenario, ladder=desk.by_full_names(scenario.ladder))


def _ramps(asked: Sequence[ScenarioRequest], source: TenantSource | None, today: date) -> dict[str, Ramp]:
    """How stores grow, by plan that some scenario opens stores of."""
    ramps: dict[str, Ramp] = {}
    for each in asked:
        for n, new in enumerate(each.table.stores):
            if new.plan is None or new.plan in ramps or source is None:
                continue
            try:
                ramps[new.plan] = source.ramp(new.plan, today)
            except ConfigurationError as error:
                raise each.fault(("stores", n, "plan"), error.what, error.mend) from error
    return ramps


def _outcome(desk: Desk, scenario: Scenario, paths: Paths) -> ScenarioOutcome:
    config, rules = desk.config, desk.config.plan
    ladder = priced(scenario.ladder or desk.ladder, scenario.prices)
    if rules.current_tier not in {tier.name for tier in ladder}:
        rules = replace(rules, current_tier=None)  # another ladder begins with the tier that today's use needs
    plan = plan_ladder(paths, ladder, rules, config.policy)
    own = [limit for limit in configured_limits(desk) if limit.scope == str(PLATFORM)]
    limits = [limit for limit in (*tier_limits(ladder, plan.tier), *own) if limit.metric in paths.metrics]
    return ScenarioOutcome(
        name=scenario.name,
        description=scenario.description,
        changes=tuple(scenario.sentences(desk.metrics)),
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
