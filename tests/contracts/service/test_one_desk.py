"""What many questions to one desk cost, and that they are answered alike wherever the numbers are stored."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.desks import Ours, backfill, desk_of, store_of
from tests.support.documents import plain
from tests.support.platforms import eventful_platform
from tests.support.reading import TODAY, fill

from outgrow import Outgrow
from outgrow.documents.accuracy import accuracy_document
from outgrow.documents.days_until import days_until_document
from outgrow.documents.forecast import forecast_document
from outgrow.documents.history import history_document
from outgrow.documents.metrics import metrics_document
from outgrow.documents.movement import movement_document
from outgrow.documents.recommendation import recommendation_document
from outgrow.documents.status import status_document
from outgrow.documents.trends import trends_document
from outgrow.domain.errors import UsageError
from outgrow.domain.limit import Limit
from outgrow.domain.scenario import Project
from outgrow.service.accuracy import accuracy
from outgrow.service.check import check
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.service.explain import explain
from outgrow.service.forecast import forecast
from outgrow.service.history import history
from outgrow.service.issue import issue
from outgrow.service.ladder import ladder
from outgrow.service.metrics import metrics
from outgrow.service.recommend import recommend
from outgrow.service.status import status
from outgrow.service.tenants import tenants
from outgrow.service.trends import trends
from outgrow.service.when import when
from outgrow.store.memory import MemoryStore

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
MOST_READS = 8
"""Of measurements, for a page's worth of questions."""
MOVE = Project("the move", TODAY + timedelta(days=20), 1.0, {"products": 400.0})


@contextmanager
def reads(engine: Engine) -> Iterator[list[str]]:
    """The statements that read measurements meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM outgrow_measurements" in statement:
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@EACH_DATABASE
@pytest.mark.parametrize("projects", [(), (MOVE,)], ids=["nothing committed", "a project"])
def test_a_page_of_questions_costs_few_reads(commerce_engine: Engine, projects: tuple[Project, ...]) -> None:
    with Session(commerce_engine) as db:
        eventful_platform("UTC", TODAY - timedelta(days=120), TODAY - timedelta(days=1)).put(db)
        backfill(db, db, None, NOW)
        desk = desk_of(db, "main", TODAY, CapacityConfig(projects=projects), source=db, now=NOW)
        with reads(commerce_engine) as sent:
            status(desk)
            for metric in ("products", "orders", "storage_gb"):
                forecast(desk, metric)
            ladder(desk)
            tenants(desk)
            recommend(desk)

    assert 0 < len(sent) <= MOST_READS


def test_questions_that_are_asked_together_read_once(commerce_engine: Engine) -> None:
    with Session(commerce_engine) as db:
        eventful_platform("UTC", TODAY - timedelta(days=120), TODAY - timedelta(days=1)).put(db)
        backfill(db, db, None, NOW)
        platform = Outgrow(db, platform="main", clock=lambda: NOW)
        with reads(commerce_engine) as sent, platform.together() as asked:
            alone = asked.status()
            asked.trends()
            asked.when("products", 20_000)
            asked.when("products", 30_000, as_of=TODAY)
            assert len(sent) == 1
            again = [status_document(each) for each in (alone, asked.status(), platform.status())]

            assert again[0] == again[1] == again[2]
            with pytest.raises(UsageError, match="of 2026-03-31 together"):
                asked.status(as_of=TODAY - timedelta(days=1))
            with pytest.raises(UsageError, match="what stores days is not asked together"):
                asked.capture()
            with pytest.raises(UsageError, match="what stores days is not asked together"):
                asked.backfill()


WALKS: dict[str, tuple[float, float]] = {
    "active_stores": (150, 1), "total_products": (9_000, 30), "storage_used_gb": (500, 3), "orders_per_day": (90, 0.3),
}  # fmt: skip


def store(ours: Ours) -> None:
    """Observed and rebuilt days with a gap, a narrower scope, and forecasts that were kept a week ago."""
    for metric, (start, step) in WALKS.items():
        random, walk = Random(metric), [start]
        while len(walk) < 150:
            walk.append(max(walk[-1] + random.gauss(step, 2 * step), 0))
        values: dict[str, Callable[[int], float]] = {metric: walk.__getitem__}
        fill(ours, 80, TODAY - timedelta(days=70), "reconstructed", "platform", **values)
        fill(ours, 60, TODAY, "observed", "platform", **values)
    fill(ours, 60, TODAY, "observed", "store:17", total_products=lambda n: 200.0 + 2 * n)
    for ago in (7, 0):
        issue(asked(ours, TODAY - timedelta(days=ago)))


def asked(ours: Ours, day: date) -> Desk:
    limits = (Limit("products", 20_000, "catalogue"), Limit("products", 400, "plan of shop 17", "store:17"))
    return desk_of(ours, "main", day, CapacityConfig(limits=limits, projects=(MOVE,)))


def answers(ours: Ours, day: date) -> dict[str, Any]:
    """What every verb that only reads says of a day."""
    desk = asked(ours, day)
    told: dict[str, Any] = {
        "status": status_document(status(desk)),
        "check": asdict(check(desk)),
        "metrics": metrics_document(metrics(desk)),
        "trends": trends_document(trends(desk)),
        "recommend": [recommendation_document(tracked) for tracked in recommend(desk).recommendations],
        "ladder": ladder(desk).sentence,
        "explain": movement_document(explain(desk, "products", TODAY - timedelta(days=7))),
        "accuracy": accuracy_document(accuracy(desk)),
        "snapshots": [str(each) for each in store_of(ours).snapshot_days("main", None, day)],
    }
    for metric in ("stores", "products", "orders", "storage_gb"):
        told[f"when {metric}"] = days_until_document(when(desk, metric, 20_000))
        told[f"forecast {metric}"] = forecast_document(forecast(desk, metric))
        told[f"history {metric}"] = history_document(history(desk, metric))
    return told


@EACH_DATABASE
@pytest.mark.parametrize("ago", [0, 3])
def test_every_answer_is_that_of_the_store_in_memory(session: Session, ago: int) -> None:
    memory, day = MemoryStore(), TODAY - timedelta(days=ago)
    store(memory)
    store(session)
    ours, theirs = answers(memory, day), answers(session, day)

    for question, answer in ours.items():
        assert plain(theirs[question]) == plain(answer), question
