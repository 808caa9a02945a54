"""`outgrow capture`."""

from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.faces.cli.command import Json, complain, confirm, print_json, with_opening

if TYPE_CHECKING:
    from outgrow.service.opening import Opening

PARTLY = 4


def capture(
    opening: "Opening",
    again: Annotated[
        bool, typer.Option("--again", help="Count anew, in the place of what was captured today.")
    ] = False,
    json: Json = False,
) -> None:
    """Store today's snapshot, or fill what is missing in it.

    Run it once a day, or as often as you like: what was observed stays as it is.
    """
    from outgrow.documents.capture import capture_document
    from outgrow.domain.days import spoken
    from outgrow.domain.words import counted
    from outgrow.service.capture import capture as take

    with opening.source_desk() as desk:
        report = take(desk, again=again)
    if json:
        print_json(capture_document(report))
    else:
        confirm(f"{report.name}: {counted(report.values, 'value')} captured for {spoken(report.day)}.")
    for metric, reason in report.missing.items():
        complain(f"missing: {metric}: {reason}")
    if report.missing:
        raise typer.Exit(PARTLY)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(capture))
