"""`outgrow forecast`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.faces.cli.command import (
    AsOf,
    Json,
    MetricName,
    ScopeName,
    WithoutProjects,
    as_date,
    drawing,
    print_json,
    say,
    with_opening,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outgrow.domain.event import EventEffect
    from outgrow.forecasting.projection import Projection
    from outgrow.service.opening import Opening

SHOWN_LEVELS = {0.05: "5%", 0.25: "25%", 0.5: "median", 0.75: "75%", 0.95: "95%"}
INNER_LEVELS = {0.25, 0.75}
"""Left out first where there is no room."""
SHOWN_DAYS = (7, 14, 30, 60, 90, 180, 365)
SHOWN_EVENTS = 4
"""The nearest events are named, and no more than so many."""


def forecast(
    opening: "Opening",
    metric: MetricName,
    limit: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="Limit to draw (default: the nearest configured one).")
    ] = None,
    png: Annotated[Path | None, drawing(".png", "Draw a chart into this PNG file.")] = None,
    svg: Annotated[Path | None, drawing(".svg", "Draw a chart into this SVG file.")] = None,
    why: Annotated[bool, typer.Option("--why", help="Say what the forecast rests on.")] = False,
    scope: ScopeName = "platform",
    as_of: AsOf = None,
    without_projects: WithoutProjects = False,
    json: Json = False,
) -> None:
    """Forecast a metric day by day.

    As a table, a document (--json) or a chart (--png, --svg).
    """
    from outgrow.documents.forecast import forecast_document
    from outgrow.domain.forecast import Refusal
    from outgrow.domain.metric import Scope
    from outgrow.faces.cli.accuracy import say_fallbacks
    from outgrow.service.forecast import forecast as ask

    whose = Scope.parse(scope)
    with opening.desk(as_date(as_of), projects=not without_projects) as desk:
        asked = ask(desk, metric, limit, whose)
        say_fallbacks(desk, [asked.history.metric], whose)
    if png or svg:
        from outgrow.faces.charts.answer import answer_chart
        from outgrow.faces.charts.export import write_png, write_svg

        chart = answer_chart(asked)
        for file, write in ((png, write_png), (svg, write_svg)):
            if file is not None:
                write(chart, file)
                say(f"drew {file}")
    if json:
        print_json(forecast_document(asked))
    elif isinstance(asked.projection, Refusal):
        typer.echo(f"No forecast of {asked.history.metric.name}: {asked.projection.reason}.")
    else:
        if not (png or svg):
            _print(asked.projection)
        if why:
            _print_reasons(asked.projection)


def _print(projection: "Projection") -> None:
    from datetime import timedelta

    from outgrow.domain.days import spoken
    from outgrow.domain.figures import Figures
    from outgrow.faces.cli.tables import Column, console, table
    from outgrow.faces.cli.text import note_lines, projects_line, rests_on

    made = projection.forecast
    out, metric = console(), made.metric
    ahead = [days for days in SHOWN_DAYS if days <= made.quantiles.shape[1]]
    values = [[float(made.quantile(level)[days - 1]) for level in SHOWN_LEVELS] for days in ahead]
    figures = Figures(max(Figures.of(metric, (made.current, *cells)).decimals for cells in values))
    out.print(
        f"{metric.label}: {figures.write(made.current)} {metric.unit} on {spoken(made.as_of)}, "
        f"{figures.write(made.growth_per_30_days, '+')} in the next 30 days\n"
    )
    rows = [
        (f"{days} days", spoken(made.as_of + timedelta(days=days)), *map(figures.write, cells))
        for days, cells in zip(ahead, values, strict=True)
    ]
    levels = (Column(name, "right", int(level in INNER_LEVELS)) for level, name in SHOWN_LEVELS.items())
    headings = [Column("In"), Column("On"), *levels]
    out.print(table(headings, rows, out.width))
    events = [events_line(projection.events_ahead)] if projection.events_ahead else []
    events += [projects_line(projection.projects)] if projection.projects else []
    for line in (*events, f"Rests on {rests_on(made.history)}.", *note_lines(projection.notes, metric, made.as_of)):
        out.print(line, soft_wrap=True)


def events_line(ahead: "Sequence[EventEffect]") -> str:
    """The events within the horizon, nearest first, with what a day of theirs is multiplied by."""
    words = [_event(effect) for effect in ahead[:SHOWN_EVENTS]]
    more = len(ahead) - len(words)
    return f"Events ahead: {', '.join(words)}" + (f", and {more} more: see `events` of --json." if more else ".")


def _event(effect: "EventEffect") -> str:
    from outgrow.domain.days import spoken, spoken_range

    event = effect.event
    days = f"on {spoken(event.first)}" if event.first == event.last else spoken_range(event.first, event.last)
    if effect.uplift is None:
        return f"{event.name} {days} (not seen before)"
    size = f"×{effect.uplift[1]:.2g}"
    times = "once" if effect.seen == 1 else "twice" if effect.seen == 2 else f"{effect.seen} times"  # noqa: PLR2004
    return f"{event.name} {days} ({size}, {f'seen {times}' if effect.seen else 'by the settings'})"


def _print_reasons(projection: "Projection") -> None:
    from outgrow.faces.cli.tables import console

    reasons = projection.explanation.sentences(projection.forecast.metric) if projection.explanation else []
    for line in ("\nWhy:", *(f"  {reason}" for reason in reasons)):
        console().print(line, soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(forecast))
