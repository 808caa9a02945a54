"""A ladder plan as words and tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from outgrow.domain.days import month_end, spoken, spoken_month, spoken_range
from outgrow.domain.forecast import Status
from outgrow.domain.money import MoneyBand
from outgrow.domain.words import counted, percent
from outgrow.faces.cli.tables import COLOURS, Column, console, table
from outgrow.faces.cli.text import STATUS_WORDS, projects_line
from outgrow.planning.ladder.regret import MONTH_DAYS
from outgrow.planning.ladder.words import amount, middle_tier

if TYPE_CHECKING:
    from outgrow.domain.metric import Metric
    from outgrow.planning.ladder.downgrade import Downgrade
    from outgrow.planning.ladder.plan import LadderPlan, TierEnd
    from outgrow.planning.ladder.regret import Regret, RegretRow
    from outgrow.service.config import CapacityConfig
    from outgrow.service.ladder import LadderReport

SURE = 0.995
"""A tier with at least this probability is told without it."""
SHADES = ("", "█", "░█", "░▒█", "░▒▓█", "·░▒▓█")
"""Of so many tiers in a bar, from the smallest to the largest."""
BAR_WIDTH = 20
SHIFTS = {-2: "two months early", -1: "a month early", 0: "the middle date", 1: "a month late", 2: "two months late"}
EXAMPLE = (
    "Its tiers and prices are an example that outgrow brings, not yours: set your own as [[ladder]] in outgrow.toml."
)
NOTHING_SAID = -1
"""The rank of a column that says nothing about this plan, and is left out."""


def print_ladder(report: "LadderReport", config: "CapacityConfig") -> None:
    """The sentence, then months, steps, early against late, a smaller tier, and what the plan rests on."""
    out, plan = console(), report.plan
    out.print(Text(report.sentence, style=f"bold {COLOURS[report.severity]}"), soft_wrap=True)
    if plan.example:
        out.print(Text(EXAMPLE, style="bright_black"), soft_wrap=True)
    out.print()
    _print_months(out, plan)
    if plan.steps:
        out.print()
        _print_steps(out, plan.steps, report.metrics)
    if plan.regret is not None:
        out.print()
        _print_regret(out, plan, plan.regret)
    lines = [
        *_downgrade(plan.downgrade, plan.currency),
        *_rests_on(report, config),
        *_unknown(report.unknown, report.metrics),
    ]
    if lines:
        out.print()
    for line in lines:
        out.print(Text(line), soft_wrap=True)


def _print_table(out: Console, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """A table of the columns that say anything here and that there is room for."""
    shown = [at for at, column in enumerate(columns) if column.rank != NOTHING_SAID]
    out.print(table([columns[at] for at in shown], ([row[at] for at in shown] for row in rows), out.width))


def _print_months(out: Console, plan: "LadderPlan") -> None:
    """A line for each month; bar and ranges only where some month is not certain."""
    names = list(dict.fromkeys(name for month in plan.months for name in month.tiers))
    shades = dict(zip(names, SHADES[len(names)], strict=True)) if len(names) < len(SHADES) else {}
    unsure, bars, totals = (1, 3, 4) if len(names) > 1 else (NOTHING_SAID,) * 3
    columns = [
        Column("Month"),
        Column("Tier", "text"),
        Column("  ".join(f"{shade} {name}" for name, shade in shades.items()), rank=bars if shades else NOTHING_SAID),
        Column(f"Cost {plan.currency}", "right"),
        Column("80% range", rank=unsure),
        Column("Running total", "right", 2),
        Column("80% range", rank=totals),
    ]
    rows = [
        [
            spoken_month(month.month),
            _tier(month.tiers),
            bar(month.tiers, shades),
            amount(month.cost.p50),
            _span(month.cost),
            amount(month.cumulative.p50),
            _span(month.cumulative),
        ]
        for month in plan.months
    ]
    _print_table(out, columns, rows)
    last = plan.months[-1]
    if last.beyond >= 1 - SURE:
        out.print(
            f"With {percent(last.beyond)} chance even {names[-1]} is outgrown by {spoken(month_end(last.month))}; "
            "its price is then the least that a month costs.",
            soft_wrap=True,
        )


def bar(tiers: Mapping[str, float], shades: Mapping[str, str]) -> str:
    """Probabilities as stretches of a bar, each within half a column of its share."""
    drawn, below = "", 0.0
    for name, shade in shades.items():
        below += tiers.get(name, 0.0)
        drawn += shade * (round(BAR_WIDTH * below) - len(drawn))
    return drawn


def _tier(tiers: Mapping[str, float]) -> str:
    """The tier whose price is the median cost, with its probability where it is not sure."""
    name = middle_tier(tiers)
    return name if tiers[name] >= SURE else f"{name} ({percent(tiers[name])})"


def _span(money: MoneyBand) -> str:
    return "" if money.p10 == money.p90 else f"{amount(money.p10)} to {amount(money.p90)}"


def _print_steps(out: Console, steps: Sequence["TierEnd"], known: "Mapping[str, Metric]") -> None:
    columns = [
        Column("Tier", "text"),
        Column("Outgrown", "text"),
        Column("80% range", rank=1),
        Column("Then", "text"),
        Column("Order by"),
        Column("What binds", "text", 2),
    ]
    rows = [
        [
            step.outgrown.name,
            _outgrown(step),
            _range(step),
            step.needed.name if step.needed else "none is larger",
            spoken(step.act_by),
            _binding(step.binding, known),
        ]
        for step in steps
    ]
    _print_table(out, columns, rows)


def _outgrown(step: "TierEnd") -> str:
    middle = step.dates["p50"]
    if middle is not None:
        return spoken(middle)
    if step.status is Status.ALREADY_EXCEEDED:
        return STATUS_WORDS[step.status]
    within = list(step.probability_within.items())[-1:]
    return STATUS_WORDS[step.status] + "".join(
        f" ({percent(share)} in {counted(days, 'day')})" for days, share in within
    )


def _range(step: "TierEnd") -> str:
    return spoken_range(step.dates["p10"], step.dates["p90"])


def _binding(binding: Mapping[str, float], known: "Mapping[str, Metric]") -> str:
    """The metrics that come to the limit first, with their shares where there are several."""
    told = {known[name].label: share for name, share in binding.items() if share >= 1 - SURE}
    return ", ".join(told if len(told) == 1 else (f"{label} {percent(share)}" for label, share in told.items()))


def _print_regret(out: Console, plan: "LadderPlan", regret: "Regret") -> None:
    """What it costs to move early and late: in words, then the numbers."""
    step = plan.steps[0]
    next_tier = step.needed.name if step.needed else ""
    rows = {row.shift_days // MONTH_DAYS: row for row in regret.rows}
    words = [_in_words(rows[shift], SHIFTS[shift], plan.currency) for shift in (-1, 1) if shift in rows]
    out.print(Text(f"{next_tier} instead of {step.outgrown.name}: {'; '.join(words)}."), soft_wrap=True)
    out.print(Text(_best(regret, next_tier)), soft_wrap=True)
    out.print()
    priced = 1 if regret.day_over_cost is not None else NOTHING_SAID
    columns = [
        Column(f"{next_tier} from"),
        Column("That is", rank=2),
        Column("Days too early", "right"),
        Column("Cost", "right"),
        Column("Days above", "right"),
        Column("Cost", "right", priced),
        Column("Together", "right", priced),
        Column("Chance to be late", "right", 3),
    ]
    _print_table(out, columns, (_regret_cells(row, SHIFTS[shift]) for shift, row in rows.items()))


def _in_words(row: "RegretRow", when: str, currency: str) -> str:
    if row.shift_days < 0:
        return f"{when} costs {amount(row.cost_early)} {currency} for nothing"
    days = f"{row.days_above:.0f}"
    means = f"{when} means {days} {'day' if days == '1' else 'days'} above the limit"
    return means if row.cost_above is None else f"{means}, {amount(row.cost_above)} {currency}"


def _best(regret: "Regret", next_tier: str) -> str:
    if regret.day_over_cost is None:
        return (
            "What a day above the limit costs is not set: with `day_over_cost` in [plan] of outgrow.toml "
            "the best day can be told."
        )
    if regret.best_on is None:
        return "Waiting costs nothing." if not regret.day_over_cost else "Waiting beyond the horizon costs the least."
    return f"The least is to be expected with {next_tier} from {spoken(regret.best_on)} on."


def _regret_cells(row: "RegretRow", when: str) -> list[str]:
    above, together = ("" if cost is None else amount(cost) for cost in (row.cost_above, row.total))
    early = (f"{row.days_early:.0f}", amount(row.cost_early))
    return [spoken(row.on), when, *early, f"{row.days_above:.0f}", above, together, percent(row.probability_late)]


def _downgrade(found: "Downgrade | None", currency: str) -> list[str]:
    if found is None:
        return []
    lasting = f"for {counted(found.days, 'day')} at least ({percent(found.probability)} sure)"
    saving = f"it saves {amount(found.saving_monthly)} {currency} a month"
    return [f"A smaller tier would do: {found.tier.name} from {spoken(found.on)} on, {lasting}; {saving}."]


def _rests_on(report: "LadderReport", config: "CapacityConfig") -> list[str]:
    """The committed projects in it, and which tier was taken to be the present one."""
    lines = [projects_line(report.projects)] if report.projects else []
    if config.plan.current_tier is None:
        lines.append(
            f"{report.plan.tier.name} is the tier that today's use needs; if another one is rented, name it as "
            "`current_tier` in [plan] of outgrow.toml."
        )
    return lines


def _unknown(unknown: Mapping[str, str], known: "Mapping[str, Metric]") -> list[str]:
    return [f"Left out: {known[name].label}, {why}." for name, why in unknown.items()]
