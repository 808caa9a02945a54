"""Completion: the names that a shell may offer, from what is stored; quick, and only ever reading."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.engine import URL

from outgrow.service.scenario_file import read_scenarios
from outgrow.setup.connections import parse_url
from outgrow.setup.settings import Settings
from outgrow.store.dialects.dialect import dialect_named
from outgrow.store.tables import MEASUREMENTS, METRICS

SECONDS = 1
"""How long a database may take to answer: somebody waits at the keyboard."""
MOST_SCOPES = 200
"""More would not be read."""


def names(what: str, settings: Settings) -> Sequence[str]:
    """The names of `metrics` that the store knows besides the built-in ones, of `scopes` or of `scenarios`."""
    if what != "scenarios":
        return _asked(settings, what)

    return list(read_scenarios(settings.scenarios_path, must_exist=False).tables)


def _asked(settings: Settings, what: str) -> list[str]:
    """The first column of a query on our tables; nothing where no address is set, or an SQLite file is not there."""
    queries = {
        "metrics": select(METRICS.c.name),
        "scopes": select(MEASUREMENTS.c.scope).distinct().limit(MOST_SCOPES),
    }
    url = None if settings.our_url is None else _reading(parse_url(settings.our_url, "store_url"))
    if url is None:
        return []
    waits = dialect_named(url.get_backend_name()).waits
    engine = create_engine(url, connect_args={waits: SECONDS} if waits else {})
    try:
        with engine.connect() as connection:
            return [str(name) for name in connection.scalars(queries[what])]
    finally:
        engine.dispose()


def _reading(url: URL) -> URL | None:
    """The address, of an SQLite file one that makes and changes nothing."""
    if url.get_backend_name() != "sqlite":
        return url
    if not url.database or not Path(url.database).is_file():
        return None
    return url.set(database=f"file:{Path(url.database).absolute()}", query={"mode": "ro", "uri": "true"})
