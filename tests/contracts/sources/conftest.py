"""Databases of platforms whose schema is not ours."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def platform(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty database of a platform, of each kind in turn."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgres_url", "mariadb": "mariadb_url"}[request.param]
    engine = create_engine(request.getfixturevalue(fixture))
    yield engine
    engine.dispose()
