"""`outgrow ladder`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.faces.cli.command import AsOf, Json, WithoutProjects, as_date, drawing, print_json, say, with_opening

if TYPE_CHECKING:
    from outgrow.faces.charts.layers import Spec
    from outgrow.service.opening import Opening


def ladder(
    opening: "Opening",
    png: Annotated[Path | None, drawing(".png", "Draw the months' cost into this PNG file.")] = None,
    svg: Annotated[Path | None, drawing(".svg", "Draw the months' cost into this SVG file.")] = None,
    exposure_png: Annotated[Path | None, drawing(".png", "Draw what is sold and used into this PNG file.")] = None,
    exposure_svg: Annotated[Path | None, drawing(".svg", "Draw what is sold and used into this SVG file.")] = None,
    as_of: AsOf = None,
    without_projects: WithoutProjects = False,
    json: Json = False,
) -> None:
    """Say which infrastructure tier is needed when, by when to order it, and what twelve months cost.

    Then what was sold to tenants against what they use and what the tier holds.
    """
    from outgrow.documents.ladder import ladder_document
    from outgrow.service.ladder import ladder as ask

    with opening.desk(as_date(as_of), projects=not without_projects) as desk:
        report = ask(desk)
    if png or svg:
        from outgrow.faces.charts.cost_chart import cost_chart

        _draw(cost_chart(report), png, svg)
    if exposure_png or exposure_svg:
        from outgrow.faces.charts.exposure_chart import exposure_chart

        _draw(exposure_chart(report.sold), exposure_png, exposure_svg)
    if json:
        print_json(ladder_document(report))
        return
    from outgrow.faces.cli.exposure_text import print_exposure
    from outgrow.faces.cli.ladder_text import print_ladder

    print_ladder(report, opening.config)
    typer.echo()
    print_exposure(report.sold)


def _draw(chart: "Spec", png: Path | None, svg: Path | None) -> None:
    from outgrow.faces.charts.export import write_png, write_svg

    for file, write in ((png, write_png), (svg, write_svg)):
        if file is not None:
            write(chart, file)
            say(f"drew {file}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(ladder))
