"""Text from outside, made fit to be shown: one line, bounded, and nothing in it that a terminal or a chart would obey.

Names come from databases, files and settings that others fill. They are cleaned once, where they come in; what is
printed or drawn passes `without_controls` once more on its way out. Whatever quotes others elsewhere, such as the one
line of `outgrow check`, takes `cleaned`.
"""

import re
from collections.abc import Mapping
from typing import Any

LONGEST_NAME = 100
"""Characters of a name: of a merchant, a plan, a limit, an event."""
LONGEST_KEY = 64
"""Of a text by which things are told apart: a platform's or a plan's code, a metric's name."""
LONGEST_UNIT = 32
LONGEST_SAID = 300
"""Characters of what others say, such as a driver's message or the reason of a missing value."""
LONGEST_LINE, MOST_LINES = 2_000, 100
"""Of a message of ours, which may quote several of them."""
MARKS = 4
"""Accents on one letter; more of them climb over the lines above."""
CUT, MARK, UNSEEN = "…", "~", "\ufffd"

_BREAKS = "\t-\r\x1c-\x1f\x85\u2028\u2029"
_CONTROLS = "\x00-\x1f\x7f-\x9f"
_NO_CODE = "\ud800-\udfff\ufdd0-\ufdef" + "".join(
    f"{chr(0x10000 * p + 0xFFFE)}{chr(0x10000 * p + 0xFFFF)}" for p in range(17)
)
"""Lone surrogates, and the code points that will never be characters."""
_NO_WIDTH = (
    "\xad\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Joiners, marks of a direction, tags: one does not see them, and some turn the writing round."""
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters and marks that show nothing: a name made of them would look like none."""
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"

_UNFIT = re.compile(f"(?P<turn>[{_BREAKS}])|(?P<gone>[{_NO_WIDTH}{_BLANK}])|[{_CONTROLS}{_NO_CODE}]")
_PRINTABLE_YET_UNFIT = re.compile(f"[{_BLANK}\u180b-\u180f\U000e0100-\U000e01ef]")
_PILE = re.compile(f"({_MARK}{{{MARKS}}}){_MARK}+")


def cleaned(text: str, longest: int = LONGEST_NAME) -> str:
    """A text from outside as one line of at most so many characters, an ellipsis at the end where it was cut.

    Line breaks and tabs become spaces. Other control characters, lone surrogates and code points that are no
    characters become U+FFFD, so that one sees that something was there. What has no width goes, among it the marks
    that turn the direction of writing. Cleaning twice changes nothing.
    """
    shown = _one_line(text[: 4 * longest])
    shown = (shown if shown.isascii() else _PILE.sub(r"\1", shown)).strip()
    return shown if len(shown) <= longest else shown[: longest - 1].rstrip() + CUT


def cleaned_key(text: str, longest: int = LONGEST_KEY) -> str:
    """A text by which things are told apart, fit to be shown: two that differ still differ when they are clean.

    One that is clean and short stays as it is; any other is cleaned and bears a mark that is made from the whole.
    """
    if len(text) <= longest and _one_line(text) == text:
        return text
    from hashlib import sha256  # rarely needed, and a hundredth of a command's start

    mark = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{cleaned(text, longest - len(mark) - 1).removesuffix(CUT)}{MARK}{mark}"


def cleaned_lines(text: str) -> str:
    """A message of ours, of several lines at times, which may quote what others wrote: bounded, and fit to be shown."""
    lines = without_controls(text).split("\n")
    shown = [line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + CUT for line in lines[:MOST_LINES]]
    return "\n".join([*shown, CUT] if len(lines) > MOST_LINES else shown)


def without_controls(text: str) -> str:
    """A text of any length without what a terminal, a chart or an editor would obey; line feeds stay.

    The renderer of the charts takes text apart as XML, and ends the whole process at what XML cannot hold: control
    characters and code points that are no characters. Lone surrogates it refuses. None of them is left.
    """
    return "\n".join(map(_one_line, text.split("\n")))


def clean_document(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """A document with all its texts and keys `without_controls`; everything else as it is."""
    if isinstance(value, str):
        return without_controls(value)
    if isinstance(value, Mapping):
        return {clean_document(key): clean_document(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [clean_document(held) for held in value]
    return value


def _one_line(text: str) -> str:
    if text.isprintable() and not _PRINTABLE_YET_UNFIT.search(text):
        return text  # nearly every text, and this is fast
    return _UNFIT.sub(_instead, text)


def _instead(found: re.Match[str]) -> str:
    return {"turn": " ", "gone": "", None: UNSEEN}[found.lastgroup]
