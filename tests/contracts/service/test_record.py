"""Numbers of a host's own: handed over by `outgrow.record`, asked of by `outgrow.when`."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.desks import store_of
from tests.support.platforms import KnownPlatform
from tests.support.snapshots import observed, store_days, stored, write_days, write_measurements

from outgrow import (
    CapacityForecastService,
    CapacitySnapshot,
    DaysUntil,
    OutgrowError,
    Status,
    create_schema,
    record,
    when,
)
from outgrow.domain.errors import (
    BadThresholdError,
    DataError,
    UnknownMetricError,
    UnknownPlatformError,
    UsageError,
)
from outgrow.domain.metric import Kind, Metric, Scope
from outgrow.domain.snapshot import Provenance, Reading

TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def clock() -> datetime:
    return NOW


@pytest.fixture
def db(store_engine: Engine) -> Iterator[Session]:
    with Session(store_engine) as session:
        yield session


def values(db: Session, day: date = TODAY) -> dict[str, float | None]:
    """What is stored of the platform `main` on a day, by metric and scope."""
    return {
        metric if scope == "platform" else f"{metric} of {scope}": row.value
        for (metric, scope, of), row in stored(db).items()
        if of == day
    }


@EACH_DATABASE
def test_any_metric_is_stored_and_described(db: Session) -> None:
    told = record(db, TODAY, {"queue_depth": 17, "workers": Decimal("2.5")}, kind="flow", unit="jobs", clock=clock)

    assert values(db) == {"queue_depth": 17, "workers": 2.5}
    assert stored(db)["queue_depth", "platform", TODAY] == observed(17)
    known = store_of(db).catalogue().resolve("queue_depth")
    assert known == Metric("queue_depth", Kind.FLOW, "jobs", "Queue depth")
    assert told.value(known) == 17
    assert told.captured_at == NOW
    assert told.platform == "main"


def test_a_metric_that_nobody_describes_is_a_level_in_itself(db: Session) -> None:
    record(db, TODAY, {"seats": 3}, clock=clock)

    assert store_of(db).catalogue().resolve("seats") == Metric("seats", Kind.LEVEL, "seats", "Seats")


@EACH_DATABASE
def test_the_values_given_last_count_and_the_others_stay(db: Session) -> None:
    record(db, TODAY, {"seats": 3, "products": 7}, clock=clock)
    again = record(db, TODAY, {"seats": 2, "stores": 5}, clock=clock)

    assert values(db) == {"seats": 2, "total_products": 7, "active_stores": 5}
    assert (again.total_products, again.active_stores) == (7, 5)


@pytest.mark.parametrize("before", [Provenance.RECONSTRUCTED, Provenance.OBSERVED, None])
@EACH_DATABASE
def test_whatever_was_stored_gives_way(db: Session, before: Provenance | None) -> None:
    reading = Reading.missing("down") if before is None else Reading.of(9)
    write_days(db, "main", [TODAY])
    row = {"platform": "main", "metric": "total_products", "scope": "platform", "day": TODAY}
    row |= {"value": reading.value, "reason": reading.reason, "provenance": (before or Provenance.OBSERVED).value}
    write_measurements(db, [row])
    record(db, TODAY, {"products": 9}, clock=clock)

    assert stored(db)["total_products", "platform", TODAY] == observed(9)


def test_what_is_none_is_not_known_and_left_out(db: Session) -> None:
    record(db, TODAY, {"seats": 3}, clock=clock)
    record(db, TODAY, {"seats": None, "vans": None}, clock=clock)

    assert values(db) == {"seats": 3}
    with pytest.raises(UnknownMetricError):
        store_of(db).catalogue().resolve("vans")


def test_a_snapshot_in_the_session_is_told_of_it(db: Session) -> None:
    made = CapacitySnapshot(snapshot_date=TODAY, total_products=7)
    db.add(made)
    assert record(db, TODAY, {"products": 8}, clock=clock) is made
    assert made.total_products == 8


def test_other_scopes_are_apart(db: Session) -> None:
    record(db, TODAY, {"seats": 9}, clock=clock)
    record(db, TODAY, {"seats": 4}, scope="store:17", clock=clock)
    record(db, TODAY, {"seats": 5}, scope=Scope("store", "18"), clock=clock)

    assert values(db) == {"seats": 9, "seats of store:17": 4, "seats of store:18": 5}


@EACH_DATABASE
def test_it_flushes_and_never_commits(store_engine: Engine) -> None:
    commits: list[object] = []
    event.listen(store_engine, "commit", commits.append)
    with Session(store_engine) as session:
        record(session, TODAY, {"seats": 3}, clock=clock)
        when(session, "seats", 9, clock=clock)
        assert commits == []
        session.rollback()
        assert stored(session) == {}


@EACH_DATABASE
def test_whose_they_are_unless_somebody_says(db: Session, commerce_engine: Engine) -> None:
    KnownPlatform("Pacific/Auckland").put(db, "zebra")
    KnownPlatform().put(db, "ant")
    tomorrow = TODAY + timedelta(days=1)  # it is, in Auckland
    assert record(db, tomorrow, {"seats": 3}, clock=clock).platform == "zebra"
    assert record(db, TODAY, {"seats": 4}, platform="ant", clock=clock).platform == "ant"
    assert record(db, TODAY, {"seats": 4}, platform=2, clock=clock).platform == "ant"
    with pytest.raises(UnknownPlatformError, match="use one of: ant, zebra"):
        record(db, TODAY, {"seats": 3}, platform="bee", clock=clock)
    with pytest.raises(DataError, match="has not come yet: today is 2026-03-31"):
        record(db, tomorrow, {"seats": 3}, platform="ant", clock=clock)


def test_without_a_commerce_schema_platforms_are_what_the_host_calls_them(db: Session) -> None:
    assert record(db, TODAY, {"seats": 3}, platform="blog", clock=clock).platform == "blog"
    assert record(db, TODAY, {"seats": 4}, clock=clock).platform == "blog"


def test_a_day_is_somewhere_s_today_and_no_later(db: Session) -> None:
    record(db, datetime(2026, 3, 30, 23, 59, tzinfo=UTC), {"seats": 3}, clock=clock)
    assert values(db, date(2026, 3, 30)) == {"seats": 3}
    record(db, TODAY + timedelta(days=1), {"seats": 3}, clock=clock)  # by the clock of Kiribati
    with pytest.raises(DataError, match="has not come yet"):
        record(db, TODAY + timedelta(days=2), {"seats": 3}, clock=clock)


def test_a_known_metric_is_not_made_another(db: Session) -> None:
    record(db, TODAY, {"seats": 3}, kind=Kind.LEVEL, unit="seats", clock=clock)
    record(db, TODAY, {"seats": 4}, kind="level", unit="seats", clock=clock)
    for other in ({"kind": "flow"}, {"unit": "chairs"}):
        with pytest.raises(UsageError, match="seats is known as a level in seats, not as a"):
            record(db, TODAY, {"seats": 5}, **other, clock=clock)
    with pytest.raises(UsageError, match="total_products is known as a level in products"):
        record(db, TODAY, {"seats": 5, "products": 5}, unit="seats", clock=clock)
    assert values(db) == {"seats": 4}


def test_two_names_of_one_metric_are_refused(db: Session) -> None:
    with pytest.raises(DataError, match="total_products is given twice, as 'total_products' too"):
        record(db, TODAY, {"products": 5, "total_products": 6}, clock=clock)


def test_the_answer_is_the_full_one(db: Session) -> None:
    for ago in range(31):
        record(db, TODAY - timedelta(days=ago), {"seats": 130 - ago}, unit="seats", clock=clock)
    until = when(db, "seats", 200, clock=clock)

    assert isinstance(until, DaysUntil)
    assert (until.status, until.days.p50, until.date("p50")) == (Status.OK, 70, date(2026, 6, 9))
    assert when(db, "seats", 100, clock=clock).status is Status.ALREADY_EXCEEDED
    assert when(db, "seats", 90, falling=True, clock=clock).status is Status.NO_GROWTH
    assert when(db, "seats", 200, platform="other", clock=clock).status is Status.INSUFFICIENT_DATA
    assert when(db, "seats", 200, scope="store:17", clock=clock).status is Status.INSUFFICIENT_DATA


@given(st.integers(20, 90), st.floats(0.01, 1e4))
def test_what_runs_out_does_so_at_nothing(odd_engine: Engine, left: int, pace: float) -> None:
    with Session(odd_engine) as session:
        store_days(session, 59, lambda n: pace * (left + 59 - n), TODAY - timedelta(days=1), "free")
        record(session, TODAY, {"free": pace * left}, unit="GB", clock=clock)
        none, little = (when(session, "free", level, falling=True, clock=clock) for level in (0, 1e-6 * pace))
        session.rollback()

    assert (none.status, none.threshold) == (Status.OK, 0.0)
    assert none.days.p50 == pytest.approx(left, abs=1)
    assert little.days.p50 == none.days.p50


def test_nothing_rises_to_nothing_or_falls_below_it(db: Session) -> None:
    record(db, TODAY, {"free": 5}, clock=clock)
    for level, falling in ((0, False), (-1, True), (-1, False), (float("nan"), True)):
        with pytest.raises(BadThresholdError, match="0 or a positive number" if falling else "not a positive number"):
            when(db, "free", level, falling=falling, clock=clock)


def test_figures_far_below_one_keep_their_digits(db: Session) -> None:
    """A share of errors of a millionth, rising by 4 in a thousand millions a day."""
    for ago in range(201):
        record(db, TODAY - timedelta(days=ago), {"err_ratio": 1.8e-6 - 4e-9 * ago}, unit="", clock=clock)
    until = when(db, "err_ratio", 2.2e-6, clock=clock)

    assert until.current == pytest.approx(1.8e-6, rel=1e-9)
    assert until.status is Status.OK
    assert until.days.p50 == pytest.approx(100, abs=2)


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=80), st.binary(max_size=3), st.decimals(),
    st.dates(), st.datetimes(), st.lists(st.integers(), max_size=2), st.complex_numbers(),
    st.sampled_from([10**400, -(10**5_000), "platform", "store:1", "level", "seats", "products", TODAY, Kind.FLOW]),
)  # fmt: skip
ARGUMENTS = st.fixed_dictionaries(
    {"day": st.one_of(st.just(TODAY), ODD), "values": st.one_of(st.dictionaries(st.text(max_size=70), ODD), ODD)},
    optional={"kind": ODD, "unit": ODD, "platform": ODD, "scope": ODD},
)


@pytest.fixture(scope="module")
def odd_engine() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    create_schema(engine, commerce=False)
    yield engine
    engine.dispose()


@given(ARGUMENTS)
def test_whatever_is_handed_over_is_stored_or_refused_in_our_words(
    odd_engine: Engine, arguments: dict[str, Any]
) -> None:
    with Session(odd_engine) as session:
        try:
            told = record(session, **arguments, clock=clock)
        except OutgrowError:
            return
        known = {name: value for name, value in arguments["values"].items() if value is not None}
        assert {float(row.value or 0) for row in told.measurements} == {float(value) for value in known.values()}
        for name in known:
            assert when(session, name, 5, clock=clock).status in Status


@given(st.fixed_dictionaries({"metric": ODD, "level": ODD}, optional={"platform": ODD, "scope": ODD, "falling": ODD}))
def test_whatever_is_asked_is_answered_or_refused_in_our_words(odd_engine: Engine, arguments: dict[str, Any]) -> None:
    with Session(odd_engine) as session, suppress(UsageError, DataError):
        assert when(session, **arguments, clock=clock).status in Status


@given(ODD, ODD, ODD)
def test_the_service_s_own_answers_too(odd_engine: Engine, metric: Any, number: Any, platform: Any) -> None:
    service = CapacityForecastService(platform, clock=clock)
    with Session(odd_engine) as session:
        with suppress(UsageError):
            days = service.get_days_until_threshold(session, metric, number)
            assert days is None or days > 0
        with suppress(UsageError):
            assert service.get_growth_trends(session, number)["period_days"] == number


def test_a_day_that_lies_too_far_back_is_refused(db: Session) -> None:
    """It would stretch every history to it."""
    record(db, date(1900, 1, 1), {"seats": 3}, clock=clock)
    with pytest.raises(DataError, match="1899-12-31 lies too far back"):
        record(db, date(1899, 12, 31), {"seats": 3}, clock=clock)
    with pytest.raises(DataError, match="too far back"):
        CapacitySnapshot(platform="main", snapshot_date=date(1, 1, 1))
