"""`outgrow trends`."""

from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.domain.words import counted, exact, rounded
from outgrow.faces.cli.command import AsOf, Json, as_date, print_json, with_opening

if TYPE_CHECKING:
    from outgrow.documents.trends import TrendsDocument
    from outgrow.service.opening import Opening


def trends(
    opening: "Opening",
    days: Annotated[int, typer.Option(metavar="DAYS", min=1, help="Length of the period.")] = 30,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show what grew, and what the next 30 days bring."""
    from outgrow.documents.trends import trends_document
    from outgrow.service.trends import trends as ask

    with opening.desk(as_date(as_of)) as desk:
        document = trends_document(ask(desk, days))
    if json:
        print_json(document)
    else:
        _print(document)


def _print(document: "TrendsDocument") -> None:
    from datetime import date

    from outgrow.domain.days import spoken_range
    from outgrow.domain.forecast import Status
    from outgrow.faces.cli.tables import Column, console, table
    from outgrow.faces.cli.text import STATUS_WORDS

    out = console()
    if not document["trends"]:
        out.print(f"{document['message']}: {counted(document['snapshots_available'], 'snapshot')} in this period.")
        return
    first, last = (date.fromisoformat(day) for day in (document["start_date"], document["end_date"]))
    out.print(f"{spoken_range(first, last)}, {counted(document['snapshots_available'], 'snapshot')}\n")
    ranks = {"From": 2, "To": 0, "Change": 1, "%": 3, "In 30 days": 0}
    columns = [Column("Metric", "text"), *(Column(name, "right", rank) for name, rank in ranks.items())]
    rows = [
        (
            name,
            _shown(trend["start_value"]),
            _shown(trend["current_value"]),
            _shown(trend["change"]),
            _shown(trend["growth_rate_percent"]),
            _shown(trend["monthly_projection"])
            if trend["projection_reason"] is None
            else STATUS_WORDS[Status(trend["projection_status"])],
        )
        for name, trend in document["trends"].items()
    ]
    out.print(table(columns, rows, out.width))


def _shown(value: float | None) -> str:
    return "–" if value is None else exact(rounded(value, 2))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(trends))
