"""`outgrow capture`."""

from typing import TYPE_CHECKING

import typer

from outgrow.faces.cli.command import Json, complain, confirm, print_json, with_workspace

if TYPE_CHECKING:
    from outgrow.setup.workspace import Workspace

PARTLY = 4


def capture(workspace: "Workspace", json: Json = False) -> None:
    """Store today's snapshot, or fill what is missing in it.

    Run it once a day, or as often as you like: what was observed stays as it is.
    """
    from outgrow.domain.days import spoken
    from outgrow.domain.words import counted
    from outgrow.service.capture import capture as take
    from outgrow.service.capture import open_reasons
    from outgrow.sources.commerce.platforms import find_platform

    with workspace.both() as both:
        platform = find_platform(both.source, workspace.settings.platform)
        now, config = workspace.clock(), workspace.config
        snapshot = take(both.source, both.store, platform, now, workspace.aggregator, config=config)
        day, missing = snapshot.snapshot_date, open_reasons(snapshot)
        values = sum(row.value is not None for row in snapshot.measurements)
    if json:
        print_json({"platform": platform.code, "date": day.isoformat(), "values": values, "missing": missing})
    else:
        confirm(f"{platform.name}: {counted(values, 'value')} captured for {spoken(day)}.")
    for metric, reason in missing.items():
        complain(f"missing: {metric}: {reason}")
    if missing:
        raise typer.Exit(PARTLY)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_workspace(capture))
