"""A platform that never saw a database: numbers from dictionaries, and every verb asked of it by the public door."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from tests.support.dictionary_source import DictionarySource

from outgrow import AlertPolicy, CapacityConfig, Ladder, Outgrow, Tier
from outgrow.domain.forecast import Status
from outgrow.service.backfill import BackfillReport

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAYS = 200
CONFIG = CapacityConfig(
    ladder=Ladder(
        (
            Tier.of("One rack", Decimal(900), gpus=64),
            Tier.of("Two racks", Decimal(1_700), gpus=128),
            Tier.of("A hall", Decimal(9_000)),
        )
    ),
    limits=(),
    policy=AlertPolicy(lead_time_days=30),
)


def used(first: int, every: int, since: int = DAYS) -> dict[date, int]:
    """GPUs of a tenant who rents one more every so many days."""
    return {TODAY - timedelta(days=ago): first + (since - ago) // every for ago in range(since, -1, -1)}


@pytest.fixture(scope="module")
def cloud() -> Outgrow:
    tenants = {"ada": used(2, 20), "bob": used(3, 50), "eve": used(20, 25, since=150)}
    source = DictionarySource(tenants, {"ada": 0, "bob": 0, "eve": 1})
    platform = Outgrow(source=source, config=CONFIG, clock=lambda: NOON)
    rebuilt = platform.backfill()
    assert isinstance(rebuilt, BackfillReport)
    assert (rebuilt.days, rebuilt.metrics) == (DAYS, ("gpus_used", "gpus_sold"))
    assert platform.capture().values == 2
    return platform


def test_what_is_stored_is_what_the_dictionaries_hold(cloud: Outgrow) -> None:
    history = cloud.history("gpus_used")
    assert (history.values[-1], history.observed_days, history.reconstructed_days) == (45.0, 1, DAYS)
    assert [known.metric.name for known in cloud.metrics().metrics if known.stored] == ["gpus_used", "gpus_sold"]


def test_the_first_thing_to_run_out_is_the_rack(cloud: Outgrow) -> None:
    report = cloud.status()
    assert report.sentence.startswith("First to run out: GPUs (tier One rack, 64 GPUs), about ")
    assert [row.outlook.until.metric.name for row in report.rows] == ["gpus_used", "gpus_sold"]

    until = cloud.when("gpus_used")
    assert (until.status, until.threshold) == (Status.OK, 64.0)
    assert until.days.p50 is not None
    assert 90 <= until.days.p50 <= 300
    assert cloud.forecast("GPUs").until.days == until.days


def test_a_tier_over_a_metric_of_its_own_is_planned_and_priced(cloud: Outgrow) -> None:
    report = cloud.ladder()
    assert report.plan.tier.name == "One rack"
    assert [end.needed.name for end in report.plan.steps if end.needed] == ["Two racks", "A hall"]
    assert report.plan.cost.p50 >= Decimal(10_800)
    (gpus,) = report.sold.exposure.resources
    assert (gpus.use.sold, gpus.use.used, gpus.maximum) == (80.0, 45.0, 64)
    assert cloud.exposure().exposure.sentence == (
        "If every tenant used all it bought, tier Two racks would be needed, for 84 GPUs."
    )


def test_tenants_outgrow_their_plans(cloud: Outgrow) -> None:
    report = cloud.tenants()
    assert report.resources == ("gpus",)
    assert [(one.tenant.name, one.next_plan.name if one.next_plan else None) for one in report.plan.upsells] == [
        ("ada", "Large"),
        ("bob", "Large"),
    ]
    assert cloud.drivers("gpus_used").after == 42


def test_scenarios_are_held_against_it(cloud: Outgrow) -> None:
    opens = {"stores": [{"count": 3, "on": TODAY + timedelta(days=10), "plan": "small"}]}
    other = {"plans": [{"code": "small", "gpus_limit": 4}]}
    report = cloud.whatif(opens, other)
    before, more = (outcome.limits[0].days.p50 for outcome in (report.baseline, report.scenarios[0]))
    assert before is not None
    assert more is not None
    assert more < before
    assert [found.resource for found in report.scenarios[1].tenants or ()] == ["gpus"]


def test_what_should_be_done_is_said_and_checked(cloud: Outgrow) -> None:
    report = cloud.recommend()
    assert {tracked.key for tracked in report.recommendations} >= {"tier:One rack"}
    assert cloud.check("gpus_used").line.startswith("OUTGROW ")
    assert cloud.explain("gpus_used").status is Status.INSUFFICIENT_DATA
    assert [trend.metric.name for trend in cloud.trends().trends] == ["gpus_sold", "gpus_used"]
    assert cloud.accuracy().metrics
