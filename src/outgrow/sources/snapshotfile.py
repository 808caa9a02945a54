"""A file of daily values: CSV, either a column per metric or a row per value."""

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from outgrow.domain.errors import DataError
from outgrow.domain.metric import PLATFORM, Scope
from outgrow.domain.text import LONGEST_SAID, cleaned

LONG = {"date", "metric", "value"}
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
SHOWN = 5
"""How many faults of a file are told at once."""


@dataclass(frozen=True, slots=True)
class FileValue:
    """One value of a file, with the row it stands in."""

    row: int
    day: date
    metric: str
    scope: Scope
    value: float


def read_snapshot_file(path: Path, today: date) -> list[FileValue]:
    """Read a file whole, or refuse it whole.

    A file with the columns `date`, `metric`, `value` (and, if wanted, `scope`) holds a value a row; any other file
    needs `date` and holds a metric in each further column, where an empty field is an unknown value.

    Args:
        today: no day of the file may come later.

    Raises:
        DataError: the file cannot be read, or rows in it cannot be true; names file, rows and mend.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            columns = list(reader.fieldnames or [])
            _check_columns(path, columns)
            faults: list[str] = []
            values = list(_values(reader, columns, today, faults))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read: {error}", "give a CSV file in UTF-8 with a header row") from error
    faults += _duplicates(values)
    if faults:
        raise DataError(f"{path} was not imported:{listed(faults)}", "correct these rows; nothing was stored")
    if not values:
        raise DataError(f"{path} holds no values", "give at least one row below the header")
    return values


def listed(faults: list[str]) -> str:
    """The first faults, a line each, and how many there are besides."""
    more = [f"and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
    return "".join(f"\n  {cleaned(line, LONGEST_SAID)}" for line in (*faults[:SHOWN], *more))


def _check_columns(path: Path, columns: list[str]) -> None:
    if "date" not in columns:
        raise DataError(f"{path}, row 1: there is no column 'date'", "name the column that holds the days 'date'")
    if len(set(columns)) < len(columns):
        double = next(name for name in columns if columns.count(name) > 1)
        raise DataError(f"{path}, row 1: the column '{double}' stands there twice", "rename or remove one of them")
    if len(columns) == 1:
        raise DataError(f"{path}, row 1: there is no metric besides 'date'", "add a column for each metric")


def _values(reader: "csv.DictReader[str]", columns: list[str], today: date, faults: list[str]) -> Iterator[FileValue]:
    is_long = set(columns) >= LONG
    for fields in reader:
        row = reader.line_num
        day = day_of(fields.get("date") or "", row, today, faults)
        if day is None:
            continue
        if None in fields or None in fields.values():
            faults.append(f"row {row}: it has not as many fields as the header")
            continue
        pairs = [(fields["metric"], fields["value"])] if is_long else [(c, fields[c]) for c in columns if c != "date"]
        for name, text in pairs:
            number = number_of(name, text, row, faults)
            if number is not None:
                scope = Scope.parse(fields["scope"]) if is_long and fields.get("scope") else PLATFORM
                yield FileValue(row, day, name, scope, number)


def day_of(text: str, row: int, today: date, faults: list[str]) -> date | None:
    """A field as a day; None, and a fault more, where it is none."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        faults.append(f"row {row}: '{text}' is not a date (write 2026-01-31)")
        return None
    if day > today:
        faults.append(f"row {row}: {day} has not come yet (today is {today})")
        return None
    return day


def number_of(name: str, text: str, row: int, faults: list[str]) -> float | None:
    """A field as a metric's value; None where it is empty, or, with a fault more, where it cannot be one."""
    if not NAME.fullmatch(name):
        faults.append(f"row {row}: '{name}' is not a name for a metric (lower-case letters, digits and _)")
        return None
    if not text.strip():
        return None
    try:
        number = float(text)
    except ValueError:
        faults.append(f"row {row}, {name}: '{text}' is not a number")
        return None
    if not math.isfinite(number) or number < 0:
        faults.append(f"row {row}, {name}: {text} is not a finite number of zero or more")
        return None
    return number


def _duplicates(values: list[FileValue]) -> list[str]:
    first: dict[tuple[date, str, Scope], int] = {}
    faults = []
    for value in values:
        key = (value.day, value.metric, value.scope)
        if key in first:
            faults.append(f"row {value.row}: {value.metric} of {value.day} stands in row {first[key]} already")
        first.setdefault(key, value.row)
    return faults
