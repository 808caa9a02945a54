"""Databases that hold tables already: made once a process as they are made anywhere, then copied for whoever asks."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from outgrow.sources.commerce.models import CommerceBase
from outgrow.store.schema import upgrade

EACH_DATABASE = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
"""Marks tests of which the kind of database may change the outcome, where one kind is the rule."""


class Tables(StrEnum):
    """What a database holds: ours, or ours and the commerce schema."""

    STORE = "store"
    COMMERCE = "commerce"


def make_tables(engine: Engine, tables: Tables) -> None:
    """By the migrations, as `outgrow init` makes them."""
    upgrade(engine)
    if tables is Tables.COMMERCE:
        CommerceBase.metadata.create_all(engine)


@cache
def sqlite_file(tables: Tables = Tables.COMMERCE) -> bytes:
    """An SQLite database with these tables and no row."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "made.db"
        with connected(f"sqlite:///{file}") as engine:
            make_tables(engine, tables)
        return file.read_bytes()


@contextmanager
def connected(url: str) -> Iterator[Engine]:
    """An engine for as long as it is wanted."""
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
