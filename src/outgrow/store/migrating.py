"""The transaction that our tables are made and changed in: one at a time, on an engine's connection or a caller's."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, func, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema

from outgrow.domain.errors import UsageError

_LOCK = 7_236_514_911
"""Key of the advisory lock under which PostgreSQL lets one migration run at a time."""


def mapped_schema(connection: Connection) -> str | None:
    """Where a connection looks for tables whose schema is not named, by its `schema_translate_map`."""
    names = connection.get_execution_options().get("schema_translate_map") or {}
    return names.get(None)


@contextmanager
def migrating(bind: Engine | Connection) -> Iterator[Connection]:
    """A connection in one transaction, in which nobody else migrates.

    An engine's is committed at the end. A connection's is the caller's: it is left open, unless each of its
    statements is committed by itself anyway.
    """
    if isinstance(bind, Connection):
        with _caller_s_transaction(bind):
            yield bind
        return
    with bind.connect() as connection:
        if connection.dialect.name == "postgresql":  # whatever the engine says: in AUTOCOMMIT no lock would hold
            connection.execution_options(isolation_level="READ COMMITTED")
        with connection.begin():
            if connection.dialect.name == "sqlite":
                if _in_transaction(connection):  # a host's own "begin" event began a deferred one
                    connection.exec_driver_sql("ROLLBACK")
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver would not begin one for DDL
            _wait_for_others(connection)
            with _in_mapped_schema(connection):
                yield connection


@contextmanager
def _caller_s_transaction(connection: Connection) -> Iterator[None]:
    if not connection.in_transaction():
        connection.begin()  # so that a host's own "begin" event is through
    driver = connection.connection.dbapi_connection
    assert driver is not None, "a connection that is in a transaction is open"  # noqa: S101
    commits_itself = connection.dialect.detect_autocommit_setting(driver)
    if connection.dialect.name == "sqlite":
        commits_itself = commits_itself and not _in_transaction(connection)
        if not _in_transaction(connection):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif commits_itself:
        connection.exec_driver_sql("BEGIN")
    try:
        _wait_for_others(connection)
        with _in_mapped_schema(connection):
            yield
    except BaseException:
        if commits_itself:
            connection.exec_driver_sql("ROLLBACK")
        raise
    if commits_itself:
        connection.exec_driver_sql("COMMIT")


def _in_transaction(connection: Connection) -> bool:
    """Whether SQLite's driver has begun a transaction, which SQLAlchemy's word for it does not tell."""
    return bool(connection.connection.driver_connection.in_transaction)  # type: ignore[union-attr]


def _wait_for_others(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


@contextmanager
def _in_mapped_schema(connection: Connection) -> Iterator[None]:
    schema = mapped_schema(connection)
    if schema is None:
        yield
        return
    with in_schema(connection, schema):
        yield


@contextmanager
def in_schema(connection: Connection, schema: str) -> Iterator[None]:
    """Whatever is made or looked for by its bare name alone is in this schema of PostgreSQL; it is made if missing.

    By the search path, because a map of schemas does not reach what migrations ask of the catalogue.

    Raises:
        UsageError: the database is another one than PostgreSQL, or the connection's map names another schema.
    """
    mapped = mapped_schema(connection)
    if mapped not in {None, schema}:
        raise UsageError(
            f"outgrow's tables cannot be in '{schema}' where the schema_translate_map says '{mapped}'",
            "name one of the two alone",
        )
    if connection.dialect.name != "postgresql":
        raise UsageError(
            f"outgrow's tables cannot be put into the schema '{schema}' of a {connection.dialect.name} database",
            "leave the schema out; only PostgreSQL's are known",
        )
    if not inspect(connection).has_schema(schema):
        connection.execute(CreateSchema(schema))
    before = connection.scalar(select(func.current_setting("search_path")))
    quoted = connection.dialect.identifier_preparer.quote_identifier(schema)
    _look_in(connection, quoted)
    try:
        yield
    except DBAPIError:  # which voids the transaction, and the path with it
        raise
    except BaseException:
        _look_in(connection, before)
        raise
    _look_in(connection, before)


def _look_in(connection: Connection, path: str | None) -> None:
    connection.execute(select(func.set_config("search_path", path, True)))
