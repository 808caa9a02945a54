"""`outgrow history`."""

from typing import TYPE_CHECKING

import typer

from outgrow.faces.cli.command import AsOf, Day, Json, MetricName, ScopeName, as_date, print_json, with_opening

if TYPE_CHECKING:
    from outgrow.service.opening import Opening


def history(
    opening: "Opening",
    metric: MetricName,
    since: Day = None,
    until: Day = None,
    scope: ScopeName = "platform",
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Print a metric's daily values and their provenance."""
    from outgrow.documents.history import history_document
    from outgrow.domain.metric import Scope
    from outgrow.service.history import history as ask

    with opening.desk(as_date(as_of)) as desk:
        found = ask(desk, metric, Scope.parse(scope), as_date(since), as_date(until))
    document = history_document(found)
    if json:
        print_json(document)
        return
    from datetime import date

    from outgrow.domain.days import spoken
    from outgrow.domain.figures import Figures
    from outgrow.faces.cli.tables import console, table

    days = document["days"]
    figures = Figures.of(found.metric, [entry["value"] for entry in days])
    rows = [
        (spoken(date.fromisoformat(day["date"])), figures.write(day["value"]), day["provenance"] or "") for day in days
    ]
    if not rows:
        console().print(f"Nothing is stored of {found.metric.name} in this span.")
        return
    out = console()
    out.print(table([("Day", "right"), (found.metric.unit, "right"), ("Provenance", "left")], rows, out.width))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(history))
