"""A ladder over metrics that the commerce schema does not know, on a platform that only imports."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.support.cloud import CALLS, CALLS_MONTH, GPUS, METRICS
from tests.support.desks import Ours, desk_of, store_of
from tests.support.snapshots import observed, row, write_days, write_measurements

from outgrow.domain.ladder import Ladder, Tier
from outgrow.domain.metric import MetricCatalogue
from outgrow.domain.scenario import Project
from outgrow.planning.advice.recommendations import said_of
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.service.exposure import exposure
from outgrow.service.findings import find, stored_use
from outgrow.service.futures import joint_future
from outgrow.service.ladder import ladder
from outgrow.service.scenarios import ScenarioRequest
from outgrow.service.status import status
from outgrow.service.whatif import whatif
from outgrow.store.memory import MemoryStore
from outgrow.store.schema import upgrade

TODAY = date(2026, 3, 31)
LADDER = Ladder(
    (
        Tier("One", {GPUS.name: 64, CALLS_MONTH.name: 90_000}, Decimal(100)),
        Tier("Two", {GPUS.name: 128, CALLS_MONTH.name: 900_000}, Decimal(300)),
        Tier("Many", {}, Decimal(900)),
    )
)


@pytest.fixture
def db() -> Iterator[Session]:
    """One GPU more every four days, 60 by now, and a few more calls each day."""
    engine = create_engine("sqlite://")
    upgrade(engine)
    with Session(engine) as session:
        dates = [TODAY - timedelta(days=119 - n) for n in range(120)]
        write_days(session, "main", dates)
        store_of(session).remember_metrics([GPUS, CALLS, CALLS_MONTH])
        calls = [2_000 + 2 * n + n % 7 for n in range(120)]
        for n, day in enumerate(dates):
            month = sum(
                amount for amount, other in zip(calls, dates, strict=True) if day.replace(day=1) <= other <= day
            )
            values = {GPUS.name: 31 + n // 4, CALLS.name: calls[n], CALLS_MONTH.name: month}
            write_measurements(session, [row(observed(float(value)), name, day) for name, value in values.items()])
        yield session
    engine.dispose()


def seen(db: Ours, *projects: Project) -> Desk:
    return desk_of(db, "main", TODAY, CapacityConfig(ladder=LADDER, limits=(), projects=projects), captures=False)


def test_a_total_that_is_limited_brings_its_flow(db: MemoryStore) -> None:
    view = seen(db)
    vars(view)["metrics"] = MetricCatalogue(METRICS)  # what is stored of metrics does not tell what adds up what

    assert joint_future(view).paths.metrics == (GPUS.name, CALLS_MONTH.name, CALLS.name)


def test_the_tier_is_planned(db: MemoryStore) -> None:
    plan = ladder(seen(db)).plan

    assert plan.tier.name == "One"
    assert plan.steps[0].days.p50 == pytest.approx(16, abs=4)  # four GPUs more
    assert plan.steps[0].binding[GPUS.name] > 0.9
    cluster = Project("cluster", TODAY + timedelta(days=2), 1.0, {GPUS.name: 50})
    assert ladder(seen(db, cluster)).plan.steps[0].days.p50 == 2


def test_what_is_found_and_recommended_is_of_these_metrics(db: MemoryStore) -> None:
    view = seen(db)
    told = {each.key: each for each in said_of(find(view, stored_use(view)))}

    assert told["tier:One"].description.startswith("Next upgrade trigger: Two at 64 GPUs in use (60 now, 94%).")
    limited = {line.outlook.until.metric.name for line in status(view).rows if line.outlook.limit}
    assert limited == {GPUS.name, CALLS_MONTH.name}


def test_nothing_is_sold_of_it_and_nothing_else_is_missing(db: MemoryStore) -> None:
    made = exposure(seen(db)).exposure

    assert made.tier.name == "One"
    assert made.if_all_used is not None
    assert made.if_all_used.usage.keys() == {GPUS.name, CALLS_MONTH.name}
    assert made.sentence == "Tier One would do even if every tenant used all it bought."


def test_what_if_it_grew_faster(db: MemoryStore) -> None:
    report = whatif(seen(db), [[ScenarioRequest.of_options({"growth": {GPUS.name: 2.0}}, {})]])
    before, moved = (
        next(each.days.p50 for each in outcome.limits if each.limit.metric == GPUS.name) for outcome in report.outcomes
    )

    assert moved is not None
    assert before is not None
    assert moved <= (before + 1) / 2
