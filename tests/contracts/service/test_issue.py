"""A capture keeps the forecasts of its day: once, from both models, and without ever failing for them."""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Barrier
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, Row, delete, func, select
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE, connected, sqlite_file
from tests.support.desks import backfill, capture, desk_of, store_of
from tests.support.forecasts import Products, issued
from tests.support.platforms import KnownPlatform, Thing, eventful_platform
from tests.support.snapshots import store_days

from outgrow import CapacityForecastService
from outgrow.documents.shared import day_band_document
from outgrow.domain.event import CalendarRules, Event
from outgrow.domain.issued import DAYS_AHEAD, KEPT_LEVELS
from outgrow.domain.ladder import Ladder, Tier
from outgrow.domain.limit import Limit
from outgrow.domain.metric import CAPTURED, TOTAL_PRODUCTS
from outgrow.domain.note import NoteCode
from outgrow.domain.panel import HistoryPanel
from outgrow.domain.scenario import Project
from outgrow.forecasting.correction import NO_CORRECTION
from outgrow.forecasting.model import load_model
from outgrow.forecasting.projection import ForecastRules, Projection, project, project_panel
from outgrow.service import issue
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.service.forecast import forecast
from outgrow.service.when import when
from outgrow.sources.commerce.aggregator import StatsAggregator, stats_aggregator
from outgrow.sources.commerce.platforms import find_platform
from outgrow.store.tables import FORECASTS, MEASUREMENTS

TODAY = date(2026, 3, 20)
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
CONFIG = CapacityConfig(limits=(Limit("storage_used_gb", 1_000, "disk"), Limit("products", 500, "catalogue")))


@pytest.fixture
def lively(commerce_engine: Engine) -> Engine:
    """A platform of half a year, rebuilt up to yesterday."""
    if commerce_engine.dialect.name == "sqlite":
        Path(str(commerce_engine.url.database)).write_bytes(rebuilt())
    else:
        rebuild(commerce_engine)
    return commerce_engine


def rebuild(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        eventful_platform("UTC", TODAY - timedelta(days=180), TODAY - timedelta(days=1)).put(session)
        backfill(session, session, None, NOW)


@cache
def rebuilt() -> bytes:
    """An SQLite file that holds it, made once for all that begin with it."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "lively.db"
        file.write_bytes(sqlite_file())
        with connected(f"sqlite:///{file}") as engine:
            rebuild(engine)
        return file.read_bytes()


@pytest.fixture
def db(lively: Engine) -> Iterator[Session]:
    with Session(lively) as session:
        yield session


def take(db: Session, now: datetime = NOW, config: CapacityConfig = CONFIG) -> None:
    capture(db, db, find_platform(db), now, stats_aggregator, config=config)
    db.commit()


def rows(db: Session) -> dict[tuple[str, date], Row[Any]]:
    db.expire_all()
    return {(row.metric, row.issued_on): row for row in db.execute(select(FORECASTS))}


def view(db: Session, today: date = TODAY, config: CapacityConfig = CONFIG) -> Desk:
    return desk_of(db, "main", today, config)


class TestWhatIsKept:
    @EACH_DATABASE
    def test_every_metric_that_can_be_forecast(self, db: Session) -> None:
        take(db)

        kept = rows(db)
        measured_once = {"db_size_mb"}  # too little is known of it
        assert {metric for metric, _ in kept} == {m.name for m in CAPTURED} - measured_once
        assert {day for _, day in kept} == {TODAY}
        assert {row.model for row in kept.values()} == {"shared"}
        assert kept["total_products", TODAY].as_of == TODAY
        assert kept["orders_per_day", TODAY].as_of == TODAY - timedelta(days=1), "today's orders are not over"

    def test_it_is_what_forecast_says(self, db: Session) -> None:
        store_days(db, 40, lambda n: 50 + n * n / 9, TODAY - timedelta(days=1), "db_size_mb")
        take(db)
        records = store_of(db).forecasts("main", TODAY)
        assert records.keys() == {m.name for m in CAPTURED}
        at = [day - 1 for day in DAYS_AHEAD]
        for metric, record in records.items():
            made = forecast(view(db), metric).projection
            assert isinstance(made, Projection)
            kept = record.quantiles["shared"][0]
            assert kept == pytest.approx(made.quantiles(KEPT_LEVELS)[:, at], rel=1e-6, abs=1e-6), metric
            for level in set(KEPT_LEVELS) & set(made.forecast.levels):
                shown = made.forecast.quantile(level)[at]
                assert kept[KEPT_LEVELS.index(level)] == pytest.approx(shown, rel=1e-6, abs=1e-6), metric

    def test_faults_and_the_platform_s_own_past_are_heeded_as_in_forecast(self, commerce_engine: Engine) -> None:
        """An import, and enough of a past that the ranges are corrected: of the shared model alone."""
        with Session(commerce_engine) as db:
            KnownPlatform("UTC").put(db)
            for metric in ("total_products", "total_stores", "active_stores", "total_team_members"):
                store_days(db, 300, steady(metric), TODAY, metric)
            capture(db, db, find_platform(db), NOW, StatsAggregator([]))
            made = forecast(view(db), "products").projection
            record = store_of(db).forecasts("main", TODAY)["total_products"]
            plain = project(view(db).forecastable(TOTAL_PRODUCTS), TODAY, ForecastRules(model="drift"))
            assert view(db).correction.width != 1

        assert isinstance(made, Projection)
        assert isinstance(plain, Projection)
        assert [note.code for note in made.notes] == [NoteCode.IMPORT]
        for model, said in (("shared", made), ("drift", plain)):
            kept = record.quantiles[model][0]
            assert kept == pytest.approx(said.at_days(DAYS_AHEAD, KEPT_LEVELS), rel=1e-6), model

    def test_both_models_are_asked_of_every_metric(self, db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        """A model that says twice as much as the other can be told from it."""

        def double(panel: HistoryPanel, rules: Sequence[ForecastRules], today: date) -> Any:
            times = np.array([2 if one.model == "drift" else 1 for one in rules])
            same = [replace(one, model="shared", correction=NO_CORRECTION) for one in rules]
            return project_panel(replace(panel, values=panel.values * times[:, None]), same, today)

        monkeypatch.setattr(issue, "project_panel", double)
        take(db)

        for metric, record in store_of(db).forecasts("main", TODAY).items():
            shared, drift = (record.quantiles[model][0, KEPT_LEVELS.index(0.5)] for model in ("shared", "drift"))
            assert drift == pytest.approx(2 * shared, rel=1e-5, abs=1e-5), metric

    def test_every_quantile_is_kept_of_both_models(self, db: Session) -> None:
        take(db)

        for metric, record in store_of(db).forecasts("main", TODAY).items():
            for model in ("shared", "drift"):
                kept = record.quantiles[model]
                assert not np.isnan(kept).any(), metric
                assert (np.diff(kept, axis=1) >= 0).all(), metric

    def test_the_limits_are_what_when_says(self, db: Session) -> None:
        config = CapacityConfig(
            Ladder((Tier.of("Small", Decimal(1), stores=40, products=90), Tier.of("Big", Decimal(2)))), CONFIG.limits
        )
        take(db, config=config)
        kept = rows(db)

        assert [limit["name"] for limit in kept["total_products", TODAY].limits] == ["tier Small", "catalogue"]
        assert kept["orders_per_day", TODAY].limits == []
        for metric in ("total_products", "active_stores", "storage_used_gb"):
            for limit in kept[metric, TODAY].limits:
                said = when(view(db), metric, limit["threshold"])
                assert limit["days"] == day_band_document(said.days)
                assert limit["probability_within"] == {
                    str(days): pytest.approx(p, abs=1e-6) for days, p in said.probability_within.items()
                }

    def test_the_model_is_kept_by_its_name(self, db: Session) -> None:
        take(db)
        named = f"shared:{load_model().checksum[:16]}"

        assert {row.model_id for row in rows(db).values()} == {named}
        db.execute(delete(FORECASTS))
        take(db, config=CapacityConfig(rules=ForecastRules(model="drift")))
        assert {row.model_id for row in rows(db).values()} == {"drift"}

    def test_what_lies_ahead_is_kept_with_it(self, db: Session) -> None:
        campaign = Event("Push", TODAY + timedelta(days=9), TODAY + timedelta(days=11), multiplier=2.0)
        project = Project("Big merchant", TODAY + timedelta(days=30), 0.5, {"products": 700})
        calendar = CalendarRules(sales=False, events=(campaign,))
        take(db, config=CapacityConfig(calendar=calendar, projects=(project,)))
        kept = {metric: row.assumptions or {} for (metric, _), row in rows(db).items()}

        until = (TODAY + timedelta(days=364)).isoformat()
        assert kept["orders_per_day"] == {
            "until": until,
            "events": [
                {"name": "Push", "first": "2026-03-29", "last": "2026-03-31", "kind": "campaign", "multiplier": 2.0}
            ],
            "projects": [],
        }
        assert kept["total_products"]["events"] == []
        assert kept["total_products"]["projects"] == [
            {"name": "Big merchant", "on": "2026-04-19", "probability": 0.5, "size": 700}
        ]

    def test_earlier_years_say_what_an_event_does(self, commerce_engine: Engine) -> None:
        """So of flows more is looked at than a forecast rests on."""
        with Session(commerce_engine) as db:
            KnownPlatform("UTC").put(db)
            random, first = Random(3), TODAY - timedelta(days=900)
            sales = {date(2023, 11, 24), date(2024, 11, 29), date(2025, 11, 28)}
            store_days(
                db,
                900,
                lambda n: random.randint(90, 110) * (5 if first + timedelta(days=n) in sales else 1),
                TODAY - timedelta(days=1),
                "orders_per_day",
            )
            capture(db, db, find_platform(db), NOW, StatsAggregator([]))
            made = forecast(view(db, config=CapacityConfig()), "orders_per_day").projection
            kept = store_of(db).forecasts("main", TODAY)["orders_per_day"].quantiles["shared"][0]

        assert isinstance(made, Projection)
        assert [effect.seen for effect in made.events_ahead if effect.event.name == "Black Friday"] == [3]
        assert kept == pytest.approx(made.at_days(DAYS_AHEAD, KEPT_LEVELS), rel=1e-6)

    def test_a_limit_that_is_reached_already_is_left_out(self, db: Session) -> None:
        take(db, config=CapacityConfig(limits=(Limit("products", 1, "reached"), Limit("products", 10_000, "far"))))
        names = [limit["name"] for limit in rows(db)["total_products", TODAY].limits]

        assert "far" in names
        assert "reached" not in names

    def test_a_shorter_horizon_keeps_fewer_days(self, db: Session) -> None:
        take(db, config=CapacityConfig(rules=ForecastRules(horizon_days=60)))

        assert list(rows(db)["total_products", TODAY].quantiles["shared"]) == ["1", "7", "14", "30", "60"]

    def test_the_embedded_service_keeps_them_by_its_own_limits(self, db: Session) -> None:
        service = CapacityForecastService(config=CONFIG, clock=lambda: NOW)
        service.capture_daily_snapshot(db)

        assert "catalogue" in [limit["name"] for limit in rows(db)["total_products", TODAY].limits]
        db.rollback()
        assert rows(db) == {}, "it is part of the caller's transaction"


class TestOnceADay:
    @EACH_DATABASE
    def test_a_second_capture_keeps_what_was_said(self, db: Session) -> None:
        take(db)
        before = {key: (row.value, row.quantiles, row.limits) for key, row in rows(db).items()}
        take(db, NOW + timedelta(hours=6), CapacityConfig(limits=(Limit("products", 700, "new"),)))

        assert {key: (row.value, row.quantiles, row.limits) for key, row in rows(db).items()} == before

    @EACH_DATABASE
    def test_what_a_second_capture_fills_is_forecast_anew_and_nothing_else(self, commerce_engine: Engine) -> None:
        told: list[float | None] = [None]
        areas = StatsAggregator([Products(lambda: told[0])])
        with Session(commerce_engine) as db:
            KnownPlatform("UTC", stores=[Thing(NOW - timedelta(days=90))]).put(db)
            store_days(db, 40, lambda n: 100 + n, last=TODAY - timedelta(days=1))
            capture(db, db, find_platform(db), NOW, areas)
            first = rows(db)["total_products", TODAY]
            assert (first.as_of, first.value, first.known_days) == (TODAY - timedelta(days=1), 139, 40)

            told[0] = 150
            capture(db, db, find_platform(db), NOW, areas)
            second = rows(db)["total_products", TODAY]
            assert (second.as_of, second.value, second.known_days) == (TODAY, 150, 41)

    def test_a_backfill_before_a_second_capture_counts(self, db: Session) -> None:
        first, last = TODAY - timedelta(days=180), TODAY - timedelta(days=100)
        db.execute(delete(MEASUREMENTS).where(MEASUREMENTS.c.day.between(first, last)))
        take(db)
        before = rows(db)["total_products", TODAY].known_days
        backfill(db, db, find_platform(db), NOW, stats_aggregator)
        take(db)

        assert before < rows(db)["total_products", TODAY].known_days

    def test_the_next_day_is_kept_beside_it(self, db: Session) -> None:
        take(db)
        take(db, NOW + timedelta(days=1))

        assert {day for metric, day in rows(db) if metric == "total_products"} == {TODAY, TODAY + timedelta(days=1)}

    @EACH_DATABASE
    def test_two_captures_at_once_leave_one_row_each(self, lively: Engine) -> None:
        start = Barrier(2)

        def capture_at_once(_number: int) -> None:
            with Session(lively) as db:
                platform = find_platform(db)
                db.rollback()  # a reader that turns writer would have to fail on SQLite
                start.wait(30)
                capture(db, db, platform, NOW, stats_aggregator)
                db.commit()

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(capture_at_once, range(2)))
        with Session(lively) as db:
            counts = db.execute(select(FORECASTS.c.metric, func.count()).group_by(FORECASTS.c.metric)).all()
        assert len(counts) == len(CAPTURED) - 1
        assert {number for _, number in counts} == {1}


class TestNothingToSay:
    def test_days_of_an_outage_are_no_days_that_it_rests_on(self, commerce_engine: Engine) -> None:
        with Session(commerce_engine) as session:
            store_days(session, 60, lambda n: 300.0 + n if n < 58 else 0.0, TODAY, "storage_used_gb")
            seen = view(session)
            first, again = issue.issue(seen), issue.issue(seen)
            said = when(seen, "storage_gb", 1_000)

        kept = next(each for each in first if each.metric == "storage_used_gb")
        assert (kept.as_of, kept.value, kept.known_days) == (TODAY - timedelta(days=2), 357, 58)
        assert said.as_of == kept.as_of
        assert "storage_used_gb" not in {each.metric for each in again}

    def test_too_young_a_platform_keeps_none_and_captures_all_the_same(self, commerce_engine: Engine) -> None:
        with Session(commerce_engine) as db:
            KnownPlatform("UTC", stores=[Thing(NOW)], products=[Thing(NOW)] * 3).put(db)
            take(db)

            assert rows(db) == {}
            assert view(db).history(TOTAL_PRODUCTS).newest == (TODAY, 3)

    def test_a_metric_of_long_ago_is_left_out(self, commerce_engine: Engine) -> None:
        with Session(commerce_engine) as db:
            KnownPlatform("UTC").put(db)
            store_days(db, 40, lambda n: 10 + n, last=TODAY - timedelta(days=20), metric="storage_used_gb")
            store_days(db, 40, lambda n: 10 + n, last=TODAY - timedelta(days=3), metric="db_size_mb")
            capture(db, db, find_platform(db), NOW, StatsAggregator([]))

            assert [metric for metric, _ in rows(db)] == ["db_size_mb"]

    def test_a_limit_of_an_unknown_metric_costs_no_snapshot(
        self, db: Session, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.WARNING, "outgrow"):
            take(db, config=CapacityConfig(limits=(Limit("gigglebytes", 5, "what?"),)))

        assert rows(db) == {}
        assert view(db).history(TOTAL_PRODUCTS).newest is not None
        assert caplog.messages == [
            f"no forecast of {TODAY} is kept: the configuration: limit 1 ([[limits]]): there is no metric 'gigglebytes'"
        ]


class TestWhichModel:
    def test_a_day_s_forecast_comes_from_the_model_that_has_earned_it(self, commerce_engine: Engine) -> None:
        with Session(commerce_engine) as db:
            KnownPlatform("UTC").put(db)
            store_days(db, 60, lambda n: 100 + n + Random(n).uniform(-2, 2), TODAY)
            days = [TODAY - timedelta(days=ago) for ago in range(1, 41)]
            store_of(db).write_forecasts("main", [issued(day, shared=500, drift=140) for day in days])
            capture(db, db, find_platform(db), NOW, StatsAggregator([]))
            row = rows(db)["total_products", TODAY]

            assert row.model == "drift"
            assert (row.reason or "").startswith("over the last 90 days the shared model was further off")
            assert view(db).rules(TOTAL_PRODUCTS).model == "drift"


def steady(metric: str) -> Callable[[int], float]:
    """Growth that keeps to its pace, with an import of products on the way."""
    random = Random(metric)
    steps = [random.gauss(10, 2) for _ in range(300)]
    return lambda n: 10_000 + sum(steps[:n]) + (50_000 if metric == "total_products" and n > 200 else 0)
