"""Makes a source of an open engine and what is declared."""

from collections.abc import Callable, Mapping

from sqlalchemy import Engine

from outgrow.domain.errors import ConfigurationError
from outgrow.domain.platform import DEFAULT_PLATFORM, SourcePlatform
from outgrow.sources.registry import SourceRequest
from outgrow.sources.sql.databases.database import Database, Patience
from outgrow.sources.sql.declaration import SqlDeclaration, SqlRules
from outgrow.sources.sql.families import FamilyDatabase
from outgrow.sources.sql.source import SqlSource
from outgrow.sources.sql.tenancy import members
from outgrow.sources.sql.tenant_source import SqlTenantSource

DECLARED = "declared"
"""The option that holds what is declared."""


def make_source(request: SourceRequest) -> SqlSource:
    """In the engine that was opened for reading; for the registry.

    Raises:
        ConfigurationError: no engine was given, nothing is declared, or the database is none that can be asked.
    """
    declared, engine = request.options.get(DECLARED), request.connection
    if not isinstance(engine, Engine):
        raise ConfigurationError(
            "a platform's own database is read through an SQLAlchemy engine, and none was given",
            "give it as the request's connection",
        )
    if not isinstance(declared, SqlDeclaration) or not declared.metrics:
        raise ConfigurationError(
            "the source of the kind 'sql' has no metrics",
            "declare what is to be counted as [[metrics]], see docs/reference/sql.md",
        )
    code = DEFAULT_PLATFORM if request.platform is None else str(request.platform)
    database, platform = open_database(engine, declared.rules), SourcePlatform(code, code, request.zone)
    scope = declared.scope
    if scope is None:
        return SqlSource(database, platform, declared)
    return SqlTenantSource(FamilyDatabase(database, lambda: members(database, scope)), platform, declared)


def open_database(engine: Engine, rules: SqlRules) -> Database:
    """A database to be asked.

    Raises:
        ConfigurationError: it is none that can be.
    """
    name = engine.dialect.name
    if name not in DATABASES:
        raise ConfigurationError(
            f"a platform in a {name} database cannot be asked", "use one in PostgreSQL, MariaDB, MySQL or SQLite"
        )
    return DATABASES[name](engine, Patience(rules.statement_seconds, rules.lock_seconds))


def _postgresql(engine: Engine, patience: Patience) -> Database:
    from outgrow.sources.sql.databases.postgresql import Postgresql

    return Postgresql(engine, patience)


def _mariadb(engine: Engine, patience: Patience) -> Database:
    from outgrow.sources.sql.databases.mariadb import Mariadb

    return Mariadb(engine, patience)


def _sqlite(engine: Engine, patience: Patience) -> Database:
    from outgrow.sources.sql.databases.sqlite import Sqlite

    return Sqlite(engine, patience)


DATABASES: Mapping[str, Callable[[Engine, Patience], Database]] = {
    "postgresql": _postgresql, "mysql": _mariadb, "mariadb": _mariadb, "sqlite": _sqlite,
}  # fmt: skip
"""By the name of SQLAlchemy's dialect: imported when it is first asked for."""
