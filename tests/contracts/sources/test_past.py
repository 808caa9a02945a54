"""The past of a commerce platform where areas of other packages are wrong, broken or silent, and its database is."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import numpy as np
import pytest
from sqlalchemy import Engine, text, update
from sqlalchemy.orm import Session

from outgrow.domain.diagnosis import Health
from outgrow.domain.errors import DatabaseError, SchemaError, UnknownPlatformError
from outgrow.domain.history import MISSING, RECONSTRUCTED
from outgrow.domain.metric import Kind, Metric, Scope
from outgrow.sources.commerce.aggregator import StatsAggregator
from outgrow.sources.commerce.areas.catalog import CatalogMetrics
from outgrow.sources.commerce.contract import Count, CountHistory, MetricsContext
from outgrow.sources.commerce.dayscan import Changes, DayScan
from outgrow.sources.commerce.models import Platform
from outgrow.sources.commerce.opening import open_source, source_at_hand
from outgrow.sources.commerce.source import CommerceSource

FIRST, LAST = date(2026, 1, 30), date(2026, 2, 3)
RETURNS = Metric("returns", Kind.FLOW, "returns", "Returns")
WEIGHT = Metric("weight", Kind.LEVEL, "kg", "Weight")


class Returns:
    """An area of another package, of which some numbers cannot be true."""

    area = "returns"
    metrics = {"per_day": RETURNS, "weight": WEIGHT}  # noqa: RUF012
    limitations = ("only what came back is known",)

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:
        return [Count("weight", 1)]

    def rebuild(self, scan: DayScan) -> Sequence[CountHistory]:
        days = [FIRST, date(2026, 2, 1), LAST]
        return [
            CountHistory("per_day", Changes.of(days, [1, -2, np.inf]), Scope("store", "7")),
            CountHistory("weight", Changes.of(days, [-1, 3, 1])),
            CountHistory("not_a_key", Changes.none()),
        ]


class Broken(Returns):
    area = "broken"

    def rebuild(self, scan: DayScan) -> Sequence[CountHistory]:
        scan.db.execute(text("SELECT * FROM a_table_that_is_not_there"))
        return []


class Silent:
    area = "silent"
    metrics = {"weight": WEIGHT}  # noqa: RUF012

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:
        return [Count("weight", 1)]


@pytest.fixture
def db(commerce_engine: Engine) -> Iterator[Session]:
    with Session(commerce_engine) as session:
        session.add(Platform(code="main", time_zone="Europe/Berlin"))
        session.flush()
        yield session


def source_of(db: Session, *areas: Returns | Silent | CatalogMetrics) -> CommerceSource:
    return open_source(db, "main", StatsAggregator(areas), lambda: datetime(2026, 2, 4, 12, tzinfo=UTC))


def test_what_cannot_be_true_is_missing_and_has_its_reason(db: Session) -> None:
    past = source_of(db, Returns()).past(None, LAST, lambda _: True, lambda *_: None)
    flow, level = past.panel
    assert (flow.scope, flow.metric, level.metric) == (Scope("store", "7"), RETURNS, WEIGHT)
    assert np.array_equal(past.panel.values[0], [1, 0, np.nan, 0, np.nan], equal_nan=True)
    assert past.panel.provenance[0].tolist() == [RECONSTRUCTED, RECONSTRUCTED, MISSING, RECONSTRUCTED, MISSING]
    assert past.panel.values[1].tolist() == [0, 0, 2, 2, 3]  # what ended before it began is not counted below nothing
    assert past.refused == {
        (0, 2): "the source gave -2, and a count or size cannot be negative",
        (0, 4): "the source gave inf, which is not a finite number",
    }
    assert "only what came back is known" in past.limitations


def test_a_failing_area_costs_its_own_metrics_alone_and_not_the_transaction(db: Session) -> None:
    past = source_of(db, Broken(), CatalogMetrics()).past(FIRST, LAST, lambda _: True, lambda *_: None)
    assert past.unavailable.keys() == {"returns", "weight"}
    assert "broken could not be rebuilt" in past.unavailable["weight"]
    assert [metric.name for metric in past.panel.metrics] == ["total_products"]
    assert past.panel.values.tolist() == [[0.0] * 5]
    assert db.query(Platform).count() == 1


def test_an_area_without_time_stamps_says_so(db: Session) -> None:
    past = source_of(db, Silent()).past(FIRST, LAST, lambda _: True, lambda *_: None)
    assert past.unavailable == {"weight": "silent leaves no time stamps to rebuild it from"}


def test_of_an_empty_platform_there_are_no_days(db: Session) -> None:
    panel = source_of(db, CatalogMetrics()).past(None, LAST, lambda _: True, lambda *_: None).panel
    assert [metric.name for metric in panel.metrics] == ["total_products"]
    assert panel.n_days == 0


class TestDiagnosis:
    def test_all_is_well(self, db: Session) -> None:
        looked = source_of(db, CatalogMetrics()).diagnose()
        assert [one.check for one in looked] == [
            "metric providers", "platform database", "commerce tables", "whole counts", "platform and time zone",
        ]  # fmt: skip
        assert [one.message for one in looked][:1] == ["catalog"]
        assert looked[-1].message == "main, Europe/Berlin: today is 4 Feb 2026"
        assert {one.state for one in looked} == {Health.GOOD}

    def test_a_table_that_is_not_there_ends_it_and_the_transaction_lives_on(self, db: Session) -> None:
        source = source_of(db, CatalogMetrics())
        db.execute(text("DROP TABLE orders"))
        looked = source.diagnose()
        assert [one.state for one in looked] == [Health.GOOD, Health.GOOD, Health.BAD]
        assert "orders" in looked[-1].message
        assert looked[-1].mend
        assert db.query(Platform).count() == 1

    def test_what_is_wrong_with_the_platform_is_told(self, db: Session) -> None:
        source = source_of(db, CatalogMetrics())
        db.execute(update(Platform).values(time_zone="Mars/Olympus"))
        last = source.diagnose()[-1]
        assert (last.check, last.state) == ("platform and time zone", Health.BAD)
        assert "Mars/Olympus" in last.message


def test_tenants_that_cannot_be_counted_leave_the_transaction_alone(db: Session) -> None:
    source = source_of(db, CatalogMetrics())
    db.execute(text("DROP TABLE media_files"))
    with pytest.raises(DatabaseError, match="media_files"):
        source.tenants(LAST, now=True)
    assert db.query(Platform).count() == 1


class TestOpening:
    def test_a_platform_that_is_asked_for_has_to_be_there(self, db: Session) -> None:
        assert open_source(db).platform.code == "main"
        found = source_at_hand(db, "main")
        assert found is not None
        assert found.platform.source_id == str(db.query(Platform.id).scalar())
        for opened in (open_source, source_at_hand):
            with pytest.raises(UnknownPlatformError):
                opened(db, "elsewhere")

    def test_a_database_without_the_schema_has_nothing_to_capture_and_no_source_at_hand(self, session: Session) -> None:
        assert source_at_hand(session, "main") is None
        with pytest.raises(SchemaError, match="nothing to count"):
            open_source(session, "main")
