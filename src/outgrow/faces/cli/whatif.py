"""`outgrow whatif`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.faces.cli.command import AsOf, Json, WithoutProjects, as_date, print_json, with_workspace
from outgrow.faces.cli.completing import scenario_names

if TYPE_CHECKING:
    from outgrow.setup.workspace import Workspace

Several = list[str] | None


def whatif(
    workspace: "Workspace",
    names: Annotated[
        Several,
        typer.Argument(
            metavar="NAME", help="Scenarios of the file; A+B asks about two as one.", autocompletion=scenario_names
        ),
    ] = None,
    stores: Annotated[Several, typer.Option(metavar="PLAN:COUNT@DATE", help="Stores that open.")] = None,
    merchant: Annotated[Several, typer.Option(metavar="SIZES@DATE", help="A merchant who joins.")] = None,
    event: Annotated[
        Several, typer.Option(metavar="NAME:xFACTOR@DATE..DATE", help="Days whose orders are multiplied.")
    ] = None,
    step: Annotated[Several, typer.Option(metavar="METRIC:AMOUNT@DATE", help="A migration or a purge.")] = None,
    growth: Annotated[Several, typer.Option(metavar="[METRIC:]FACTOR", help="Growth times a factor.")] = None,
    plan: Annotated[Several, typer.Option(metavar="CODE:LIMITS", help="Other limits of a plan.")] = None,
    price: Annotated[Several, typer.Option(metavar="TIER:COST", help="Another price of a tier.")] = None,
    file: Annotated[Path | None, typer.Option(metavar="FILE", help="Scenarios (default: scenarios.toml).")] = None,
    list_: Annotated[bool, typer.Option("--list", help="Say which scenarios the file holds.")] = False,
    as_of: AsOf = None,
    without_projects: WithoutProjects = False,
    json: Json = False,
) -> None:
    """Say what other dates, tiers and cost a scenario would bring.

    Scenarios are named from a file, or their changes given as options, any of them several times: these are one
    scenario more.
    """
    from outgrow.domain.errors import UsageError
    from outgrow.faces.cli.whatif_options import EXAMPLES, asked_by_options
    from outgrow.faces.cli.whatif_text import print_list, print_whatif
    from outgrow.service.scenario_file import read_scenarios
    from outgrow.service.scenarios import asked_for
    from outgrow.service.whatif import whatif as ask

    found = read_scenarios(file or workspace.settings.scenarios_path, must_exist=file is not None)
    if list_:
        print_json(found.to_document()) if json else print_list(found)
        return
    given = {
        "stores": stores, "merchant": merchant, "event": event, "step": step, "growth": growth, "plan": plan,
        "price": price,
    }  # fmt: skip
    asked = [asked_for(found, name) for name in names or ()]
    options = {option: words for option, words in given.items() if words}
    if options:
        asked.append([asked_by_options(options)])
    if not asked:
        named = f"name one of {', '.join(found.tables)}, or give a change" if found.tables else "give a change"
        raise UsageError("no scenario is named", f"{named}, for example --stores {EXAMPLES['stores']}")
    with workspace.view(as_date(as_of), projects=not without_projects) as view, workspace.source() as source:
        report = ask(view, source, asked)
    if json:
        print_json(report.to_document())
    else:
        print_whatif(report)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_workspace(whatif))
