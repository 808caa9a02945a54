"""How the platform's tables are read: every row or an error, and nothing once the connection is gone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from outgrow.domain.errors import DatabaseError
from outgrow.sources.commerce.savepoint import savepoint

SETTING = "row_security"
"""Where it is off, PostgreSQL refuses a query from which its row-level security would leave rows out."""

SEE_ALL = "let the role see every row: ALTER ROLE name BYPASSRLS"

FILTERED = text(
    "SELECT t.name FROM unnest(CAST(:names AS text[])) AS t(name) "
    "JOIN pg_class c ON c.oid = to_regclass(t.name) WHERE row_security_active(c.oid) ORDER BY t.name"
)


@contextmanager
def apart(db: Session) -> Iterator[None]:
    """Read in a savepoint, every row or none; what fails in it does not void the caller's transaction.

    A reader that is shown some rows alone would count them without an error, and too few would be stored for good.
    The caller's own setting stands again at the end.
    """
    with savepoint(db):  # a rollback to it takes the setting back too
        before = see_every_row(db)
        yield
        if before is not None:
            db.execute(select(func.set_config(SETTING, before, True)))


def see_every_row(db: Session) -> str | None:
    """Let queries fail that row-level security would leave rows out of, until the transaction ends.

    Gives the setting of before; None where there was nothing to set.

    Raises:
        DatabaseError: rows are left out, and the connection has no transaction in which it could be forbidden.
    """
    if db.get_bind().dialect.name != "postgresql":
        return None
    if getattr(db.connection().connection.dbapi_connection, "autocommit", False):
        if hidden := filtered_tables(db):
            raise rows_are_hidden(hidden)
        return None
    # One statement, for a far server's sake; its columns are computed in their order.
    query = select(func.current_setting(SETTING), func.set_config(SETTING, "off", True))
    before: str = db.execute(query).one()[0]
    return None if before == "off" else before


def filtered_tables(db: Session) -> list[str]:
    """The platform's tables of which row-level security leaves rows out for this role."""
    if db.get_bind().dialect.name != "postgresql":
        return []
    from outgrow.sources.commerce.models import CommerceBase  # here, because few commands need the models

    names = list(CommerceBase.metadata.tables)
    return list(db.scalars(FILTERED, {"names": names}))


def rows_are_hidden(tables: Sequence[str]) -> DatabaseError:
    """The error for it."""
    return DatabaseError(f"row-level security hides rows of {', '.join(tables)} from the role that reads", SEE_ALL)


def see_that_it_is_there(db: Session, area: str, error: Exception) -> None:
    """After an error: whether it was that area's alone, or the connection is gone and whatever is read next would fail.

    Raises:
        DatabaseError: it is gone.
    """
    try:
        db.execute(text("SELECT 1"))
    except SQLAlchemyError:
        raise DatabaseError(
            f"the connection to the platform's database broke off while {area} was read",
            "see that its server runs, then run this again: whatever was stored before stays",
        ) from error


def could_not_be_read(db: Session, what: str, error: SQLAlchemyError) -> DatabaseError:
    """The error for a query that failed while the connection still stands.

    Raises:
        DatabaseError: it does not.
    """
    see_that_it_is_there(db, what, error)
    said = next(iter(str(getattr(error, "orig", None) or error).splitlines()), "")
    hidden = "row-level security" in said.lower()
    mend = SEE_ALL if hidden else "see that the role may read every table of the commerce schema"
    return DatabaseError(f"{what} cannot be read in the platform's database: {said}", mend)
