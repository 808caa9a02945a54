"""Scenarios as asked: from tables to changes, each held against the day, the platform's plans, metrics and tiers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple, Self

from outgrow.domain.errors import ConfigurationError, OutgrowError, UnknownMetricError, UsageError
from outgrow.domain.event import Event
from outgrow.domain.ladder import Ladder
from outgrow.domain.metric import MetricCatalogue
from outgrow.domain.resource import COMMERCE, Resources
from outgrow.domain.scenario import Arrival, GrowthChange, LevelStep, NewStores, PlanChange, Scenario
from outgrow.domain.text import cleaned_key
from outgrow.service.places import Keys
from outgrow.service.readers import MisreadError
from outgrow.service.scenario_file import Fault, ScenarioFile
from outgrow.service.scenario_tables import EVERY, SCENARIO, PlanTable, ScenarioTable, limit_key

OPTIONS = "options"
"""Name of the scenario that is given on the command line."""
TOGETHER = "+"
"""Between names of scenarios that are asked about as one."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a scenario may speak of.

    Attributes:
        today: no change may lie before it.
        plans: codes of the plans that are sold; None where the platform's database is not at hand.
        ladder: the present one.
        resources: of the platform.
    """

    today: date
    metrics: MetricCatalogue
    plans: Sequence[str] | None
    ladder: Ladder
    resources: Resources = COMMERCE


class Written(NamedTuple):
    """An option as it was written, and how it is written right."""

    text: str
    right: str


@dataclass(frozen=True, slots=True)
class ScenarioRequest:
    """A scenario's table, and how its faults are told."""

    name: str
    table: ScenarioTable
    fault: Fault

    @classmethod
    def of_options(cls, tables: Mapping[str, object], words: Mapping[Keys, Written]) -> Self:
        """From what was given on the command line.

        Args:
            tables: as a scenario's table in the file.
            words: what each of its keys was written as.

        Raises:
            UsageError: something is out of range; names the option.
        """

        def written(keys: Keys) -> Written:
            return next((words[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in words), Written(OPTIONS, ""))

        def fault(keys: Keys, what: str, mend: str) -> OutgrowError:
            key = f"{keys[-1]}: " if keys and isinstance(keys[-1], str) and keys not in words else ""
            return UsageError(f"{written(keys).text}: {key}{what}", mend)

        try:
            return cls(OPTIONS, SCENARIO(tables), fault)
        except MisreadError as misread:
            raise fault(misread.keys, misread.what, written(misread.keys).right) from misread


def asked_for(file: ScenarioFile, name: str) -> list[ScenarioRequest]:
    """The tables that a name means: one, or several with a plus between them.

    Raises:
        ConfigurationError: the file does not exist.
        UsageError: there is no scenario of this name in it.
    """
    names = [name] if cleaned_key(name) in file.tables else name.split(TOGETHER)
    return [ScenarioRequest(cleaned_key(each), file.table(each), file.fault(each)) for each in names]


def to_scenario(asked: Sequence[ScenarioRequest], known: Known) -> Scenario:
    """The changes of one or more tables together.

    Raises:
        ConfigurationError: a day lies in the past; a plan, metric or tier does not exist; events overlap; the ladder
            is out of order or in another currency; two tables contradict each other. Names file, line and key.
        UsageError: the same in an option.
    """
    parts = [_scenario(each, known) for each in asked]
    whole = parts[0]
    for part, each in zip(parts[1:], asked[1:], strict=True):
        if whole.ladder is not None and part.ladder is not None:
            raise each.fault(("ladder",), f"'{whole.name}' has a ladder of its own", "ask about one of the two")
        whole = _together(whole, part)
    _see_that_nothing_overlaps(asked, parts)
    return whole


def _together(a: Scenario, b: Scenario) -> Scenario:
    return replace(
        a,
        name=f"{a.name}{TOGETHER}{b.name}",
        description="",
        stores=(*a.stores, *b.stores),
        merchants=(*a.merchants, *b.merchants),
        events=(*a.events, *b.events),
        steps=(*a.steps, *b.steps),
        plans=(*a.plans, *b.plans),
        ladder=a.ladder or b.ladder,
        prices={**a.prices, **b.prices},
        growth=(*a.growth, *b.growth),
    )


def _scenario(asked: ScenarioRequest, known: Known) -> Scenario:
    table = asked.table
    for kind, key, changes in (
        ("stores", "on", table.stores),
        ("merchants", "on", table.merchants),
        ("steps", "on", table.steps),
        ("events", "first", table.events),
    ):
        for n, change in enumerate(changes):
            _see_that_it_is_to_come(asked, (kind, n, key), getattr(change, key), known.today)
    return Scenario(
        name=asked.name,
        description=table.description,
        stores=_stores(asked, known),
        merchants=tuple(
            Arrival(m.name, m.on, _sizes(asked, ("merchants", n, "sizes"), m.sizes, known))
            for n, m in enumerate(table.merchants)
        ),
        events=table.events,
        steps=tuple(
            LevelStep(_metric(asked, ("steps", n, "metric"), step.metric, known), step.on, step.amount)
            for n, step in enumerate(table.steps)
        ),
        plans=_plans(asked, known),
        ladder=_ladder(asked, known),
        prices=_prices(asked, known),
        growth=tuple(
            GrowthChange(factor, None if name == EVERY else _metric(asked, ("growth", name), name, known))
            for name, factor in table.growth.items()
        ),
    )


def _see_that_it_is_to_come(asked: ScenarioRequest, keys: Keys, day: date, today: date) -> None:
    if day < today:
        mend = f"give {today} or a later day, or take it out: what has come is part of the data"
        raise asked.fault(keys, f"{day} lies in the past, today is {today}", mend)


def _stores(asked: ScenarioRequest, known: Known) -> tuple[NewStores, ...]:
    found = []
    for n, new in enumerate(asked.table.stores):
        if new.plan is not None:
            _see_that_it_is_sold(asked, ("stores", n, "plan"), new.plan, known)
        sizes = None if new.sizes is None else _sizes(asked, ("stores", n, "sizes"), new.sizes, known)
        found.append(NewStores(new.count, new.on, new.over_days, new.plan, sizes))
    return tuple(found)


def _plans(asked: ScenarioRequest, known: Known) -> tuple[PlanChange, ...]:
    for n, plan in enumerate(asked.table.plans):
        _see_that_it_is_sold(asked, ("plans", n, "code"), plan.code, known)
    return tuple(
        PlanChange(plan.code, _limits(asked, ("plans", n), plan, known), known.resources)
        for n, plan in enumerate(asked.table.plans)
    )


def _limits(asked: ScenarioRequest, keys: Keys, plan: PlanTable, known: Known) -> dict[str, float]:
    """Limits by the resources' names."""
    found = {}
    for name, top in plan.limits().items():
        try:
            found[known.resources.resolve(name).name] = top
        except UsageError as error:
            there = ", ".join(limit_key(resource.name) for resource in known.resources.by_plan)
            mend = f"use one of: {there}" if there else error.mend
            raise asked.fault((*keys, plan.key(name)), error.what, mend) from error
    return found


def _see_that_it_is_sold(asked: ScenarioRequest, keys: Keys, plan: str, known: Known) -> None:
    if known.plans is None:
        mend = "give --database-url, or say how large stores are with `sizes`"
        raise asked.fault(keys, f"nothing is known of plan '{plan}' without the platform's database", mend)
    if plan not in known.plans:
        sold = f"use one of: {', '.join(known.plans)}" if known.plans else "the platform sells no plan"
        raise asked.fault(keys, f"there is no plan '{plan}'", sold)


def _sizes(asked: ScenarioRequest, keys: Keys, sizes: Mapping[str, float], known: Known) -> dict[str, float]:
    """Sizes by the metrics' full names."""
    return {_metric(asked, (*keys, name), name, known): size for name, size in sizes.items()}


def _metric(asked: ScenarioRequest, keys: Keys, name: str, known: Known) -> str:
    try:
        return known.metrics.resolve(name).name
    except UnknownMetricError as error:
        raise asked.fault(keys, error.what, error.mend) from error


def _ladder(asked: ScenarioRequest, known: Known) -> Ladder | None:
    tiers = asked.table.ladder
    if tiers is None:
        return None
    currency = known.ladder.currency
    for n, tier in enumerate(tiers):
        if tier.currency not in {None, currency}:
            what = f"tier '{tier.name}' is priced in {tier.currency}, the present ladder in {currency}"
            raise asked.fault(("ladder", n, "currency"), what, "give both in one currency, or they cannot be compared")
    try:
        return Ladder(tuple(tier.to_tier(currency) for tier in tiers))
    except ConfigurationError as error:
        raise asked.fault(("ladder",), error.what, error.mend) from error


def _prices(asked: ScenarioRequest, known: Known) -> dict[str, Decimal]:
    """Other prices by tier, of the scenario's own ladder where it has one."""
    ladder = _ladder(asked, known) or known.ladder
    names = [tier.name for tier in ladder]
    for n, price in enumerate(asked.table.prices):
        if price.tier not in names:
            what = f"the ladder has no tier '{price.tier}'"
            raise asked.fault(("prices", n, "tier"), what, f"use one of: {', '.join(names)}")
    prices = {price.tier: price.cost_monthly for price in asked.table.prices}
    try:
        priced(ladder, prices)
    except ConfigurationError as error:
        raise asked.fault(("prices",), error.what, error.mend) from error
    return prices


def priced(ladder: Ladder, prices: Mapping[str, Decimal]) -> Ladder:
    """A ladder with other prices of some of its tiers.

    Raises:
        ConfigurationError: a tier would cost less than the one below it.
    """
    tiers = tuple(replace(tier, cost_monthly=prices.get(tier.name, tier.cost_monthly)) for tier in ladder)
    return replace(ladder, tiers=tiers)


def _see_that_nothing_overlaps(asked: Sequence[ScenarioRequest], parts: Iterable[Scenario]) -> None:
    events: list[tuple[Event, ScenarioRequest, int]] = sorted(
        (
            (event, each, n)
            for each, part in zip(asked, parts, strict=True)
            for n, event in enumerate(part.events)
        ),
        key=lambda found: (found[0].first, found[0].last),
    )  # fmt: skip
    for (before, _, _), (event, each, n) in pairwise(events):
        if event.first <= before.last:
            what = (
                f"'{event.name or event.first}' begins on {event.first}, "
                f"while '{before.name or before.first}' lasts until {before.last}"
            )
            mend = "let events follow each other, or make one of the two with the multiplier of both"
            raise each.fault(("events", n, "first"), what, mend)
