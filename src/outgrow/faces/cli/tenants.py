"""`outgrow tenants`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.faces.cli.command import AsOf, Json, as_date, drawing, print_json, say, with_opening

if TYPE_CHECKING:
    from outgrow.service.opening import Opening

SHOWN = 20


def tenants(
    opening: "Opening",
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help=f"Lines of each list (default: {SHOWN}; with --json all).")
    ] = None,
    resource: Annotated[
        str | None,
        typer.Option(
            metavar="RESOURCE", help="Look at this one alone: products, orders_month, team_members, storage_gb."
        ),
    ] = None,
    png: Annotated[Path | None, drawing(".png", "Draw the likeliest into this PNG file.")] = None,
    svg: Annotated[Path | None, drawing(".svg", "Draw the likeliest into this SVG file.")] = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Say which merchants outgrow their plan, what the next one brings, and who shrinks."""
    from outgrow.documents.tenants import tenants_document
    from outgrow.faces.cli.tenants_text import print_tenants
    from outgrow.service.tenants import tenants as ask

    with opening.source_desk(as_date(as_of), stores=False) as desk:
        report = ask(desk, resource)
    if report.stale:
        say(
            f"outgrow: nothing has changed at any merchant since {report.newest_change}; if the database is a copy of "
            f"that day, ask with --as-of {report.newest_change}"
        )
    if png or svg:
        from outgrow.faces.charts.export import write_png, write_svg
        from outgrow.faces.charts.tenants_chart import tenants_chart

        chart = tenants_chart(report)
        for file, write in ((png, write_png), (svg, write_svg)):
            if file is not None:
                write(chart, file)
                say(f"drew {file}")
    if json:
        print_json(tenants_document(report, limit))
    else:
        print_tenants(report, limit or SHOWN)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(tenants))
