"""Capture: the platform as it is today becomes one snapshot."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from outgrow.domain.errors import ClockError, OutgrowError
from outgrow.domain.history import MISSING
from outgrow.domain.metric import PLATFORM, Metric
from outgrow.domain.snapshot import Provenance, Snapshot, shortened
from outgrow.service.desk import Desk
from outgrow.service.findings import captured_use
from outgrow.service.issue import issue
from outgrow.service.tracking import track
from outgrow.store.contract import SeriesValues, StoredPlatform, StoredSnapshot

LOOK_BACK_DAYS = 62
"""How far back a capture completes the flows of days that were still running when they were captured."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CaptureReport:
    """What is stored of the day.

    Attributes:
        name: of the platform, as it is shown.
        values: how many values there are, of whatever scope.
        missing: by metric, why it could not be measured, save for flows of the running day, which nobody can know yet.
    """

    platform: str
    name: str
    day: date
    values: int
    missing: dict[str, str]


def capture(desk: Desk, *, again: bool = False) -> CaptureReport:
    """Store today's snapshot, or fill what is missing in it; everything else in it stays as it was.

    Args:
        again: count everything anew, in the place of what was captured today: for whoever changed what is counted.

    The forecasts that follow from it are kept with it, and recommendations live on by it; see `issue` and
    `track`.

    The day is claimed before anything is read, so concurrent captures follow each other and leave one snapshot.

    Raises:
        ConfigurationError: the platform has no source that could be captured.
        ClockError: the newest snapshot is of a later day than today.
        DatabaseError: the source is gone; or the store stayed locked.
    """
    source, platform, store, day = desk.source, desk.platform, desk.store, desk.today
    metrics = source.metrics()
    newest = store.newest_day(desk.code)
    if newest is not None and newest > day:
        raise ClockError(
            f"today is {day} in {platform.zone.key}, but the newest snapshot of '{desk.code}' is of {newest}",
            "set the machine's clock right, or remove the snapshots of days that have not come yet",
        )
    store.claim_day(desk.code, day, desk.now)
    store.remember_platform(StoredPlatform(desk.code, platform.source_id, platform.zone.key), desk.now)
    present = store.snapshot(desk.code, day)
    if again or present is None or not _is_complete(present, metrics):
        measured = Snapshot(desk.code, day, Provenance.OBSERVED, tuple(source.measure(day)))
        store.write_snapshot(measured if again else _without(present, measured), desk.now, replace=again)
        logger.info("captured %s of platform %s", day, desk.code)
    _complete_flows(desk, metrics)
    _keep_what_follows(desk)
    stored = store.snapshot(desk.code, day)
    assert stored is not None, "a claimed day has a row"  # noqa: S101
    values = sum(each.value is not None for each in stored.measurements)
    return CaptureReport(desk.code, platform.name, day, values, open_reasons(stored, desk.metrics))


def _keep_what_follows(desk: Desk) -> None:
    """Forecasts and recommendations. What keeps them from being made is no reason to lose a day."""
    anew = desk.anew()  # what was read before the day was written counts no more
    if not _is_kept("forecast", anew, lambda: issue(anew)):
        return  # recommendations would fail by the same
    now = anew.on(anew.today)  # anew, because only the forecasts decide which models are asked
    _is_kept("recommendation", now, lambda: track(now, captured_use(now)))


def _is_kept(what: str, desk: Desk, keep: Callable[[], object]) -> bool:
    """Whether it could be made: whatever goes wrong in it is told, and undone alone."""
    try:
        with desk.store.apart():
            keep()
    except Exception as error:  # such as a limit of a metric that is not there yet, or a number beyond all bounds
        reason = error.what if isinstance(error, OutgrowError) else f"{type(error).__name__}: {error}"
        logger.warning("no %s of %s is kept: %s", what, desk.today, shortened(reason))
        logger.debug("why no %s is kept", what, exc_info=True)
        return False
    return True


def _without(present: StoredSnapshot | None, measured: Snapshot) -> Snapshot:
    """What was measured, save for metrics that were observed before: all their scopes stay of one moment."""
    known = set() if present is None else _observed(present)
    return replace(measured, measurements=tuple(m for m in measured.measurements if m.metric.name not in known))


def _observed(snapshot: StoredSnapshot) -> set[str]:
    """The names of the platform's metrics that were observed."""
    return {
        each.metric
        for each in snapshot.measurements
        if each.scope == PLATFORM and each.provenance is Provenance.OBSERVED and each.value is not None
    }


def _is_complete(snapshot: StoredSnapshot, metrics: Sequence[Metric]) -> bool:
    """Whether everything that can be measured while the day is running was observed; flows alone are never sure."""
    wanted = {metric.name for metric in metrics if not metric.is_daily_flow}
    return bool(wanted) and wanted <= _observed(snapshot)


def open_reasons(snapshot: StoredSnapshot, metrics: Iterable[Metric]) -> dict[str, str]:
    """Why metrics of a snapshot are missing, save for flows of the running day, which nobody can know yet.

    Args:
        metrics: those that are known.
    """
    flows = {metric.name for metric in metrics if metric.is_daily_flow}
    missing = {each.metric: each.reason for each in snapshot.measurements if each.reason and each.scope == PLATFORM}
    return {name: reason for name, reason in missing.items() if name not in flows}


def _complete_flows(desk: Desk, metrics: Sequence[Metric]) -> None:
    """Fill in what happened on earlier days that were still running when they were captured."""
    day = desk.today
    flows = [metric.name for metric in metrics if metric.is_daily_flow]
    open_days = desk.store.missing_since(desk.code, flows, day - timedelta(days=LOOK_BACK_DAYS), day)
    if not open_days:
        return
    past = desk.source.past(
        open_days[0], day - timedelta(days=1), lambda metric: metric.is_daily_flow, _untold
    ).checked()
    wanted = np.array(open_days, dtype="datetime64[D]")
    rebuilt = []
    for row, key in enumerate(past.panel.keys):
        at = (wanted - np.datetime64(past.panel.first_day, "D")).astype(np.int64)
        inside = (at >= 0) & (at < past.panel.n_days)
        inside[inside] = past.panel.provenance[row, at[inside]] != MISSING
        if inside.any():
            values = past.panel.values[row, at[inside]]
            rebuilt.append(SeriesValues(past.panel.metrics[row].name, key.scope, wanted[inside], values))
    desk.store.write_series(desk.code, rebuilt, Provenance.RECONSTRUCTED, desk.now)


def _untold(_step: str, _done: int, _of: int) -> None:
    """Nobody is told of what takes no time."""
