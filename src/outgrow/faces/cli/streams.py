"""Standard output, standard error, and what our modules log: so that a command ends well whatever they are."""

import logging
import os
import sys

MOST_DIGITS = 5
"""Of a terminal's size."""


def open_streams() -> None:
    """See that both are there: one that the caller closed leads nowhere, and no letter is too odd for them."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - open as long as we are
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a bar that cannot be spelled must not end a command
    for size in ("COLUMNS", "LINES"):
        if len(os.environ.get(size, "")) > MOST_DIGITS:
            del os.environ[size]  # no terminal is so large, and libraries stumble over it


def leave_output() -> None:
    """Write what is left to print; where that cannot be, it goes nowhere, and Python does not try again."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - open as long as we are


class _Line(logging.Formatter):
    """A warning as one line: where it came from is told by a traceback, and only to those who asked for it."""

    def format(self, record: logging.LogRecord) -> str:
        return f"outgrow: {' '.join(record.getMessage().split())}"


class _ToStandardError(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to what standard error is at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def tell_warnings(*, debug: bool) -> None:
    """Show what our modules warn of, a line each; with their tracebacks for `--debug`."""
    handler = _ToStandardError()
    handler.setFormatter(logging.Formatter("outgrow: %(message)s") if debug else _Line())
    ours = logging.getLogger("outgrow")
    ours.handlers = [handler]
    ours.setLevel(logging.WARNING)
