"""A connection that breaks off at a statement of one's own choice, as a server that restarts would do it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text


@dataclass
class Breaker:
    """Counts the statements and commits on one database, and ends the connection right before one of them.

    Attributes:
        at: the number of that statement, from 1 on; None lets all pass.
        seen: the statements so far.
    """

    database: str | None
    killer: Engine
    at: int | None = None
    seen: list[str] = field(default_factory=list)

    def statement(self, connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        self._sees(connection, statement)

    def commit(self, connection: Connection) -> None:
        self._sees(connection, "COMMIT")

    def _sees(self, connection: Connection, statement: str) -> None:
        if connection.engine.url.database != self.database or connection.engine is self.killer:
            return
        self.seen.append(statement)
        if len(self.seen) == self.at:
            end(self.killer, connection)


def end(killer: Engine, connection: Connection) -> None:
    """Let the server end a connection, and wait until it has."""
    driver: Any = connection.connection.dbapi_connection
    pid = driver.info.backend_pid
    with killer.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": pid})


@contextmanager
def breaking(url: str) -> Iterator[Breaker]:
    """Watch the statements of all engines on a PostgreSQL database."""
    killer = create_engine(url)
    breaker = Breaker(make_url(url).database, killer)
    listeners = {"before_cursor_execute": breaker.statement, "commit": breaker.commit}
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield breaker
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)
        killer.dispose()
