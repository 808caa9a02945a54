"""`outgrow check`."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.documents.check import check_document
from outgrow.faces.cli.command import AsOf, Json, WithoutProjects, as_date, print_json, with_opening

if TYPE_CHECKING:
    from collections.abc import Callable

    from outgrow.service.opening import Opening


def check(
    open_here: "Callable[[], Opening]",
    metric: Annotated[str | None, typer.Option("--metric", metavar="METRIC", help="Check one metric alone.")] = None,
    warning: Annotated[
        str | None,
        typer.Option(metavar="LEVEL", help="WARNING from a value (800), a share (80%) or days left (30d) on."),
    ] = None,
    critical: Annotated[str | None, typer.Option(metavar="LEVEL", help="CRITICAL, likewise.")] = None,
    as_of: AsOf = None,
    without_projects: WithoutProjects = False,
    json: Json = False,
) -> None:
    """Print one line for monitoring.

    Exits with 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, as monitoring plugins do.
    """
    from outgrow.planning.limits.alarm_levels import AlarmLevels
    from outgrow.service.check import check as judge

    alarms = AlarmLevels.parse(warning, critical, metric)
    with closing(open_here()) as opening, opening.desk(as_date(as_of), projects=not without_projects) as desk:
        result = judge(desk, metric, alarms)
    if json:
        print_json(check_document(result.state, result.line))
    else:
        typer.echo(result.line)
    raise typer.Exit(result.state)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(check, deferred=True))
