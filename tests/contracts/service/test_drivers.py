"""Who brought growth: on a platform of which every event is known, counted again by plain loops."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, insert, select, update
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.desks import backfill, desk_of
from tests.support.platforms import EVER, KnownPlatform, Span, Thing, eventful_platform, local_date

from outgrow.documents.drivers import drivers_document
from outgrow.domain.drivers import Drivers
from outgrow.domain.errors import ConfigurationError, UnknownMetricError, UsageError
from outgrow.service.drivers import By, drivers
from outgrow.sources.commerce.models import (
    MediaFile,
    Merchant,
    MerchantSubscription,
    Order,
    Product,
    Store,
    StoreUser,
    SubscriptionPeriod,
)

ZONE = "America/New_York"
TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
FIRST = TODAY - timedelta(days=300)
SINCE, UNTIL = TODAY - timedelta(days=61), TODAY - timedelta(days=1)
METRICS = ("total_products", "total_team_members", "storage_used_gb", "orders_per_day")
MERCHANTS = 13
"""The first ten subscribe to plans, three never do."""


@dataclass(frozen=True)
class Placed:
    """The platform, and which store each thing is in; None is no store."""

    known: KnownPlatform
    places: dict[str, list[int | None]]

    def merchant(self, store: int) -> int:
        return store % MERCHANTS

    def there(self, store: int, day: date) -> bool:
        """Neither closed nor deleted at the end of a day."""
        thing = self.known.stores[store]
        ends = [local_date(at, ZONE) for at in (thing.deactivated_at, thing.deleted_at) if at]
        return local_date(thing.created_at, ZONE) <= day and all(end > day for end in ends)

    def identity(self, store: int | None, since: date, until: date) -> str:
        if store is None:
            return "without_store"
        return {
            (False, True): "joined",
            (True, False): "left",
            (True, True): "stayed",
            (False, False): "neither",
        }[self.there(store, since), self.there(store, until)]

    def plan(self, store: int, day: date) -> str | None:
        """Of the merchant's subscription: the plan of the newest span that began by then."""
        merchant = self.merchant(store)
        spans = self.known.subscriptions[merchant] if merchant < len(self.known.subscriptions) else []
        begun = [span.plan for span in spans if local_date(span.since, ZONE) <= day]
        return begun[-1] if begun else None

    def amount(self, metric: str, thing: Any, since: date, until: date) -> tuple[int, int]:
        """What a thing counts for before and after, in whole units."""
        if metric == "orders_per_day":
            placed = local_date(thing, ZONE)
            return int(since - (until - since) < placed <= since), int(since < placed <= until)
        ended = thing.deactivated_at if metric == "total_team_members" else thing.deleted_at
        size = thing.size if metric == "storage_used_gb" else 1
        alive = [
            local_date(thing.created_at, ZONE) <= day and not (ended and local_date(ended, ZONE) <= day)
            for day in (since, until)
        ]
        return size * alive[0], size * alive[1]

    def things(self, metric: str) -> list[Any]:
        known = self.known
        things: dict[str, list[Any]] = {
            "total_products": known.products,
            "total_team_members": known.team,
            "storage_used_gb": known.files,
            "orders_per_day": known.orders,
        }
        return things[metric]

    def changes(self, metric: str, since: date, until: date, by: Any) -> dict[Any, int]:
        """What each group's things changed by, in whole units."""
        found: dict[Any, int] = {}
        for thing, store in zip(self.things(metric), self.places[metric], strict=True):
            before, after = self.amount(metric, thing, since, until)
            group = by(store)
            found[group] = found.get(group, 0) + after - before
        return found


@pytest.fixture
def placed(commerce_engine: Engine) -> Placed:
    """A lively platform whose things are spread over its stores, and its stores over merchants."""
    known = eventful_platform(ZONE, FIRST, TODAY - timedelta(days=1), seed=4)
    random = Random(9)
    stores: list[int | None] = list(range(len(known.stores)))
    nowhere: list[int | None] = [None] * 3
    places = {
        metric: random.choices(
            stores + (nowhere if metric in {"storage_used_gb", "orders_per_day"} else []), k=len(things)
        )
        for metric, things in (
            ("total_products", known.products),
            ("total_team_members", known.team),
            ("storage_used_gb", known.files),
            ("orders_per_day", known.orders),
        )
    }
    with Session(commerce_engine) as session, session.begin():
        platform = known.put(session)
        more = [{"platform_id": platform.id, "created_at": EVER}] * (MERCHANTS - len(known.subscriptions))
        session.execute(insert(Merchant), more)
        merchants, ids = (list(session.scalars(select(table.id).order_by(table.id))) for table in (Merchant, Store))
        move(session, Store, "merchant_id", [merchants[at % MERCHANTS] for at in range(len(ids))])
        for table, metric in zip((Product, StoreUser, MediaFile, Order), METRICS, strict=True):
            move(session, table, "store_id", [None if at is None else ids[at] for at in places[metric]])
    return Placed(known, places)


def move(session: Session, table: Any, column: str, wanted: list[int | None]) -> None:
    """Set a column of all rows, in the order in which they were written."""
    ids = session.scalars(select(table.id).order_by(table.id)).all()
    session.execute(update(table), [{"id": row, column: value} for row, value in zip(ids, wanted, strict=True)])


@pytest.fixture
def db(placed: Placed, commerce_engine: Engine) -> Iterator[Session]:
    with Session(commerce_engine) as session:
        yield session


def ask(db: Session, metric: str, since: date | None = SINCE, by: By | None = None, today: date = TODAY) -> Drivers:
    return drivers(desk_of(db, "main", today, source=db, now=NOW), metric, since=since, by=by)


def bytes_of(split: Drivers, amount: float) -> int:
    """An amount of a document in whole units."""
    return round(amount * split.units)


class TestParts:
    @EACH_DATABASE
    def test_each_is_what_its_stores_changed(self, db: Session, placed: Placed) -> None:
        for metric in METRICS:
            split = ask(db, metric)
            wanted = placed.changes(metric, SINCE, UNTIL, lambda store: placed.identity(store, SINCE, UNTIL))
            told = {part["code"]: bytes_of(split, part["change"]) for part in drivers_document(split)["parts"]}

            assert told == dict.fromkeys(told, 0) | wanted, metric
            assert sum(told.values()) == split.after - split.before

    @EACH_DATABASE
    def test_all_of_it_is_the_change_that_was_rebuilt(self, db: Session) -> None:
        backfill(db, db, None, NOW)
        for metric in METRICS:
            for since, until in ((SINCE, UNTIL), (FIRST + timedelta(days=40), FIRST + timedelta(days=75))):
                desk = desk_of(db, "main", until, source=db, now=NOW)
                split = drivers(desk, metric, since=since)
                history = desk.history(split.metric)
                if metric == "orders_per_day":
                    period = history.between(since + timedelta(days=1), until).values.sum()
                    change = period - history.between(since - (until - since) + timedelta(days=1), since).values.sum()
                else:
                    change = history.values[-1] - history.between(since, since).values[0]

                assert drivers_document(split)["change"] == pytest.approx(change, abs=1e-9), metric

    @EACH_DATABASE
    def test_plans_add_up_and_are_those_of_the_period_s_end(self, db: Session, placed: Placed) -> None:
        for metric in METRICS:
            split = ask(db, metric, by="plan")
            wanted = placed.changes(
                metric, SINCE, UNTIL, lambda store: "nowhere" if store is None else placed.plan(store, UNTIL)
            )
            nowhere = wanted.pop("nowhere", 0)
            groups = drivers_document(split)["groups"]

            told = {g["group"]: bytes_of(split, g["change"]) for g in groups}
            assert told == dict.fromkeys(told, 0) | wanted, metric
            assert split.unplaced[1] - split.unplaced[0] == nowhere
            assert sum(g["stores"] for g in groups) == len(placed.known.stores)
            for group in groups:
                parts = sum(bytes_of(split, group[code]) for code in ("joined", "left", "stayed", "neither"))
                assert parts == bytes_of(split, group["change"])

    @EACH_DATABASE
    def test_cohorts_add_up(self, db: Session, placed: Placed) -> None:
        for metric in METRICS:
            split = ask(db, metric, by="cohort")

            def quarter(store: int | None) -> str | None:
                if store is None:
                    return None
                joined = local_date(placed.known.stores[store].created_at, ZONE)
                return f"{joined.year} Q{(joined.month + 2) // 3}"

            wanted = placed.changes(metric, SINCE, UNTIL, quarter)
            nowhere = wanted.pop(None, 0)
            groups = {g["group"]: bytes_of(split, g["change"]) for g in drivers_document(split)["groups"]}

            assert groups == dict.fromkeys(groups, 0) | wanted, metric
            assert list(groups) == sorted(groups, key=str)
            assert sum(groups.values()) + nowhere == split.after - split.before

    @EACH_DATABASE
    def test_as_few_queries_however_many_stores(self, db: Session) -> None:
        sent: list[int] = []
        event.listen(db.get_bind(), "before_cursor_execute", lambda *_: sent.append(1))
        for metric in METRICS:
            desk = desk_of(db, "main", TODAY, source=db, now=NOW)
            desk.metrics  # noqa: B018 (read once, before)
            sent.clear()
            drivers(desk, metric, since=SINCE, by="plan")

            assert len(sent) == 4, metric


class TestPeriod:
    def test_it_is_ninety_days_up_to_yesterday(self, db: Session) -> None:
        split = ask(db, "products", since=None)

        assert (split.since, split.until) == (UNTIL - timedelta(days=90), UNTIL)
        assert (split.metric.name, split.scope_name) == ("total_products", "platform:main")

    def test_it_ends_with_a_past_day_that_is_asked_for(self, db: Session) -> None:
        assert ask(db, "products", today=TODAY - timedelta(days=9)).until == TODAY - timedelta(days=9)

    def test_month_totals_are_told_by_their_days(self, db: Session) -> None:
        assert ask(db, "orders").metric.name == "orders_per_day"

    @EACH_DATABASE
    def test_the_platform_s_days_count(self, db: Session) -> None:
        """Soon after midnight in UTC it is still yesterday in New York."""
        early = datetime(2026, 3, 31, 2, tzinfo=UTC)
        split = drivers(desk_of(db, "main", TODAY, source=db, now=early), "products")

        assert split.until == TODAY - timedelta(days=2)


class TestCohorts:
    def test_those_of_long_ago_are_one_group(self, commerce_engine: Engine) -> None:
        ages = (10, 200, 800, 900, 2_000)
        things = [Thing(NOW - timedelta(days=age)) for age in ages]
        with Session(commerce_engine) as db:
            KnownPlatform(ZONE, stores=things, products=things).put(db)
            groups = drivers_document(ask(db, "products", by="cohort"))["groups"]

        told = [(group["group"], group["stores"]) for group in groups]
        assert told == [("before 2024 Q2", 3), ("2025 Q3", 1), ("2026 Q1", 1)]


class TestPlans:
    def test_without_periods_the_subscription_s_own_row_tells(self, db: Session, placed: Placed) -> None:
        """Written past the ORM, or before the platform kept periods."""
        db.execute(delete(SubscriptionPeriod))
        split = ask(db, "products", by="plan")
        wanted = {spans[-1].plan for spans in placed.known.subscriptions}

        assert {g["group"] for g in drivers_document(split)["groups"]} <= {*wanted, None}
        assert split.groups != (None,)

    @EACH_DATABASE
    def test_of_several_subscriptions_an_active_one_counts(self, commerce_engine: Engine) -> None:
        then = [NOW - timedelta(days=days) for days in (200, 100, 50)]
        spans = [
            [Span("free", "active", then[0])],
            [Span("pro", "active", then[1], then[2]), Span("pro", "cancelled", then[2])],
        ]
        with Session(commerce_engine) as db:
            KnownPlatform(ZONE, [Thing(then[0])], products=[Thing(then[0])], subscriptions=spans).put(db)
            first = db.scalars(select(Merchant.id).order_by(Merchant.id)).first()
            db.execute(update(MerchantSubscription).values(merchant_id=first))

            assert ask(db, "products", by="plan").groups == ("free",)
            assert ask(db, "products", by="plan", today=TODAY - timedelta(days=60), since=FIRST).groups == ("pro",)


class TestNothingToTell:
    def test_a_platform_without_stores(self, commerce_engine: Engine) -> None:
        with Session(commerce_engine) as db:
            KnownPlatform(ZONE).put(db)
            for by in (None, "plan", "cohort"):
                split = ask(db, "orders", by=by)
                assert (split.before, split.after) == (0, 0)
                assert drivers_document(split)["change"] == 0

    def test_rows_of_another_platform_are_not_counted(self, db: Session) -> None:
        before = drivers_document(ask(db, "products"))
        KnownPlatform(ZONE, [Thing(EVER)], products=[Thing(EVER)] * 9).put(db, "other")

        assert drivers_document(ask(db, "products")) == before

    def test_it_needs_the_platform_s_database(self, db: Session) -> None:
        with pytest.raises(ConfigurationError, match="not at hand") as error:
            drivers(desk_of(db, "main", TODAY, now=NOW), "products")
        assert "--database-url" in error.value.mend

    def test_metrics_that_stores_do_not_hold(self, db: Session) -> None:
        with pytest.raises(UsageError, match="active_stores cannot be split by stores") as error:
            ask(db, "stores")
        assert "orders_per_day" in error.value.mend
        with pytest.raises(UnknownMetricError):
            ask(db, "gigglebytes")

    def test_a_period_without_a_day(self, db: Session) -> None:
        with pytest.raises(UsageError, match="no day is over"):
            ask(db, "products", since=UNTIL)
