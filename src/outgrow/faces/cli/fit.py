"""`outgrow fit`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outgrow.domain.words import counted, percent
from outgrow.faces.cli.command import Json, print_json, with_opening

if TYPE_CHECKING:
    from rich.text import Text

    from outgrow.forecasting.training.held_out import Comparison
    from outgrow.service.fit import FitReport
    from outgrow.service.opening import Opening

LEGEND = (
    "Brier score of the chances that limits are reached, and pinball loss of the bands: 0 is perfect, lower is better. "
    "80%: how much of what came that band held. Saved: the mean share of both losses, and its standard error."
)


def fit(
    opening: "Opening",
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="CSV instead of the store: date, metric, value, platform, scope."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The model file to write.")] = Path("outgrow-model.npz"),
    force: Annotated[bool, typer.Option("--force", help="Write the fit, better or not.")] = False,
    json: Json = False,
) -> None:
    """Let the shipped model learn from your own fleet.

    From all that is stored, of every platform, store and merchant, or from a file. The model is written if it
    forecasts better what it had not seen. Needs the extra `fit`.
    """
    from outgrow.documents.fit import fit_document
    from outgrow.faces.cli.progress import progress_bar
    from outgrow.service.fit import fit as learn

    histories, today = opening.fleet() if source is None else opening.fleet_of(source)
    with progress_bar() as tell:
        report = learn(histories, out, today, force=force, progress=tell)
    if json:
        print_json(fit_document(report))
    else:
        _print(report)


def _print(report: "FitReport") -> None:
    """The sentence, both models side by side, and how to use what was written."""
    from rich.text import Text

    from outgrow.domain.forecast import Refusal
    from outgrow.faces.cli.tables import console, table
    from outgrow.service.fit import KINDS

    out, result = console(), report.result
    out.print(Text(report.sentence, style="bold"), soft_wrap=True)
    if isinstance(result, Refusal):
        return
    windows = ", ".join(f"{counted(number, 'window')} of {KINDS[kind]}" for kind, number in result.windows.items())
    out.print(
        f"Learned from {windows}; held out were the newest {result.held_days} days and a fifth of the "
        f"{result.entities:,} platforms, stores and merchants.",
        soft_wrap=True,
    )
    names = ("Brier", "Fitted", "Pinball", "Fitted", "80%", "Fitted", "Saved")
    headings = [("Held out", "left"), ("Windows", "right"), *((name, "right") for name in names)]
    out.print()
    out.print(table(headings, [_row(KINDS[kind], found) for kind, found in result.scores.items()], out.width))
    out.print(Text(LEGEND, style="bright_black"))
    if report.file:
        out.print()
        use = f'{report.file} was written. To use it, set model_file = "{report.file}" in outgrow.toml.'
        out.print(use, soft_wrap=True)


def _row(label: str, found: "Comparison") -> list["str | Text"]:
    from rich.text import Text

    pairs = [
        (_score(found.prior.brier), _score(found.fitted.brier)),
        (_score(found.prior.pinball), _score(found.fitted.pinball)),
        (_share(found.prior.coverage80), _share(found.fitted.coverage80)),
    ]
    saved = Text(f"{found.gain:+.0%} ± {percent(found.doubt)}", style="" if found.better else "yellow")
    return [label.capitalize(), f"{found.windows:,}", *(cell for pair in pairs for cell in pair), saved]


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return percent(value)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(fit))
