"""Sources that answer as they should not, and ladders over what is no resource of theirs: nothing false is stored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from tests.support.dictionary_source import CLOUD, GPUS, DictionarySource

from outgrow import CapacityConfig, Ladder, Outgrow, SourceRequest, Tier
from outgrow.domain.diagnosis import Diagnosis, Health
from outgrow.domain.errors import ConfigurationError, DatabaseError, DataError, UsageError
from outgrow.domain.history import MISSING, RECONSTRUCTED
from outgrow.domain.metric import PLATFORM, Kind, Metric
from outgrow.domain.panel import HistoryPanel, Key
from outgrow.domain.platform import SourcePlatform
from outgrow.domain.resource import Resource, Resources
from outgrow.domain.snapshot import Measurement, Reading
from outgrow.domain.tenant import Tenants
from outgrow.sources.contract import Past, Progress, Source, every_metric
from outgrow.sources.guarded import guarded

TODAY = date(2026, 3, 31)
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
JOBS = Metric("jobs", Kind.FLOW, "jobs", "Jobs per day")
RACKS = Metric("racks", Kind.LEVEL, "racks", "Racks")


@dataclass
class Told:
    """What each metric is on the newest days, today last; a flow of today is not known."""

    values: Mapping[Metric, Sequence[float]]
    today: date = TODAY
    platform: SourcePlatform = CLOUD
    resources: Resources = field(default_factory=lambda: Resources(()))

    def metrics(self) -> Sequence[Metric]:
        return tuple(self.values)

    def measure(self, day: date, wanted: Callable[[Metric], bool] = every_metric) -> Sequence[Measurement]:
        assert day == self.today
        running = Reading.missing("the day is not over")
        return [Measurement(m, running if m.is_daily_flow else Reading.of(v[-1])) for m, v in self.values.items()]

    def past(self, since: date | None, until: date, wanted: Callable[[Metric], bool], tell: Progress) -> Past:
        some = [metric for metric in self.values if wanted(metric)]
        n_days = max(map(len, self.values.values()))
        values = np.array([self.values[metric] for metric in some], dtype=np.float64).reshape(len(some), n_days)
        known = np.full(values.shape, RECONSTRUCTED, dtype=np.int8)
        keys, first = (Key("cloud", PLATFORM),) * len(some), self.today - timedelta(days=n_days - 1)
        return Past(HistoryPanel(keys, tuple(some), first, values, known).between(since, until))

    def diagnose(self) -> Sequence[Diagnosis]:
        return [Diagnosis("numbers", Health.GOOD, "there")]


def opened(source: Source, config: CapacityConfig | None = None, now: datetime = NOON) -> Outgrow:
    return Outgrow(source=source, config=config or CapacityConfig(limits=()), clock=lambda: now)


@pytest.mark.parametrize("false", [np.inf, -5.0, np.nan])
def test_a_past_that_cannot_be_true_is_missing_with_its_reason(false: float) -> None:
    values = [float(n) for n in range(100, 160)]
    values[30] = false
    platform = opened(Told({RACKS: values}))
    platform.backfill()

    history = platform.history("racks")
    assert (history.provenance == MISSING).nonzero()[0].tolist() == [30]
    assert np.isfinite(np.delete(history.values, 30)).all()
    assert platform.when("racks", 500).status.value == "ok"


def test_flows_alone_are_completed_from_day_to_day() -> None:
    jobs = [float(n) for n in range(1, 61)]
    source = Told({JOBS: jobs[:-3]}, TODAY - timedelta(days=3))
    now = [NOON - timedelta(days=3)]
    platform = Outgrow(source=source, config=CapacityConfig(limits=()), clock=lambda: now[0])
    platform.backfill()
    for ago in (3, 2, 1, 0):
        source.today, source.values = TODAY - timedelta(days=ago), {JOBS: jobs[: len(jobs) - ago]}
        now[0] = NOON - timedelta(days=ago)
        report = platform.capture()
        assert report.missing == {}  # nobody can know it yet

    history = platform.history("jobs")
    assert history.last_day == TODAY - timedelta(days=1)
    assert history.values[-3:].tolist() == [57.0, 58.0, 59.0]


def test_a_tier_over_what_is_no_resource_is_judged_as_it_stands() -> None:
    tenants = {"ada": {TODAY - timedelta(days=ago): 2 for ago in range(90)}}
    ladder = Ladder(
        (Tier("A", {"gpus_sold": 4}, Decimal(10)), Tier("B", {"gpus_sold": 9}, Decimal(30)), Tier("C", {}, Decimal(90)))
    )
    platform = opened(DictionarySource(tenants, {"ada": 0}), CapacityConfig(ladder=ladder, limits=()))
    platform.backfill()
    platform.capture()

    told = {each.key for each in platform.recommend().recommendations}
    assert told == {each.key for each in platform.recommend(TODAY).recommendations}
    assert "tier:B" in told  # 8 are sold


@pytest.mark.parametrize(
    ("maxima", "said"),
    [
        ({"gpus": 1_000, "gpus_used": 500}, "gpus_used is a second maximum of gpus_used"),
        ({"cpus": 8}, "there is no metric 'cpus'"),
    ],
)
def test_maxima_that_cannot_be_meant_are_refused(maxima: dict[str, float], said: str) -> None:
    source = DictionarySource({"ada": {TODAY: 1}}, {"ada": 0})
    platform = opened(source, CapacityConfig(ladder=Ladder((Tier("A", maxima, Decimal(1)),)), limits=()))

    with pytest.raises(ConfigurationError, match=said):
        platform.status()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            Told({replace(RACKS, name="products"): [1.0]}),
            "its metric 'products' bears the name of the metric total",
        ),
        (Told({replace(RACKS, name="total_products"): [1.0]}), "its metric 'total_products' bears the name"),
        (
            Told({RACKS: [1.0]}, resources=Resources([Resource("stores", RACKS, "racks")])),
            "its resource 'stores' bears the name of what active_stores measures",
        ),
    ],
)
def test_names_that_mean_something_else_are_refused(source: Source, said: str) -> None:
    asked = guarded(source)
    with pytest.raises(ConfigurationError, match=said):
        _ = asked.metrics(), asked.resources
    assert [each.state for each in asked.diagnose()] == [Health.BAD, Health.GOOD]


class Failing(DictionarySource):
    def tenants(self, *_: object, **__: object) -> Tenants:
        raise TimeoutError("no answer")

    def diagnose(self) -> Sequence[Diagnosis]:
        raise ZeroDivisionError


def test_faults_are_told_as_the_source_s() -> None:
    source = guarded(Failing({"ada": {TODAY: 1}}, {"ada": 0}), "the cloud")
    with pytest.raises(DatabaseError, match="the cloud failed at `tenants`: TimeoutError: no answer"):
        source.tenants(TODAY)  # type: ignore[attr-defined]
    (found,) = source.diagnose()
    assert (found.check, found.state) == ("the cloud", Health.BAD)
    nothing: Any = None
    with pytest.raises(DatabaseError, match="failed at `platform`: AttributeError"):
        _ = guarded(nothing).platform


def test_tenants_of_another_shape_or_without_a_use_are_refused() -> None:
    there = DictionarySource({"ada": {TODAY: 1}, "bob": {TODAY: 2}}, {"ada": 0, "bob": 0}).tenants(TODAY)

    with pytest.raises(DataError, match=r"Tenants: limits has the shape \(2,\)") as error:
        replace(there, limits=there.limits[:, 0])
    assert error.value.mend == "give (2, 1) for 2 tenants, with the 1 resources that plans limit as columns"
    with pytest.raises(DataError, match="what 'bob' uses is no finite number"):
        replace(there, used=np.array([[1.0], [np.nan]]))


def test_a_request_keeps_its_secrets() -> None:
    request = SourceRequest(None, CLOUD.zone, "https://user:secret@cloud.example", {"token": "secret"}, "secret")

    assert "secret" not in repr(request)


def test_a_source_is_of_one_platform_and_its_days_are_days() -> None:
    source = DictionarySource({"ada": {TODAY: 1}}, {"ada": 0})
    with pytest.raises(UsageError, match="a source is of one platform"):
        Outgrow(source=source, platform="other")
    platform, text = opened(source), "2026-03-31"
    with pytest.raises(DataError, match="a day is given as str"):
        platform.status(text)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="lies too far back"):
        platform.status(date(1, 1, 1))
    assert platform.status(NOON).sentence == platform.status(TODAY).sentence
    assert GPUS.name in {metric.name for metric in source.metrics()}
