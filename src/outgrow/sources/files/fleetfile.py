"""A file of many platforms' or stores' daily values: CSV, a row per value, as for an import and with more columns."""

import csv
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from outgrow.domain.errors import DataError
from outgrow.domain.history import MISSING, OBSERVED, History
from outgrow.domain.metric import ALIASES, PLATFORM, Kind, Metric, MetricCatalogue, Scope
from outgrow.sources.files.fields import Faults, FieldError, day_of, name_of, number_of
from outgrow.sources.files.snapshotfile import LONG, refuse_columns

BESIDES = {"platform", "scope", "kind"}
"""The columns that it may have besides those of a file with a row per value."""

Key = tuple[str, str, str]
"""Platform, scope and metric of a series."""


@dataclass(slots=True)
class _Found:
    """The values of one series, in the order of the file."""

    kind: str
    row: int
    """Where it begins."""
    days: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))
    rows: "array[int]" = field(default_factory=lambda: array("q"))


def read_fleet_file(path: Path, today: date) -> list[History]:
    """Read a file whole, or refuse it whole.

    Its columns are `date`, `metric` and `value`, and, if wanted, `platform`, `scope` and `kind`. Without a kind, a
    metric that is not built in is a level.

    Args:
        today: no day of the file may come later.

    Returns:
        One history a series, in the order of platforms, scopes and metrics.

    Raises:
        DataError: the file cannot be read, or rows in it cannot be true; names file, rows and mend.
    """
    faults = Faults()
    found: dict[Key, _Found] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            lacking = ", ".join(sorted(LONG - set(reader.fieldnames or [])))
            if lacking:
                raise DataError(
                    f"{path}, row 1: there is no column {lacking}",
                    "give the columns date, metric and value, a row per value, and if wanted platform, scope and kind",
                )
            refuse_columns(path, list(reader.fieldnames or []), LONG | BESIDES)
            _collect(reader, today, found, faults)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}", "check its name and its rights") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read: {error}", "give a CSV file in UTF-8 with a header row") from error
    for fault in (fault for key, one in found.items() for fault in _duplicates(key, one)):
        faults.append(fault)
    if faults:
        raise DataError(f"{path} was not read:{faults}", "correct these rows")
    if not found:
        raise DataError(f"{path} holds no values", "give at least one row below the header")
    known = MetricCatalogue()
    return [_history(key, found[key], known) for key in sorted(found)]


def _collect(reader: "csv.DictReader[str]", today: date, found: dict[Key, _Found], faults: Faults) -> None:
    for fields in reader:
        try:
            _take(fields, reader.line_num, today, found)
        except FieldError as error:
            faults.append(error.of_row(reader.line_num))


def _take(fields: dict[str | Any, str | Any], row: int, today: date, found: dict[Key, _Found]) -> None:
    if None in fields or None in fields.values():
        raise FieldError("it has not as many fields as the header")
    day, name = day_of(fields["date"], today), name_of(ALIASES.get(fields["metric"], fields["metric"]))
    number = number_of(name, fields["value"])
    if number is None:
        return
    kind = fields.get("kind") or ""
    if kind and kind not in set(Kind):
        raise FieldError(f"'{kind}' is no kind (write {', '.join(Kind)})")
    key = (fields.get("platform") or "", fields.get("scope") or str(PLATFORM), name)
    one = found.setdefault(key, _Found(kind, row))
    if one.kind != kind:
        raise FieldError(f"{name} is of the kind '{kind}' here and '{one.kind}' in row {one.row}")
    one.days.append(day.toordinal())
    one.values.append(number)
    one.rows.append(row)


def _duplicates(key: Key, one: _Found) -> Iterator[str]:
    """The days that stand there twice."""
    days = np.array(one.days)
    order = np.argsort(days, kind="stable")
    for at in np.flatnonzero(np.diff(days[order]) == 0):
        first, again = order[at], order[at + 1]
        day = date.fromordinal(one.days[first])
        yield f"row {one.rows[again]}: {key[2]} of {day} stands in row {one.rows[first]} already"


def _history(key: Key, one: _Found, known: MetricCatalogue) -> History:
    platform, scope, name = key
    built_in = {metric.name: metric for metric in known}
    metric = built_in.get(name) if not one.kind else None
    days = np.array(one.days)
    values = np.full(int(np.ptp(days)) + 1, np.nan)
    values[days - days.min()] = one.values
    return History(
        metric or Metric(name, Kind(one.kind or Kind.LEVEL), name, name.replace("_", " ").capitalize()),
        Scope.parse(scope),
        platform,
        date.fromordinal(int(days.min())),
        values,
        np.where(np.isnan(values), MISSING, OBSERVED).astype(np.int8),
    )
