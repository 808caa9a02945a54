"""Brings our tables into a database, and says what is wrong with those that are there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, inspect, select

from outgrow.domain.address import presentable
from outgrow.domain.errors import SchemaError
from outgrow.store.migrating import mapped_schema, migrating

PREFIX = "outgrow_"
"""What the names of all our tables begin with."""
VERSION_TABLE = "outgrow_alembic_version"
VERSIONS = Table(VERSION_TABLE, MetaData(), Column("version_num", String(32)))
HEAD = "0004"
"""The newest revision; a test holds it against the migrations."""

MIGRATIONS = Path(__file__).parent / "migrations"
_RUNNING = Lock()
"""Alembic keeps the migration that runs in names of its modules: one at a time in a process."""

MEND = "run `outgrow init` (or outgrow.create_schema) with a role that may create tables"


def upgrade(bind: Engine | Connection, revision: str = "head") -> None:
    """Bring our tables to a revision in one transaction; already there means nothing to do.

    Concurrent callers wait for each other. An upgrade that was cut off can be run again.
    """
    with migrating(bind) as connection:
        bring_up(connection, revision)


def bring_up(connection: Connection, revision: str = "head") -> None:
    """The same on a connection that is `migrating` already."""
    if _version(connection) != HEAD or revision != "head":
        _run(connection, "upgrade", revision)


def downgrade(bind: Engine | Connection, revision: str = "base") -> None:
    """Take our tables back to a revision; `base` removes them with everything in them."""
    with migrating(bind) as connection:
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
    names = inspect(connection).get_table_names(mapped_schema(connection))
    if any(name.startswith(PREFIX) and name != VERSION_TABLE for name in names):
        raise SchemaError(
            f"outgrow's tables in {where} have no version: a migration was interrupted",
            "run `outgrow init` again; it continues where it stopped and keeps what is stored",
        )
    raise SchemaError(f"there are no outgrow tables in {where}", MEND)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE, mapped_schema(connection)):
        return None
    return connection.scalar(select(VERSIONS.c.version_num))


def _known_revisions() -> set[str]:
    return {path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}


def _run(connection: Connection, direction: str, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    if _version(connection) not in {None, *_known_revisions()}:
        check_schema(connection)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    with _RUNNING, _inside_a_host_s_migration():
        (command.upgrade if direction == "upgrade" else command.downgrade)(config, revision)


@contextmanager
def _inside_a_host_s_migration() -> Iterator[None]:
    """Give a host's migration, if one is running, its `op` and `context` back: ours take these names over."""
    from alembic import context, op

    around = [running for module in (op, context) if (running := getattr(module, "_proxy", None)) is not None]
    try:
        yield
    finally:
        for running in around:
            running._install_proxy()  # as Alembic itself does when a migration begins
