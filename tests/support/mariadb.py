"""A real MariaDB for the tests, from Debian's package: a server of their own, without a network."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pymysql
from tests.support.guard import guarded, home_of_a_server
from tools.components import find

SOCKET = "s"
SETTINGS = (
    "--skip-networking",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=16M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--character-set-server=utf8mb4",
    # Nobody's zone: whatever forgets to say which zone it means gets another day than expected.
    "--default-time-zone=+12:45",
    "--performance-schema=OFF",
)

GUARD = """
home=$1 install=$2 program=$3; shift 3
trap '' INT TERM HUP
{
    "$install" --no-defaults --datadir="$home/data" --auth-root-authentication-method=normal --skip-test-db \
        --force </dev/null &&
    "$program" --no-defaults --datadir="$home/data" --socket="$home/s" --pid-file="$home/pid" "$@" </dev/null &
} >log 2>&1
server=$!
tries=0
while kill -0 $server 2>/dev/null && ! [ -S "$home/s" ] && [ $tries -lt 1500 ]; do sleep 0.02; tries=$((tries+1)); done
[ -S "$home/s" ] && echo ready || echo failed
read -r _
kill -TERM "$(cat "$home/pid")" 2>/dev/null || kill -KILL $server 2>/dev/null
wait $server
cd / && rm -rf "$home"
"""


@dataclass
class MariadbServer:
    """A running server; its socket is in `home`."""

    home: Path
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The SQLAlchemy address of a new, empty database, which is dropped at the end."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield self.address(name)
        finally:
            self.execute(f"DROP DATABASE {name}")

    def address(self, database: str, user: str = "root") -> str:
        """Of one of its databases."""
        return f"mysql+pymysql://{user}@localhost/{database}?unix_socket={self.home / SOCKET}"

    def execute(self, *statements: str) -> None:
        """As its administrator."""
        with pymysql.connect(unix_socket=str(self.home / SOCKET), user="root", autocommit=True) as connection:
            for statement in statements:
                connection.cursor().execute(statement)


@contextmanager
def running_mariadb() -> Iterator[MariadbServer]:
    """A server of its own, from nothing; gone without a trace at the end."""
    install, program = find("mariadb-install-db"), find("mariadbd")
    if install is None or program is None:
        raise RuntimeError("mariadbd is not installed: `make components` installs it where it may")
    with (
        home_of_a_server("mariadb") as home,
        guarded(GUARD, home, str(install), str(program), *SETTINGS),
    ):
        yield MariadbServer(home)
