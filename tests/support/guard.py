"""Servers of the tests' own: each in a folder of its own, as an unprivileged user, and gone when the tests are.

A guard process owns the server and its folder; it waits for the end of its standard input, which comes when the tests
are done, interrupted or killed, and then stops the server and removes the folder.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LONGEST_SOCKET_PATH = 107
LONGEST_SOCKET_NAME = ".s.PGSQL.54321"
MEMORY = Path("/dev/shm")
ROOM = 10**9
"""Bytes that have to be free in memory; a server takes about a tenth."""


@contextmanager
def home_of_a_server(name: str) -> Iterator[Path]:
    """A folder that the server's user owns, without a trace at the end."""
    home = Path(tempfile.mkdtemp(prefix=f"outgrow-{name}-", dir=_parent()))
    try:
        owner = unprivileged()
        if owner is not None:
            os.chown(home, owner.pw_uid, owner.pw_gid)
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def unprivileged() -> pwd.struct_passwd | None:
    """Who runs the servers where the tests are run by root, whom they refuse; None where it is the tests' own user."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


@contextmanager
def guarded(script: str, home: Path, *arguments: str) -> Iterator[None]:
    """Run a shell script that starts a server in its home, says `ready`, reads a line, and stops it again."""
    owner = unprivileged()
    user: dict[str, Any] = {}
    if owner is not None:
        user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    guard = subprocess.Popen(
        ["/bin/sh", "-c", script, "guard", str(home), *arguments],
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
                raise RuntimeError(f"a server did not start:\n{(home / 'log').read_text()}")
            yield
    finally:
        guard.wait(timeout=60)


def _parent() -> Path:
    """Where a server's folder may be: in memory if there is room, else in the temporary directory.

    Each new database is some 300 files: on a disk they take ten times as long.
    """
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM and _suits(MEMORY):
        return MEMORY
    for folder in (Path(tempfile.gettempdir()), Path("/tmp")):
        if _suits(folder):
            return folder
    raise RuntimeError("the tests' servers need a temporary directory that every user may enter: set TMPDIR to one")


def _suits(folder: Path) -> bool:
    socket = folder / "outgrow-pgbouncer-12345678" / LONGEST_SOCKET_NAME
    if os.geteuid() != 0:
        return os.access(folder, os.W_OK) and len(str(socket)) <= LONGEST_SOCKET_PATH
    enterable = all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents))
    runnable = not os.statvfs(folder).f_flag & os.ST_NOEXEC  # it is going to hold programs, too
    return enterable and runnable and len(str(socket)) <= LONGEST_SOCKET_PATH
