"""`outgrow check`."""

from contextlib import closing
from typing import TYPE_CHECKING

import typer

from outgrow.domain.errors import OutgrowError
from outgrow.faces.cli.command import AsOf, Json, WithoutProjects, as_date, print_json, with_workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from outgrow.service.workspace import Workspace

UNKNOWN = 3


def check(
    open_here: "Callable[[], Workspace]",
    as_of: AsOf = None,
    without_projects: WithoutProjects = False,
    json: Json = False,
) -> None:
    """Print one line for monitoring.

    Exits with 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, as monitoring plugins do.
    """
    from outgrow.faces.cli.secrets import hidden
    from outgrow.service.check import STATES
    from outgrow.service.check import check as judge
    from outgrow.service.status import status

    try:
        with closing(open_here()) as workspace, workspace.view(as_date(as_of), projects=not without_projects) as view:
            result = judge(status(view))
        state, line = result.state, result.line
    except OutgrowError as error:
        # A monitoring system reads the first line of standard output, and knows no other exit codes.
        state, line = UNKNOWN, f"OUTGROW UNKNOWN - {hidden(error.what)}"
    if json:
        print_json({"state": state, "status": STATES[state], "line": line})
    else:
        typer.echo(line)
    raise typer.Exit(state)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_workspace(check, deferred=True))
