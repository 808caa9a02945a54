"""Steps aside: a statement of ours is ended as soon as somebody of the platform has to wait for it.

PostgreSQL tells everybody who waits for whom, so a long statement needs not be cut into parts to be out of the way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

AWAITED = text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND :ours = ANY (pg_blocking_pids(pid)))")
END = text("SELECT pg_cancel_backend(:ours)")
LOOKS = 4
"""So often it is looked for others within the time that they may be kept waiting."""


class Watch:
    """Over one statement.

    Attributes:
        ended: whether it was ended for others.
    """

    def __init__(self, engine: Engine, process: int, seconds: float) -> None:
        self.ended = False
        self._engine, self._process, self._every = engine, process, seconds / LOOKS
        self._done = Event()

    @contextmanager
    def over(self) -> Iterator[None]:
        """For as long as the statement runs."""
        thread = Thread(target=self._look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            thread.join()

    def _look(self) -> None:
        """Connects only when a statement takes its time, for most are over at once."""
        if self._done.wait(self._every):
            return
        ours = {"ours": self._process}
        try:
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                while not self._done.wait(self._every):
                    if connection.scalar(AWAITED, ours):
                        self.ended = bool(connection.scalar(END, ours))
                        return
        except SQLAlchemyError:  # without a second connection the statement's own timeout has to do
            return
