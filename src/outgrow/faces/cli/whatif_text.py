"""Scenarios and the baseline side by side, as words and tables."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from outgrow.domain.days import spoken, spoken_month, spoken_range
from outgrow.domain.forecast import Status
from outgrow.domain.words import counted, exact, percent
from outgrow.faces.cli.tables import Column, console, table
from outgrow.faces.cli.text import STATUS_WORDS
from outgrow.planning.ladder.words import amount, middle_tier, sentence

if TYPE_CHECKING:
    from decimal import Decimal

    from outgrow.domain.limit import Limit
    from outgrow.domain.resource import Resource
    from outgrow.planning.ladder.plan import LadderPlan
    from outgrow.planning.limits.dates import LimitDate
    from outgrow.planning.tenants.affected import Affected, Touched
    from outgrow.service.scenario_file import ScenarioFile
    from outgrow.service.whatif import ScenarioOutcome, WhatIf

AS_IT_IS = "as it is"
SURE = 0.995
"""A tier with at least this probability is told without it."""
LEAST_CHANCE = 0.005
"""A smaller one is no chance."""
BESIDE, A_SCENARIO = 52, 27
"""Columns of a table without scenarios, and of each one in it: as many stand side by side as there is room for."""
NAMED = 5
"""So many merchants are named; of more, how many they are."""
WORSE, BETTER = "red", "green"


def print_whatif(report: "WhatIf") -> None:
    """The sentences and changes, then limits, tiers and cost, a column for each."""
    out = console()
    _print_heads(out, report)
    together = max((out.width - BESIDE) // A_SCENARIO, 1)
    groups = [report.scenarios[at : at + together] for at in range(0, len(report.scenarios), together)]
    for shown in groups:
        out.print()
        _print_limits(out, report, shown)
    if any(found.status is Status.BEYOND_HORIZON for outcome in report.outcomes for found in outcome.limits):
        last = report.as_of + timedelta(days=report.horizon_days)
        out.print(
            Text(f"A chance is that of reaching the limit by {spoken(last)}.", style="bright_black"), soft_wrap=True
        )
    for shown in groups:
        out.print()
        _print_months(out, report.baseline, shown)
    _print_tenants(out, report)
    for name, why in report.unknown.items():
        out.print(f"Left out: {report.metrics[name].label}, {why}.", soft_wrap=True)


def print_list(file: "ScenarioFile") -> None:
    """The scenarios of a file, with what each changes."""
    out = console()
    if not file.tables:
        there = "holds no scenario" if file.path.is_file() else "is not there"
        out.print(f"{file.path} {there}. A scenario is a table [scenario.NAME] in it.", soft_wrap=True)
        return
    rows = [(name, ", ".join(found.kinds()), found.description) for name, found in file.tables.items()]
    out.print(table([("Scenario", "left"), ("Changes", "text"), ("", "text")], rows, out.width))


def _print_heads(out: Console, report: "WhatIf") -> None:
    """What each comes to in a sentence, and what a scenario changes."""
    for outcome in report.outcomes:
        name = AS_IT_IS if outcome is report.baseline else outcome.name
        out.print(Text.assemble((f"{name[0].upper()}{name[1:]}: ", "bold"), sentence(outcome.plan)), soft_wrap=True)
        for line in (outcome.description, *outcome.changes):
            if line:
                out.print(Text(f"  {line}", style="bright_black"), soft_wrap=True)
        for note in outcome.notes:
            out.print(Text(f"  ! {note}", style="yellow"), soft_wrap=True)


def _print_limits(out: Console, report: "WhatIf", shown: Sequence["ScenarioOutcome"]) -> None:
    """A line for each limit: its date as it is and in some scenarios, and how far each moves it."""
    ranged = len(report.scenarios) == 1
    span = [Column("80% range", rank=1)] if ranged else []
    headings = [Column("Limit", "text"), Column("At", "right"), Column(AS_IT_IS), *span]
    for outcome in shown:
        headings += [Column(outcome.name), *span, Column("moved by")]
    rows = []
    for limit in report.limits():
        label = report.metrics[limit.metric].label
        called = "" if limit.name in {label.lower(), limit.metric} else f", {limit.called}"
        dates = _dates(limit, report.baseline, shown, ranged=ranged)
        rows.append([f"{label}{called}", exact(limit.usable), *dates])
    out.print(table(headings, rows, out.width))


def _dates(
    limit: "Limit", baseline: "ScenarioOutcome", shown: Sequence["ScenarioOutcome"], *, ranged: bool
) -> Iterator[str | Text]:
    base = baseline.of(limit)
    for outcome in (baseline, *shown):
        found = outcome.of(limit)
        yield _date(found)
        if ranged:
            yield _range(found)
        if outcome is not baseline:
            yield _moved(found, base)


def _date(found: "LimitDate | None") -> str:
    if found is None:
        return "no such limit"
    if found.days.p50 is not None:
        return spoken(found.dates["p50"])
    if found.status is Status.ALREADY_EXCEEDED:
        return STATUS_WORDS[found.status]
    return f"{percent(found.probability)} chance" if found.probability >= LEAST_CHANCE else "not in sight"


def _range(found: "LimitDate | None") -> str:
    early, late = (None, None) if found is None else (found.dates["p10"], found.dates["p90"])
    return spoken_range(early, late)


def _moved(found: "LimitDate | None", base: "LimitDate | None") -> Text:
    """By how many days the middle date is earlier or later."""
    if found is None or base is None:
        return Text("")
    days = found.later_than(base)
    if days is None and (found.days.p50 is None) != (base.days.p50 is None):
        return Text("sooner", WORSE) if base.days.p50 is None else Text("later", BETTER)
    if not days:
        return Text("")
    return Text(f"{'+' if days > 0 else '-'}{counted(abs(days), 'day')}", WORSE if days < 0 else BETTER)


def _print_months(out: Console, baseline: "ScenarioOutcome", shown: Sequence["ScenarioOutcome"]) -> None:
    """A line for each month: tier and cost in each; then all months together, and the day to order the next tier."""
    headings, plans = [("Month", "left")], [baseline.plan, *(outcome.plan for outcome in shown)]
    for name, plan in zip((AS_IT_IS, *(outcome.name for outcome in shown)), plans, strict=True):
        headings += [(name, "left"), (plan.currency, "right")]
    rows: list[list[str | Text]] = []
    for months in zip(*(plan.months for plan in plans), strict=True):
        cells = [cell for month in months for cell in (_tier(month.tiers), amount(month.cost.p50))]
        rows.append([spoken_month(months[0].month), *cells])
    rows.append(["Together", *(cell for plan in plans for cell in ("", Text(amount(plan.cost.p50), "bold")))])
    rows.append(["On average", *(cell for plan in plans for cell in ("", amount(plan.cost.mean)))])
    more = [plan.cost.mean - plans[0].cost.mean for plan in plans[1:]]
    rows.append(["Difference", "", "", *(cell for each in more for cell in ("", _dearer(each)))])
    rows.append(["Next tier by", *(cell for plan in plans for cell in (_order(plan), ""))])
    out.print(table(headings, rows, out.width))


def _tier(tiers: Mapping[str, float]) -> str:
    """The tier whose price is the median cost, with its probability where it is not sure."""
    name = middle_tier(tiers)
    return name if tiers[name] >= SURE else f"{name} ({percent(tiers[name])})"


def _dearer(more: "Decimal") -> Text:
    return Text(f"{more:+,.2f}", WORSE if more > 0 else BETTER) if more else Text("none")


def _order(plan: "LadderPlan") -> str:
    """The next tier, and the day by which to order it."""
    step = plan.steps[0] if plan.steps else None
    if step is None or step.needed is None:
        return "none is larger"
    if step.status is Status.ALREADY_EXCEEDED:
        return f"{step.needed.name}, now"
    return f"{step.needed.name}, {spoken(step.act_by)}" if step.act_by else "not likely"


def _print_tenants(out: Console, report: "WhatIf") -> None:
    """Whom each scenario brings to a limit of their plan, and whom away from one."""
    for outcome in report.scenarios:
        lines = ["not known without the platform's database"]
        if outcome.tenants is not None:
            lines = [line for found in outcome.tenants for line in _touched(found)]
        if lines:
            out.print(Text(f"\nMerchants in {outcome.name}:", style="bold"), soft_wrap=True)
        for line in lines:
            out.print(f"  {line}", soft_wrap=True)


def _touched(found: "Affected") -> Iterator[str]:
    what = f"{found.of.short} in {spoken_month(found.month)}" if found.month else _said(found.of)
    if not found.before and not found.after:
        yield f"{what}: nobody comes to the limit of their plan"
    else:
        before = "as before" if found.after == found.before else f"instead of {found.before:,}"
        newly = f"; newly {_named(found.reach)}" if found.reach else ""
        no_more = f"; no longer {_named(found.leave)}" if found.leave else ""
        yield f"{what}: {found.after:,} at the limit of their plan, {before}{newly}{no_more}"
    if found.likely_before is not None and found.likely_after is not None:
        yield f"  to be expected there within 90 days: {found.likely_after:,.1f} instead of {found.likely_before:,.1f}"
    if found.sold_before != found.sold_after:
        yield f"  sold by limited plans: {exact(found.sold_after)} instead of {exact(found.sold_before)}"


def _said(resource: "Resource") -> str:
    """What plans limit: `team members`, `media, in GB`."""
    unit = resource.unit
    return resource.noun if resource.metric.is_count else f"{resource.noun.removeprefix(f'{unit} of ')}, in {unit}"


def _named(touched: Sequence["Touched"]) -> str:
    names = ", ".join(each.name for each in touched[:NAMED])
    more = len(touched) - NAMED
    return f"{names} and {more:,} more" if more > 0 else names
