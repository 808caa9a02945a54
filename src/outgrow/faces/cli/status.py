"""`outgrow status`."""

from typing import TYPE_CHECKING

import typer

from outgrow.domain.days import spoken
from outgrow.domain.figures import figure
from outgrow.domain.words import counted, exact
from outgrow.faces.cli.command import AsOf, Json, WithoutProjects, as_date, print_json, with_opening

if TYPE_CHECKING:
    from outgrow.service.opening import Opening
    from outgrow.service.status import StatusReport, StatusRow

COLUMNS = (
    ("", "left", 0), ("Metric", "text", 0), ("Now", "right", 0), ("Limit", "right", 2), ("30 days", "right", 4),
    ("Reached", "left", 3), ("80% range", "left", 0), ("Act by", "left", 1), ("Last 90 days", "left", 5),
)  # fmt: skip
"""The table's columns, as `tables.Column`: the line of bars is the first to go where there is no room."""


def status(
    opening: "Opening", as_of: AsOf = None, without_projects: WithoutProjects = False, json: Json = False
) -> None:
    """Say what runs out first, and when."""
    from outgrow.documents.status import status_document
    from outgrow.faces.cli.accuracy import say_fallbacks
    from outgrow.service.status import status as ask

    with opening.desk(as_date(as_of), projects=not without_projects) as desk:
        report = ask(desk)
        say_fallbacks(desk, [row.outlook.until.metric for row in report.rows])
    if json:
        print_json(status_document(report))
    else:
        print_status(report)


def print_status(report: "StatusReport") -> None:
    """The sentence, the table by urgency, and what it rests on."""
    from rich.text import Text

    from outgrow.faces.cli.tables import COLOURS, Column, console, light, table
    from outgrow.faces.cli.text import (
        EXAMPLES,
        STATUS_WORDS,
        day_range,
        growth,
        projects_line,
        rests_on,
        sparkline,
        with_unit,
    )

    out = console()
    out.print(Text(report.sentence, style=f"bold {COLOURS[report.severity]}"), soft_wrap=True)
    out.print()
    rows: list[dict[str, str | Text]] = []
    amiss = _amiss(report)
    for row in report.rows:
        until, metric = row.outlook.until, row.outlook.until.metric
        middle = until.date("p50")
        rows.append(
            {
                "": light(row.outlook.severity) if row.outlook.limit else Text(""),
                "Metric": f"{_label(row)} *" if _series(row) in amiss else _label(row),
                "Now": with_unit(figure(until.current, metric, until.threshold), metric),
                "Limit": "" if until.threshold is None else exact(until.threshold) + " †" * until.example,
                "30 days": growth(until.growth_per_30_days, metric, until.current),
                "Reached": spoken(middle) if middle else "",
                "80% range": day_range(until) or (STATUS_WORDS.get(until.status, "") if row.outlook.limit else ""),
                "Act by": spoken(row.outlook.act_by) if row.outlook.act_by else "",
                "Last 90 days": sparkline(row.recent),
            }
        )
    if rows:
        columns = [Column(*column) for column in COLUMNS]
        out.print(table(columns, ([row[column.heading] for column in columns] for row in rows), out.width))
    if any(row.outlook.until.example for row in report.rows):
        out.print(Text(EXAMPLES, style="bright_black"), soft_wrap=True)
    for line in amiss.values():
        out.print(f"* {line}", soft_wrap=True)
    age = report.newest_age_days
    newest = "no snapshot yet" if age is None else f"newest snapshot {spoken(report.newest_snapshot)} ({_old(age)})"
    if report.projects:
        out.print(projects_line(report.projects), soft_wrap=True)
    out.print(f"Platform {report.platform}: {newest}; {rests_on(report.history)}.", soft_wrap=True)


def _label(row: "StatusRow") -> str:
    """The metric, with whose it is where that is not the platform."""
    limit, label = row.outlook.limit, row.outlook.until.metric.label
    return label if limit is None or limit.scope == "platform" else f"{label} of {limit.scope}"


def _series(row: "StatusRow") -> tuple[str, str]:
    """Which metric, and whose."""
    return row.outlook.until.metric.name, row.outlook.until.scope_name


def _amiss(report: "StatusReport") -> dict[tuple[str, str], str]:
    """What is amiss in series lately, a line each; the days of a month's total are told of by themselves."""
    from outgrow.faces.cli.text import mark_line

    rows = {_series(row): row for row in report.rows}
    found = {}
    for (name, scope), row in rows.items():
        until = row.outlook.until
        if until.metric.month_total_of != name and (until.metric.month_total_of, scope) in rows:
            continue
        if line := mark_line(until.notes, until.metric, until.as_of, _label(row)):
            found[name, scope] = line
    return found


def _old(days: int) -> str:
    return "today" if days == 0 else f"{counted(days, 'day')} old"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(status))
