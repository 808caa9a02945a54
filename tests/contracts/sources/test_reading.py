"""What row-level security hides is an error while areas are read, and the host's session is as it was afterwards."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, create_engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from outgrow.domain.errors import DatabaseError
from outgrow.sources.commerce.models import CommerceBase, Product
from outgrow.sources.commerce.reading import apart, filtered_tables, see_every_row


@pytest.fixture
def hidden(postgres_url: str) -> Iterator[Engine]:
    """Seen by a role that row-level security shows no product to."""
    engine = create_engine(postgres_url)
    CommerceBase.metadata.create_all(engine)
    role = f"host_{engine.url.database}"
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE products ENABLE ROW LEVEL SECURITY"))
        connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        connection.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"))
    host = create_engine(engine.url.set(username=role))
    yield host
    host.dispose()
    with engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))
    engine.dispose()


def setting(db: Session | Connection) -> object:
    return db.scalar(text("SHOW row_security"))


def test_hidden_rows_are_an_error_only_while_areas_are_read(hidden: Engine) -> None:
    with Session(hidden) as db:
        assert db.scalars(select(Product)).all() == []
        with pytest.raises(DBAPIError, match="row-level security"), apart(db):
            db.scalars(select(Product)).all()
        assert setting(db) == "on"
        assert db.scalars(select(Product)).all() == []  # the transaction goes on

        with apart(db):
            assert setting(db) == "off"
            with apart(db):
                assert setting(db) == "off"
            assert setting(db) == "off"
        assert setting(db) == "on"
        db.execute(text("SET row_security = off"))
        with apart(db):
            pass
        assert setting(db) == "off"
        db.rollback()
        assert setting(db) == "on"


def test_until_the_end_of_the_transaction(hidden: Engine) -> None:
    with Session(hidden) as db:
        see_every_row(db)
        assert setting(db) == "off"
        db.commit()
        assert setting(db) == "on"
    with hidden.connect() as connection:
        assert setting(connection) == "on"


def test_without_a_transaction_to_forbid_it_in_hidden_rows_are_found_beforehand(hidden: Engine) -> None:
    with Session(hidden.execution_options(isolation_level="AUTOCOMMIT")) as db:
        with pytest.raises(DatabaseError, match="hides rows of products from"):
            see_every_row(db)
        assert setting(db) == "on"


def test_the_filtered_tables_are_those_of_the_role(hidden: Engine, engine: Engine) -> None:
    with Session(hidden) as db:
        assert filtered_tables(db) == ["products"]
    with Session(engine) as db:  # an owner's, or a file
        assert filtered_tables(db) == []
        with apart(db):
            assert db.scalar(text("SELECT 1")) == 1
