"""Brings the tables into a database."""

from sqlalchemy import Engine

from outgrow.sources.commerce.models import CommerceBase
from outgrow.store.schema import upgrade


def create_schema(engine: Engine, commerce: bool = True) -> None:
    """Create or upgrade our tables by the migrations and, if asked, create the commerce schema.

    What is there already stays as it is; running it again does nothing. Concurrent callers wait for each other.

    Args:
        engine: a SQLAlchemy engine with a role that may create tables.
        commerce: whether to create the commerce schema too.
    """
    upgrade(engine)
    if commerce:
        CommerceBase.metadata.create_all(engine)
