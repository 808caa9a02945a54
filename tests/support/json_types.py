"""Documents as strict readers take them: no number that JSON does not know, and one type a field."""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

MAPPINGS = {"sizes", "paces", "growth_per_day", "amounts", "amounts_ahead", "width80", "probability_within", "limits"}
"""Objects whose keys are names or days, not fields: what stands in them is of one type too."""


def strictly(text: str) -> Any:
    """A document; words such as NaN and Infinity are none of JSON's."""

    def refuse(word: str) -> NoReturn:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


def types_of(document: Any) -> dict[str, set[str]]:
    """By field, over all rows of all lists, the types of what stands there; null is of any type."""
    found: dict[str, set[str]] = {}
    for path, value in _leaves(document, ""):
        if value is not None:
            found.setdefault(path, set()).add(type(value).__name__)
    return found


def mixed(document: Any) -> dict[str, set[str]]:
    """The fields that are of more than one type."""
    return {path: types for path, types in types_of(document).items() if len(types) > 1}


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, held in value.items():
            named = path.rpartition(".")[2] in MAPPINGS
            yield from _leaves(held, f"{path}.*" if named else f"{path}.{key}")
    elif isinstance(value, list):
        for held in value:
            yield from _leaves(held, f"{path}[]")
    else:
        yield path, value
