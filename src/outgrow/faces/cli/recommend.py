"""`outgrow recommend`."""

from typing import TYPE_CHECKING

import typer

from outgrow.faces.cli.command import AsOf, Json, as_date, print_json, with_workspace

if TYPE_CHECKING:
    from outgrow.service.workspace import Workspace


def recommend(workspace: "Workspace", as_of: AsOf = None, json: Json = False) -> None:
    """Say what should be done, most severe first."""
    from outgrow.service.recommend import measured_now, stored_newest
    from outgrow.service.recommend import recommend as ask

    with workspace.view(as_date(as_of)) as view, workspace.source() as source:
        # A past day is judged by what was stored then; today by what the platform's database says.
        found = ask(view, measured_now(*source, view) if source and as_of is None else stored_newest(view))
    if json:
        print_json([recommendation.to_document() for recommendation in found])
        return
    from outgrow.faces.cli.tables import console, light

    out = console()
    if not found:
        out.print("Nothing to do.")
    for recommendation in found:
        out.print(light(recommendation.severity), f"[bold]{recommendation.title}[/bold]")
        out.print(f"  {recommendation.description}", soft_wrap=True)
        out.print(f"  → {recommendation.action}\n", soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_workspace(recommend))
