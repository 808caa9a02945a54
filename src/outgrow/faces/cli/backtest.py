"""`outgrow backtest`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.domain.days import spoken
from outgrow.domain.figures import Figures
from outgrow.domain.words import counted, percent
from outgrow.faces.cli.command import AsOf, Json, MetricNames, as_date, drawing, print_json, say, with_opening

if TYPE_CHECKING:
    from rich.text import Text

    from outgrow.domain.metric import Metric
    from outgrow.faces.cli.tables import Column
    from outgrow.forecasting.backtest import Backtest, MetricBacktest
    from outgrow.service.backtest import BacktestReport
    from outgrow.service.opening import Opening

SHOWN_DAYS = {30: 0, 90: 1}
"""Days ahead whose errors the table shows, and their columns' rank; the document has all."""
NAMES = {"straight_line": "line", "endpoint": "endpoint", "random_walk": "walk"}
"""The rules of thumb, as the table heads them."""
FLOW_NAMES = {"weekly_median": "week"}
"""Those of daily flows alone; they have a column where there is a flow."""
ERRORS = (
    "How far off the median was, and how much of the error of each rule of thumb it saves: of a straight line through "
    "90 days, of the endpoint formula of 30 days, of a random walk with the drift of 90 days"
)
WEEKS = ", of the median of the weekday over eight weeks"
"""And so of flows."""
PROMISES = (
    "How much of what came each band held; and the Brier score of the chances that limits are reached, with those of "
    "the rules of thumb: 0 is perfect, lower is better."
)


def backtest(
    opening: "Opening",
    metrics: MetricNames = None,
    every: Annotated[int, typer.Option(metavar="DAYS", help="Distance of the days from which is forecast.")] = 5,
    horizon: Annotated[int, typer.Option(metavar="DAYS", help="How far ahead is compared, 30 to 365.")] = 365,
    png: Annotated[Path | None, drawing(".png", "Draw a chart into this PNG file.")] = None,
    svg: Annotated[Path | None, drawing(".svg", "Draw a chart into this SVG file.")] = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Say whether forecasts keep their word.

    Forecasts again from past days and compares with what came: as a table, a document (--json) or a chart (--png,
    --svg).
    """
    from outgrow.documents.backtest import backtest_document
    from outgrow.faces.cli.progress import progress_bar
    from outgrow.service.backtest import backtest as ask

    with opening.desk(as_date(as_of)) as desk, progress_bar() as tell:
        report = ask(desk, metrics or (), every, horizon, tell)
    if png or svg:
        from outgrow.faces.charts.export import write_png, write_svg
        from outgrow.faces.charts.reliability import reliability_chart

        chart = reliability_chart(report)
        for file, write in ((png, write_png), (svg, write_svg)):
            if file is not None:
                write(chart, file)
                say(f"drew {file}")
    if json:
        print_json(backtest_document(report))
    elif not (png or svg):
        _print(report)


def _print(report: "BacktestReport") -> None:
    """The sentence, how far off, whether bands and chances held, and what could not be tested."""
    from rich.text import Text

    from outgrow.faces.cli.tables import console, table

    out, result = console(), report.result
    out.print(Text(report.sentence, style="bold"), soft_wrap=True)
    if result.metrics:
        spans = [found.span for found in result.metrics]
        first, last = min(span[0] for span in spans), max(span[1] for span in spans)
        every = "every day" if result.rules.every_days == 1 else f"every {result.rules.every_days} days"
        out.print(f"Forecast again {every} from {spoken(first)} to {spoken(last)}, each time from what was known then.")
        errors = f"{ERRORS}{WEEKS if any(n in FLOW_NAMES for n in _names(result)) else ''}."
        for part, legend in ((_errors(result), errors), (_promises(result), PROMISES)):
            out.print()
            out.print(table(*part, out.width))
            out.print(Text(legend, style="bright_black"))
    short = [each for each in result.too_short if each.have]
    lines = [f"Left out: {each.metric.label}: {each.reason}." for each in short]
    if empty := len(result.too_short) - len(short):
        lines.append(f"Left out: {counted(empty, 'metric')} without any value.")
    if lines and result.metrics:
        out.print()
    for line in lines:
        out.print(line, soft_wrap=True)


Headings = list["tuple[str, str] | Column"]
Rows = list[list["str | Text"]]


def _names(result: "Backtest") -> dict[str, str]:
    """The rules of thumb that any of the metrics is held against, as the table heads them."""
    asked = {name for found in result.metrics for name in found.baselines}
    return {name: heading for name, heading in {**NAMES, **FLOW_NAMES}.items() if name in asked}


def _errors(result: "Backtest") -> tuple[Headings, Rows]:
    """Per metric, how far off the median was, in its unit and against the rules of thumb."""
    from outgrow.faces.cli.tables import Column
    from outgrow.forecasting.backtest import ENGINE

    days, names = [day for day in SHOWN_DAYS if day in result.rules.days], _names(result)
    headings: Headings = [("Metric", "text"), ("Origins", "right")]
    for day in days:
        headings += [Column(name, "right", SHOWN_DAYS[day]) for name in (f"In {day} days", *names.values())]

    def row(found: "MetricBacktest") -> list["str | Text"]:
        cells: list[str | Text] = [_label(found.metric), str(len(found.origins))]
        for day in days:
            skills = (found.skill(name, day) if name in found.baselines else None for name in names)
            cells += [_amount(found.error(ENGINE, day), found.metric), *map(_saved, skills)]
        return cells

    return headings, [row(found) for found in result.metrics]


def _promises(result: "Backtest") -> tuple[Headings, Rows]:
    """Per metric and for all together, what the bands held and the Brier scores of the crossings."""
    from outgrow.forecasting.backtest import BANDS, ENGINE

    names = {ENGINE: "Brier", **_names(result)}
    headings: Headings = [
        ("Metric", "text"),
        *((f"{band}%", "right") for band in BANDS),
        *((n, "right") for n in names.values()),
    ]

    def row(label: str, of: "Backtest | MetricBacktest") -> list["str | Text"]:
        return [
            label,
            *(_held(of.coverage(band), band) for band in BANDS),
            *(_score(of.brier(name)) for name in names),
        ]

    rows = [row(_label(found.metric), found) for found in result.metrics]
    return headings, rows + ([row("Together", result)] if len(rows) > 1 else [])


def _label(metric: "Metric") -> str:
    return f"{metric.label}, daily" if metric.month_total_of else metric.label


def _amount(value: float | None, metric: "Metric") -> str:
    """An error in the unit, with a decimal more than the metric where it is small."""
    if value is None:
        return "–"
    from outgrow.faces.cli.text import with_unit

    return with_unit(Figures(metric.decimals + (value < 10)).write(value), metric)  # noqa: PLR2004 - a digit


def _saved(skill: float | None) -> "str | Text":
    from rich.text import Text

    if skill is None:
        return "–"
    percent = round(100 * skill)
    return Text(f"{percent:+d}%", style="yellow" if percent < 0 else "")


def _held(share: float | None, band: int) -> "str | Text":
    from rich.text import Text

    from outgrow.service.backtest import KEPT

    if share is None:
        return "–"
    return Text(percent(share), style="yellow" if share < band / 100 - KEPT else "")


def _score(brier: float | None) -> str:
    return "–" if brier is None else f"{brier:.3f}"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(backtest))
