"""`outgrow import`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.domain.metric import Kind
from outgrow.domain.snapshot import Provenance
from outgrow.faces.cli.command import Json, print_json, with_workspace

if TYPE_CHECKING:
    from outgrow.service.workspace import Workspace


def import_(
    workspace: "Workspace",
    file: Annotated[Path, typer.Argument(help="CSV: date and a column per metric, or date, metric, value.")],
    kind: Annotated[Kind, typer.Option(help="Kind of metrics that are not known yet.")] = Kind.LEVEL,
    unit: Annotated[str, typer.Option(help="Unit of metrics that are not known yet.")] = "",
    provenance: Annotated[
        Provenance, typer.Option(help="Whether the values were captured on their days.")
    ] = Provenance.OBSERVED,
    json: Json = False,
) -> None:
    """Take daily values from a file, all of them or none."""
    from outgrow.service.import_ import import_file

    with workspace.store() as store:
        platform = workspace.platform(store)
        report = import_file(store, platform, file, workspace.clock(), kind=kind, unit=unit, provenance=provenance)
    if json:
        print_json(report.to_document())
        return
    kept = report.values - report.new
    typer.echo(
        f"{file}: {report.new:,} new values of {len(report.metrics)} metrics, {report.first_day} to {report.last_day}, "
        f"for platform {report.platform}" + (f"; {kept:,} were stored already." if kept else ".")
    )


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(with_workspace(import_))
