"""`outgrow history`."""

from typing import TYPE_CHECKING

import typer

from outgrow.faces.cli.command import AsOf, Day, Json, MetricName, ScopeName, as_date, print_json, with_workspace

if TYPE_CHECKING:
    from outgrow.service.workspace import Workspace


def history(
    workspace: "Workspace",
    metric: MetricName,
    since: Day = None,
    until: Day = None,
    scope: ScopeName = "platform",
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Print a metric's daily values and their provenance."""
    from outgrow.domain.metric import Scope
    from outgrow.service.history import history as ask
    from outgrow.service.history import history_document

    with workspace.view(as_date(as_of)) as view:
        found = ask(view, metric, Scope.parse(scope), as_date(since), as_date(until))
    document = history_document(found)
    if json:
        print_json(document)
        return
    from outgrow.faces.cli.tables import console, table

    rows = [(entry["date"], f"{entry['value']:,}", entry["provenance"]) for entry in document["days"]]
    if not rows:
        console().print(f"Nothing is stored of {found.metric.name} in this span.")
        return
    out = console()
    out.print(table([("Day", "right"), (found.metric.unit, "right"), ("Provenance", "left")], rows, out.width))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_workspace(history))
