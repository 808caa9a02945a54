"""Merchants of whom every event is known, and what each has on any day, counted in plain loops.

As `platforms.py`, but by merchant: slow, obvious, and nothing of ours in the counting.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session
from tests.support.platforms import Thing, local_date

from outgrow.sources.commerce.models import (
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

LIMITS = ("products_limit", "orders_limit", "team_limit", "storage_limit_gb")
PLANS: dict[str, tuple[Decimal, tuple[int | None, ...]]] = {
    "pro": (Decimal("79.50"), (1_000, None, 10, 100)),
    "free": (Decimal(0), (10, 50, 1, 1)),
    "unlimited": (Decimal(399), (None, None, None, None)),
}
ACTIVE = ("active", "trial")
MIDNIGHTS = [timedelta(microseconds=us) for us in (-1_000_000, 0, 1_000_000)]


class State(NamedTuple):
    """A subscription from an instant on."""

    since: datetime
    plan: str
    status: str
    override: int | None = None
    """Products, instead of the plan's."""


@dataclass
class KnownMerchant:
    """Everything that ever happened to one."""

    created_at: datetime
    deleted_at: datetime | None = None
    states: list[State] = field(default_factory=list)
    products: list[Thing] = field(default_factory=list)
    team: list[Thing] = field(default_factory=list)
    files: list[Thing] = field(default_factory=list)
    orders: list[datetime] = field(default_factory=list)

    def used(self, day: date, zone: str) -> tuple[float, float, float, float]:
        """Products, orders of the month, members and gigabytes at the end of a day."""

        def alive(began: datetime, ended: datetime | None) -> bool:
            return local_date(began, zone) <= day and (ended is None or local_date(ended, zone) > day)

        placed = [local_date(at, zone) for at in self.orders]
        return (
            sum(alive(thing.created_at, thing.deleted_at) for thing in self.products),
            sum(day.replace(day=1) <= at <= day for at in placed),
            sum(alive(thing.created_at, thing.deactivated_at) for thing in self.team),
            sum(thing.size for thing in self.files if alive(thing.created_at, thing.deleted_at)) / 1e9,
        )

    def placed_on(self, day: date, zone: str) -> int:
        """Orders of one day."""
        return sum(local_date(at, zone) == day for at in self.orders)

    def state(self, day: date, zone: str) -> State | None:
        """The subscription at the end of a day, if it was active then."""
        begun = [state for state in self.states if local_date(state.since, zone) <= day]
        return begun[-1] if begun and begun[-1].status in ACTIVE else None

    def exists(self, day: date, zone: str) -> bool:
        """Whether the merchant was there at the end of a day."""
        gone = self.deleted_at is not None and local_date(self.deleted_at, zone) <= day
        return local_date(self.created_at, zone) <= day and not gone


def put(session: Session, merchants: Sequence[KnownMerchant], zone: str = "UTC", code: str = "main") -> Platform:
    """Write all of them, past the ORM's listeners; the things of each are shared out to two stores."""
    platform = Platform(code=code, name=code, time_zone=zone)
    session.add(platform)
    session.flush()

    def add(table: Any, rows: list[dict[str, Any]]) -> list[int]:
        if not rows:
            return []
        query = insert(table).returning(table.id, sort_by_parameter_order=True)
        return list(session.scalars(query, [{"platform_id": platform.id, **row} for row in rows]))

    tiers = dict(
        zip(
            PLANS,
            add(
                SubscriptionTier,
                [
                    {"code": name, "name": name.title(), "price_monthly": price, **dict(zip(LIMITS, top, strict=True))}
                    for name, (price, top) in PLANS.items()
                ],
            ),
            strict=True,
        )
    )
    ids = add(
        Merchant,
        [
            {"name": f"Shop {n}", "created_at": merchant.created_at, "deleted_at": merchant.deleted_at}
            for n, merchant in enumerate(merchants)
        ],
    )
    stores = add(Store, [{"merchant_id": at, "created_at": merchants[0].created_at} for at in ids for _ in range(2)])
    things: dict[Any, list[dict[str, Any]]] = {Product: [], StoreUser: [], MediaFile: [], Order: []}
    for n, merchant in enumerate(merchants):
        own = stores[2 * n : 2 * n + 2]
        shared: dict[Any, list[dict[str, Any]]] = {
            Product: [{"created_at": t.created_at, "deleted_at": t.deleted_at} for t in merchant.products],
            StoreUser: [{"created_at": t.created_at, "deactivated_at": t.deactivated_at} for t in merchant.team],
            MediaFile: [
                {"created_at": t.created_at, "deleted_at": t.deleted_at, "bytes": t.size} for t in merchant.files
            ],
            Order: [{"created_at": at} for at in merchant.orders],
        }
        for table, rows in shared.items():
            things[table] += [{**row, "store_id": own[at % 2]} for at, row in enumerate(rows)]
    things[SubscriptionPeriod] = _put_subscriptions(add, dict(zip(ids, merchants, strict=True)), tiers)
    for table, rows in things.items():
        if rows:  # nobody asks for their ids
            connection = session.connection(bind_arguments={"mapper": table.__mapper__})
            connection.execute(insert(table.__table__), [{"platform_id": platform.id, **row} for row in rows])
    return platform


def _put_subscriptions(add: Any, merchants: Mapping[int, KnownMerchant], tiers: dict[str, int]) -> list[dict[str, Any]]:
    """As they are now, and rows of what they were; one that never changed may do without."""
    having = [(place, number, one.states) for place, (number, one) in enumerate(merchants.items()) if one.states]
    now = [
        {**_state(states[-1], tiers), "merchant_id": number, "started_at": states[0].since}
        for _, number, states in having
    ]
    subscriptions = add(MerchantSubscription, now)
    return [
        {**_state(state, tiers), "subscription_id": subscription, "valid_from": state.since, "valid_to": end}
        for subscription, (place, _, states) in zip(subscriptions, having, strict=True)
        if place % 2 == 0 or len(states) > 1
        for state, end in zip(states, [*(state.since for state in states[1:]), None], strict=True)
    ]


def _state(state: State, tiers: dict[str, int]) -> dict[str, Any]:
    return {"tier_id": tiers[state.plan], "status": state.status, "products_limit": state.override}


@cache
def eventful_merchants(zone: str, first: date, last: date, n: int = 14, seed: int = 3) -> tuple[KnownMerchant, ...]:
    """Merchants to whom a little of everything happens, much of it at midnight; not to be changed."""
    random = Random(seed)
    span = (last - first).days

    def moment(since: int = 0) -> datetime:
        day = first + timedelta(days=random.randrange(since, span))
        at = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if random.random() < 0.4:
            return at - _offset(at, zone) + random.choice(MIDNIGHTS)
        return at + timedelta(seconds=random.randrange(86_400))

    def things(number: int, *, deactivated: bool = False) -> list[Thing]:
        made = []
        for _ in range(number):
            began, ended = sorted((moment(1), moment(1)))
            end = ended if random.random() < 0.4 else None
            made.append(
                Thing(began, deactivated_at=end, size=0)
                if deactivated
                else Thing(began, deleted_at=end, size=random.randrange(1, 2 * 10**9))
            )
        return made

    made = []
    for at in range(n):
        joined = datetime(first.year, first.month, first.day, 12, tzinfo=UTC) + timedelta(days=at)
        turns = sorted(moment(n) for _ in range(at % 4))
        states = [
            State(since, random.choice(list(PLANS)), random.choice(["trial", "active", "active", "past_due"]), override)
            for since in turns
            for override in [random.choice([None, None, 77])]
        ]
        deleted = moment(span // 2) if at % 5 == 4 else None
        made.append(
            KnownMerchant(
                joined,
                deleted,
                states,
                things(at * 2),
                things(at % 3, deactivated=True),
                things(at),
                sorted(moment(1) for _ in range(at * 3)),
            )
        )
    return tuple(made)


def _offset(at: datetime, zone: str) -> timedelta:
    from zoneinfo import ZoneInfo

    return at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
