"""Documents as their readers get them, held against what is promised of them."""

import json
from typing import Any

from tests.support.json_types import mixed, strictly

from outgrow.documents.schemas import adapter_of


def plain(document: object) -> Any:
    """A document after it was written and read."""
    return json.loads(json.dumps(document, allow_nan=False))


def conforming(name: str, text: str) -> Any:
    """The document in a text, which has every key of its type, no other, and under each what the type says.

    Args:
        name: a key of `DOCUMENTS`.
    """
    document = strictly(text)
    adapter_of(name).validate_json(text)
    assert mixed(document) == {}
    return document
