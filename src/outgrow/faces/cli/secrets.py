"""What must not be shown: the secrets of every address that this run was given, hidden in whatever is told of errors.

Nothing of ours prints an address but by `presentable`. What others say does: the command line's own library quotes a
word that stands in the wrong place, and a traceback repeats what drivers and libraries said.
"""

import os
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from outgrow.domain.text import without_controls

_ADDRESS = re.compile(r"[A-Za-z][\w+]*://.*", re.DOTALL)
_PASSWORD = re.compile(r"passw(or)?d\s*=", re.IGNORECASE)
_OPTION = re.compile(r"--[\w-]+=")
_FILE = "outgrow.toml"


def hidden(text: str) -> str:
    """A text without the secrets of this run: for what goes to standard output and was not written by us."""
    from outgrow.domain.address import without_secrets

    return without_secrets(text, _secrets())


def tell_traceback(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """What Python calls for an error that ends it: tells the traceback without secrets, and without controls."""
    sys.stderr.write(without_controls(hidden("".join(traceback.format_exception(kind, error, where)))))


@contextmanager
def secrets_hidden() -> Iterator[None]:
    """As long as it lasts, no secret of this run's addresses comes to standard error."""
    secrets, stream = _secrets(), sys.stderr
    if not secrets:
        yield
        return
    masked: Any = _Masked(stream, secrets)
    sys.stderr = masked
    try:
        yield
    finally:
        sys.stderr = stream


class _Masked:
    """A stream that hides secrets in what is written to it; everything else is the stream's own."""

    def __init__(self, stream: TextIO, secrets: frozenset[str]) -> None:
        self._stream, self._secrets = stream, secrets

    def write(self, text: str) -> int:
        from outgrow.domain.address import without_secrets

        self._stream.write(without_secrets(text, self._secrets))
        return len(text)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        if name == "buffer":  # bytes would pass by
            raise AttributeError(name)
        return getattr(self._stream, name)


def _secrets() -> frozenset[str]:
    """The secrets of all addresses on the line, in the variables and in the settings file."""
    given = [_OPTION.sub("", word, count=1) if word.startswith("--") else word for word in sys.argv[1:]]
    given += [value for name, value in os.environ.items() if name.upper().startswith("OUTGROW_")]
    found = [address for text in (*given, *_settings()) if (address := _address_in(text))]
    if not found:
        return frozenset()
    from outgrow.domain.address import secrets_of

    return frozenset().union(*map(secrets_of, found))


def _address_in(text: str) -> str | None:
    """What a text has of an address, well written or not."""
    if match := _ADDRESS.search(text):
        return match[0]
    before, _, _ = text.rpartition("@")  # its beginning may be misspelt; `pro:40@2026-05-01` has no slash
    return text if (":" in before and "/" in text) or _PASSWORD.search(text) else None


def _settings() -> list[str]:
    """The texts in the settings file, read however damaged it is."""
    words = sys.argv[1:]
    named = [word.partition("=")[2] for word in words if word.startswith("--config=")]
    named += [after for word, after in pairwise(words) if word == "--config"]
    try:
        text = Path(named[-1] if named else _FILE).read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return []
    if _address_in(text) is None:
        return []
    import tomllib

    try:
        return list(_texts(tomllib.loads(text).values()))
    except (ValueError, RecursionError):
        return [line.rstrip(" \t\"',]}") for line in text.splitlines()]


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from _texts(value.values())
        elif isinstance(value, list):
            yield from _texts(value)
