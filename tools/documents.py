"""Writes the field tables of docs/reference/documents.md anew, from the types in `outgrow.documents`.

    python tools/documents.py

A table stands between `<!-- fields: NAME -->` and `<!-- end -->`. NAME is that of a document, with what is only in it,
or `shared`: what is in several.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias, get_args, get_type_hints, is_typeddict

from outgrow.documents import shared
from outgrow.documents.schemas import DOCUMENTS, bases_of, described, own_described, schema_of

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "documents.md"
PLACES = re.compile(r"(<!-- fields: (\w+) -->\n).*?(<!-- end -->)", re.S)
SHARED = "shared"
Hint: TypeAlias = Any
"""A document's type, or what stands under one of its keys."""
HEADINGS = {SHARED: "parts-of-several-documents", "drivers": "outgrow-explain", "scenarios": "outgrow-whatif"}
"""Where the tables stand that have no heading of their own name."""
FORMATS = {"date": "day", "month": "month", "decimal": "money"}
PLAIN = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text", "null": "null"}
MOST_WORDS = 5
"""A list of more words is told elsewhere."""


def inside(hint: Hint) -> Iterator[Any]:
    """The documents' types that a type holds itself, in order."""
    if is_typeddict(hint):
        yield hint
    else:
        for held in get_args(hint):
            yield from inside(held)


def held_by(roots: Iterable[Any]) -> dict[Any, list[str]]:
    """All types in documents, outer ones first, with the keys under which they stand; roots stand under none."""
    found: dict[Any, list[str]] = {}

    def walk(kind: Hint, under: str | None) -> None:
        known = kind in found
        keys = found.setdefault(kind, [])
        if under is not None and under not in keys:
            keys.append(under)
        if not known:
            for key, hint in get_type_hints(kind).items():
                for held in inside(hint):
                    walk(held, key)

    for root in roots:
        walk(root, None)
    return found


def homes() -> dict[Any, str]:
    """The document in which a type is described: its own, or the first that it is a part of."""
    found = {kind: SHARED for kind in vars(shared).values() if is_typeddict(kind)}
    for name, document in DOCUMENTS.items():
        found = {**dict.fromkeys(inside(document), name), **found}
    for name, document in DOCUMENTS.items():
        for kind in held_by(inside(document)):
            for each in (kind, *bases_of(kind)):
                found.setdefault(each, name)
    return found


HOMES = homes()
BY_NAME = {kind.__name__: home for kind, home in HOMES.items()}


def anchor(home: str) -> str:
    """Where a document is described on the page."""
    return "#" + HEADINGS.get(home, f"outgrow-{home}")


def type_words(prop: dict[str, Any], home: str) -> str:
    """What stands under a key, in words."""
    words = FORMATS.get(prop.get("format", ""), PLAIN.get(prop.get("type", ""), ""))
    if "anyOf" in prop:
        words = " or ".join(dict.fromkeys(type_words(each, home) for each in prop["anyOf"]))
    elif "$ref" in prop:
        place = BY_NAME[prop["$ref"].rpartition("/")[2]]
        words = "object" if place == home else f"[object]({anchor(place)})"
    elif "const" in prop:
        words = f"`{json.dumps(prop['const'])}`".replace('"', "")
    elif len(prop.get("enum", [None] * 9)) <= MOST_WORDS:
        words = ", ".join(f"`{word}`" for word in prop["enum"])
    elif prop["type"] == "array":
        words = f"list: {type_words(prop['items'], home)}"
    elif prop["type"] == "object":
        words = f"by key: {type_words(prop['additionalProperties'], home)}"
    return words


def meaning(text: str, home: str) -> str:
    """A description with its links."""

    def command(found: re.Match[str]) -> str:
        return found[0] if anchor(found[1]) == anchor(home) else f"[{found[0]}]({anchor(found[1])})"

    text = re.sub(r"\b([a-z]+\.md)(#[\w-]+)?", lambda found: f"[{found[1]}]({found[0]})", text)
    return re.sub(r"`outgrow (\w+)`", command, text)


def keys_of(kind: Hint, home: str) -> list[str]:
    """The keys that are told of a type: those of bases that are described elsewhere are not."""
    first, last = list[str](), list[str]()
    for base in bases_of(kind):
        if HOMES[base] == home:
            sometimes = base.__name__.startswith("_") or not base.__total__
            (last if sometimes else first).extend(keys_of(base, home))
    return [*first, *own_described(kind), *last]


def table(kind: Hint, under: list[str], schema: dict[str, Any], home: str) -> str:
    """One type's table, with what it is above it where it stands under a key."""
    own = schema.get("$defs", {}).get(kind.__name__, schema)
    of = f" of {' and '.join(f'`{key}`' for key in under)}" if under else ""
    lines = [f"{kind.__doc__}\n", f"| field{of} | type | meaning |", "| --- | --- | --- |"]
    texts = described(kind)
    for key in keys_of(kind, home):
        words = type_words(own["properties"][key], home)
        sometimes = "" if key in own["required"] else ", or not there"
        lines.append(f"| `{key}` | {words}{sometimes} | {meaning(texts[key], home)} |")
    elsewhere = [HOMES[base] for base in bases_of(kind) if HOMES[base] != home]
    lines += [f"\nAnd all fields of [`outgrow {place}`]({anchor(place)})." for place in elsewhere]
    return "\n".join(lines)


def tables(name: str) -> str:
    """All tables of a document, or of what is in several."""
    if name == SHARED:
        everywhere = held_by(root for document in DOCUMENTS.values() for root in inside(document))
        schemas = [schema_of(each) for each in DOCUMENTS]
        return "\n\n".join(
            table(kind, under, next(s for s in schemas if kind.__name__ in s.get("$defs", {})), name)
            for kind, under in everywhere.items()
            if HOMES[kind] == SHARED
        )
    found = held_by(inside(DOCUMENTS[name]))
    schema = schema_of(name)
    return "\n\n".join(table(kind, under, schema, name) for kind, under in found.items() if HOMES[kind] == name)


def written(page: str) -> str:
    """The page with all its tables anew."""
    return PLACES.sub(lambda found: f"{found[1]}\n{tables(found[2])}\n\n{found[3]}", page)


def main() -> int:
    """Write the page."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
