"""Where in a TOML file something stands: the line of a key."""

import re
from collections.abc import Mapping, Sequence

Keys = tuple[str | int, ...]
"""Where something stands: names of tables and keys, and places in lists."""

_HEADER = re.compile(r"\s*(\[{1,2})([^\[\]]+)\]")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w.-])+)\s*=""")
_NAME = re.compile(r""""([^"]*)"|'([^']*)'|([\w-]+)""")


def line_of(document: str, keys: Keys) -> int | None:
    """The line of a key in a TOML file, or of the innermost table around it that is there; None without either."""
    table: Keys = ()
    seen: dict[Keys, int] = {}
    best, depth = None, 0
    for at, line in enumerate(document.splitlines(), 1):
        if header := _HEADER.match(line):
            *outer, last = _names(header[2])
            table = (*_within(outer, seen), last)
            if header[1] == "[[":
                seen[table] = seen.get(table, -1) + 1
                table = (*table, seen[table])
            found = table
        elif start := _KEY.match(line):
            found = (*table, *_names(start[1]))
        else:
            continue
        if len(found) > depth and found == keys[: len(found)]:
            best, depth = at, len(found)
    return best


def _within(names: Sequence[str], seen: Mapping[Keys, int]) -> Keys:
    """The table of these names, in the newest table of each list among them."""
    table: Keys = ()
    for each in names:
        table = (*table, each)
        table = (*table, seen[table]) if table in seen else table
    return table


def _names(dotted: str) -> list[str]:
    return ["".join(found.groups("")) for found in _NAME.finditer(dotted)]
