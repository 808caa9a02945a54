"""Keeps a query that fails from taking what surrounds it down with it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session


@contextmanager
def savepoint(db: Session) -> Iterator[None]:
    """A savepoint, because on PostgreSQL one failed query would otherwise void the whole transaction.

    Where each statement is committed by itself (`isolation_level="AUTOCOMMIT"`), there is neither a transaction to be
    voided nor one to save a point of.
    """
    connection = db.connection()
    driver = connection.connection.dbapi_connection
    assert driver is not None, "a session's connection is open"  # noqa: S101
    if connection.dialect.detect_autocommit_setting(driver):
        yield
        return
    with db.begin_nested():
        yield
