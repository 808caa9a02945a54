"""Tables on a terminal, and the same in plain text where there is none."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from outgrow.domain.limit import Severity
from outgrow.domain.text import without_controls

COLOURS = {Severity.OK: "green", Severity.INFO: "bright_black", Severity.WARNING: "yellow", Severity.CRITICAL: "red"}
PLAIN_WIDTH = 160
"""Columns where the output is no terminal: wide enough that no row is folded."""


class _Console(Console):
    """Shows text as it is: no markup is interpreted in it, and nothing in it reaches the terminal as a control."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Everything that is printed comes through here: what is ours to control is a segment's style or control."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else without_controls(text), style, control)

    def on_broken_pipe(self) -> None:
        """Leave it to the command, whose reader may go; the library would end the process with an error."""
        raise BrokenPipeError


def console(stream: TextIO | None = None) -> Console:
    """A console on standard output; colours only where it is a terminal."""
    out = stream or sys.stdout
    return _Console(file=out, highlight=False, markup=False, emoji=False, width=None if out.isatty() else PLAIN_WIDTH)


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
