"""`outgrow demo`."""

import os
import shlex
import shutil
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.faces.cli.command import Day, Quiet, as_date, quietly, reader_may_leave, started
from outgrow.faces.cli.program import program

if TYPE_CHECKING:
    from outgrow.service.opening import Demo

URL = "sqlite:///outgrow-demo.db"


def demo(
    database_url: Annotated[str, typer.Option(metavar="URL", help="Where to build it.")] = URL,
    seed: Annotated[
        int, typer.Option(metavar="NUMBER", min=0, max=2**63 - 1, help="The same seed and day give the same platform.")
    ] = 7,
    today: Day = None,
    quiet: Quiet = False,
) -> None:
    """Build a synthetic platform to try everything on.

    Its history is rebuilt, today is captured, and the status shows what runs out first.
    """
    from outgrow.domain.errors import UsageError
    from outgrow.faces.cli.progress import progress_bar

    started()
    now = program().demo_today()
    day = as_date(today) or now
    if day > now:
        raise UsageError(f"{day} has not come yet", f"give --today {now} or an earlier day")
    with quietly(quiet), progress_bar() as tell:
        made = program().demo(database_url, day, seed, tell)
    with reader_may_leave():
        _print(made, seed, database_url, day)


def _print(made: "Demo", seed: int, database_url: str, day: date) -> None:
    from outgrow.domain.address import HIDDEN, presentable
    from outgrow.faces.cli.backfill import print_report
    from outgrow.faces.cli.status import print_status
    from outgrow.faces.cli.tables import console
    from outgrow.service.status import status

    out = console()
    rows = {name.replace("_", " "): number for name, number in made.rows.items() if name != "platforms"}
    counts = ", ".join(f"{number:,} {name}" for name, number in rows.items())
    out.print(f"A synthetic platform, made up from seed {seed}: {counts}.\n", soft_wrap=True)
    print_report(made.rebuilt)
    out.print()
    with closing(program().open_demo(database_url, made)) as opening, opening.desk(day) as desk:
        print_status(status(desk))
    address = shlex.quote(presentable(database_url))
    out.print("\nTry next:", style="bold")
    for question in ("when storage_gb 1000", "forecast storage_gb --png forecast.png", "recommend", "trends --days 90"):
        out.print(f"  {_program()} {question} --database-url {address}", soft_wrap=True)
    if HIDDEN in address:
        out.print(f"{HIDDEN} stands for what is secret: better than to write it there, set OUTGROW_DATABASE_URL.")


def _program() -> str:
    """How this program is called from here: by its name where the shell would find it, else by its path."""
    called = Path(sys.argv[0])
    return "outgrow" if shutil.which("outgrow") or called.name != "outgrow" else os.path.relpath(called)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)
