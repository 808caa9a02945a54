"""What keeps a question from being answered, and what is said of it."""

from collections.abc import Callable
from time import sleep
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from outgrow.domain.snapshot import shortened

T = TypeVar("T")
PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds after which a question is asked again that was cut off, as by a replica that had to go on."""


class QueryError(Exception):
    """A question that the database did not answer, by the question's own fault or because it was cut off.

    Args:
        reason: on one line, for whoever declared it.
        passing: whether the same question may be answered when it is asked again.
    """

    def __init__(self, reason: str, *, passing: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.passing = shortened(reason), passing


class TooLongError(QueryError):
    """It took longer than it might."""


def said_by(error: DBAPIError) -> str:
    """A driver's own words, without the statement and what only a developer reads."""
    orig = error.orig
    told = getattr(getattr(orig, "diag", None), "message_primary", None)
    if told is None and orig is not None and len(orig.args) > 1 and isinstance(orig.args[0], int):
        told = orig.args[1]
    return str(told or orig).strip()


def persistent(ask: Callable[[], T]) -> T:
    """The answer to a question, which is asked again where it was cut off.

    Raises:
        QueryError: it is the question's fault, or it was cut off each time.
    """
    for pause in PAUSES:
        try:
            return ask()
        except QueryError as error:
            if not error.passing:
                raise
            sleep(pause)
    return ask()
