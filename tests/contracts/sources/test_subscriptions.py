"""What subscriptions were at an instant, told by the dates of their rows or by their recorded periods."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import numpy as np
import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from outgrow.sources.commerce.models import Merchant, MerchantSubscription, Platform, SubscriptionTier
from outgrow.sources.commerce.models.billing import COUNTED_AS_ACTIVE, SubscriptionStatus, first_periods
from outgrow.sources.commerce.subscriptions import read_subscriptions

STARTED = datetime(2026, 3, 1, 12, tzinfo=UTC)
STEPS = [None, *(timedelta(days=days) for days in (-1, 0, 2, 5))]
ROWS = [
    (status.value, None if trial is None else STARTED + trial, None if ended is None else STARTED + ended)
    for status, trial, ended in product(SubscriptionStatus, STEPS, STEPS)
]
"""Every status with dates in every order, such as nobody but a fault would write, too."""
INSTANTS = [STARTED + timedelta(days=days, microseconds=tick) for days in (-1, 0, 1, 2, 3, 5, 6) for tick in (-1, 0, 1)]


@pytest.fixture
def db(commerce_engine: Engine) -> Iterator[Session]:
    """A platform with a subscription of each kind, none of which has periods."""
    with Session(commerce_engine) as session:
        session.add(Platform(id=1, code="main"))
        session.flush()
        session.add(SubscriptionTier(id=1, platform_id=1, code="pro", price_monthly=Decimal(9), products_limit=10))
        session.add(Merchant(id=1, platform_id=1, name="m", created_at=STARTED))
        session.flush()
        session.execute(
            insert(MerchantSubscription),
            [
                {
                    "id": number,
                    "platform_id": 1,
                    "merchant_id": 1,
                    "tier_id": 1,
                    "status": status,
                    "started_at": STARTED,
                    "trial_ends_at": trial,
                    "ended_at": ended,
                    "products_limit": number,
                }
                for number, (status, trial, ended) in enumerate(ROWS, 1)
            ],
        )
        yield session


def test_what_the_dates_tell_is_what_the_periods_made_of_them_would(db: Session) -> None:
    for end in INSTANTS:
        told = {}
        for number, (status, trial, ended) in enumerate(ROWS, 1):
            for state, since, until in first_periods(status, STARTED, trial, ended):
                if end > STARTED and since < end and (until is None or until >= end):
                    told[number] = state
        assert len(told) == (len(ROWS) if end > STARTED else 0)
        found = read_subscriptions(db, 1, end, active=False)
        states = dict(
            zip(found.limits[:, 0].astype(int).tolist(), zip(found.active, found.trial, strict=True), strict=True)
        )
        assert states == {n: (state in COUNTED_AS_ACTIVE, state == "trial") for n, state in told.items()}

        active = read_subscriptions(db, 1, end)
        assert active.limits[:, 0].tolist() == sorted(n for n, state in told.items() if state in COUNTED_AS_ACTIVE)


def test_now_it_is_what_the_rows_say(db: Session) -> None:
    found = read_subscriptions(db, 1, None)
    assert found.limits[:, 0].tolist() == [n for n, row in enumerate(ROWS, 1) if row[0] in COUNTED_AS_ACTIVE]
    assert np.isposinf(found.limits[:, 1:]).all()
    assert set(found.tier.tolist()) == set(found.merchant.tolist()) == {1}
    assert len(read_subscriptions(db, 1, None, active=False).tier) == len(ROWS)
