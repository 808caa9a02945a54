"""What is right and wrong with a platform's database: whether it is reached, read whole, and has the platform."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from outgrow.domain.address import presentable
from outgrow.domain.days import local_day, spoken
from outgrow.domain.diagnosis import Diagnosis, Health
from outgrow.domain.errors import OutgrowError
from outgrow.sources.commerce.models import CommerceBase
from outgrow.sources.commerce.platforms import find_platform
from outgrow.sources.commerce.reading import could_not_be_read, filtered_tables, rows_are_hidden
from outgrow.sources.commerce.savepoint import savepoint
from outgrow.sources.commerce.wholeness import partial_counts

Opened = Callable[[], AbstractContextManager[Session]]
"""Opens a session on the platform's database; what a driver says on the way is raised as one of our errors."""

PARTIAL = "see that outgrow reads the platform's own tables, and that no row lacks what it is counted by"


@dataclass(frozen=True, slots=True)
class Examined:
    """The database that is looked at.

    Attributes:
        opened: called anew for each check.
        address: of the database, as it may be shown.
        asked: which platform, by code or id; None: the first one.
        now: the present instant.
        areas: the names of the areas that are counted.
    """

    opened: Opened
    address: str
    asked: str | int | None
    now: datetime
    areas: Sequence[str]


def diagnose(database: Examined) -> list[Diagnosis]:
    """Every check in order; what rests on a check that came out bad is left out."""
    told = [Diagnosis("metric providers", Health.GOOD, ", ".join(database.areas))]
    for check, look in (("platform database", _reached), ("commerce tables", _readable)):
        told.append(_looked(check, look, database))
        if told[-1].state is Health.BAD:
            return told
    whole = _looked("whole counts", _partial, database)
    if whole.state is Health.GOOD and whole.message:
        whole = replace(whole, state=Health.NOTE, mend=PARTIAL)
    elif whole.state is Health.GOOD:
        whole = replace(whole, message="nothing leaves rows out")
    return [*told, whole, _looked("platform and time zone", _whose, database)]


def in_a_session(db: Session) -> tuple[Opened, str]:
    """How a session that is open already is looked at, its transaction living on whatever fails; and its address."""
    url = db.get_bind().engine.url.render_as_string(hide_password=False)
    return lambda: _apart(db), presentable(url)


def _looked(check: str, look: Callable[[Examined], str], database: Examined) -> Diagnosis:
    """A check is good, unless it raises one of our errors."""
    try:
        return Diagnosis(check, Health.GOOD, look(database))
    except OutgrowError as error:
        return Diagnosis(check, Health.BAD, error.what, error.mend)


def _reached(database: Examined) -> str:
    with database.opened() as db:
        db.execute(text("SELECT 1"))
    return database.address


def _readable(database: Examined) -> str:
    tables = CommerceBase.metadata.sorted_tables
    with database.opened() as db:
        if hidden := filtered_tables(db):
            raise rows_are_hidden(hidden)
        for table in tables:
            db.execute(select(func.count()).select_from(select(table).limit(1).subquery()))
    return f"{len(tables)} tables can be read"


def _partial(database: Examined) -> str:
    with database.opened() as db:
        return "; ".join(partial_counts(db))


def _whose(database: Examined) -> str:
    with database.opened() as db:
        found = find_platform(db, database.asked)
    return f"{found.code}, {found.zone.key}: today is {spoken(local_day(database.now, found.zone))}"


@contextmanager
def _apart(db: Session) -> Iterator[Session]:
    try:
        with savepoint(db):
            yield db
    except SQLAlchemyError as error:
        raise could_not_be_read(db, "a table", error) from error
