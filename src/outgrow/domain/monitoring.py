"""What monitoring plugins print: a state, one line, and numbers behind a bar that Icinga 2 and Nagios can read.

The numbers are `'label'=value[unit];[warning];[critical];[least]`. Readers differ in what they make of exponents, range
thresholds, odd units and odd labels, and drop or change what they do not expect. So all of these are left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass

OK, WARNING, CRITICAL, UNKNOWN = range(4)
STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
"""Words of the exit statuses 0 to 3."""
LONGEST_TEXT, LONGEST_LABEL, LONGEST_LINE = 1_000, 80, 8_000
"""Characters that are kept of what is said, of a label, and of the line: Nagios reads 8,192 bytes."""
UNITS = frozenset({"s", "ms", "us", "B", "KB", "MB", "GB", "TB"})
"""Units that all readers know. A letter that they do not know makes them drop the number, or take it for another."""
IN_LABELS = frozenset(" _-.,:/()+#@")
"""What may stand in a label besides letters and digits."""


def one_line(text: str) -> str:
    """A text without line ends, bars, and whatever cannot be printed, not too long.

    Stricter than `cleaned`: who reads it is a program, and shows it on pages of its own.
    """
    clean = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split()).replace("|", "/")
    return clean if len(clean) <= LONGEST_TEXT else f"{clean[: LONGEST_TEXT - 1]}…"


def plugin_line(state: int, text: str, numbers: Iterable["Performance"] = ()) -> str:
    """The line of a plugin; numbers for which there is no room are left out, the last first."""
    line = f"OUTGROW {STATES[state]} - {one_line(text)}"
    bar, taken = " | ", set[str]()
    for number in numbers:
        more = f"{bar}{number.written(taken)}"
        if len((line + more).encode()) > LONGEST_LINE:
            break
        line, bar = line + more, " "
    return line


@dataclass(frozen=True, slots=True)
class Performance:
    """One number behind the bar.

    Attributes:
        label: what it is, in any words.
        unit: is left out where readers would misread it.
        warning, critical: levels from which on it is a warning, or critical; None where that is not said of it.
    """

    label: str
    value: float
    unit: str = ""
    warning: float | None = None
    critical: float | None = None

    def written(self, taken: set[str]) -> str:
        """As it stands in the line.

        Args:
            taken: the labels that stand there already; this one is added.
        """
        unit = self.unit if self.unit in UNITS else ""
        levels = ["" if level is None else plain(level) for level in (self.warning, self.critical)]
        least = "0" if self.value >= 0 else ""
        fields = ";".join((f"{plain(self.value)}{unit}", *levels, least)).rstrip(";")
        return f"'{_free_label(self.label, taken)}'={fields}"


def plain(value: float) -> str:
    """A number with all its digits and without an exponent."""
    text = repr(float(value))
    if "e" in text:
        from decimal import Decimal

        text = format(Decimal(text), "f")
    return text.removesuffix(".0")


def _free_label(label: str, taken: set[str]) -> str:
    """A label that all readers take as it is and that does not stand in the line yet.

    Two colons mark a part of another check in Icinga 2.
    """
    clean = "".join(letter if letter.isalnum() or letter in IN_LABELS else "_" for letter in label)
    while "::" in clean:
        clean = clean.replace("::", ":")
    clean = " ".join(clean.split()) or "_"
    found, number = clean[:LONGEST_LABEL].rstrip(), 1
    while found in taken:
        number += 1
        ending = f" {number}"
        found = clean[: LONGEST_LABEL - len(ending)].rstrip() + ending
    taken.add(found)
    return found
