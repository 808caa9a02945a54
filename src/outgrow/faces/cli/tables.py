"""Tables on a terminal, and the same in plain text where there is none."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TextIO

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.style import Style
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


def table(
    columns: Sequence[Column | tuple[str, str]], rows: Iterable[Sequence[Cell]], room: int
) -> "Table | _OneLineEach":
    """A plain table, of which no number and no date is ever cut.

    Args:
        room: how wide the terminal is: columns with a rank are left out until the others fit.
    """
    asked, cells = [Column(*column) for column in columns], [list(map(_text, row)) for row in rows]
    texts = [[Text(column.heading), *(row[at] for row in cells)] for at, column in enumerate(asked)]
    wide = [max(text.cell_len for text in column) for column in texts]
    shown = _fitting(asked, wide, room)
    if (
        any(wide[at] for at in shown)
        and _width(wide, shown) <= room
        and all(_is_plain(text) for at in shown for text in texts[at])
    ):
        return _OneLineEach([asked[at] for at in shown], [wide[at] for at in shown], [texts[at] for at in shown])
    least = [
        max((cell_len(word) for text in texts[at] for word in text.plain.split()), default=1)
        if column.side == "text"
        else wide[at]
        for at, column in enumerate(asked)
    ]
    return _folded([asked[at] for at in shown], [least[at] for at in shown], [texts[at] for at in shown], room)


def _folded(columns: Sequence[Column], least: Sequence[int], texts: Sequence[Sequence[Text]], room: int) -> Table:
    """A table whose words are broken into lines where there is no room, by rich's own means."""
    tight = _width(least, range(len(columns))) > room
    needed = sum(one + 1 for one in least) - 1
    made = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    if tight:
        made.padding, made.width = (0, 0), needed if needed > room else None
    for column, width in zip(columns, least, strict=True):
        justify: Literal["left", "right"] = "right" if column.side == "right" else "left"
        made.add_column(column.heading, justify=justify, no_wrap=column.side != "text", min_width=width)
    for row in list(zip(*texts, strict=True))[1:]:
        made.add_row(*row)
    return made


@dataclass(frozen=True, slots=True)
class _OneLineEach:
    """What rich prints of a table in which nothing is to be folded; of thousands of rows, in a tenth of its time.

    Attributes:
        wide: of each column.
        texts: of each column, its heading first.
    """

    columns: Sequence[Column]
    wide: Sequence[int]
    texts: Sequence[Sequence[Text]]

    def __rich_console__(self, console: Console, _: ConsoleOptions) -> Iterator[Segment]:
        styles: dict[str | Style, Style] = {}
        bold, last = console.get_style("bold"), len(self.columns) - 1
        for at, row in enumerate(zip(*self.texts, strict=True)):
            blanks = 0
            for place, (column, width, text) in enumerate(zip(self.columns, self.wide, row, strict=True)):
                plain = text.plain.rstrip() if column.side == "right" else text.plain
                rest = width - cell_len(plain)
                before, after = (rest, 0) if column.side == "right" else (0, rest)
                if blanks + before:
                    yield Segment(" " * (blanks + before))
                if text.style not in styles:
                    styles[text.style] = console.get_style(text.style)
                yield Segment(plain, styles[text.style] if at else bold)
                blanks = after + (BETWEEN if place < last else 0)
            yield Segment(f"{' ' * blanks}\n")
            if not at:
                yield Segment(f"{'─' * _width(self.wide, range(last + 1))}\n")


def _is_plain(text: Text) -> bool:
    """Whether nothing in it breaks a line, or is drawn in a style of its own."""
    return not text.spans and text.plain.isprintable()


def _width(wide: Sequence[int], shown: Iterable[int]) -> int:
    return sum(wide[at] + BETWEEN for at in shown) - BETWEEN


def _text(cell: Cell) -> Text:
    return cell if isinstance(cell, Text) else Text(cell)


def _fitting(columns: Sequence[Column], wide: Sequence[int], room: int) -> list[int]:
    """Places of the columns that there is room for; those with the highest rank go first, equal ones together."""
    shown = list(range(len(columns)))
    while _width(wide, shown) > room and (rank := max(columns[at].rank for at in shown)):
        shown = [at for at in shown if columns[at].rank < rank]
    return shown
