"""What was sold against what is used, as a table for people."""

from typing import TYPE_CHECKING

from outgrow.domain.days import spoken
from outgrow.domain.figures import figure
from outgrow.domain.words import counted, percent

if TYPE_CHECKING:
    from rich.text import Text

    from outgrow.planning.tenants.exposure import ResourceExposure
    from outgrow.service.sold import ExposureReport

COLUMNS = {
    "Resource": 0, "Sold": 0, "On trial": 7, "Unlimited": 4, "Used": 0, "Of sold": 0, "Tier holds": 0,
    "Overcommit": 1, "Top 1%": 6, "Top 10%": 3, "90 days": 2, "365 days": 5,
}  # fmt: skip
"""The table's columns, and the order in which they are left out where there is no room, the highest first."""
LEGEND = (
    "Sold, and how much of it is used: on limited plans alone. Overcommit: what is sold for what the tier holds. "
    "Top: share of the use that the largest tenants hold. Days: chance that use reaches what the tier holds."
)
LARGE = 100
"""From here on, gigabytes are told without hundredths."""
CAVEAT = "Tenants on unlimited plans, or on none, count with what they use at present, stores with how many there are."


def print_exposure(report: "ExposureReport") -> None:
    """The table, what its columns mean, why numbers are missing, and the tier that all that was sold would take."""
    from rich.text import Text

    from outgrow.faces.cli.tables import Column, console, table

    out, exposure = console(), report.exposure
    who = "" if exposure.tenants is None else f", {counted(exposure.tenants, 'tenant')}"
    out.print(Text(f"Sold against used on {spoken(exposure.as_of)}, {exposure.called}{who}", style="bold"))
    out.print()
    columns = [Column(name, "text" if name == "Resource" else "right", rank) for name, rank in COLUMNS.items()]
    rows = [_row(resource) for resource in exposure.resources]
    out.print(table(columns, ([row[name] for name in COLUMNS] for row in rows), out.width))
    out.print(Text(LEGEND, style="bright_black"))
    for line in _why_missing(report):
        out.print(line, soft_wrap=True)
    out.print(exposure.sentence, soft_wrap=True)
    if exposure.if_all_used is not None:
        out.print(Text(CAVEAT, style="bright_black"), soft_wrap=True)


def _row(resource: "ResourceExposure") -> dict[str, "str | Text"]:
    from rich.text import Text

    use, chances = resource.use, resource.probability_within
    over = resource.overcommit is not None and resource.overcommit > 1
    return {
        "Resource": use.metric.label,
        "Sold": _amount(resource, use.sold),
        "On trial": _amount(resource, use.trial.amount if use.trial else None),
        "Unlimited": "–" if use.unlimited is None else f"{use.unlimited:,}",
        "Used": _amount(resource, use.used),
        "Of sold": percent(use.utilisation),
        "Tier holds": _amount(resource, resource.maximum),
        "Overcommit": Text(percent(resource.overcommit), style="yellow" if over else ""),
        "Top 1%": percent(use.largest.get(1)),
        "Top 10%": percent(use.largest.get(10)),
        **{f"{days} days": percent(chances[days]) for days in (90, 365)},
    }


def _amount(resource: "ResourceExposure", value: float | None) -> str:
    """In the unit; hundredths only of what is small."""
    metric = resource.use.metric
    if value is None or metric.is_count:
        return figure(value, metric)
    return f"{value:,.0f} {metric.unit}" if value >= LARGE or value == 0 else f"{figure(value, metric)} {metric.unit}"


def _why_missing(report: "ExposureReport") -> list[str]:
    """Each reason for missing numbers once, with the resources that it holds for."""
    labels: dict[str, list[str]] = {}
    for resource in report.exposure.resources:
        for reason in dict.fromkeys(resource.unknown.values()):
            labels.setdefault(reason, []).append(resource.use.metric.label)
    return [f"– {reason}: {', '.join(named)}" for reason, named in labels.items()]
