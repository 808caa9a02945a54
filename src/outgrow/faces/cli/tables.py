"""Tables on a terminal, and the same in plain text where there is none."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, TextIO

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from outgrow.domain.limit import Severity
from outgrow.domain.text import without_controls

COLOURS = {Severity.OK: "green", Severity.INFO: "bright_black", Severity.WARNING: "yellow", Severity.CRITICAL: "red"}
PLAIN_WIDTH = 160
"""Columns where the output is no terminal: wide enough that no row is folded."""
BETWEEN = 3
"""Blanks between two columns; one where there is no room."""
Cell = str | Text


class Column(NamedTuple):
    """One column of a table.

    Attributes:
        side: `right` for numbers, `left` for dates and words that stay in one line, `text` for words that may be
            broken into lines where there is no room.
        rank: 0 if it is always shown; else the higher, the sooner it is left out where there is no room.
    """

    heading: str
    side: str = "left"
    rank: int = 0


class _Console(Console):
    """Shows text as it is: no markup is interpreted in it, and nothing in it reaches the terminal as a control."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Everything that is printed comes through here: what is ours to control is a segment's style or control."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else without_controls(text), style, control)

    def on_broken_pipe(self) -> None:
        """Leave it to the command, whose reader may go; the library would end the process with an error."""
        raise BrokenPipeError

    def print(self, *objects: Any, **how: Any) -> None:  # noqa: ANN401 - whatever the library prints
        """Cut nothing off: where a number does not fit, the terminal breaks the line, and it can still be read."""
        super().print(*objects, **{"crop": False, **how})


def console(stream: TextIO | None = None) -> Console:
    """A console on standard output; colours only where it is a terminal."""
    out = stream or sys.stdout
    return _Console(file=out, highlight=False, markup=False, emoji=False, width=None if out.isatty() else PLAIN_WIDTH)


def light(severity: Severity) -> Text:
    """A traffic light, readable without colours too."""
    return Text(f"● {severity.word}", style=COLOURS[severity])


def table(columns: Sequence[Column | tuple[str, str]], rows: Iterable[Sequence[Cell]], room: int) -> Table:
    """A plain table, of which no number and no date is ever cut.

    Args:
        room: how wide the terminal is: columns with a rank are left out until the others fit.
    """
    asked, cells = [Column(*column) for column in columns], [list(row) for row in rows]
    texts = [[_text(column.heading), *(_text(row[at]) for row in cells)] for at, column in enumerate(asked)]
    wide = [max(text.cell_len for text in column) for column in texts]
    least = [
        max((cell_len(word) for text in texts[at] for word in text.plain.split()), default=1)
        if column.side == "text"
        else wide[at]
        for at, column in enumerate(asked)
    ]
    shown = _fitting(asked, wide, room)
    tight = sum(least[at] + BETWEEN for at in shown) - BETWEEN > room
    needed = sum(least[at] + 1 for at in shown) - 1
    made = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    if tight:
        made.padding, made.width = (0, 0), needed if needed > room else None
    for at in shown:
        heading, side, _ = asked[at]
        justify: Literal["left", "right"] = "right" if side == "right" else "left"
        made.add_column(heading, justify=justify, no_wrap=side != "text", min_width=least[at])
    for row in cells:
        made.add_row(*(row[at] for at in shown))
    return made


def _text(cell: Cell) -> Text:
    return cell if isinstance(cell, Text) else Text(cell)


def _fitting(columns: Sequence[Column], wide: Sequence[int], room: int) -> list[int]:
    """Places of the columns that there is room for; those with the highest rank go first, equal ones together."""
    shown = list(range(len(columns)))
    while sum(wide[at] + BETWEEN for at in shown) - BETWEEN > room and (rank := max(columns[at].rank for at in shown)):
        shown = [at for at in shown if columns[at].rank < rank]
    return shown
