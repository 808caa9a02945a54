"""The terminal: what is printed is shown as it is, and obeyed in nothing."""

import re
from io import StringIO

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.text import Text
from tests.support.names import obeyed

from outgrow.faces.cli.tables import Column, _folded, _OneLineEach, console, table

OUR_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
STRANGE = "[red]x[/red] :rocket: [link=https://x.example]y\x1b[2J\x1b]0;title\x07\x9b31m\u202e\u200b"
SHOWN = "[red]x[/red] :rocket: [link=https://x.example]y"


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "160")
    return Terminal()


def test_markup_is_text_and_no_control_but_our_colours_reaches_a_terminal(terminal: Terminal) -> None:
    out = console(terminal)

    out.print(STRANGE, style="bold", soft_wrap=True)
    out.print(Text(STRANGE, style="red"), soft_wrap=True)
    out.print(table([Column(STRANGE), Column("Value", "right")], [(STRANGE, Text(STRANGE, style="green"))], 160))

    printed = terminal.getvalue()
    plain = OUR_COLOURS.sub("", printed)
    assert OUR_COLOURS.search(printed)
    assert not obeyed(plain)
    assert plain.count(SHOWN) == 5


WORDS = st.text(st.sampled_from("ab 漢–─,.9"), max_size=8)
CELLS = st.one_of(WORDS, st.builds(Text, WORDS, st.sampled_from(("", "green", "bold red"))))
COLUMNS = st.lists(
    st.builds(Column, WORDS, st.sampled_from(("left", "right", "text")), st.integers(0, 2)), min_size=1, max_size=4
)


@given(COLUMNS, st.data(), st.sampled_from((10, 40, 160)))
def test_what_fits_is_drawn_as_the_library_draws_it(columns: list[Column], data: st.DataObject, room: int) -> None:
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(columns), max_size=len(columns)), max_size=4))
    made = table(columns, rows, room)
    assume(isinstance(made, _OneLineEach))
    assert isinstance(made, _OneLineEach)

    ours, theirs = (StringIO() for _ in range(2))
    for stream, drawn in ((ours, made), (theirs, _folded(made.columns, made.wide, made.texts, room))):
        out = console(stream)
        out.width = room
        out.print(drawn)

    assert ours.getvalue() == theirs.getvalue()
