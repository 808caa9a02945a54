"""Tenants as words and tables."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from outgrow.domain.days import spoken, spoken_range
from outgrow.domain.forecast import Status
from outgrow.domain.limit import Severity
from outgrow.domain.tenant import WITHIN
from outgrow.domain.words import Figures, counted, exact, figure, percent
from outgrow.faces.cli.tables import COLOURS, Column, console, table
from outgrow.faces.cli.text import STATUS_WORDS
from outgrow.planning.ladder.words import amount
from outgrow.planning.tenants.words import sentence

if TYPE_CHECKING:
    from outgrow.domain.resource import Resource
    from outgrow.domain.upsell import Need, Shrinking, Tenant, TenantOffers, Upsell
    from outgrow.service.tenants import TenantReport

NAME_WIDTH = 20
"""Longer names are cut."""
LIKELY = 0.5
"""From here on a probability stands out."""
UPSELL = {
    "Merchant": 0, "Plan": 4, "Resource": 0, "Use of limit": 1, "30 days": 3, "90 days": 0, "Reached": 2,
    "Next plan": 0, "A month": 0, "Expected": 5,
}  # fmt: skip
SHRINKING = {
    "Merchant": 0, "Plan": 3, "Pays": 0, "Resource": 0, "90 days ago": 1, "Now": 0, "In 90 days": 2, "Change": 0,
}  # fmt: skip
"""The tables' columns, and the order in which they are left out where there is no room, the highest first. Reached: the
80% range of the dates."""
WORDY = {"Merchant": "text", "Plan": "text", "Resource": "text", "Next plan": "text", "Reached": "left"}
Row = Mapping[str, str | Text]


def print_tenants(report: "TenantReport", limit: int) -> None:
    """What it comes to, who outgrows a plan, who shrinks, and who is too new to tell."""
    out, plan = console(), report.plan
    out.print(Text(sentence(plan), style=f"bold {_colour(plan)}"), soft_wrap=True)
    shown = plan.upsells[:limit]
    if shown:
        out.print()
        rows = [row for upsell in shown for row in _upsell_rows(upsell, plan.as_of)]
        _print_table(out, UPSELL, [*rows, _total(plan)])
        _print_more(out, len(plan.upsells), limit)
    if plan.shrinking:
        out.print(f"\n{_shrinking_sentence(plan)}", soft_wrap=True)
        out.print()
        _print_table(out, SHRINKING, [row for one in plan.shrinking[:limit] for row in _shrinking_rows(one)])
        _print_more(out, len(plan.shrinking), limit)
    out.print(f"\n{_rests_on(report)}", soft_wrap=True)


def _print_table(out: Console, columns: Mapping[str, int], rows: Iterable[Row]) -> None:
    """A table of the columns that there is room for."""
    asked = [Column(name, WORDY.get(name, "right"), rank) for name, rank in columns.items()]
    out.print(table(asked, ([row.get(name, "") for name in columns] for row in rows), out.width))


def _print_more(out: Console, number_of: int, limit: int) -> None:
    if number_of > limit:
        out.print(f"and {number_of - limit:,} more (--limit {number_of} shows all)", style="bright_black")


def _colour(plan: "TenantOffers") -> str:
    return COLOURS[Severity.WARNING if plan.upsells else Severity.OK]


def _upsell_rows(upsell: "Upsell", as_of: date) -> Iterable[Row]:
    """A line for each resource that matters, the binding one first with what is said of the merchant."""
    following = upsell.next_plan
    change = upsell.revenue_change
    told: Row = {
        **_who(upsell.tenant),
        "Next plan": following.name if following else "none fits",
        "A month": "" if change is None else f"+{amount(change)}",
        "Expected": "" if upsell.expected is None else f"+{amount(upsell.expected)}",
    }
    for at, need in enumerate(upsell.needs):
        yield {**(told if at == 0 else {}), **_need(need, as_of)}


def _need(need: "Need", as_of: date) -> Row:
    metric = need.of.metric
    dates = need.days.dates(as_of)
    return {
        "Resource": _called(need.of),
        "Use of limit": f"{figure(need.used, metric, need.limit)} / {exact(need.limit)}",
        **{f"{days} days": _chance(need.probability.get(days)) for days in WITHIN},
        "Reached": spoken_range(dates["p10"], dates["p90"]) or _status(need),
    }


def _called(resource: "Resource") -> str:
    """What it is called in a line: `orders/month`, `storage GB`."""
    unit = "" if resource.metric.is_count else f" {resource.unit}"
    return f"{resource.short}{'/month' if resource.monthly else ''}{unit}"


def _chance(probability: float | None) -> Text:
    if probability is None:
        return Text("–")
    certain, likely = probability >= 1, probability >= LIKELY
    colour = COLOURS[Severity.CRITICAL] if certain else COLOURS[Severity.WARNING] if likely else ""
    return Text(percent(probability), style=colour)


def _status(need: "Need") -> str:
    if need.status is Status.INSUFFICIENT_DATA:
        return f"{need.have} of {counted(need.need or 0, 'day')}"
    return STATUS_WORDS[need.status]


def _who(tenant: "Tenant") -> dict[str, str | Text]:
    name = tenant.name if len(tenant.name) <= NAME_WIDTH else f"{tenant.name[: NAME_WIDTH - 1]}…"
    return {"Merchant": name, "Plan": f"{tenant.plan.name} (trial)" if tenant.trial else tenant.plan.name}


def _total(plan: "TenantOffers") -> Row:
    """The last line: of all merchants listed, also of those that are not shown."""
    told = {
        "Merchant": counted(len(plan.upsells), "merchant"),
        "Next plan": f"all, {plan.currency}",
        "A month": f"+{amount(plan.revenue_change)}",
        "Expected": f"+{amount(plan.expected)}",
    }
    return {name: Text(text, style="bold") for name, text in told.items()}


def _shrinking_sentence(plan: "TenantOffers") -> str:
    paid = sum((one.tenant.pays for one in plan.shrinking), Decimal(0))
    uses, pays = ("merchant uses", "pays") if len(plan.shrinking) == 1 else ("merchants use", "pay")
    return f"{len(plan.shrinking):,} {uses} less and less, and {pays} {amount(paid)} {plan.currency} a month:"


def _shrinking_rows(one: "Shrinking") -> Iterable[Row]:
    told: Row = {**_who(one.tenant), "Pays": amount(one.tenant.pays)}
    for at, decrease in enumerate(one.decreases):
        metric = decrease.of.metric
        values = Figures.of(metric, (decrease.now, decrease.before, decrease.later))
        yield {
            **(told if at == 0 else {}),
            "Resource": f"{decrease.of.short} in 90 days" if decrease.of.monthly else _called(decrease.of),
            "90 days ago": values.write(decrease.before),
            "Now": values.write(decrease.now),
            "In 90 days": values.write(decrease.later),
            "Change": percent(-decrease.lost_share),
        }


def _rests_on(report: "TenantReport") -> str:
    """What was looked at."""
    plan = report.plan
    new = f", {plan.too_new:,} too new for a forecast" if plan.too_new else ""
    return (
        "Days: the probability that the limit is reached within so many days. "
        f"Platform {report.platform} on {spoken(plan.as_of)}: {counted(plan.tenants, 'merchant')}, "
        f"{plan.subscribed:,} with a subscription{new}."
    )
