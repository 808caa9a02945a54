"""Kinds of columns that our tables share."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Dialect, String, TypeDecorator
from sqlalchemy.exc import DontWrapMixin

from outgrow.domain.errors import DataError
from outgrow.store.names import check_length


class TooLongError(DataError, DontWrapMixin):
    """A name does not fit into its column. It reaches whoever stored it as it is, not inside an error of SQLAlchemy."""


class Name(TypeDecorator[str]):
    """A text by which things are told apart: one that is too long is refused, never cut.

    Databases would differ: SQLite keeps it whole, and PostgreSQL cuts it without a word where it is cast, so that two
    long names become one.

    Args:
        length: characters that fit.
        what: what it is, for the message.
    """

    impl = String
    cache_ok = True

    def __init__(self, length: int, what: str) -> None:
        super().__init__(length)
        self.length, self.what = length, what

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:  # noqa: ARG002
        """What is done to each value on its way into a statement: it is looked at and left as it is."""
        length, what = self.length, self.what

        def checked(value: str | None) -> str | None:
            check_length(value, length, what, TooLongError)
            return value

        return checked
