"""`outgrow`: every command, and what its exit status means.

0 done; 2 wrong usage; 3 bad configuration or data; 4 captured in part; 130 interrupted; 1 a defect of outgrow itself.
`check` speaks the language of monitoring plugins instead: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
"""

import gc
import io
import os
import sys
from contextlib import suppress
from typing import Annotated

import typer

from outgrow.domain.errors import OutgrowError, UsageError
from outgrow.domain.text import LONGEST_SAID, cleaned, without_controls
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
    recommend,
    status,
    tenants,
    trends,
    whatif,
    when,
)
from outgrow.faces.cli.secrets import secrets_hidden, tell_traceback
from outgrow.faces.cli.streams import leave_output, open_streams, tell_warnings
from outgrow.faces.cli.values import Command, Commands

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
    cls=Commands,
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
for registered in app.registered_commands:
    registered.cls = Command


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
    open_streams()


def main() -> None:
    """Run any command but `check` and leave the process with its exit status; the program is in `run`."""
    _prepare()
    arguments = [word for word in sys.argv[1:] if word != "--debug"]
    with secrets_hidden():
        _run(arguments, debug=len(arguments) < len(sys.argv) - 1)


def _run(arguments: list[str], *, debug: bool) -> None:
    tell_warnings(debug=debug)
    try:
        _refuse_bytes(arguments)
        try:
            status: object = app(args=arguments, prog_name="outgrow", standalone_mode=False)
        finally:
            sys.stdout.flush()  # here a full disk can still be told of; when Python ends, it cannot
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # a reader that has seen enough is no error
            leave_output()
            sys.exit(0)
        raise
    except Exception as error:
        leave_output()
        status, message = _told(error)
        with suppress(OSError):
            if debug:
                tell_traceback(type(error), error, error.__traceback__)
            sys.stderr.write(message)
        sys.exit(status)
    sys.exit(status if isinstance(status, int) else 0)


def _told(error: Exception) -> tuple[int, str]:
    """The exit status that stands for an error, and what to say of it."""
    show = getattr(error, "show", None)
    if callable(show):  # of the command line's own library: wrong usage, and what was written is quoted in it
        shown = io.StringIO()
        show(file=shown)
        return 2, without_controls(shown.getvalue())
    if isinstance(error, OutgrowError):
        return 2 if isinstance(error, UsageError) else 3, f"outgrow: {error}\n"
    if isinstance(error, BrokenPipeError):
        return 0, ""
    if isinstance(error, OSError):  # a disk that is full, a folder that is closed, an output that takes no more
        at = "" if error.filename is None else f" ({error.filename})"
        what = f"the system refused: {error.strerror or error}{at}"
        mend = "see that there is room, and that files and outputs may be read and written"
        return 3, f"outgrow: {what}\n  mend: {mend}\n"
    said = cleaned(f"{type(error).__name__}: {error}", LONGEST_SAID)
    return (
        1,
        f"outgrow: this is a defect of outgrow: {said}\n  mend: run it again with --debug and report what it prints\n",
    )


def _refuse_bytes(arguments: list[str]) -> None:
    """Databases and documents hold text alone: a word that is none would end a command later, and worse."""
    for place, word in enumerate(arguments, 1):
        if not word.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in word):
            raise UsageError(f"word {place} of the command line is no text", "write it in UTF-8")
