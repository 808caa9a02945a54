"""Doctor: what is wrong with configuration, connections, permissions, tables and snapshots, and how to mend it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.util import find_spec

import numpy as np
from sqlalchemy import Engine, text

from outgrow.domain.address import presentable
from outgrow.domain.days import spoken
from outgrow.domain.diagnosis import Diagnosis, Health
from outgrow.domain.errors import OutgrowError
from outgrow.domain.extras import how_to_install
from outgrow.domain.history import allowed_age, usual_gap
from outgrow.domain.words import counted, exact
from outgrow.forecasting.model import SHIPPED, load_model
from outgrow.service.capture import open_reasons
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.service.limits import configured_limits
from outgrow.setup.connections import database_errors
from outgrow.setup.settings import unknown_variables
from outgrow.store.database import DatabaseStore
from outgrow.store.schema import check_schema

GAP_DAYS = 90
"""How far back gaps are looked for."""
CHECKSUM_SHOWN = 12
"""So much of a model's checksum tells it from others."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What is looked at; each is only opened when it is its turn, for it may be what is wrong.

    Attributes:
        config: reads the settings.
        diagnose_source: looks at the platform's source.
        address: where our tables are; None where no setting says it.
        shared: whether they are in the source's own database.
        engine: opens that place.
        desk: opens the platform as our tables know it.
        now: the present instant.
    """

    config: Callable[[], CapacityConfig]
    diagnose_source: Callable[[], Sequence[Diagnosis]]
    address: str | None
    shared: bool
    engine: Callable[[], Engine]
    desk: Callable[[], AbstractContextManager[Desk]]
    now: datetime


class _Exam:
    """Runs checks one after the other and remembers whether one came out bad."""

    def __init__(self) -> None:
        self.findings: list[Diagnosis] = []

    def add(self, check: str, state: Health, message: str, mend: str = "") -> None:
        self.findings.append(Diagnosis(check, state, message, mend))

    def passes(self, check: str, look: Callable[[], str]) -> bool:
        """Whether a check is good: it is, unless it raises one of our errors."""
        try:
            self.add(check, Health.GOOD, look())
        except OutgrowError as error:
            self.add(check, Health.BAD, error.what, error.mend)
            return False
        return True


def examine(place: Examined) -> list[Diagnosis]:
    """Every check in order; what rests on a check that came out bad is left out."""
    exam = _Exam()
    _configuration(exam, place)
    if place.address is None:
        exam.add("address", Health.BAD, "neither database_url nor store_url is set", "give --database-url")
        return exam.findings
    found = place.diagnose_source()
    exam.findings.extend(found)
    if all(each.state is not Health.BAD for each in found) or not place.shared:
        _store(exam, place, place.address)
    return exam.findings


def _configuration(exam: _Exam, place: Examined) -> None:
    if exam.passes("configuration", lambda: _counts(place.config())):
        exam.passes("model", lambda: _model(place.config()))
    if find_spec("vl_convert"):
        exam.add("charts", Health.GOOD, "can be drawn")
    else:
        exam.add("charts", Health.NOTE, "cannot be drawn", how_to_install("charts"))
    if unknown := unknown_variables():
        exam.add("environment", Health.NOTE, f"{', '.join(unknown)}: no such setting", "see docs/reference/settings.md")


def _counts(config: CapacityConfig) -> str:
    """How many tiers and limits there are, and whether they are only examples."""
    tiers, limits = config.ladder.tiers, config.limits
    example = "example " if limits and all(limit.example for limit in limits) else ""
    told = counted(len(tiers), f"{'example ' if config.ladder.example else ''}tier")
    return f"{told}, {counted(len(limits), f'{example}limit')}"


def _model(config: CapacityConfig) -> str:
    """Which shared model is asked: where it is, of which day, and the beginning of its checksum."""
    file = config.rules.model_file
    model = load_model(file)
    where = "the one that is shipped" if file == SHIPPED else str(file)
    of = f", of {model.card['date']}" if model.card.get("date") else ""
    return f"{where}{of}, checksum {model.checksum[:CHECKSUM_SHOWN]}"


def _store(exam: _Exam, place: Examined, url: str) -> None:
    """Look at our own tables and the snapshots in them."""

    def migrated() -> str:
        with database_errors(url), place.engine().connect() as connection:
            check_schema(connection)
        return "there, and of this version"

    def writable() -> str:
        with database_errors(url), place.engine().connect() as connection:
            DatabaseStore(connection, commits=False).claim_day("outgrow-doctor", date(1970, 1, 1), place.now)
            connection.rollback()
        return "yes"

    if not (exam.passes("our database", lambda: _reach(url, place.engine)) and exam.passes("our tables", migrated)):
        return
    exam.passes("right to write", writable)
    if exam.passes("platform in store", lambda: _platform(place)):
        exam.passes("limits", lambda: _limits(place))
        with place.desk() as desk:
            _snapshots(exam, desk)


def _platform(place: Examined) -> str:
    with place.desk() as desk:
        return desk.code


def _limits(place: Examined) -> str:
    with place.desk() as desk:
        _ = desk.ladder  # whose tiers may limit what does not exist
        return (
            ", ".join(
                f"{limit.metric} {exact(limit.maximum)}{' (example)' if limit.example else ''}"
                for limit in configured_limits(desk)
            )
            or "none"
        )


def _reach(url: str, engine: Callable[[], Engine]) -> str:
    with database_errors(url), engine().connect() as connection:
        connection.execute(text("SELECT 1"))
        return presentable(url)


def _snapshots(exam: _Exam, desk: Desk) -> None:
    store, today, captured = desk.store, desk.today, desk.captures
    newest = store.newest_day(desk.code)
    if newest is None:
        first = "run `outgrow backfill`, then `outgrow capture` every day"
        exam.add("snapshots", Health.BAD, "there are none", first if captured else "run `outgrow import FILE`")
        return
    usual = usual_gap(np.array([day.toordinal() for day in store.snapshot_days(desk.code, None, newest)]))
    _age(exam, newest, today, usual, allowed_age(usual, desk.config.rules.stale_after_days), captured=captured)
    days = store.snapshot_days(desk.code, newest - timedelta(days=GAP_DAYS - 1), newest)
    span = (newest - days[0]).days + 1
    steps = np.diff([day.toordinal() for day in days])
    missing = int(np.sum(np.ceil(steps / usual) - 1))
    rhythm = "" if usual == 1 else f", with one in about {usual} days"
    if missing:
        filled = "run `outgrow backfill`: it fills what time stamps can tell"
        mend = filled if captured else "import the days that are missing, if anybody knows them"
        what = f"{missing} of the last {span} days have no snapshot"
        exam.add("gaps", Health.NOTE, what if usual == 1 else f"{counted(missing, 'snapshot')} missing{rhythm}", mend)
    else:
        exam.add("gaps", Health.GOOD, f"none in the last {span} days{rhythm}")
    snapshot = store.snapshot(desk.code, newest)
    holes = open_reasons(snapshot, desk.metrics) if snapshot else {}
    if holes:
        why = "; ".join(f"{name} ({reason})" for name, reason in holes.items())
        exam.add("newest values", Health.NOTE, f"missing: {why}", "capture again: it fills what can be measured now")
    else:
        exam.add("newest values", Health.GOOD, "nothing is missing")


def _age(exam: _Exam, newest: date, today: date, usual: int, allowed: int, *, captured: bool) -> None:
    age = (today - newest).days
    if age < 0:
        mend = "set the clock right, or remove the snapshots of days that have not come yet"
        exam.add("newest snapshot", Health.BAD, f"{spoken(newest)} has not come yet: today is {spoken(today)}", mend)
    elif age > usual:
        state = Health.BAD if age > allowed else Health.NOTE
        mend = "let `outgrow capture` run every day" if captured else "import newer days with `outgrow import`"
        exam.add("newest snapshot", state, f"{spoken(newest)}, {counted(age, 'day')} old", mend)
    else:
        exam.add("newest snapshot", Health.GOOD, spoken(newest))
