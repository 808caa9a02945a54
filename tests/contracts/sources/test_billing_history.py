"""A subscription changed through a session writes its own history, whichever way it changes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from outgrow.sources.commerce.areas.billing import BillingMetrics
from outgrow.sources.commerce.dayscan import DayScan
from outgrow.sources.commerce.models import (
    Merchant,
    MerchantSubscription,
    Platform,
    SubscriptionPeriod,
    SubscriptionStatus,
    SubscriptionTier,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
TRIAL_END = START + timedelta(days=14)
END = START + timedelta(days=100)


@pytest.fixture
def db(commerce_engine: Engine) -> Iterator[Session]:
    with Session(commerce_engine) as session:
        platform = Platform(code="main")
        tiers = [
            SubscriptionTier(platform=platform, code=code, price_monthly=9, products_limit=limit)
            for code, limit in (("basic", 100), ("pro", 1000))
        ]
        session.add_all([platform, Merchant(platform=platform), *tiers])
        session.flush()
        yield session


def subscribe(db: Session, **dates: Any) -> MerchantSubscription:
    merchant = db.query(Merchant).one()
    basic = db.query(SubscriptionTier).filter_by(code="basic").one()
    made = MerchantSubscription(
        platform_id=merchant.platform_id, merchant=merchant, tier=basic, **{"started_at": START, **dates}
    )
    db.add(made)
    db.flush()
    return made


def periods(db: Session) -> list[tuple[str, datetime, datetime | None]]:
    rows = db.query(SubscriptionPeriod).order_by(SubscriptionPeriod.id)
    return [(row.status, row.valid_from, row.valid_to) for row in rows]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"status": "active"}, [("active", START, None)]),
        ({"status": "trial", "trial_ends_at": TRIAL_END}, [("trial", START, None)]),
        (
            {"status": "active", "trial_ends_at": TRIAL_END},
            [("trial", START, TRIAL_END), ("active", TRIAL_END, None)],
        ),
        (
            {"status": "cancelled", "trial_ends_at": TRIAL_END, "ended_at": END},
            [("trial", START, TRIAL_END), ("active", TRIAL_END, END), ("cancelled", END, None)],
        ),
        (
            {"status": "expired", "trial_ends_at": TRIAL_END, "ended_at": TRIAL_END},
            [("trial", START, TRIAL_END), ("expired", TRIAL_END, None)],
        ),
        ({"status": "cancelled", "ended_at": END}, [("active", START, END), ("cancelled", END, None)]),
    ],
)
def test_a_new_subscription_tells_its_past_from_its_dates(
    db: Session, dates: dict[str, Any], expected: list[tuple[str, datetime, datetime | None]]
) -> None:
    subscribe(db, **dates)
    assert periods(db) == expected


def test_naive_dates_are_taken_as_utc(db: Session) -> None:
    naive = {"started_at": START.replace(tzinfo=None), "trial_ends_at": TRIAL_END.replace(tzinfo=None)}
    subscribe(db, status="active", **naive)
    assert periods(db) == [("trial", START, TRIAL_END), ("active", TRIAL_END, None)]


def test_a_change_closes_the_open_period_and_begins_the_next(db: Session) -> None:
    made = subscribe(db, status="active")
    made.status = SubscriptionStatus.PAST_DUE
    db.flush()
    (first, second) = periods(db)
    assert (first[0], second[0], second[2]) == ("active", "past_due", None)
    assert first[2] == second[1] > START


def test_an_end_is_the_instant_of_the_change(db: Session) -> None:
    made = subscribe(db, status="active")
    made.status, made.ended_at = SubscriptionStatus.CANCELLED, END
    db.flush()
    assert periods(db) == [("active", START, END), ("cancelled", END, None)]


def test_upgrades_and_overrides_are_history_too(db: Session) -> None:
    made = subscribe(db, status="active")
    made.tier = db.query(SubscriptionTier).filter_by(code="pro").one()
    db.flush()
    made.products_limit = 5000
    db.flush()
    rows = db.query(SubscriptionPeriod).order_by(SubscriptionPeriod.id).all()
    assert [(row.tier_id == made.tier_id, row.products_limit) for row in rows] == [
        (False, None),
        (True, None),
        (True, 5000),
    ]
    assert [row.valid_to is None for row in rows] == [False, False, True]


def test_what_is_no_change_leaves_no_period(db: Session) -> None:
    made = subscribe(db, status="active")
    made.trial_ends_at = TRIAL_END
    db.flush()
    assert len(periods(db)) == 1
    assert made.periods[0].valid_to is None


def test_a_subscription_without_periods_is_rebuilt_from_its_dates(db: Session) -> None:
    subscribe(db, status="cancelled", trial_ends_at=TRIAL_END, ended_at=END)
    scan = DayScan(db, db.query(Platform.id).scalar(), ZoneInfo("Europe/Berlin"), date(2026, 6, 1))
    first, last = date(2025, 12, 31), date(2026, 6, 1)

    def daily() -> dict[tuple[str, str], list[float]]:
        found = BillingMetrics().rebuild(scan)
        return {(h.key, str(h.scope)): h.changes.level(first, last).tolist() for h in found}

    recorded = daily()
    assert sum(recorded["active_subscriptions", "platform"]) == 100
    assert sum(recorded["trial_subscriptions", "platform"]) == 14
    assert recorded["theoretical_products_limit", "platform"][1] == 100
    db.query(SubscriptionPeriod).delete()
    assert daily() == recorded
