"""`outgrow check` as monitoring sees it: whatever happens is one line, and one of four exit statuses.

A monitoring system takes status 1 for a warning and 2 for an alarm. A mistyped option or a defect, which end other
commands with these, says nothing of the platform and must not. Nothing that can fail to load is imported here.
"""

import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from types import FrameType
from typing import NoReturn

from outgrow.documents.check import check_document
from outgrow.domain.monitoring import STATES, UNKNOWN, plugin_line
from outgrow.faces.cli.secrets import hidden, tell_traceback

FLAGS = frozenset({
    "--again", "--all", "--debug", "--drivers", "--dry-run", "--falling", "--force", "--help", "--install-completion",
    "--json", "--list", "--quiet", "-q", "--replace", "--show-completion", "--version", "--why", "--without-projects",
    "--yes", "-y",
})  # fmt: skip
"""Options of any command that no value follows."""
ENDING = ("SIGTERM", "SIGHUP", "SIGINT")
"""Signals that end a command. The status of a process that they end says nothing to monitoring."""


class Ended(BaseException):
    """A signal has come."""


def is_asked(words: Sequence[str]) -> bool:
    """Whether `check` is the command of a line, whatever options stand before it."""
    before = ""
    for word in words:
        if word == "check":
            return True
        value = before.startswith("-") and "=" not in before and before not in FLAGS
        if not word.startswith("-") and not value:
            return False
        before = word
    return False


def answer(words: Sequence[str], ask: Callable[[], object]) -> int:
    """Ask, print the answer, and give the exit status.

    Args:
        words: the command line after the program's name.
        ask: runs the command; gives its exit status, and raises whatever goes wrong.
    """
    told = io.StringIO()
    try:
        with _ended_by_signals(), redirect_stdout(told):
            state = ask()
        if isinstance(state, int) and 0 <= state < len(STATES) and told.getvalue():
            return state if _deliver(told.getvalue()) else UNKNOWN
        why = f"the command ended with status {state} and no answer"
    except BaseException as error:  # the status of whatever ends the process would be misread
        if "--debug" in words:
            tell_traceback(type(error), error, error.__traceback__)
        why = hidden(_why(error))
    line = plugin_line(UNKNOWN, why)
    shown = json.dumps(check_document(UNKNOWN, line), indent=2, ensure_ascii=False) if "--json" in words else line
    _deliver(f"{shown}\n")
    return UNKNOWN


def _why(error: BaseException) -> str:
    """What happened and how to mend it. Of what is not ours the text is kept back: it may hold an address."""
    what, mend, usage = (getattr(error, name, None) for name in ("what", "mend", "format_message"))
    if isinstance(what, str):
        return f"{what}; mend: {mend}" if mend else what
    if callable(usage):
        return f"{str(usage()).rstrip('.')}; mend: see `outgrow check --help`"
    if isinstance(error, Ended):
        return f"ended by {error} before there was an answer"
    if isinstance(error, ImportError):
        return f"the installation is broken: {error.name or 'a part of it'} cannot be loaded; mend: install it anew"
    return f"this is a defect of outgrow: {type(error).__name__}; mend: run it again with --debug and report it"


def _deliver(text: str) -> bool:
    """Print, and say whether anybody took it. What is left goes nowhere: the end of Python must not fail on it."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):  # closed, full, gone, or never there
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Signals raise `Ended` meanwhile."""

    def end(number: int, _: FrameType | None) -> NoReturn:
        raise Ended(signal.Signals(number).name)

    before = {}
    for name in ENDING:
        with suppress(AttributeError, ValueError):  # not on this system; not in a thread
            before[name] = signal.signal(getattr(signal, name), end)
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
