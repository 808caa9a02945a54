"""`outgrow import`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.domain.days import spoken, spoken_range
from outgrow.domain.metric import Kind
from outgrow.domain.snapshot import Provenance
from outgrow.domain.words import counted
from outgrow.faces.cli.command import Json, confirm, print_json, with_opening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from outgrow.service.import_ import ImportReport
    from outgrow.service.opening import Opening


def import_(
    opening: "Opening",
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV: date and a column per metric, or date, metric, value.")
    ],
    kind: Annotated[Kind | None, typer.Option(help="Kind of the file's metrics; level, if they are new.")] = None,
    unit: Annotated[
        str, typer.Option(metavar="UNIT", help="Unit of the file's metrics; their name, if they are new.")
    ] = "",
    provenance: Annotated[
        Provenance, typer.Option(help="Whether the values were captured on their days.")
    ] = Provenance.OBSERVED,
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite what is stored and differs.")] = False,
    json: Json = False,
) -> None:
    """Take daily values from a file, all of them or none."""
    from outgrow.documents.import_ import import_document
    from outgrow.service.import_ import import_series

    with opening.desk() as desk:
        series = opening.read_file(file, desk.today, desk.code)
        report = import_series(desk, file, series, kind=kind, unit=unit, provenance=provenance, overwrite=replace)
    if json:
        print_json(import_document(report))
        return
    for line in _lines(report):
        confirm(line)


def _lines(report: "ImportReport") -> "Iterator[str]":
    """What was stored, and each metric that nobody knew before: it may be a slip in the file's header."""
    first, last = report.first_day, report.last_day
    days = spoken(first) if first == last else spoken_range(first, last)
    new, metrics = counted(report.new, "new value"), counted(len(report.metrics), "metric")
    yield f"{report.file}: {new} of {metrics}, {days}, for platform {report.platform}{_besides(report)}."
    if report.new_metrics:
        named = [f"{name} (is {near} meant?)" if near else name for name, near in report.new_metrics.items()]
        yield f"Not known before: {', '.join(named)}."


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
    app.command("import")(with_opening(import_))
