"""`outgrow doctor`."""

from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from outgrow.faces.cli.command import Json, print_json, with_opening

if TYPE_CHECKING:
    from outgrow.service.opening import Opening

ILL = 3


def doctor(opening: "Opening", json: Json = False) -> None:
    """Find what is wrong, and say how to mend it.

    Looks at configuration, connections, rights, time zone, tables, and gaps in the snapshots.
    """
    from outgrow.documents.doctor import finding_document
    from outgrow.domain.diagnosis import Health
    from outgrow.faces.cli.secrets import hidden

    findings = [replace(found, message=hidden(found.message)) for found in opening.examine()]
    if json:
        print_json([finding_document(finding) for finding in findings])
    else:
        from rich.text import Text

        from outgrow.faces.cli.tables import console

        looks = {Health.GOOD: ("✓", "green"), Health.NOTE: ("!", "yellow"), Health.BAD: ("✗", "red")}
        out = console()
        for finding in findings:
            sign, colour = looks[finding.state]
            line = Text.assemble((f"{sign} ", colour), (f"{finding.check}: ", "bold"), finding.message)
            out.print(line, soft_wrap=True)
            if finding.mend:
                out.print(Text(f"    mend: {finding.mend}"), soft_wrap=True)
    if any(finding.state is Health.BAD for finding in findings):
        raise typer.Exit(ILL)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(doctor))
