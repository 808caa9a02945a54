"""The public door: a platform, and a method for each verb."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Self

from outgrow.domain.days import Clock, system_clock
from outgrow.domain.metric import PLATFORM, Scope
from outgrow.domain.snapshot import checked_day

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from outgrow.domain.drivers import Drivers
    from outgrow.domain.forecast import DaysUntil
    from outgrow.domain.history import History
    from outgrow.domain.movement import Movement
    from outgrow.planning.limits.alarm_levels import AlarmLevels
    from outgrow.service.accuracy import AccuracyReport
    from outgrow.service.backfill import BackfillReport
    from outgrow.service.backtest import BacktestReport
    from outgrow.service.capture import CaptureReport
    from outgrow.service.check import CheckResult
    from outgrow.service.config import CapacityConfig
    from outgrow.service.desk import Desk
    from outgrow.service.drivers import By
    from outgrow.service.forecast import ForecastAnswer
    from outgrow.service.ladder import LadderReport
    from outgrow.service.metrics import MetricsReport
    from outgrow.service.recommend import RecommendReport
    from outgrow.service.sold import ExposureReport
    from outgrow.service.status import StatusReport
    from outgrow.service.tenants import TenantReport
    from outgrow.service.trends import TrendsReport
    from outgrow.service.whatif import WhatIf
    from outgrow.sources.commerce.aggregator import StatsAggregator
    from outgrow.sources.contract import Progress, Source


class Outgrow:
    """One platform. Every method reads, and answers with a report, as the command of its name does.

    With a session of a host, everything happens in the host's transaction: flushed, never committed. With settings,
    each question has a transaction of its own. `together` keeps one open over several: they share what was read.

    Args:
        settings: a settings file; `outgrow.toml` in the working folder by default, which need not exist; or a
            session.
        platform: code or id; the first platform by default.
        config: ladder, limits and policies, in the place of those of the settings.
        source: where the platform lives, in the place of what the settings say, or of the session's commerce schema.
        aggregator: the areas of the commerce schema that are counted in a session's database, in the place of the
            installed ones.
        clock: gives the present instant.
        options: settings by name, in the place of those of the file: `database_url`, `store_url`, ...

    Raises:
        ConfigurationError: settings are missing or wrong; names file and line.
    """

    def __init__(
        self,
        settings: "Path | str | Session | None" = None,
        *,
        platform: str | int | None = None,
        config: "CapacityConfig | None" = None,
        source: "Source | None" = None,
        aggregator: "StatsAggregator | None" = None,
        clock: Clock = system_clock,
        **options: object,
    ) -> None:
        from outgrow.door.opened import opened

        self._opening = opened(settings, platform, config, source, aggregator=aggregator, clock=clock, options=options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that were opened; a host's session stays open."""
        self._opening.close()

    @contextmanager
    def together(self, as_of: date | None = None, *, projects: bool = True) -> "Iterator[Outgrow]":
        """The same for several questions of one day, in one transaction: what one of them read, none reads again.

        What stores more than a recommendation's state, `capture` and `backfill`, is asked by itself.
        """
        from outgrow.door.opened import OneDesk

        with self._opening.desk(_day(as_of), projects=projects) as desk:
            made = object.__new__(type(self))
            made._opening = OneDesk(desk)
            yield made

    def _desk(self, as_of: date | None = None, *, projects: bool = True) -> "AbstractContextManager[Desk]":
        return self._opening.desk(_day(as_of), projects=projects)

    # what is stored

    def capture(self, *, again: bool = False) -> "CaptureReport":
        """Store today's snapshot, or fill what is missing in it.

        Args:
            again: count everything anew, in the place of what was captured today.
        """
        from outgrow.service.capture import capture

        with self._opening.storing_desk() as desk:
            return capture(desk, again=again)

    def backfill(
        self,
        *,
        since: date | None = None,
        until: date | None = None,
        dry_run: bool = False,
        progress: "Progress | None" = None,
    ) -> "BackfillReport":
        """Rebuild the days that were never captured, from the first on which anything happened to yesterday."""
        from outgrow.service.backfill import backfill

        with self._opening.storing_desk() as desk:
            return backfill(desk, since=since, until=until, dry_run=dry_run, progress=progress)

    def metrics(self, as_of: date | None = None) -> "MetricsReport":
        """Every metric that is known, and what is stored of it."""
        from outgrow.service.metrics import metrics

        with self._desk(as_of) as desk:
            return metrics(desk)

    def history(
        self,
        metric: str,
        *,
        scope: Scope | str = PLATFORM,
        since: date | None = None,
        until: date | None = None,
        as_of: date | None = None,
    ) -> "History":
        """A metric's daily values with their provenance."""
        from outgrow.service.history import history

        with self._desk(as_of) as desk:
            return history(desk, metric, _scope(scope), since, until)

    # what is to be expected

    def status(self, as_of: date | None = None, *, projects: bool = True) -> "StatusReport":
        """What runs out first, and when; everything else by urgency."""
        from outgrow.service.status import status

        with self._desk(as_of, projects=projects) as desk:
            return status(desk)

    def when(
        self,
        metric: str,
        threshold: float | None = None,
        *,
        scope: Scope | str = PLATFORM,
        falling: bool = False,
        as_of: date | None = None,
        projects: bool = True,
    ) -> "DaysUntil":
        """When a metric reaches a level in its unit, by default its nearest limit; `falling`: comes down to it."""
        from outgrow.service.when import when

        with self._desk(as_of, projects=projects) as desk:
            return when(desk, metric, threshold, _scope(scope), falling=falling)

    def forecast(
        self,
        metric: str,
        limit: float | None = None,
        *,
        scope: Scope | str = PLATFORM,
        as_of: date | None = None,
        projects: bool = True,
    ) -> "ForecastAnswer":
        """Every coming day of a metric as a distribution, held against a limit in its unit."""
        from outgrow.service.forecast import forecast

        with self._desk(as_of, projects=projects) as desk:
            return forecast(desk, metric, limit, _scope(scope))

    def trends(self, days: int = 30, as_of: date | None = None) -> "TrendsReport":
        """What changed over the last days, and what the next thirty bring."""
        from outgrow.service.trends import trends

        with self._desk(as_of) as desk:
            return trends(desk, days)

    def explain(
        self, metric: str, since: date | None = None, level: float | None = None, as_of: date | None = None
    ) -> "Movement":
        """Why the date of a metric's limit moved since an earlier forecast, of a week ago by default."""
        from outgrow.service.explain import explain

        with self._desk(as_of) as desk:
            return explain(desk, metric, since, level)

    def drivers(
        self, metric: str, since: date | None = None, by: "By | None" = None, as_of: date | None = None
    ) -> "Drivers":
        """Who brought a metric's growth, over 90 days by default; apart by `plan` or `cohort`."""
        from outgrow.service.drivers import drivers

        with self._desk(as_of) as desk:
            return drivers(desk, metric, since=since, by=by)

    # what should be done

    def recommend(
        self,
        as_of: date | None = None,
        *,
        known: Sequence[str] = (),
        put_off: Sequence[str] = (),
        until: date | None = None,
        projects: bool = True,
    ) -> "RecommendReport":
        """What someone should do; and before, which of it somebody knows of, or puts off until a day."""
        from outgrow.service.recommend import recommend

        with self._desk(as_of, projects=projects) as desk:
            return recommend(desk, known=known, put_off=put_off, until=until)

    def ladder(self, as_of: date | None = None, *, projects: bool = True) -> "LadderReport":
        """Which infrastructure tier is needed when, by when to order it, and what twelve months cost."""
        from outgrow.service.ladder import ladder

        with self._desk(as_of, projects=projects) as desk:
            return ladder(desk)

    def exposure(self, as_of: date | None = None) -> "ExposureReport":
        """What was sold against what is used."""
        from outgrow.service.exposure import exposure

        with self._desk(as_of) as desk:
            return exposure(desk)

    def tenants(self, as_of: date | None = None, resource: str | None = None) -> "TenantReport":
        """Which tenants outgrow their plan, what the next one brings, and who shrinks."""
        from outgrow.service.tenants import tenants

        with self._opening.source_desk(_day(as_of)) as desk:
            return tenants(desk, resource)

    def whatif(self, *scenarios: Mapping[str, object], as_of: date | None = None, projects: bool = True) -> "WhatIf":
        """What other dates, tiers and cost scenarios would bring, each as a table of a scenarios file."""
        from outgrow.service.scenarios import ScenarioRequest
        from outgrow.service.whatif import whatif

        asked = [[ScenarioRequest.of_options(tables, {})] for tables in scenarios]
        with self._desk(as_of, projects=projects) as desk:
            return whatif(desk, asked)

    # whether it can be trusted

    def check(
        self,
        metric: str | None = None,
        alarms: "AlarmLevels | None" = None,
        as_of: date | None = None,
        *,
        projects: bool = True,
    ) -> "CheckResult":
        """One line and a state, 0 to 3, as monitoring plugins answer."""
        from outgrow.service.check import AS_POLICY, check

        with self._desk(as_of, projects=projects) as desk:
            return check(desk, metric, alarms or AS_POLICY)

    def backtest(
        self, metrics: Sequence[str] = (), *, as_of: date | None = None, progress: "Progress | None" = None
    ) -> "BacktestReport":
        """Whether forecasts of the platform's own past keep their word."""
        from outgrow.service.backtest import backtest

        with self._desk(as_of) as desk:
            return backtest(desk, metrics, progress=progress)

    def accuracy(self, metrics: Sequence[str] = (), as_of: date | None = None) -> "AccuracyReport":
        """How good the forecasts were that were issued, now that their days have come."""
        from outgrow.service.accuracy import accuracy

        with self._desk(as_of) as desk:
            return accuracy(desk, metrics)


def _day(as_of: date | None) -> date | None:
    return None if as_of is None else checked_day(as_of)


def _scope(scope: Scope | str) -> Scope:
    return scope if isinstance(scope, Scope) else Scope.parse(scope)
