"""Brings our tables into a database, and says what is wrong with those that are there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from outgrow.domain.address import presentable
from outgrow.domain.errors import SchemaError

VERSION_TABLE = "outgrow_alembic_version"
HEAD = "0004"
"""The newest revision; a test holds it against the migrations."""

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_236_514_911
"""Key of the advisory lock under which PostgreSQL lets one migration run at a time."""

MEND = "run `outgrow init` (or outgrow.create_schema) with a role that may create tables"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring our tables to a revision in one transaction; already there means nothing to do.

    Concurrent callers wait for each other. An upgrade that was cut off can be run again.
    """
    with _migrating(engine) as connection:
        if _version(connection) == HEAD and revision == "head":
            return
        _run(connection, "upgrade", revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take our tables back to a revision; `base` removes them with everything in them."""
    with _migrating(engine) as connection:
        _run(connection, "downgrade", revision)


def check_schema(connection: Connection) -> None:
    """See that our tables are there and of this version.

    Raises:
        SchemaError: they are missing, older, newer, or an interrupted migration left them without a version.
    """
    version = _version(connection)
    if version == HEAD:
        return
    where = presentable(connection.engine.url.render_as_string(hide_password=False))
    if version is not None:
        newer = version not in _known_revisions()
        mend = "install the newer outgrow that made them" if newer else MEND
        age = "newer" if newer else "older"
        raise SchemaError(f"outgrow's tables in {where} are of version {version}, {age} than {HEAD}", mend)
    if any(n.startswith("outgrow_") and n != VERSION_TABLE for n in inspect(connection).get_table_names()):
        raise SchemaError(
            f"outgrow's tables in {where} have no version: a migration was interrupted",
            "run `outgrow init` again; it continues where it stopped and keeps what is stored",
        )
    raise SchemaError(f"there are no outgrow tables in {where}", MEND)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608


def _known_revisions() -> set[str]:
    return {path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "sqlite":
            driver = connection.connection.dbapi_connection
            if driver is not None and driver.in_transaction:  # a host's own "begin" event began a deferred one
                connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver would not begin one for DDL
        elif connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        yield connection


def _run(connection: Connection, direction: str, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    if _version(connection) not in {None, *_known_revisions()}:
        check_schema(connection)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    (command.upgrade if direction == "upgrade" else command.downgrade)(config, revision)
