"""Demo: a synthetic platform in a database of its own, captured, rebuilt, and ready for questions."""

import secrets
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from outgrow.domain.days import local_day, system_clock
from outgrow.domain.errors import DataError
from outgrow.service.backfill import backfill
from outgrow.service.capture import capture
from outgrow.service.desk import Desk
from outgrow.service.opening import Demo
from outgrow.setup.connections import database_errors, open_engine, parse_url
from outgrow.setup.schema import create_schema
from outgrow.sources.commerce.demo import build_demo
from outgrow.sources.commerce.demo.build import CODE, ZONE
from outgrow.sources.commerce.demo.clock import TOLD_UNTIL
from outgrow.sources.commerce.opening import open_source
from outgrow.sources.commerce.platforms import platform_codes
from outgrow.sources.contract import Progress
from outgrow.store.database import DatabaseStore

MARK = int.from_bytes(b"Odem")
"""Application id of the SQLite files that demos make: SQLite keeps a place for it, and no other program sets this."""


def demo_today() -> date:
    """The running day where the demo platform lives."""
    return local_day(system_clock(), ZoneInfo(ZONE))


def make_demo(url: str, today: date, seed: int, progress: Progress) -> Demo:
    """Build the synthetic platform, rebuild its history, and capture today.

    A SQLite file that an earlier demo made is replaced, as a whole and only when the new one is finished; any other
    database has to be empty of platforms.

    Raises:
        DataError: the database was not made by a demo, or holds more than that.
    """
    parsed = parse_url(url, "database_url")
    file = Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None
    if file is None:
        engine = open_engine(url, "database_url")
        with database_errors(url):
            return _fill(engine, today, seed, progress)
    if file.exists():
        _refuse_anything_but_a_demo(url, file)
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        part_url = parsed.set(database=str(part)).render_as_string(hide_password=False)
        engine = open_engine(part_url, "database_url", may_create=True)
        with database_errors(part_url):
            made = _fill(engine, today, seed, progress)
            with engine.connect() as connection:
                connection.exec_driver_sql(f"PRAGMA application_id = {MARK}")
        engine.dispose()
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return made


def _fill(engine: Engine, today: date, seed: int, progress: Progress) -> Demo:
    create_schema(engine, commerce=True)
    progress("making the platform", 0, 1)
    built = build_demo(engine, today, seed)
    progress("making the platform", 1, 1)
    with Session(engine) as session, session.begin():
        now = datetime.combine(today, TOLD_UNTIL, ZoneInfo(ZONE))
        store = DatabaseStore(session.connection(), commits=False)
        source = open_source(session, CODE)
        desk = Desk(store, source.platform, today, now, lambda: source)
        rebuilt = backfill(desk, progress=progress)
        capture(desk.anew())
    return Demo(built.platform, built.rows, rebuilt)


def _refuse_anything_but_a_demo(url: str, file: Path) -> None:
    """A platform that is called `demo` may be a real one: the file has to bear the mark, and nothing else."""
    engine = open_engine(url, "database_url")
    with database_errors(url), Session(engine) as session:
        is_marked = session.scalar(text("PRAGMA application_id")) == MARK
        more = _more_than_a_demo(session) if is_marked else []
    engine.dispose()
    mend = "give another --database-url, or remove the file if nobody needs it"
    if not is_marked:
        raise DataError(f"{file} is there already, and was not made by this release's demo", mend)
    if more:
        raise DataError(f"{file} holds more than the demo made: {', '.join(more)}", mend)


def _more_than_a_demo(session: Session) -> list[str]:
    store = DatabaseStore(session.connection(), commits=False)
    others = {*platform_codes(session), *store.platform_codes()} - {CODE}
    return [*(f"platform {code}" for code in sorted(others)), *store.imported_metrics()]
