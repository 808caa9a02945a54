"""Tables on a terminal, and the same in plain text where there is none."""

import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from outgrow.domain.limit import Severity

COLOURS = {Severity.OK: "green", Severity.INFO: "bright_black", Severity.WARNING: "yellow", Severity.CRITICAL: "red"}
PLAIN_WIDTH = 160
"""Columns where the output is no terminal: wide enough that no row is folded."""


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to the command, whose reader may go; the library would end the process with an error."""
        raise BrokenPipeError


def console(stream: TextIO | None = None) -> Console:
    """A console on standard output; colours only where it is a terminal."""
    out = stream or sys.stdout
    return _Console(file=out, highlight=False, width=None if out.isatty() else PLAIN_WIDTH)


def light(severity: Severity) -> Text:
    """A traffic light, readable without colours too."""
    return Text(f"● {severity.word}", style=COLOURS[severity])


def table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str | Text]]) -> Table:
    """A plain table; each column is a heading and `left` or `right`."""
    made = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    for heading, side in columns:
        made.add_column(heading, justify="right" if side == "right" else "left", no_wrap=True)
    for row in rows:
        made.add_row(*row)
    return made
