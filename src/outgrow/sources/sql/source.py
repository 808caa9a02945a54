"""A platform in a database of its own schema, as a source: what its owner declared, asked of its tables."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np

from outgrow.domain.diagnosis import Diagnosis, Health
from outgrow.domain.history import RECONSTRUCTED
from outgrow.domain.metric import PLATFORM, Kind, Metric
from outgrow.domain.panel import NO_DAY, HistoryPanel, Key
from outgrow.domain.platform import SourcePlatform
from outgrow.domain.resource import Resources
from outgrow.domain.snapshot import Measurement, Reading
from outgrow.sources.contract import Past, Progress, every_metric
from outgrow.sources.sql.counting import Series, Told, count
from outgrow.sources.sql.databases.database import Database
from outgrow.sources.sql.declaration import DeclaredMetric, SqlDeclaration, Value
from outgrow.sources.sql.faults import QueryError
from outgrow.sources.sql.midnights import Midnights
from outgrow.sources.sql.passes import looked_at, try_all
from outgrow.sources.sql.values import reading_of

FIRST_DAY = date(1990, 1, 1)
"""Whatever began before is there from the first day that anything else happened on: no platform is older."""
RUNNING = "the day is not over"


class SqlSource:
    """Keeps `Source`.

    Args:
        database: where it is asked.
        declared: what of.
    """

    def __init__(self, database: Database, platform: SourcePlatform, declared: SqlDeclaration) -> None:
        self._database, self._platform, self._declared = database, platform, declared

    @property
    def platform(self) -> SourcePlatform:
        """Who it is, and the time zone of its days."""
        return self._platform

    @property
    def resources(self) -> Resources:
        """Nothing is known of plans."""
        return Resources(())

    def metrics(self) -> Sequence[Metric]:
        """Those that are declared."""
        return tuple(declared.metric for declared in self._declared.metrics)

    def measure(self, day: date, wanted: Callable[[Metric], bool] = every_metric) -> Sequence[Measurement]:
        """All of them as they are now; what cannot be told with its reason."""
        asked = [each for each in self._declared.metrics if wanted(each.metric)]
        counted = [each for each in asked if not isinstance(each.told_by, Value) and each.metric.kind is not Kind.FLOW]
        told = count(self._database, counted, Midnights(day, 1, self._platform.zone), self._declared.rules.naive_times)
        return [Measurement(each.metric, self._now(each, told)) for each in asked]

    def past(self, since: date | None, until: date, wanted: Callable[[Metric], bool], tell: Progress) -> Past:
        """What there was on each day from `since` to `until`, both over; None: from the first on which anything was."""
        asked = [each for each in self._declared.metrics if wanted(each.metric)]
        begin = since or FIRST_DAY
        midnights = Midnights(begin, (until - begin).days + 1, self._platform.zone)
        counted = [each for each in asked if not isinstance(each.told_by, Value)]
        told = count(
            self._database, counted, midnights, self._declared.rules.naive_times, whole=since is None, tell=tell
        )
        reasons = {
            each.metric.name: "it is told by a `value`, which has no past"
            for each in asked
            if each.metric.name not in told
        }
        reasons |= {name: found for name, found in told.items() if isinstance(found, str)}
        rows = [(each, found) for each in counted if isinstance(found := told[each.metric.name], Series)]
        values = np.array([found.values for _, found in rows]).reshape(len(rows), midnights.n_days)
        if since is None:
            began = [found.began for _, found in rows if found.began is not None]
            first = min(began, default=midnights.n_days)
            begin, values = begin + timedelta(days=first), values[:, first:]
        panel = HistoryPanel(
            (Key(self._platform.code, PLATFORM),) * len(rows),
            tuple(each.metric for each, _ in rows),
            begin if values.shape[1] else NO_DAY,
            values,
            np.full(values.shape, RECONSTRUCTED, np.int8),
        )
        return Past(panel, unavailable=reasons, limitations=[say for each, found in rows for say in found.limits(each)])

    def diagnose(self) -> Sequence[Diagnosis]:
        """Whether the database answers, and each metric can be asked."""
        found = []
        for declared in self._declared.metrics:
            reason = self._unaskable(declared)
            name = f"metric {declared.metric.name}"
            if reason is None:
                found.append(Diagnosis(name, Health.GOOD, "can be asked"))
            else:
                found.append(Diagnosis(name, Health.BAD, f"{declared.place}: {reason}", "correct it there"))
        return found

    def _unaskable(self, declared: DeclaredMetric) -> str | None:
        try:
            if isinstance(declared.told_by, Value):
                given = len(self._database.columns(declared.told_by.query))
                return None if given == 1 else f"its query gives {given} columns, and one is needed"
            try_all(looked_at(declared, self._database, self._declared.rules.naive_times), self._database)
        except QueryError as error:
            return error.reason
        return None

    def _now(self, declared: DeclaredMetric, told: Told) -> Reading:
        """Today's value of one metric."""
        if declared.metric.kind is Kind.FLOW:
            return Reading.missing(RUNNING)
        try:
            if isinstance(declared.told_by, Value):
                reading = reading_of(self._database.rows(declared.told_by.query, 2))
                return reading if reading.reason is None else Reading.missing(f"{declared.place}: {reading.reason}")
        except QueryError as error:
            return Reading.missing(f"{declared.place}: {error.reason}")
        found = told[declared.metric.name]
        return Reading.missing(found) if isinstance(found, str) else Reading.of(float(found.values[-1]))
