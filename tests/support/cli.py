"""The command line as a user runs it, at a noon of one's own."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


class Told(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    def document(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Told]
