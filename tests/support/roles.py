"""Roles of a PostgreSQL server, and their addresses."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, make_url, text

SECRET = "s3cret/p@ss:w0rd"


def as_role(url: str, role: str, password: str | None = None) -> str:
    """The same address for another role."""
    return make_url(url).set(username=role, password=password).render_as_string(hide_password=False)


@contextmanager
def role_of(engine: Engine, *may: str) -> Iterator[str]:
    """A role that may log in and do this, for as long as the context lasts."""
    name = f"reader_{engine.url.database}"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD '{SECRET}'"))
        for right in may:
            connection.execute(text(f"GRANT {right} TO {name}"))
    yield name
    with engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {name}"))
        connection.execute(text(f"DROP ROLE {name}"))


def address(engine: Engine) -> str:
    """Where an engine leads, with its password."""
    return engine.url.render_as_string(hide_password=False)
