"""A real pgbouncer before the tests' PostgreSQL, in transaction mode: each transaction may get another connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.guard import guarded, home_of_a_server
from tests.support.postgres import PORT, PostgresServer
from tools.components import find

SETTINGS = """
[databases]
* = host={server} port={port} user=postgres

[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {home}
auth_type = any
pool_mode = transaction
default_pool_size = 4
logfile = {home}/log
"""

GUARD = """
home=$1 program=$2
trap '' INT TERM HUP
"$program" -q settings.ini </dev/null >>log 2>&1 &
server=$!
while kill -0 $server 2>/dev/null && ! [ -S .s.PGSQL.* ]; do sleep 0.02; done
kill -0 $server 2>/dev/null && echo ready || echo failed
read -r _
kill -TERM $server 2>/dev/null || kill -KILL $server 2>/dev/null
wait $server
cd / && rm -rf "$home"
"""


@contextmanager
def running_pgbouncer(server: PostgresServer) -> Iterator[Path]:
    """The folder of its socket, which bears the same port as the server's: no port is taken on the network."""
    program = find("pgbouncer")
    if program is None:
        raise RuntimeError("pgbouncer is not installed: `make components` installs it where it may")
    with home_of_a_server("pgbouncer") as home:
        settings = home / "settings.ini"
        settings.write_text(SETTINGS.format(server=server.home, port=PORT, home=home))
        settings.chmod(0o644)
        with guarded(GUARD, home, str(program)):
            yield home
