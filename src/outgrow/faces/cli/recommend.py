"""`outgrow recommend`."""

from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.faces.cli.command import AsOf, Day, Json, WithoutProjects, as_date, print_json, say, with_opening

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from outgrow.domain.recommendation import Life
    from outgrow.domain.scenario import Project
    from outgrow.service.opening import Opening
    from outgrow.service.recommend import RecommendReport


def recommend(
    opening: "Opening",
    acknowledge: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Somebody knows: quiet until it gets worse. A beginning of the key will do."),
    ] = None,
    snooze: Annotated[list[str] | None, typer.Option(metavar="KEY", help="Put off until the day of --until.")] = None,
    until: Day = None,
    everything: Annotated[bool, typer.Option("--all", help="Tell of those put off and resolved too.")] = False,
    as_of: AsOf = None,
    without_projects: WithoutProjects = False,
    json: Json = False,
) -> None:
    """Say what should be done, most severe first."""
    from outgrow.documents.recommendation import recommendation_document
    from outgrow.domain.errors import UsageError
    from outgrow.service.recommend import recommend as ask

    put_off_until = _checked(acknowledge, snooze, as_date(until), as_date(as_of))
    if (acknowledge or snooze) and without_projects:
        raise UsageError("what is kept counts committed projects in", "leave --without-projects out")
    with opening.desk(as_date(as_of), projects=not without_projects) as desk:
        report = ask(desk, known=acknowledge or (), put_off=snooze or (), until=put_off_until)
    for message in _changed(report):  # now that it is committed
        say(message)
    shown = report.shown(everything=everything)
    if json:
        print_json([recommendation_document(life) for life in shown])
    else:
        print_lives(shown, hidden=len(report.lives) - len(shown))
        if report.projects:
            print_projects(report.projects)


def _checked(
    acknowledge: list[str] | None, snooze: list[str] | None, until: "date | None", as_of: "date | None"
) -> "date | None":
    """The day until which is put off, where the options belong together."""
    from outgrow.domain.errors import UsageError

    if (acknowledge or snooze) and as_of is not None:
        raise UsageError("what was recommended on a past day cannot be changed", "leave --as-of out")
    if snooze and until is None:
        raise UsageError("--snooze needs the day until which", "give it as --until DATE")
    if until is not None and not snooze:
        raise UsageError("--until says until when something is put off, but nothing is", "give --snooze KEY too")
    return until


def _changed(report: "RecommendReport") -> list[str]:
    """What was done, a sentence each."""
    from outgrow.domain.days import spoken

    done = [f"acknowledged {life.key}" for life in report.acknowledged]
    return done + [f"put off until {spoken(life.snoozed_until)}: {life.key}" for life in report.put_off]


def print_lives(shown: "list[Life]", hidden: int) -> None:
    """Each with what it says and where it stands."""
    from rich.text import Text

    from outgrow.faces.cli.tables import console, light

    out = console()
    if not shown:
        out.print("Nothing to do.")
    for at, life in enumerate(shown):
        if at:
            out.print()
        out.print(light(life.severity), Text(life.said.title, style="bold"))
        out.print(Text(f"  {life.said.description}"), soft_wrap=True)
        out.print(Text(f"  → {life.said.action}"), soft_wrap=True)
        out.print(Text(f"  {standing(life)} [{life.key}]", style="bright_black"), soft_wrap=True)
    if hidden:
        out.print(f"{hidden} more {'is' if hidden == 1 else 'are'} put off or resolved: see --all.")


def print_projects(projects: "Sequence[Project]") -> None:
    """Which committed projects the dates count in."""
    from outgrow.faces.cli.tables import console
    from outgrow.faces.cli.text import projects_line

    console().print(projects_line(projects), soft_wrap=True)


def standing(life: "Life") -> str:
    """Where a recommendation stands, since when, and what it waits for."""
    from outgrow.domain.days import spoken
    from outgrow.domain.recommendation import LifeState

    opened = f"since {spoken(life.opened_on)}"
    quiet = f", quieter since {spoken(life.quiet_since)}" if life.quiet_since else ""
    return {
        LifeState.OPEN: f"open {opened}{quiet}",
        LifeState.ACKNOWLEDGED: f"acknowledged on {spoken(life.changed_on)}, open {opened}{quiet}",
        LifeState.SNOOZED: f"put off until {spoken(life.snoozed_until)}, open {opened}{quiet}",
        LifeState.RESOLVED: f"resolved on {spoken(life.changed_on)}, last found on {spoken(life.seen_on)}",
    }[life.state]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(recommend))
