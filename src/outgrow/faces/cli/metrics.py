"""`outgrow metrics`."""

from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.faces.cli.command import AsOf, Json, as_date, print_json, with_opening

if TYPE_CHECKING:
    from outgrow.service.metrics import KnownMetric, MetricsReport
    from outgrow.service.opening import Opening

COLUMNS = (
    ("Name", "left", 0), ("Short name", "left", 4), ("Title", "text", 0), ("Newest", "right", 0), ("On", "right", 1),
    ("Kind", "left", 3), ("Scopes", "left", 2), ("Days", "right", 5),
)  # fmt: skip
"""The table's columns, as `tables.Column`."""


def metrics(
    opening: "Opening",
    everything: Annotated[bool, typer.Option("--all", help="Tell of those without a value too.")] = False,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """List the metrics by name and title, with unit, scopes and newest value.

    Where a command takes a metric, it takes its name, its short name or its title.
    """
    from outgrow.documents.metrics import metrics_document
    from outgrow.service.metrics import metrics as ask

    with opening.desk(as_date(as_of)) as desk:
        report = ask(desk)
    if json:
        print_json(metrics_document(report))
    else:
        _print(report, everything=everything)


def _print(report: "MetricsReport", *, everything: bool) -> None:
    from outgrow.domain.words import counted
    from outgrow.faces.cli.tables import Column, console, table

    out = console()
    shown = [known for known in report.metrics if everything or known.stored]
    if shown:
        out.print(table([Column(*column) for column in COLUMNS], map(_row, shown), out.width))
    left_out = len(report.metrics) - len(shown)
    if left_out:
        has = "has" if left_out == 1 else "have"
        out.print(f"{counted(left_out, 'more metric')} {has} no value on platform {report.platform}: see --all.")


def _row(known: "KnownMetric") -> list[str]:
    from outgrow.domain.days import spoken
    from outgrow.domain.figures import figure
    from outgrow.domain.words import counted

    metric, newest = known.metric, known.stored[0] if known.stored else None
    value = "–" if newest is None else f"{figure(newest.newest_value, metric)} {metric.unit}"
    day = spoken(newest.newest_day if newest else None)
    scopes = str(newest.scope) if newest else "–"
    more = len(known.stored) - 1
    days = f"{newest.days:,}" if newest else "–"
    return [
        metric.name, known.short_name or "", metric.label, value, day, metric.kind.value,
        scopes + (f" and {counted(more, 'other')}" if more > 0 else ""), days,
    ]  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(metrics))
