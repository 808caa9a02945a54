"""What a source is asked: the contract that every kind of source keeps, and one more for those that know tenants."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol, Self, runtime_checkable

import numpy as np

from outgrow.domain.diagnosis import Diagnosis
from outgrow.domain.drivers import StoreChanges
from outgrow.domain.history import MISSING
from outgrow.domain.metric import Metric
from outgrow.domain.panel import HistoryPanel
from outgrow.domain.platform import SourcePlatform
from outgrow.domain.resource import Resources
from outgrow.domain.scenario import Ramp
from outgrow.domain.snapshot import Measurement, Reading
from outgrow.domain.tenant import Tenants, UseChanges


def every_metric(metric: Metric) -> bool:  # noqa: ARG001
    """Whether a metric is wanted, where all are."""
    return True


Progress = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What a source tells of days that are over.

    Attributes:
        panel: the values, all rebuilt, from the first day on which anything happened or the one that was asked for; no
            days where nothing ever happened.
        refused: by row and column of the panel, why the value that was told there cannot be true; it is missing.
        unavailable: by metric's name, why it cannot be told.
        limitations: what the source cannot tell of the past, one sentence each.
    """

    panel: HistoryPanel
    refused: Mapping[tuple[int, int], str] = field(default_factory=dict)
    unavailable: Mapping[str, str] = field(default_factory=dict)
    limitations: Sequence[str] = ()

    def checked(self) -> Self:
        """The same without values that cannot be true, whoever told them; each has its reason."""
        values, known = self.panel.values, self.panel.provenance != MISSING
        false = known & ~(np.isfinite(values) & (values >= 0))
        if not false.any():
            return self
        refused = {(row, day): str(Reading.of(values[row, day]).reason) for row, day in np.argwhere(false).tolist()}
        panel = replace(
            self.panel,
            values=np.where(false, np.nan, values),
            provenance=np.where(false, MISSING, self.panel.provenance).astype(np.int8),
        )
        return replace(self, panel=panel, refused={**self.refused, **refused})


@runtime_checkable
class Source(Protocol):
    """A platform where it lives, only ever read. Made for one platform, and closed by whoever opened it."""

    @property
    def platform(self) -> SourcePlatform:
        """Who it is, and the time zone of its days."""
        ...

    @property
    def resources(self) -> Resources:
        """What its tiers hold and its plans allow."""
        ...

    def metrics(self) -> Sequence[Metric]:
        """What `measure` tells; daily flows among it are known only when their day is over, and told by `past`."""
        ...

    def measure(self, day: date, wanted: Callable[[Metric], bool] = every_metric) -> Sequence[Measurement]:
        """All of them as they are now, the present day being `day`; what cannot be measured with its reason.

        Args:
            wanted: whether a metric is asked for; others may be told too.

        Raises:
            DatabaseError: the source is gone.
        """
        ...

    def past(self, since: date | None, until: date, wanted: Callable[[Metric], bool], tell: Progress) -> Past:
        """What there was on each day from `since` to `until`, both over; None: from the first on which anything was.

        Args:
            wanted: whether a metric is asked for.
            tell: told of progress, since it may take long.

        Raises:
            DatabaseError: the source is gone.
        """
        ...

    def diagnose(self) -> Sequence[Diagnosis]:
        """What is right and wrong with it, most basic first; never raises what it can tell."""
        ...


@runtime_checkable
class TenantSource(Source, Protocol):
    """A source that knows tenants, their plans and what each of them uses."""

    def plan_codes(self) -> Sequence[str]:
        """The codes of the plans that are sold, cheapest first."""
        ...

    def tenants(self, day: date, *, now: bool = False) -> Tenants:
        """Those that exist at the end of a day, with plans, limits and use, columns as `resources.by_plan`.

        Args:
            now: as they are at this moment instead; the day, which is today, only tells the month.

        Raises:
            DatabaseError: they cannot be counted as they are now.
        """
        ...

    def changes(self, tenants: Tenants, resource: str, n_days: int) -> UseChanges:
        """How the use of one resource, by name, changed over the newest days up to the tenants' day."""
        ...

    def ramp(self, plan: str, today: date) -> Ramp:
        """How what tenants of a plan hold grows with their age.

        Raises:
            ConfigurationError: too little is known of it.
        """
        ...

    def drivable(self) -> Sequence[str]:
        """The names of the metrics whose growth can be told by who brought it."""
        ...

    def drivers(self, metric: str, since: date, until: date) -> StoreChanges:
        """What each of those who hold something held at the end of two days.

        Args:
            metric: one of `drivable`.
        """
        ...
