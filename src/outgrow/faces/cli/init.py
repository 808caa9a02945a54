"""`outgrow init`."""

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.domain.errors import UsageError
from outgrow.faces.cli.command import Deferred, confirm, is_quiet, with_opening
from outgrow.faces.cli.program import program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outgrow.domain.discovery import Discovery, ProposedMetric

FILE = "outgrow.toml"


def init(
    open_it: Deferred,
    url: Annotated[
        str | None, typer.Argument(metavar="URL", help="A platform's database of any schema, to be looked at.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take what is proposed, and ask nothing.")] = False,
) -> None:
    """Create outgrow's own tables, or bring them up to date; with URL, propose what to count in that database.

    Without URL, running it again does nothing.
    """
    if url is not None:
        _look(url, open_it, yes=yes)
        return
    with closing(open_it()) as opening:
        confirm(f"outgrow's tables are ready in {opening.create_store()}.")


def _look(url: str, open_it: Deferred, *, yes: bool) -> None:
    """Propose, ask, and write the settings."""
    file = open_it.config or Path(FILE)
    if file.exists():
        raise UsageError(
            f"there is a settings file {file} already", "move it away, or name another one with --config FILE"
        )
    found = program().discover(url)
    if not is_quiet():
        _tell(found)
    if not found.metrics:
        raise UsageError(
            f"nothing was found to be counted in {found.address}: no table says when its rows began",
            "declare your metrics by hand, see docs/reference/sql.md",
        )
    chosen = found.metrics if yes else _asked(found)
    program().write_settings(file, found.settings(chosen))
    with closing(program().open(file)) as opening:
        opening.create_store()
    confirm(f"Written to {file}, with {len(chosen)} metrics. Now: outgrow backfill, then outgrow status.")


def _tell(found: "Discovery") -> None:
    import numpy as np

    from outgrow.faces.cli.tables import Column, console, table
    from outgrow.faces.cli.text import sparkline

    out = console()
    out.print(f"{found.address}: {found.tables:,} tables, of which {found.rows_read:,} rows were read.")
    if found.tenant is not None:
        others = f" (or {', '.join(found.rivals)})" if found.rivals else ""
        out.print(f"Tenants are in {found.tenant}{others}.")
    for note in found.notes:
        out.print(f"Note: {note}.")
    columns = [
        Column("Metric"), Column("Kind"), Column("Now", "right"), Column("30 days", "right"), Column("A year", rank=1),
        Column("Because", "text", 2),
    ]  # fmt: skip
    rows = []
    for metric in found.metrics:
        spark = sparkline(np.array(metric.spark), len(metric.spark)) if metric.spark else ""
        rows.append(
            [
                metric.name, metric.kind, _number(metric.today, metric), _number(metric.change, metric, "+"), spark,
                "; ".join(metric.evidence),
            ]
        )  # fmt: skip
    out.print(table(columns, rows, out.width))
    if any(not metric.exact and metric.today is not None for metric in found.metrics):
        out.print("~ is an estimate: nothing was counted. A flow's numbers are those of 30 days.")


def _number(value: float | None, metric: "ProposedMetric", sign: str = "") -> str:
    if value is None:
        return "–"
    about = "" if metric.exact else "~"
    return f"{about}{round(value):{sign},}"


def _asked(found: "Discovery") -> "Sequence[ProposedMetric]":
    """Which of them are wanted."""
    if not sys.stdin.isatty():
        raise UsageError("nobody is there to be asked which of these to count", "give --yes to take all of them")
    names = {metric.name: metric for metric in found.metrics}
    while True:
        told = typer.prompt("Leave any out? Their names, or Enter for none", default="", show_default=False)
        unwanted = told.replace(",", " ").split()
        unknown = [name for name in unwanted if name not in names]
        if not unknown and len({*unwanted}) < len(names):
            return [metric for name, metric in names.items() if name not in unwanted]
        typer.echo(f"There is no {', '.join(unknown)}." if unknown else "Something has to be counted.", err=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(init, deferred=True))
