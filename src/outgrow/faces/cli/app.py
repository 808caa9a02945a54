"""`outgrow`: every command, and what its exit status means.

0 done; 2 wrong usage; 3 bad configuration or data; 4 captured in part; 1 a defect of outgrow itself. `check` speaks
the language of monitoring plugins instead: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
"""

import gc
import os
import sys
from typing import Annotated

import typer

from outgrow.domain.errors import OutgrowError, UsageError
from outgrow.domain.text import LONGEST_SAID, cleaned
from outgrow.faces.cli import (
    accuracy,
    backfill,
    backtest,
    capture,
    check,
    demo,
    doctor,
    explain,
    fit,
    forecast,
    history,
    import_,
    init,
    ladder,
    metrics,
    plugin,
    recommend,
    status,
    tenants,
    trends,
    whatif,
    when,
)
from outgrow.faces.cli.secrets import secrets_hidden, tell_traceback

EPILOG = (
    "Settings: outgrow.toml, then OUTGROW_* variables, then options. "
    "--debug anywhere on the line shows the traceback of an error."
)


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"outgrow {version('outgrow')}")
        raise typer.Exit


app = typer.Typer(
    name="outgrow",
    help="Says when a multi-tenant commerce platform outgrows what it has, and what to do about it.",
    epilog=EPILOG,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)
for door in (
    demo, init, doctor, capture, backfill, import_, metrics, status, when, forecast, trends, history, explain,
    recommend, ladder, tenants, whatif, backtest, accuracy, fit, check,
):  # fmt: skip
    door.register(app)


@app.callback()
def outgrow(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Print the version and leave.")
    ] = False,
) -> None:
    """What stands before the name of a command."""


def check_asked(words: list[str]) -> object:
    """Run `check`: gives its answer, or the exit status of what was done instead, and raises whatever goes wrong."""
    _prepare()
    arguments = [word for word in words if word != "--debug"]
    with secrets_hidden():
        given: object = app(args=arguments, prog_name="outgrow", standalone_mode=False)
    return given


def _prepare() -> None:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy's threads cost a tenth of a start, and nothing uses them
    gc.disable()  # a start makes many objects and no rubbish: looking for it costs a tenth; see `started`
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a bar that cannot be spelled must not end a command


def main() -> None:
    """Run the command line and leave the process with its exit status."""
    if plugin.is_asked(sys.argv[1:]):
        sys.exit(plugin.answer(sys.argv[1:], lambda: check_asked(sys.argv[1:])))
    _prepare()
    arguments = [word for word in sys.argv[1:] if word != "--debug"]
    with secrets_hidden():
        _run(arguments, debug=len(arguments) < len(sys.argv) - 1)


def _run(arguments: list[str], *, debug: bool) -> None:
    try:
        app(args=arguments, prog_name="outgrow")
    except Exception as error:
        if debug:
            sys.excepthook = tell_traceback
            raise
        if isinstance(error, OutgrowError):
            sys.stderr.write(f"outgrow: {error}\n")
            sys.exit(2 if isinstance(error, UsageError) else 3)
        said = cleaned(f"{type(error).__name__}: {error}", LONGEST_SAID)
        sys.stderr.write(f"outgrow: this is a defect of outgrow: {said}\n")
        sys.stderr.write("  mend: run it again with --debug and report what it prints\n")
        sys.exit(1)
