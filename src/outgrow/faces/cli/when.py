"""`outgrow when`."""

from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.faces.cli.command import (
    AsOf,
    Json,
    MetricName,
    ScopeName,
    WithoutProjects,
    as_date,
    print_json,
    with_opening,
)

if TYPE_CHECKING:
    from outgrow.service.opening import Opening


def when(
    opening: "Opening",
    metric: MetricName,
    threshold: Annotated[
        str | None,
        typer.Argument(metavar="THRESHOLD", help="A level in the metric's unit (default: its nearest limit)."),
    ] = None,
    falling: Annotated[bool, typer.Option("--falling", help="Say when it is at or below the threshold.")] = False,
    scope: ScopeName = "platform",
    as_of: AsOf = None,
    without_projects: WithoutProjects = False,
    json: Json = False,
) -> None:
    """Say when a metric reaches a limit, or falls to one."""
    from outgrow.documents.days_until import days_until_document
    from outgrow.domain.limit import checked_threshold
    from outgrow.domain.metric import Scope
    from outgrow.faces.cli.accuracy import say_fallbacks
    from outgrow.faces.cli.text import until_lines
    from outgrow.service.when import when as ask

    limit = None if threshold is None else checked_threshold(threshold, falling=falling)
    whose = Scope.parse(scope)
    with opening.desk(as_date(as_of), projects=not without_projects) as desk:
        until = ask(desk, metric, limit, whose, falling=falling)
        say_fallbacks(desk, [until.metric], whose)
    if json:
        print_json(days_until_document(until))
    else:
        typer.echo("\n".join(until_lines(until)))


def register(app: typer.Typer) -> None:
    """Add the command."""
    # Unknown options are let through, so that "-5" reaches the check of thresholds and gets its message.
    app.command(context_settings={"ignore_unknown_options": True})(with_opening(when))
