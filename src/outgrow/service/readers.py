"""Readers of what a user writes down: each takes a value out of TOML, JSON or a variable, or says what it has to be.

A reader is a function of one value. A number may also come as text, as variables and options give it. Where a value
stands is told from the outside in: whoever reads a table or a list adds its own key to the fault of a part.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Generic, TypeVar

from outgrow.domain.bounds import EARLIEST_DAY, LATEST_DAY, MOST_SEED, Bounds
from outgrow.domain.text import cleaned, cleaned_key
from outgrow.service.places import Keys

T = TypeVar("T")
Reader = Callable[[Any], T]

SEE = "see docs/reference/settings.md for what it may be"
UNKNOWN = "remove it, or look its name up in docs/reference/settings.md"
FLAGS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
DECIMALS = 4
"""Places behind the point of an amount of money."""
_SHOWN = re.compile(r"[\w .,:;+%-]{1,40}")
"""Texts that are quoted: no address looks like this, and no secret is part of one."""


class MisreadError(ValueError):
    """Something that may not stand where it stands.

    Args:
        what: what is wrong with it, to be read after its place.
        keys: where it stands, from the table on that was read.
        mend: how to mend it.
    """

    def __init__(self, what: str, keys: Keys = (), mend: str = SEE) -> None:
        super().__init__(what)
        self.what, self.keys, self.mend = what, keys, mend


class Table(Generic[T]):
    """A table, and what is made of it. A key whose value is null is as good as left out.

    Args:
        make: is given what stands in it, by key; what it takes by default is the default. A `ValueError` that it raises
            is a fault of the table as a whole.
        keys: a reader for each.
        required: keys that have to be there.
        more: a reader for keys of any other name, or None for a name that is unknown.
    """

    def __init__(
        self,
        make: Callable[..., T],
        keys: Mapping[str, Reader[Any]],
        required: tuple[str, ...] = (),
        more: Callable[[str], Reader[Any] | None] = lambda _: None,
    ) -> None:
        self.make, self.keys, self.required, self.more = make, keys, required, more

    def __call__(self, told: object) -> T:
        found = {key: _part(key, self._reader(key), value) for key, value in _table(told).items() if value is not None}
        for key in self.required:
            if key not in found:
                raise MisreadError("is required", (key,))
        try:
            return self.make(**found)
        except MisreadError:
            raise
        except ValueError as error:
            raise MisreadError(getattr(error, "what", str(error)), mend=getattr(error, "mend", SEE)) from error

    def _reader(self, key: str) -> Reader[Any]:
        reader = self.keys.get(key) or self.more(key)
        if reader is None:
            from difflib import get_close_matches

            near = get_close_matches(key, self.keys, n=1)
            raise MisreadError("is not known here", (key,), f"did you mean `{near[0]}`?" if near else UNKNOWN)
        return reader


def listed(reader: Reader[T]) -> Reader[tuple[T, ...]]:
    """A list of such values."""

    def read(told: object) -> tuple[T, ...]:
        if not isinstance(told, list | tuple):
            raise MisreadError(f"has to be a list{_instead(told)}")
        return tuple(_part(place, reader, value) for place, value in enumerate(told))

    return read


def named(reader: Reader[T], name: Reader[str] = str) -> Reader[dict[str, T]]:
    """A table of such values, whatever their names.

    Args:
        name: reads a name.
    """

    def read(told: object) -> dict[str, T]:
        return {name(key): _part(key, reader, value) for key, value in _table(told).items()}

    return read


def whole(bounds: Bounds) -> Reader[int]:
    """A whole number within bounds."""
    what = f"has to be a whole number from {int(bounds.least):,} to {int(bounds.most):,}"

    def read(told: object) -> int:
        found = _number(told)
        if found is None or found != (value := int(found)) or not bounds.hold(value):
            raise MisreadError(what + _instead(told))
        return value

    return read


def number(bounds: Bounds, *, above: bool = False, below: bool = False) -> Reader[float]:
    """A finite number within bounds.

    Args:
        above: whether the least itself is too little.
        below: whether the greatest itself is too much.
    """
    least = f"{'above' if above else 'from'} {bounds.least:,.10g}"
    most = f"{'to below' if below else 'to'} {bounds.most:,.10g}"
    what = f"has to be a number {least} {most}"

    def read(told: object) -> float:
        value = _number(told)
        if (
            value is None
            or not bounds.hold(value)
            or (above and value == bounds.least)
            or (below and value == bounds.most)
        ):
            raise MisreadError(what + _instead(told))
        return float(value)

    return read


def money(bounds: Bounds) -> Reader[Decimal]:
    """An amount within bounds, the greatest excluded, with its decimals as they were written."""
    what = f"has to be an amount from {bounds.least:,} to below {bounds.most:,}, of {DECIMALS} decimals at most"

    def read(told: object) -> Decimal:
        try:
            value = Decimal(str(told)) if _is_number(told) or isinstance(told, str) else None
        except InvalidOperation:
            value = None
        if value is None or not bounds.hold(value) or value == bounds.most or round(value, DECIMALS) != value:
            raise MisreadError(what + _instead(told))
        return value

    return read


def text(told: object) -> str:
    """Any text."""
    if not isinstance(told, str):
        raise MisreadError(f"has to be text{_instead(told)}")
    return told


def name(told: object) -> str:
    """What something is called. It comes to terminals, charts and documents, and is cleaned here, where it comes in."""
    return cleaned(text(told))


def key(told: object) -> str:
    """A name by which things are found: cleaned, two that differ still differ."""
    return cleaned_key(text(told))


def currency(told: object) -> str:
    """An ISO 4217 code."""
    if not (isinstance(told, str) and re.fullmatch("[A-Z]{3}", told)):
        raise MisreadError(f"has to be a currency of three capital letters, such as EUR{_instead(told)}")
    return told


def path(told: object) -> Path:
    """The path of a file."""
    return told if isinstance(told, Path) else Path(text(told))


def flag(told: object) -> bool:
    """True or false."""
    found = FLAGS.get(told.strip().lower()) if isinstance(told, str) else told
    if not isinstance(found, bool):
        raise MisreadError(f"has to be true or false{_instead(told)}")
    return found


def day(told: object) -> date:
    """A day that may be asked about."""
    found = told
    if isinstance(told, str):
        try:
            found = date.fromisoformat(told.strip())
        except ValueError:
            found = None
    if not isinstance(found, date) or isinstance(found, datetime) or not EARLIEST_DAY <= found <= LATEST_DAY:
        raise MisreadError(f"has to be a day from {EARLIEST_DAY} to {LATEST_DAY}, as YYYY-MM-DD{_instead(told)}")
    return found


def anything(told: Any) -> Any:  # noqa: ANN401 - whatever a file holds
    """Whatever it is, as it is."""
    return told


def _part(key: str | int, reader: Reader[T], value: object) -> T:
    try:
        return reader(value)
    except MisreadError as fault:
        fault.keys = (key, *fault.keys)
        raise


def _table(told: object) -> Mapping[str, Any]:
    if not isinstance(told, Mapping):
        raise MisreadError(f"has to be a table{_instead(told)}")
    return told


def _number(told: object) -> float | None:
    """The finite number that a value is or says, whole ones as such; None without one."""
    value: Any = told
    try:
        if isinstance(told, str):
            value = int(told) if re.fullmatch(r"\s*[+-]?[\d_]+\s*", told) else float(told)
        elif not _is_number(told):
            return None
        return value if math.isfinite(value) else None
    except (ValueError, OverflowError):  # no number, or one with more digits than any that makes sense
        return None


def _is_number(told: object) -> bool:
    return isinstance(told, int | float | Decimal) and not isinstance(told, bool)


def _instead(told: object) -> str:
    """What it is instead, where it may be told: of texts only what cannot hold a secret."""
    if isinstance(told, Mapping):
        return ", not a table"
    if isinstance(told, list | tuple):
        return ", not a list"
    if isinstance(told, bool):
        return f", not {str(told).lower()}"
    if isinstance(told, int) and abs(told) > MOST_SEED:
        return ""
    if isinstance(told, str):
        return f", not '{told}'" if _SHOWN.fullmatch(told) else ""
    return f", not {told}"
