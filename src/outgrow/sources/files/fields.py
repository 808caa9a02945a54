"""Fields of CSV files as days, numbers and names, and what is wrong with those that are none."""

import math
import re
from datetime import date

from outgrow.domain.bounds import EARLIEST_DAY
from outgrow.domain.errors import UsageError
from outgrow.domain.metric import LONGEST_SCOPE, PLATFORM, Scope
from outgrow.domain.text import LONGEST_SAID, LONGEST_UNIT, cleaned

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
SHOWN = 5
"""How many faults of a file are told at once."""


class FieldError(ValueError):
    """A field that cannot be what its column says.

    Args:
        what: what is wrong with it.
        column: where in its row it stands, if that is not plain.
    """

    def __init__(self, what: str, column: str = "") -> None:
        self.what = cleaned(what, LONGEST_SAID)
        super().__init__(self.what)
        self.column = column

    def of_row(self, row: int) -> str:
        """The same with its place in the file."""
        return f"row {row}{', ' if self.column else ''}{self.column}: {self.what}"


class Faults:
    """What is wrong with a file's rows: the first of it in words, and how much there is.

    However long a file is, and however wrong, it takes no more memory than that.
    """

    def __init__(self) -> None:
        self._first: list[str] = []
        self._count = 0

    def append(self, fault: str) -> None:
        """One more."""
        self._count += 1
        if len(self._first) < SHOWN:
            self._first.append(fault)

    def __bool__(self) -> bool:
        return self._count > 0

    def __str__(self) -> str:
        """A line for each of the first, and how many there are besides."""
        more = [f"and {self._count - SHOWN:,} more"] if self._count > SHOWN else []
        return "".join(f"\n  {line}" for line in (*self._first, *more))


def day_of(text: str, today: date) -> date:
    """A field as a day.

    Raises:
        FieldError: it is none, has not come yet, or lies too far back.
    """
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise FieldError(f"'{text}' is not a date (write 2026-01-31)") from None
    if day > today:
        raise FieldError(f"{day} has not come yet (today is {today})")
    if day < EARLIEST_DAY:
        raise FieldError(f"{day} lies too far back (give days from {EARLIEST_DAY} on)")
    return day


def name_of(text: str) -> str:
    """A field as a metric's name.

    Raises:
        FieldError: it cannot be one.
    """
    if not NAME.fullmatch(text):
        raise FieldError(f"'{text}' is not a name for a metric (lower-case letters, digits and _)")
    return text


def scope_of(text: str, platform: str) -> Scope:
    """A field as a scope; an empty one is the platform's own, and so is `platform:` with its code.

    Raises:
        FieldError: it is none, that of another platform, or longer than the store's rows hold.
    """
    text = text.strip()
    if len(text) > LONGEST_SCOPE:
        raise FieldError(f"a scope has at most {LONGEST_SCOPE} characters, and this one has {len(text)}", "scope")
    try:
        scope = Scope.parse(text) if text else PLATFORM
    except UsageError as error:
        raise FieldError(f"{error.what} (write kind:key, such as store:17)", "scope") from None
    if scope.kind == PLATFORM.kind and scope.key not in {"", platform}:
        raise FieldError(f"'{text}' is another platform than '{platform}', which this is imported for", "scope")
    return PLATFORM if scope.kind == PLATFORM.kind else scope


def unit_of(text: str) -> str:
    """A field as a unit; empty where there is none.

    Raises:
        FieldError: it is longer than the store's rows hold.
    """
    text = text.strip()
    if len(text) > LONGEST_UNIT:
        raise FieldError(f"a unit has at most {LONGEST_UNIT} characters, and this one has {len(text)}", "unit")
    return text


def number_of(name: str, text: str) -> float | None:
    """A field as a metric's value; None where it is empty.

    Raises:
        FieldError: it cannot be one.
    """
    if not text.strip():
        return None
    try:
        number = float(text)
    except ValueError:
        raise FieldError(f"'{text}' is not a number", name) from None
    if not math.isfinite(number) or number < 0:
        raise FieldError(f"{text} is not a finite number of zero or more", name)
    return number
