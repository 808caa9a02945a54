"""A file of daily values: CSV, either a column per metric or a row per value.

It is read in blocks, and only days, values and rows are kept, as arrays: some 20 bytes a value, however it is written.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.errors import DataError
from outgrow.domain.given import FileSeries
from outgrow.domain.metric import ALIASES, PLATFORM, Scope
from outgrow.sources.files.fields import Faults, FieldError, day_of, name_of, number_of, scope_of, unit_of

LONG = {"date", "metric", "value"}
"""The columns by which a file with a row per value is known."""
BESIDES = {"scope", "unit"}
"""Those that it may have, too."""
CELLS = 2_000
"""Fields that are looked at together: few enough that they are gone before the garbage collector counts them again."""
EPOCH = date(1970, 1, 1).toordinal()
_BREAK = re.compile("\r\n|\r|\n")
"""A break within a field."""

Fields = list[str]
Numbers = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Heading:
    """What a value is of, as the file says it.

    Attributes:
        name: as it is written, which may be the metric's short name.
        unit: empty where the file says none.
    """

    name: str
    scope: Scope = PLATFORM
    unit: str = ""

    @property
    def metric(self) -> str:
        """The metric's own name."""
        return ALIASES.get(self.name, self.name)


def read_snapshot_file(path: Path, today: date, platform: str) -> list[FileSeries]:
    """Read a file whole, or refuse it whole.

    A file with the columns `date`, `metric`, `value` (and, if wanted, `scope` and `unit`) holds a value a row; any
    other file needs `date` and holds a metric in each further column, where an empty field is an unknown value.

    Args:
        today: no day of the file may come later.
        platform: the code of the platform whose file it is.

    Returns:
        One series a metric and scope, in the order of their names.

    Raises:
        DataError: the file cannot be read, or rows in it cannot be true; names file, rows and mend.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            found = _read(path, file, today, platform)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}", "check its name and its rights") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read: {error}", "give a CSV file in UTF-8 with a header row") from error
    series = list(found.series())
    if found.faults:
        raise DataError(f"{path} was not imported:{found.faults}", "correct these rows; nothing was stored")
    if not series:
        raise DataError(f"{path} holds no values", "give at least one row below the header")
    return series


def refuse_columns(path: Path, columns: Fields, known: set[str]) -> None:
    """See that a file with a row per value has no column that would be ignored.

    Raises:
        DataError: it has one; two hosts would become one series.
    """
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise DataError(
            f"{path}, row 1: the column '{unknown[0]}' is not known in a file with a row per value",
            f"take it out, or, if it tells series apart, put it into the column scope, such as {_example(unknown[0])}; "
            f"known are {', '.join(sorted(known))}",
        )


def _example(column: str) -> str:
    name = column.strip().lower()
    return f"{name}:web-a" if name.isidentifier() and name.isascii() else "host:web-a"


def _check_columns(path: Path, columns: Fields) -> None:
    if "date" not in columns:
        raise DataError(f"{path}, row 1: there is no column 'date'", "name the column that holds the days 'date'")
    if len(set(columns)) < len(columns):
        double = next(name for name in columns if columns.count(name) > 1)
        raise DataError(f"{path}, row 1: the column '{double}' stands there twice", "rename or remove one of them")
    if set(columns) >= LONG:
        refuse_columns(path, columns, LONG | BESIDES)
    else:
        _check_metrics(path, [name for name in columns if name != "date"])


def _check_metrics(path: Path, names: Fields) -> None:
    if not names:
        raise DataError(f"{path}, row 1: there is no metric besides 'date'", "add a column for each metric")
    written: dict[str, str] = {}
    for name in names:
        if name in LONG | BESIDES - {"value"}:
            raise DataError(
                f"{path}, row 1: the column '{name}' is known only in a file with a row per value",
                "give the columns date, metric and value, or take it out",
            )
        try:
            metric = Heading(name_of(name)).metric
        except FieldError as error:
            raise DataError(f"{path}, {error.of_row(1)}", "rename the column, or take it out") from None
        if metric in written:
            raise DataError(
                f"{path}, row 1: the columns '{written[metric]}' and '{name}' are the same metric, {metric}",
                "take one of them out, or rename the one that is another metric",
            )
        written[metric] = name


def _read(path: Path, file: TextIO, today: date, platform: str) -> "_Found":
    reader = csv.reader(file, strict=True)
    columns = next(reader, [])
    _check_columns(path, columns)
    found = _Found(columns, today, platform)
    size = max(CELLS // len(columns), 1)
    while True:
        before = reader.line_num
        block = list(islice(reader, size))
        if not block:
            return found
        lines = _lines(before, block, reader.line_num)
        if not found.take_columns(lines, block):
            found.take_rows(lines, block)


def _lines(before: int, block: list[Fields], last: int) -> Sequence[int]:
    """The line that each row of a block ends on; to be asked of the reader for each row would take half its time."""
    if last - before == len(block):
        return range(before + 1, last + 1)
    return list(accumulate((1 + sum(len(_BREAK.findall(f)) for f in fields) for fields in block), initial=before))[1:]


class _Days(dict[str, int]):
    """Fields as days since 1970, each parsed once."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today

    def __missing__(self, text: str) -> int:
        self[text] = day_of(text, self._today).toordinal() - EPOCH
        return self[text]


class _Headings(dict[tuple[str, str, str], int]):
    """Name, scope and unit, as they are written, as a number in `known`, each parsed once."""

    def __init__(self, platform: str) -> None:
        super().__init__()
        self.known: list[Heading] = []
        self._platform = platform

    def __missing__(self, written: tuple[str, str, str]) -> int:
        name, scope, unit = written
        self.known.append(Heading(name_of(name), scope_of(scope, self._platform), unit_of(unit)))
        self[written] = len(self.known) - 1
        return self[written]


class _Found:
    """What was read of a file so far."""

    def __init__(self, columns: Fields, today: date, platform: str) -> None:
        self.faults = Faults()
        self._columns = columns
        self._at = {name: at for at, name in enumerate(columns)}
        self._metrics = [(name, "", "") for name in columns if name != "date"]
        self._long = set(columns) >= LONG
        self._days, self._headings = _Days(today), _Headings(platform)
        self._parts: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], NDArray[np.int64]]] = []

    def take_columns(self, lines: Sequence[int], block: list[Fields]) -> bool:
        """Take a block of rows at once; False, and nothing is taken, where anything in it wants a closer look."""
        if set(map(len, block)) != {len(self._columns)}:
            return False
        dates, keys, texts = self._cells(block)
        try:
            values = _numbers(texts)
            heads = np.fromiter(map(self._headings.__getitem__, keys), np.int32, len(keys))
            days = np.fromiter(map(self._days.__getitem__, dates), np.int32, len(block))
        except ValueError:
            return False
        known = ~np.isnan(values)
        if len(texts) - known.sum() != texts.count("") or not ((values[known] >= 0) & np.isfinite(values[known])).all():
            return False
        each = len(texts) // len(block)
        self._parts.append(
            (heads[known], np.repeat(days, each)[known], values[known], np.repeat(np.array(lines), each)[known])
        )
        return True

    def take_rows(self, lines: Sequence[int], block: list[Fields]) -> None:
        """Take a block row by row, so that each fault is told with its row."""
        taken: list[tuple[int, int, float, int]] = []
        for row, fields in zip(lines, block, strict=True):
            if not fields:  # an empty line
                continue
            try:
                if len(fields) != len(self._columns):
                    raise FieldError("it has not as many fields as the header")
                (date_text,), keys, texts = self._cells([fields])
                day = self._days[date_text]
            except FieldError as error:
                self.faults.append(error.of_row(row))
                continue
            for key, text in zip(keys, texts, strict=True):
                try:
                    head, number = self._headings[key], number_of(key[0], text)
                except FieldError as error:
                    self.faults.append(error.of_row(row))
                    continue
                if number is not None:
                    taken.append((head, day, number, row))
        if taken:
            heads, days, values, rows = zip(*taken, strict=True)
            part = np.array(heads, np.int32), np.array(days, np.int32), np.array(values), np.array(rows)
            self._parts.append(part)

    def _cells(self, block: list[Fields]) -> tuple[Sequence[str], list[tuple[str, str, str]], Sequence[str]]:
        """The dates of some rows; and, a row after the other, what each value is of, and its text."""
        columns = list(zip(*block, strict=True))
        at = self._at["date"]
        if not self._long:
            texts = list(chain.from_iterable(zip(*columns[:at], *columns[at + 1 :], strict=True)))
            return columns[at], self._metrics * len(block), texts
        nothing = ("",) * len(block)
        named = (columns[self._at[name]] if name in self._at else nothing for name in ("metric", "scope", "unit"))
        return columns[at], list(zip(*named, strict=True)), columns[self._at["value"]]

    def series(self) -> Iterator[FileSeries]:
        """The series, in their order; what cannot be true of them together becomes faults."""
        if not self._parts:
            return
        heads, days, values, rows = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        self._parts.clear()
        known = self._headings.known
        keys = sorted({(head.metric, str(head.scope)) for head in known})
        number = {key: at for at, key in enumerate(keys)}
        series = np.array([number[head.metric, str(head.scope)] for head in known])[heads]
        order = np.lexsort((days, series))
        heads, days, values, rows, series = (part[order] for part in (heads, days, values, rows, series))
        self._find_doubles(heads, days, rows, series)
        units = self._find_units(heads, rows)
        ends = np.flatnonzero(np.diff(series, append=-1)) + 1
        for begin, end in zip([0, *ends], ends, strict=False):
            head = known[heads[begin]]
            at = slice(begin, end)
            dates = days[at].astype("datetime64[D]")
            yield FileSeries(head.metric, head.scope, units[head.metric], dates, values[at], rows[at])

    def _find_doubles(self, heads: Numbers, days: Numbers, rows: Numbers, series: Numbers) -> None:
        """Days that stand there twice, be it under two names."""
        again = np.flatnonzero((np.diff(days) == 0) & (np.diff(series) == 0)) + 1
        for at in again[np.argsort(rows[again], kind="stable")]:
            first, second = (self._headings.known[heads[i]].name for i in (at - 1, at))
            other = "" if first == second else f" as {first}, which is the same metric"
            day = date.fromordinal(int(days[at]) + EPOCH)
            self.faults.append(f"row {rows[at]}: {second} of {day} stands in row {rows[at - 1]} already{other}")

    def _find_units(self, heads: Numbers, rows: Numbers) -> dict[str, str]:
        """The unit of each metric; where it changes inside one, that is a fault."""
        first = {int(head): int(row) for head, row in zip(*_first_rows(heads, rows), strict=True)}
        units: dict[str, tuple[str, int]] = {}
        for head, row in sorted(first.items(), key=lambda item: item[1]):
            heading = self._headings.known[head]
            unit, since = units.setdefault(heading.metric, (heading.unit, row))
            if heading.unit != unit:
                self.faults.append(
                    f"row {row}: {heading.name} is in '{heading.unit}' here and in '{unit}' in row {since}"
                )
        return {metric: unit for metric, (unit, _) in units.items()}


def _numbers(texts: Sequence[str]) -> NDArray[np.float64]:
    """Fields as numbers, those that are empty as NaN."""
    if "" in texts:
        return np.array([float(text) if text else np.nan for text in texts])
    return np.fromiter(map(float, texts), np.float64, len(texts))


def _first_rows(heads: Numbers, rows: Numbers) -> tuple[Numbers, Numbers]:
    """Each heading that has values, and the first row that it stands in."""
    order = np.lexsort((rows, heads))
    found, at = np.unique(heads[order], return_index=True)
    return found, rows[order][at]
