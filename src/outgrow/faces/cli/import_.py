"""`outgrow import`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.domain.metric import Kind
from outgrow.domain.snapshot import Provenance
from outgrow.faces.cli.command import Json, print_json, with_workspace

if TYPE_CHECKING:
    from outgrow.service.import_ import ImportReport
    from outgrow.service.workspace import Workspace


def import_(
    workspace: "Workspace",
    file: Annotated[Path, typer.Argument(help="CSV: date and a column per metric, or date, metric, value.")],
    kind: Annotated[Kind | None, typer.Option(help="Kind of the file's metrics; level, if they are new.")] = None,
    unit: Annotated[str, typer.Option(help="Unit of the file's metrics; their name, if they are new.")] = "",
    provenance: Annotated[
        Provenance, typer.Option(help="Whether the values were captured on their days.")
    ] = Provenance.OBSERVED,
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite what is stored and differs.")] = False,
    json: Json = False,
) -> None:
    """Take daily values from a file, all of them or none."""
    from outgrow.domain.words import counted
    from outgrow.service.import_ import import_file

    with workspace.store() as store:
        platform, now = workspace.platform(store), workspace.clock()
        report = import_file(store, platform, file, now, kind=kind, unit=unit, provenance=provenance, overwrite=replace)
    if json:
        print_json(report.to_document())
        return
    typer.echo(
        f"{file}: {counted(report.new, 'new value')} of {counted(len(report.metrics), 'metric')}, {report.first_day} to "
        f"{report.last_day}, for platform {report.platform}{_besides(report)}."
    )


def _besides(report: "ImportReport") -> str:
    """What became of the values that are not new."""
    same = report.values - report.new - report.replaced - report.kept
    parts = [
        f"{report.replaced:,} replaced what was stored" if report.replaced else "",
        f"{same:,} {'was' if same == 1 else 'were'} stored already" if same else "",
        f"{report.kept:,} {'differs' if report.kept == 1 else 'differ'} from what was observed, which stays"
        if report.kept
        else "",
    ]
    return "".join(f"; {part}" for part in parts if part)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(with_workspace(import_))
