"""Says how long a database was waited for that others kept locked: nobody but the caller chose the time-out."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

from outgrow.domain.errors import DatabaseError
from outgrow.store.dialects.dialect import says_locked


@contextmanager
def waiting() -> Iterator[None]:
    """Around the statements that wait for other writers.

    Raises:
        DatabaseError: they did not finish within the connection's own time-out.
    """
    began = time.monotonic()
    try:
        yield
    except OperationalError as error:
        if not says_locked(str(error.orig)):
            raise
        raise DatabaseError(
            f"the database was locked by another writer: it was waited for {time.monotonic() - began:.1f} seconds",
            "nothing was stored; try again, or let the connection wait longer (SQLite: connect_args={'timeout': 60})",
        ) from error
