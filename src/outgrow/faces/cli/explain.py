"""`outgrow explain`."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from outgrow.domain.days import spoken
from outgrow.domain.words import exact
from outgrow.faces.cli.command import AsOf, Json, MetricName, as_date, print_json, with_opening

if TYPE_CHECKING:
    from collections.abc import Mapping

    from outgrow.domain.drivers import Drivers
    from outgrow.domain.forecast import DaysUntil
    from outgrow.domain.metric import Metric
    from outgrow.domain.movement import Movement
    from outgrow.service.opening import Opening

WHO = {
    "joined": "joined",
    "left": "left",
    "stayed": "stayed",
    "neither": "were there on neither day",
    "without_store": "(of no store)",
}
"""What the parts are called, after "stores that"."""


def explain(
    opening: "Opening",
    metric: MetricName,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The earlier day (default: a week ago)."),
    ] = None,
    limit: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="A level in the metric's unit (default: its nearest limit).")
    ] = None,
    drivers: Annotated[bool, typer.Option("--drivers", help="Say who brought its growth instead.")] = False,
    by: Annotated[
        Literal["plan", "cohort"] | None, typer.Option(help="With --drivers: apart by plan, or by quarter of joining.")
    ] = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Say why the date of a limit moved since an earlier forecast.

    By default the one of a week ago. With --drivers: who brought the growth since then, by default over 90 days.
    """
    from outgrow.documents.drivers import drivers_document
    from outgrow.documents.movement import movement_document
    from outgrow.domain.errors import UsageError

    if drivers and limit is not None:
        raise UsageError("--limit says nothing with --drivers", "leave one of them out")
    if by is not None and not drivers:
        raise UsageError("--by says nothing without --drivers", "give --drivers too, or leave --by out")
    with opening.desk(as_date(as_of)) as desk:
        if drivers:
            from outgrow.service.drivers import drivers as ask_drivers

            split = ask_drivers(desk, metric, since=as_date(since), by=by)
            print_json(drivers_document(split)) if json else _print_drivers(split)
            return
        from outgrow.service.explain import explain as ask

        movement = ask(desk, metric, as_date(since), limit)
    print_json(movement_document(movement)) if json else _print_movement(movement)


def _print_movement(movement: "Movement") -> None:
    from outgrow.faces.cli.tables import console, table

    out, metric, before, after = console(), movement.metric, movement.before, movement.after
    out.print(movement.sentence, style="bold", soft_wrap=True)
    if movement.with_projects is not None:
        out.print(_with_projects(movement.with_projects), soft_wrap=True)
    if before is None or after is None or not movement.parts:
        return
    name, level = after.limit
    limit = f"{exact(level)} {metric.unit}" + (f" ({name})" if name else "")
    out.print(
        f"{metric.label}, limit {limit}: forecast of {spoken(before.issued_on)} against {spoken(after.issued_on)}\n"
    )
    rows = [
        ("–" if part.days is None else _signed(part.days), part.cause[0].upper() + part.cause[1:], part.detail)
        for part in movement.parts
    ]
    headings = [("Days", "right"), ("Because", "text"), ("", "text")]
    dates = f"{spoken(before.median)} to {spoken(after.median)}"
    out.print(table(headings, [*rows, (_signed(movement.moved_days or 0), "In all", dates)], out.width))


def _with_projects(until: "DaysUntil") -> str:
    """What is said with the committed projects, which forecasts are kept without."""
    from outgrow.faces.cli.text import STATUS_WORDS

    names, middle = ", ".join(project.name for project in until.projects), until.date("p50")
    date = f"about {spoken(middle)}" if middle else STATUS_WORDS[until.status]
    return f"Forecasts are kept without committed projects ({names}); with them it is {date}."


def _signed(days: int) -> str:
    return f"{days:+,}" if days else "0"


def _print_drivers(split: "Drivers") -> None:
    from outgrow.documents.drivers import drivers_document
    from outgrow.faces.cli.tables import console, table

    out, told = console(), drivers_document(split)
    out.print(f"{split.sentence}\n", style="bold", soft_wrap=True)

    def amounts(row: "Mapping[str, Any]", *names: str) -> list[str]:
        return [_amount(row[name], split.metric, sign=name not in {"before", "after"}) for name in names]

    ends = ("before", "after", "change")
    rows = [[WHO[part["code"]], _stores(part["stores"]), *amounts(part, *ends)] for part in told["parts"]]
    rows.append(["in all", _stores(sum(part["stores"] or 0 for part in told["parts"])), *amounts(told, *ends)])
    out.print(table(_headings("Stores that", "Stores", *ends), rows, out.width))
    if split.by:
        of = (*ends, "joined", "left", "stayed", "neither")
        groups = [[g["group"] or "none", _stores(g["stores"]), *amounts(g, *of)] for g in told["groups"]]
        out.print()
        out.print(table(_headings(split.by.capitalize(), "Stores", *of), groups, out.width))


def _headings(first: str, *others: str) -> list[tuple[str, str]]:
    return [(first, "text"), *((name.capitalize(), "right") for name in others)]


def _stores(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _amount(value: float, metric: "Metric", *, sign: bool) -> str:
    return f"{value:{'+' if sign and value else ''},.{metric.decimals}f}"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(explain))
