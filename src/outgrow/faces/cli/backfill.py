"""`outgrow backfill`."""

from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.faces.cli.command import Day, Json, as_date, is_quiet, print_json, with_opening

if TYPE_CHECKING:
    from outgrow.service.backfill import BackfillReport
    from outgrow.service.opening import Opening


def backfill(
    opening: "Opening",
    since: Day = None,
    until: Day = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and report, store nothing.")] = False,
    json: Json = False,
) -> None:
    """Rebuild the history that was never captured.

    From time stamps and status history, up to yesterday. Can be cut off and run again.
    """
    from outgrow.documents.backfill import backfill_document
    from outgrow.faces.cli.progress import progress_bar
    from outgrow.service.backfill import backfill as rebuild

    with opening.source_desk() as desk, progress_bar() as tell:
        report = rebuild(desk, since=as_date(since), until=as_date(until), dry_run=dry_run, progress=tell)
    if json:
        print_json(backfill_document(report))
    elif not is_quiet():
        print_report(report)


def print_report(report: "BackfillReport") -> None:
    """What was rebuilt, what could not be, and what the time stamps cannot tell."""
    from outgrow.domain.days import spoken_range
    from outgrow.domain.words import counted
    from outgrow.faces.cli.tables import console

    out = console()
    if report.first_day is None:
        out.print(f"Platform {report.platform} is empty: there is nothing to rebuild.")
        return
    verb = "Would rebuild" if report.dry_run else "Rebuilt"
    out.print(
        f"{verb} {counted(len(report.metrics), 'metric')} on {counted(report.days, 'day')} "
        f"of platform {report.platform}, "
        f"{spoken_range(report.first_day, report.last_day)}.",
        soft_wrap=True,
    )
    for metric, reason in report.unavailable.items():
        out.print(f"  missing: {metric}: {reason}", soft_wrap=True)
    if report.limitations:
        out.print("What time stamps cannot tell:")
    for limitation in report.limitations:
        out.print(f"  - {limitation}", soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(backfill))
