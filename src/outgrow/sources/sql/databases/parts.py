"""A long table in short parts: no statement of ours stands in the way of the platform's own for long.

While a statement runs, nobody may change the definition of the tables that it reads, and whoever asks for one of them
after that waits behind the change. So where a table has a key to cut it by, it is read in parts, each as long as the
one before says that a part may be.
"""

import re
from collections.abc import Callable, Iterator
from time import monotonic
from typing import NamedTuple

from outgrow.sources.sql.faults import TooLongError

_NAME = r'(?:"(?:[^"]|"")+"|`[^`]+`|\[[^\]]+\]|\w+)'
_FIRST = re.compile(
    rf"\s*(?P<table>{_NAME}(?:\.{_NAME})*)"
    rf"(?:\s+(?:AS\s+)?(?P<alias>(?!(?:LEFT|INNER|CROSS|JOIN|RIGHT|FULL|NATURAL|STRAIGHT_JOIN|USE|FORCE|TABLESAMPLE)\b){_NAME}))?"
    r"\s*(?P<more>(?:(?:LEFT|INNER|CROSS)\s+(?:OUTER\s+)?)?JOIN\b.*)?",
    re.IGNORECASE | re.DOTALL,
)
_TWISTED = re.compile(r"\b(?:RIGHT|FULL|NATURAL)\b", re.IGNORECASE)
FIRST_WIDTH = 50_000
"""Keys of the first part; most tables are no longer."""
FEWER = 4
"""By how much a part is wider than the one before at the most, and narrower where it took too long."""


class FirstTable(NamedTuple):
    """The table that a FROM clause begins with.

    Attributes:
        name: as it is written, with its schema.
        alias: by which its columns are named.
    """

    name: str
    alias: str

    @property
    def names(self) -> list[str]:
        """Schema, if it says one, and table, without quotes."""
        return [re.sub(r'^["`\[]|["`\]]$', "", part) for part in re.findall(_NAME, self.name)]


class KeyRange(NamedTuple):
    """What a table can be cut by.

    Attributes:
        column: an SQL expression of whole numbers that an index leads with.
        least, most: the range of its values.
    """

    column: str
    least: int
    most: int


def first_table(from_clause: str) -> FirstTable | None:
    """The table of which every row of a FROM clause has one row; None where that is not plain to see."""
    found = _FIRST.fullmatch(from_clause.strip())
    if found is None or _TWISTED.search(found["more"] or ""):
        return None
    return FirstTable(found["table"], found["alias"] or found["table"])


def in_parts(keys: KeyRange, seconds: float, ask: Callable[[str], None]) -> Iterator[float]:
    """Ask about one range of keys after another, each as wide as may be; gives the share that is done after each.

    Args:
        seconds: that a part should take.
        ask: is given a condition on the rows; where it takes too long it says so, and is asked about fewer.

    Raises:
        TooLongError: a single key takes too long.
    """
    begin, width = keys.least, FIRST_WIDTH
    while begin <= keys.most:
        end = min(begin + width, keys.most + 1)
        started = monotonic()
        try:
            ask(f"{keys.column} >= {begin} AND {keys.column} < {end}")
        except TooLongError:
            if width == 1:
                raise
            width = max(1, width // FEWER)
            continue
        took = max(monotonic() - started, 1e-3)
        width = max(1, min(FEWER * width, int(width * seconds / took)))
        begin = end
        yield (end - keys.least) / (keys.most + 1 - keys.least)
