"""`outgrow accuracy`, and what other commands say when it makes them ask another model."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from outgrow.domain.days import spoken
from outgrow.domain.words import counted, percent
from outgrow.faces.cli.command import AsOf, Json, MetricNames, as_date, print_json, say, with_opening

if TYPE_CHECKING:
    from outgrow.domain.metric import Metric, Scope
    from outgrow.service.accuracy import AccuracyReport, HorizonScore, MetricAccuracy, SpanScore
    from outgrow.service.desk import Desk
    from outgrow.service.opening import Opening

ERRORS_AHEAD = (7, 30, 90)
"""Days ahead whose errors the table of all metrics shows; one metric's table and the document have all."""
COLUMNS = ("Due", "Error", "50%", "80%", "95%", "Loss", "of shared", "of drift")


def accuracy(
    opening: "Opening",
    metrics: MetricNames = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Say how good the forecasts were that were issued.

    Every capture keeps a forecast of each metric; here it is held against what came.
    """
    from outgrow.documents.accuracy import accuracy_document
    from outgrow.service.accuracy import accuracy as ask

    with opening.desk(as_date(as_of)) as desk:
        report, keeps = ask(desk, metrics or ()), desk.who_keeps_forecasts
    if json:
        print_json(accuracy_document(report))
    else:
        _print(report, keeps, detailed=bool(metrics))


def say_fallbacks(desk: "Desk", metrics: "Iterable[Metric]", scope: "Scope | None" = None) -> None:
    """Tell why the plain drift is asked, a sentence for each of these metrics of which it is."""
    from outgrow.domain.metric import PLATFORM

    for metric in dict.fromkeys(metrics):
        reason = desk.fallback(metric, scope or PLATFORM)
        if reason is not None:
            say(f"{metric.label}: {reason}.")


def _print(report: "AccuracyReport", keeps: str, *, detailed: bool) -> None:
    from outgrow.faces.cli.tables import console

    out = console()
    if not report.metrics:
        out.print(f"No forecast is kept yet: {keeps}.", soft_wrap=True)
        return
    if not report.due:
        kept = sum(found.issued for found in report.metrics)
        number, metrics = counted(kept, "forecast is", "forecasts are"), counted(len(report.metrics), "metric")
        out.print(
            f"{number} kept, of {metrics}. None is due yet: the first forecast comes due on {spoken(report.next_due)}.",
            soft_wrap=True,
        )
        return
    if detailed:
        for found in report.metrics:
            _print_metric(found)
    else:
        _print_all(report)
    for found in report.metrics:
        if found.reason is not None:
            out.print(f"{found.metric.label}: {found.reason}.", soft_wrap=True)


def _print_all(report: "AccuracyReport") -> None:
    """A line for each metric: the last days, and which model has earned to be asked."""
    from outgrow.faces.cli.tables import console, table
    from outgrow.forecasting.scoring import LEAST_ISSUES, WINDOW_DAYS

    headings = [
        ("Metric", "text"), ("Due", "right"), *((f"In {days} days", "right") for days in ERRORS_AHEAD),
        *((name, "right") for name in ("50%", "80%", "95%", "Brier", "Shared", "Drift")), ("Model", "left"),
    ]  # fmt: skip
    rows = []
    for found in report.metrics:
        together, by_days = found.recent.together, {score.days_ahead: score for score in found.recent.horizons}
        rows.append(
            [
                found.metric.label,
                f"{together.due:,}",
                *(_amount(by_days[days].mean_absolute_error) for days in ERRORS_AHEAD),
                *(percent(share) for share in together.coverage.values()),
                _score(_brier(found.recent)),
                _amount(found.verdict.shared),
                _amount(found.verdict.drift),
                found.model,
            ]
        )
    out = console()
    out.print(f"Forecasts that came due in the last {WINDOW_DAYS} days, up to {spoken(report.today)}\n")
    out.print(table(headings, rows, out.width))
    out.print(
        "How far off the median was, in the metric's unit; how much of what came each band held; the Brier score of "
        "the chances that limits are reached, 0 is best; the mean loss of either model. The one with the smaller loss "
        f"is asked, the shared model where fewer than {LEAST_ISSUES} days' forecasts came due.",
        soft_wrap=True,
    )


def _print_metric(found: "MetricAccuracy") -> None:
    """One metric in full: every day ahead, lately and ever."""
    from rich.text import Text

    from outgrow.faces.cli.tables import console, table
    from outgrow.forecasting.scoring import WINDOW_DAYS

    out = console()
    kept = counted(found.issued, "forecast is", "forecasts are")
    rest = f": {kept} kept since {spoken(found.first_issued)}; model {found.model}; errors and losses in "
    out.print(Text.assemble((found.metric.label, "bold"), f"{rest}{found.metric.unit}\n"))
    headings = [("In", "left"), *((name, "right") for name in COLUMNS)]
    for title, span in (
        (f"Came due in the last {WINDOW_DAYS} days", found.recent),
        (f"Ever since {spoken(found.first_issued)}", found.ever),
    ):
        scored = [score for score in span.horizons if score.due]
        if not scored:
            out.print(f"{title}: nothing.\n")
            continue
        out.print(f"{title}:")
        rows = [[counted(score.days_ahead or 0, "day"), *_cells(score)] for score in scored]
        out.print(table(headings, [*rows, ["together", *_cells(span.together)]], out.width))
        for limit in span.limits:
            if limit.due:
                out.print(
                    f"Limits within {counted(limit.within_days, 'day')}: {counted(limit.due, 'chance')} told, "
                    f"{percent(limit.said)} on average, {percent(limit.came)} came; Brier score {_score(limit.brier)}."
                )
        out.print()


def _cells(score: "HorizonScore") -> list[str]:
    return [
        f"{score.due:,}",
        _amount(score.mean_absolute_error),
        *(percent(share) for share in score.coverage.values()),
        *(_amount(loss) for loss in score.pinball.values()),
    ]


def _brier(span: "SpanScore") -> float | None:
    """The mean Brier score over all chances told."""
    told = [(limit.due, limit.brier) for limit in span.limits if limit.brier is not None]
    due = sum(number for number, _ in told)
    return sum(number * brier for number, brier in told) / due if due else None


def _amount(value: float | None) -> str:
    return "–" if value is None else f"{value:,.3g}" if abs(value) < 1_000 else f"{value:,.0f}"  # noqa: PLR2004


def _score(brier: float | None) -> str:
    return "–" if brier is None else f"{brier:.3f}"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(accuracy))
