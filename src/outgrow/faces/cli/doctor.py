"""`outgrow doctor`."""

from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from outgrow.faces.cli.command import Json, print_json, with_workspace

if TYPE_CHECKING:
    from outgrow.service.workspace import Workspace

ILL = 3


def doctor(workspace: "Workspace", json: Json = False) -> None:
    """Find what is wrong, and say how to mend it.

    Looks at configuration, connections, rights, time zone, tables, and gaps in the snapshots.
    """
    from outgrow.documents.doctor import finding_document
    from outgrow.faces.cli.secrets import hidden
    from outgrow.service.doctor import State, examine

    findings = [replace(found, message=hidden(found.message)) for found in examine(workspace)]
    if json:
        print_json([finding_document(finding) for finding in findings])
    else:
        from rich.text import Text

        from outgrow.faces.cli.tables import console

        looks = {State.GOOD: ("✓", "green"), State.NOTE: ("!", "yellow"), State.BAD: ("✗", "red")}
        out = console()
        for finding in findings:
            sign, colour = looks[finding.state]
            line = Text.assemble((f"{sign} ", colour), (f"{finding.check}: ", "bold"), finding.message)
            out.print(line, soft_wrap=True)
            if finding.mend:
                out.print(Text(f"    mend: {finding.mend}"), soft_wrap=True)
    if any(finding.state is State.BAD for finding in findings):
        raise typer.Exit(ILL)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_workspace(doctor))
