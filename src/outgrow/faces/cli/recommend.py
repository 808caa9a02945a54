"""`outgrow recommend`."""

from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.faces.cli.command import AsOf, Day, Json, WithoutProjects, as_date, print_json, say, with_opening

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from outgrow.domain.recommendation import TrackedRecommendation
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
        print_json([recommendation_document(tracked) for tracked in shown])
    else:
        print_recommendations(shown, hidden=len(report.recommendations) - len(shown))
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

    done = [f"acknowledged {tracked.key}" for tracked in report.acknowledged]
    return done + [f"put off until {spoken(tracked.snoozed_until)}: {tracked.key}" for tracked in report.put_off]


def print_recommendations(shown: "list[TrackedRecommendation]", hidden: int) -> None:
    """Each with what it says and where it stands."""
    from rich.text import Text

    from outgrow.faces.cli.tables import console, light

    out = console()
    if not shown:
        out.print("Nothing to do.")
    for at, tracked in enumerate(shown):
        if at:
            out.print()
        out.print(light(tracked.severity), Text(tracked.said.title, style="bold"))
        out.print(Text(f"  {tracked.said.description}"), soft_wrap=True)
        out.print(Text(f"  → {tracked.said.action}"), soft_wrap=True)
        out.print(Text(f"  {standing(tracked)} [{tracked.key}]", style="bright_black"), soft_wrap=True)
    if hidden:
        out.print(f"{hidden} more {'is' if hidden == 1 else 'are'} put off or resolved: see --all.")


def print_projects(projects: "Sequence[Project]") -> None:
    """Which committed projects the dates count in."""
    from outgrow.faces.cli.tables import console
    from outgrow.faces.cli.text import projects_line

    console().print(projects_line(projects), soft_wrap=True)


def standing(tracked: "TrackedRecommendation") -> str:
    """Where a recommendation stands, since when, and what it waits for."""
    from outgrow.domain.days import spoken
    from outgrow.domain.recommendation import RecommendationState

    opened = f"since {spoken(tracked.opened_on)}"
    quiet = f", quieter since {spoken(tracked.quiet_since)}" if tracked.quiet_since else ""
    return {
        RecommendationState.OPEN: f"open {opened}{quiet}",
        RecommendationState.ACKNOWLEDGED: f"acknowledged on {spoken(tracked.changed_on)}, open {opened}{quiet}",
        RecommendationState.SNOOZED: f"put off until {spoken(tracked.snoozed_until)}, open {opened}{quiet}",
        RecommendationState.RESOLVED: f"resolved on {spoken(tracked.changed_on)}, last found on "
        f"{spoken(tracked.seen_on)}",
    }[tracked.state]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(recommend))
