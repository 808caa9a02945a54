"""The terminal: what is printed is shown as it is, and obeyed in nothing."""

import re
from io import StringIO

import pytest
from rich.text import Text
from tests.support.names import obeyed

from outgrow.faces.cli.tables import Column, console, table

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
