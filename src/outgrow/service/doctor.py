"""Doctor: what is wrong with configuration, connections, permissions, tables and snapshots, and how to mend it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from importlib.util import find_spec
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from outgrow.domain.address import presentable
from outgrow.domain.days import local_day, spoken, time_zone
from outgrow.domain.errors import OutgrowError
from outgrow.domain.extras import how_to_install
from outgrow.domain.history import allowed_age, usual_gap
from outgrow.domain.words import counted, exact
from outgrow.forecasting.model import SHIPPED, load_model
from outgrow.service.capture import open_reasons
from outgrow.service.config import CapacityConfig
from outgrow.service.connections import database_errors
from outgrow.service.limits import configured_limits
from outgrow.service.settings import unknown_variables
from outgrow.service.view import View
from outgrow.service.workspace import Workspace
from outgrow.sources.commerce.aggregator import installed_providers
from outgrow.sources.commerce.models import CommerceBase
from outgrow.sources.commerce.platforms import find_platform
from outgrow.sources.commerce.reading import filtered_tables, rows_are_hidden
from outgrow.sources.commerce.wholeness import partial_counts
from outgrow.store.schema import check_schema
from outgrow.store.snapshots import StoredPlatform, claim_day, get_snapshot, newest_day, snapshot_days

GAP_DAYS = 90
"""How far back gaps are looked for."""
CHECKSUM_SHOWN = 12
"""So much of a model's checksum tells it from others."""


class State(StrEnum):
    """How a check came out."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it came out, and how to mend it."""

    check: str
    state: State
    message: str
    mend: str = ""


class _Exam:
    """Runs checks one after the other and remembers whether one came out bad."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(self, check: str, state: State, message: str, mend: str = "") -> None:
        self.findings.append(Finding(check, state, message, mend))

    def passes(self, check: str, look: Callable[[], str]) -> bool:
        """Whether a check is good: it is, unless it raises one of our errors."""
        try:
            self.add(check, State.GOOD, look())
        except OutgrowError as error:
            self.add(check, State.BAD, error.what, error.mend)
            return False
        return True


def examine(workspace: Workspace) -> list[Finding]:
    """Every check in order; what rests on a check that came out bad is left out."""
    exam = _Exam()
    _configuration(exam, workspace)
    if workspace.settings.our_url is None:
        exam.add("address", State.BAD, "neither database_url nor store_url is set", "give --database-url")
        return exam.findings
    source_is_good = workspace.settings.database_url is None or _source(exam, workspace)
    if source_is_good or not workspace.shared:
        _store(exam, workspace)
    return exam.findings


def _configuration(exam: _Exam, workspace: Workspace) -> None:
    exam.passes(
        "configuration",
        lambda: _counts(workspace.config),
    )
    exam.passes("model", lambda: _model(workspace))
    if find_spec("vl_convert"):
        exam.add("charts", State.GOOD, "can be drawn")
    else:
        exam.add("charts", State.NOTE, "cannot be drawn", how_to_install("charts"))
    if unknown := unknown_variables():
        exam.add("environment", State.NOTE, f"{', '.join(unknown)}: no such setting", "see docs/reference/settings.md")
    exam.add("metric providers", State.GOOD, ", ".join(provider.area for provider in installed_providers()))


def _counts(config: CapacityConfig) -> str:
    """How many tiers and limits there are, and whether they are only examples."""
    tiers, limits = config.ladder.tiers, config.limits
    example = "example " if limits and all(limit.example for limit in limits) else ""
    told = counted(len(tiers), f"{'example ' if config.ladder.example else ''}tier")
    return f"{told}, {counted(len(limits), f'{example}limit')}"


def _model(workspace: Workspace) -> str:
    """Which shared model is asked: where it is, of which day, and the beginning of its checksum."""
    file = workspace.config.rules.model_file
    model = load_model(file)
    where = "the one that is shipped" if file == SHIPPED else str(file)
    of = f", of {model.card['date']}" if model.card.get("date") else ""
    return f"{where}{of}, checksum {model.checksum[:CHECKSUM_SHOWN]}"


def _source(exam: _Exam, workspace: Workspace) -> bool:
    """Look at the platform's database; whether all of it is good."""
    url = workspace.source_url

    def readable() -> str:
        with database_errors(url), Session(workspace.source_engine) as source:
            if hidden := filtered_tables(source):
                raise rows_are_hidden(hidden)
            for table in CommerceBase.metadata.sorted_tables:
                source.execute(select(func.count()).select_from(select(table).limit(1).subquery()))
        return f"{len(CommerceBase.metadata.sorted_tables)} tables can be read"

    def platform() -> str:
        with database_errors(url), Session(workspace.source_engine) as source:
            found = find_platform(source, workspace.settings.platform)
        return f"{found.code}, {found.zone.key}: today is {spoken(local_day(workspace.clock(), found.zone))}"

    def whole() -> None:
        with database_errors(url), Session(workspace.source_engine) as source:
            partial = partial_counts(source)
        if partial:
            mend = "see that outgrow reads the platform's own tables, and that no row lacks what it is counted by"
            exam.add("whole counts", State.NOTE, "; ".join(partial), mend)
        else:
            exam.add("whole counts", State.GOOD, "nothing leaves rows out")

    if not (
        exam.passes("platform database", lambda: _reach(url, lambda: workspace.source_engine))
        and exam.passes("commerce tables", readable)
    ):
        return False
    whole()
    return exam.passes("platform and time zone", platform)


def _store(exam: _Exam, workspace: Workspace) -> None:
    """Look at our own tables and the snapshots in them."""
    url = workspace.store_url

    def migrated() -> str:
        with database_errors(url), workspace.store_engine.connect() as connection:
            check_schema(connection)
        return "there, and of this version"

    def writable() -> str:
        with database_errors(url), Session(workspace.store_engine) as store:
            claim_day(store, "outgrow-doctor", date(1970, 1, 1), workspace.clock())
            store.rollback()
        return "yes"

    if not (
        exam.passes("our database", lambda: _reach(url, lambda: workspace.store_engine))
        and exam.passes("our tables", migrated)
    ):
        return
    exam.passes("right to write", writable)
    with Session(workspace.store_engine) as store:
        if exam.passes("platform in store", lambda: workspace.platform(store).code):
            platform = workspace.platform(store)
            exam.passes("limits", lambda: _limits(workspace, store, platform))
            _snapshots(exam, workspace, store, platform)


def _limits(workspace: Workspace, store: Session, platform: StoredPlatform) -> str:
    view = View(store, platform.code, local_day(workspace.clock(), ZoneInfo("UTC")), workspace.config)
    return (
        ", ".join(
            f"{limit.metric} {exact(limit.maximum)}{' (example)' if limit.example else ''}"
            for limit in configured_limits(view)
        )
        or "none"
    )


def _reach(url: str, engine: Callable[[], Engine]) -> str:
    with database_errors(url), engine().connect() as connection:
        connection.execute(text("SELECT 1"))
        return presentable(url)


def _snapshots(exam: _Exam, workspace: Workspace, store: Session, platform: StoredPlatform) -> None:
    today = local_day(workspace.clock(), time_zone(platform.time_zone, f"platform '{platform.code}'"))
    newest, captured = newest_day(store, platform.code), workspace.has_source(store)
    if newest is None:
        first = "run `outgrow backfill`, then `outgrow capture` every day"
        exam.add("snapshots", State.BAD, "there are none", first if captured else "run `outgrow import FILE`")
        return
    usual = usual_gap(np.array([day.toordinal() for day in snapshot_days(store, platform.code, None, newest)]))
    _age(exam, newest, today, usual, allowed_age(usual, workspace.config.rules.stale_after_days), captured=captured)
    days = snapshot_days(store, platform.code, newest - timedelta(days=GAP_DAYS - 1), newest)
    span = (newest - days[0]).days + 1
    steps = np.diff([day.toordinal() for day in days])
    missing = int(np.sum(np.ceil(steps / usual) - 1))
    rhythm = "" if usual == 1 else f", with one in about {usual} days"
    if missing:
        filled = "run `outgrow backfill`: it fills what time stamps can tell"
        mend = filled if captured else "import the days that are missing, if anybody knows them"
        what = f"{missing} of the last {span} days have no snapshot"
        exam.add("gaps", State.NOTE, what if usual == 1 else f"{counted(missing, 'snapshot')} missing{rhythm}", mend)
    else:
        exam.add("gaps", State.GOOD, f"none in the last {span} days{rhythm}")
    snapshot = get_snapshot(store, platform.code, newest)
    holes = open_reasons(snapshot) if snapshot else {}
    if holes:
        why = "; ".join(f"{name} ({reason})" for name, reason in holes.items())
        exam.add("newest values", State.NOTE, f"missing: {why}", "capture again: it fills what can be measured now")
    else:
        exam.add("newest values", State.GOOD, "nothing is missing")


def _age(exam: _Exam, newest: date, today: date, usual: int, allowed: int, *, captured: bool) -> None:
    age = (today - newest).days
    if age < 0:
        mend = "set the clock right, or remove the snapshots of days that have not come yet"
        exam.add("newest snapshot", State.BAD, f"{spoken(newest)} has not come yet: today is {spoken(today)}", mend)
    elif age > usual:
        state = State.BAD if age > allowed else State.NOTE
        mend = "let `outgrow capture` run every day" if captured else "import newer days with `outgrow import`"
        exam.add("newest snapshot", state, f"{spoken(newest)}, {counted(age, 'day')} old", mend)
    else:
        exam.add("newest snapshot", State.GOOD, spoken(newest))
