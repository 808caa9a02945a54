"""A commerce platform of which every event is known, and what has to be counted of it on any day.

The counts come from plain loops over the events, one day at a time: slow, obvious, and nothing of ours in them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from outgrow.sources.commerce.models import (
    CommerceBase,
    MediaFile,
    Merchant,
    MerchantSubscription,
    Order,
    Platform,
    Product,
    Store,
    StoreUser,
    SubscriptionPeriod,
    SubscriptionTier,
)

PLANS: dict[str, dict[str, int | None]] = {
    "free": {"products_limit": 10, "orders_limit": 50, "team_limit": 1},
    "pro": {"products_limit": 1_000, "orders_limit": None, "team_limit": 10},
    "unlimited": {"products_limit": None, "orders_limit": None, "team_limit": None},
}
STATES = ("active", "active", "past_due", "cancelled")
SOLD = {
    "theoretical_products_limit": "products_limit",
    "theoretical_orders_limit": "orders_limit",
    "theoretical_team_limit": "team_limit",
}
Key = tuple[str, str]
"""Metric and scope, as they are stored."""


class Thing(NamedTuple):
    """A store, team member, product or file, with the instants of its life."""

    created_at: datetime
    deactivated_at: datetime | None = None
    deleted_at: datetime | None = None
    size: int = 0


class Span(NamedTuple):
    """A time in which a subscription stayed as it was; the last one has no end."""

    plan: str
    status: str
    since: datetime
    until: datetime | None = None
    override: int | None = None
    """Products, instead of the plan's."""


@dataclass
class KnownPlatform:
    """Everything that ever happened on a platform."""

    zone: str = "UTC"
    stores: list[Thing] = field(default_factory=list)
    team: list[Thing] = field(default_factory=list)
    products: list[Thing] = field(default_factory=list)
    files: list[Thing] = field(default_factory=list)
    orders: list[datetime] = field(default_factory=list)
    subscriptions: list[list[Span]] = field(default_factory=list)

    def put(self, session: Session, code: str = "main") -> Platform:
        """Write all of it; the tables have to be there."""
        platform = Platform(code=code, name=f"The {code} platform", time_zone=self.zone)
        session.add(platform)
        session.flush()
        rows = _Rows(session, platform.id)
        merchants = rows.add(Merchant, [{"created_at": EVER}] * max(len(self.subscriptions), 1))
        self._put_stores(rows, merchants[0])
        self._put_subscriptions(rows, merchants)
        return platform

    def _put_stores(self, rows: "_Rows", merchant: int) -> None:
        """The stores, and all that is in them: in the first one."""
        stores = rows.add(Store, [{**s._asdict(), "merchant_id": merchant} for s in self.stores], without=("size",))
        store = {"store_id": stores[0] if stores else None}
        rows.put(StoreUser, [{**t._asdict(), **store} for t in self.team], without=("deleted_at", "size"))
        rows.put(Product, [{**p._asdict(), **store} for p in self.products], without=("deactivated_at", "size"))
        files = [{**f._asdict(), **store, "bytes": f.size} for f in self.files]
        rows.put(MediaFile, files, without=("deactivated_at", "size"))
        rows.put(Order, [{"created_at": at, **store} for at in self.orders])

    def _put_subscriptions(self, rows: "_Rows", merchants: list[int]) -> None:
        """One for each merchant, as it is now and as it was."""
        plans = [{"code": code, "price_monthly": Decimal(9), **limits} for code, limits in PLANS.items()]
        tiers = dict(zip(PLANS, rows.add(SubscriptionTier, plans), strict=True))
        now = [
            {**_state(spans[-1], tiers), "merchant_id": merchant, "started_at": spans[0].since}
            for merchant, spans in zip(merchants, self.subscriptions, strict=False)
        ]
        subscriptions = rows.add(MerchantSubscription, now)
        then = [
            {**_state(span, tiers), "subscription_id": number, "valid_from": span.since, "valid_to": span.until}
            for number, spans in zip(subscriptions, self.subscriptions, strict=True)
            for span in spans
        ]
        rows.put(SubscriptionPeriod, then)

    def on(self, day: date) -> dict[Key, float]:
        """Every metric that can be rebuilt, at the end of a day in the platform's zone."""
        spans = [span for spans in self.subscriptions for span in spans if self._alive(span.since, span.until, day)]
        active = [span for span in spans if span.status in {"active", "trial"}]
        placed = [self._local(at) for at in self.orders]
        counted: dict[Key, float] = {
            ("total_stores", "platform"): sum(self._alive(s.created_at, s.deleted_at, day) for s in self.stores),
            ("active_stores", "platform"): sum(
                self._alive(s.created_at, s.deleted_at, day) and self._alive(s.created_at, s.deactivated_at, day)
                for s in self.stores
            ),
            ("total_team_members", "platform"): sum(
                self._alive(t.created_at, t.deactivated_at, day) for t in self.team
            ),
            ("total_products", "platform"): sum(self._alive(p.created_at, p.deleted_at, day) for p in self.products),
            ("storage_used_gb", "platform"): sum(
                f.size for f in self.files if self._alive(f.created_at, f.deleted_at, day)
            )
            / 1e9,
            ("orders_per_day", "platform"): sum(at == day for at in placed),
            ("total_orders_month", "platform"): sum(day.replace(day=1) <= at <= day for at in placed),
            ("total_subscriptions", "platform"): sum(
                self._local(spans[0].since) <= day for spans in self.subscriptions
            ),
            ("active_subscriptions", "platform"): len(active),
            ("trial_stores", "platform"): sum(span.status == "trial" for span in spans),
            ("tier_subscriptions", "platform"): len(active),
        }
        for plan in self.plans():
            counted["tier_subscriptions", f"plan:{plan}"] = sum(span.plan == plan for span in active)
        for metric, limit in SOLD.items():
            counted[metric, "platform"] = sum(_limit(span, limit) for span in active)
        return counted

    def plans(self, until: date = date.max) -> set[str]:
        """The plans that anybody had had by the end of a day."""
        return {span.plan for spans in self.subscriptions for span in spans if self._local(span.since) <= until}

    def _alive(self, began: datetime, ended: datetime | None, day: date) -> bool:
        return self._local(began) <= day and (ended is None or self._local(ended) > day)

    def _local(self, instant: datetime) -> date:
        return local_date(instant, self.zone)


EVER = datetime(2001, 1, 1, tzinfo=UTC)
AROUND_MIDNIGHT = [timedelta(microseconds=us) for us in (-1_000_000, -1_000, 0, 1, 1_000_000)]


class _Rows:
    def __init__(self, session: Session, platform_id: int) -> None:
        self.session, self.platform = session, {"platform_id": platform_id}

    def add(self, table: Any, rows: list[dict[str, Any]], without: tuple[str, ...] = ()) -> list[int]:
        """Insert rows, save for some of their columns, and give their ids in order."""
        if not rows:
            return []
        query = insert(table).returning(table.id, sort_by_parameter_order=True)
        return list(self.session.scalars(query, self._kept(rows, without)))

    def put(self, table: Any, rows: list[dict[str, Any]], without: tuple[str, ...] = ()) -> None:
        """The same where nobody asks for their ids, at a fraction of the cost."""
        if rows:
            connection = self.session.connection(bind_arguments={"mapper": table.__mapper__})
            connection.execute(insert(table.__table__), self._kept(rows, without))

    def _kept(self, rows: list[dict[str, Any]], without: tuple[str, ...]) -> list[dict[str, Any]]:
        return [{**self.platform, **{name: row[name] for name in row if name not in without}} for row in rows]


@cache
def local_date(instant: datetime, zone: str) -> date:
    """The day that a calendar on the wall shows at an instant."""
    return instant.astimezone(ZoneInfo(zone)).date()


def _state(span: Span, tiers: dict[str, int]) -> dict[str, Any]:
    return {"tier_id": tiers[span.plan], "status": span.status, "products_limit": span.override}


def _limit(span: Span, name: str) -> int:
    if name == "products_limit" and span.override is not None:
        return span.override
    return PLANS[span.plan][name] or 0


@cache
def eventful_platform(zone: str, first: date, last: date, seed: int = 1) -> KnownPlatform:
    """A platform on which a little of everything happens, much of it around midnight and when clocks change.

    The same one for everybody who asks for the same: not to be changed.
    """
    moments = _Moments(zone, first, last, Random(seed))
    random = moments.random
    made = KnownPlatform(
        zone,
        stores=[_life(moments, deactivated=i % 3 == 1, deleted=i % 4 == 1) for i in range(14)],
        team=[_life(moments, deactivated=i % 3 == 0) for i in range(20)],
        products=[_life(moments, deleted=i % 2 == 0) for i in range(120)],
        files=[_life(moments, deleted=i % 3 == 0)._replace(size=random.randrange(1, 3 * 10**9)) for i in range(40)],
        orders=sorted([*(moments.any() for _ in range(300)), *moments.around_clock_changes()]),
    )
    for i in range(10):
        turns = sorted(moments.any() for _ in range(1 + i % 4))
        states = ["trial" if i % 2 else "active", *(random.choice(STATES) for _ in turns[1:])]
        made.subscriptions.append(
            [
                Span(random.choice(list(PLANS)), state, at, following, random.choice([None, None, 77]))
                for state, at, following in zip(states, turns, [*turns[1:], None], strict=True)
            ]
        )
    return made


def _life(moments: "_Moments", *, deactivated: bool = False, deleted: bool = False) -> Thing:
    began, turned, ended = sorted(moments.any() for _ in range(3))
    return Thing(began, turned if deactivated else None, ended if deleted else None)


@dataclass
class _Moments:
    zone: str
    first: date
    last: date
    random: Random

    def any(self) -> datetime:
        """An instant of the span, every second time within a second of a local midnight."""
        n = self.random.randrange((self.last - self.first).days + 1)
        midnight = datetime.combine(self.first + timedelta(days=n), time.min, ZoneInfo(self.zone)).astimezone(UTC)
        if n and self.random.random() < 0.5:
            return midnight + self.random.choice(AROUND_MIDNIGHT)
        return midnight + timedelta(milliseconds=self.random.randrange(86_400_000))

    def around_clock_changes(self) -> Iterator[datetime]:
        """An instant every twenty minutes of the nights in which the offset changes."""
        at = datetime.combine(self.first, time.min, UTC)
        end = datetime.combine(self.last, time.min, UTC)
        while at < end:
            before, after = (self._offset(at + timedelta(hours=h)) for h in (-12, 12))
            if before != after:
                yield at
            at += timedelta(minutes=20)

    def _offset(self, at: datetime) -> timedelta | None:
        return at.astimezone(ZoneInfo(self.zone)).utcoffset()


def tables_of(session: Session, *bases: type[Any]) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of these models, in the order of their text."""
    return {
        table.name: sorted((tuple(row) for row in session.execute(table.select())), key=repr)
        for base in (bases or (CommerceBase,))
        for table in base.metadata.sorted_tables
    }


def put(engine: Engine, known: KnownPlatform, code: str = "main") -> None:
    """Put a platform into a database, and commit."""
    with Session(engine) as session, session.begin():
        known.put(session, code)
