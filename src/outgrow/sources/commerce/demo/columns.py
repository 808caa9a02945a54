"""The demo platform as the columns of each table."""

from typing import Any

import numpy as np

from outgrow.sources.commerce.demo.clock import NEVER
from outgrow.sources.commerce.demo.growth import Items
from outgrow.sources.commerce.demo.load import Column
from outgrow.sources.commerce.demo.names import PEOPLE, slug
from outgrow.sources.commerce.demo.plans import FREE, PLANS, TRIAL_DAYS, limits_of
from outgrow.sources.commerce.demo.subscriptions import State
from outgrow.sources.commerce.demo.world import World
from outgrow.sources.commerce.models import (
    CommerceBase,
    MediaFile,
    Merchant,
    MerchantSubscription,
    Order,
    Product,
    Store,
    StoreUser,
    SubscriptionPeriod,
)
from outgrow.sources.commerce.models.billing import LIMITS


def plan_rows() -> list[dict[str, Any]]:
    """The four plans."""
    return [
        {
            "id": i,
            "code": plan.code,
            "name": plan.name,
            "price_monthly": plan.price_monthly,
            **limits_of(plan),
        }
        for i, plan in enumerate(PLANS, 1)
    ]


def tables(world: World) -> dict[type[CommerceBase], dict[str, Column]]:
    """All other tables but the platform's own, owners before what they own.

    Rows are numbered from one in the order of the world's arrays.
    """
    instants, stores, codes = world.clock.instants, world.stores, _store_codes(world)
    return {
        Merchant: {
            "name": world.names,
            "created_at": instants(world.merchants.joined),
            "deleted_at": instants(world.merchants.deleted),
        },
        Store: {
            "merchant_id": stores.merchant + 1,
            "code": codes,
            "name": [code.replace("-", " ").title() for code in codes],
            "created_at": instants(stores.opened),
            "deactivated_at": instants(stores.closed),
            "deleted_at": instants(stores.deleted),
        },
        MerchantSubscription: _subscriptions(world),
        SubscriptionPeriod: _periods(world),
        StoreUser: {
            "email": [f"{PEOPLE[i % len(PEOPLE)]}.{i}@{codes[s]}.example" for i, s in _numbered(world.team)],
            **_lifetimes(world, world.team, "deactivated_at"),
        },
        Product: {
            "sku": [f"S{s + 1:03d}-{i:06d}" for i, s in _numbered(world.products)],
            **_lifetimes(world, world.products, "deleted_at"),
        },
        MediaFile: {
            "path": [f"{codes[s]}/{i:06d}.jpg" for i, s in _numbered(world.files)],
            "bytes": world.file_bytes,
            **_lifetimes(world, world.files, "deleted_at"),
        },
        Order: {
            "store_id": world.orders.store + 1,
            "status": world.order_status,
            "created_at": instants(world.orders.born),
        },
    }


def _numbered(items: Items) -> list[tuple[int, int]]:
    return list(enumerate(items.store.tolist(), 1))


def _lifetimes(world: World, items: Items, ended: str) -> dict[str, Column]:
    return {
        "store_id": items.store + 1,
        "created_at": world.clock.instants(items.born),
        ended: world.clock.instants(items.ended),
    }


def _store_codes(world: World) -> list[str]:
    """The merchant's name, numbered from the second store on."""
    seen: dict[int, int] = {}
    codes = []
    for merchant in world.stores.merchant.tolist():
        seen[merchant] = seen.get(merchant, 0) + 1
        suffix = f"-{seen[merchant]}" if seen[merchant] > 1 else ""
        codes.append(slug(world.names[merchant]) + suffix)
    return codes


def _subscriptions(world: World) -> dict[str, Column]:
    """One subscription for each merchant, as it stands now."""
    joined, left = world.merchants.joined, world.merchants.left
    on_trial = np.array([states[0].plan != FREE for states in world.courses])
    return {
        "merchant_id": np.arange(1, len(joined) + 1),
        "started_at": world.clock.instants(joined),
        # The one instant that may lie ahead: a trial that is running knows its end.
        "trial_ends_at": world.clock.planned(np.where(on_trial, joined + TRIAL_DAYS, np.inf)),
        "ended_at": world.clock.instants(left),
        **_states([states[-1] for states in world.courses]),
    }


def _periods(world: World) -> dict[str, Column]:
    """All states of all subscriptions, each until the next one."""
    states = [state for course in world.courses for state in course]
    until = [since for course in world.courses for since in (*(after.since for after in course[1:]), NEVER)]
    return {
        "subscription_id": np.repeat(np.arange(len(world.courses)), [len(c) for c in world.courses]) + 1,
        "valid_from": world.clock.instants(np.array([state.since for state in states])),
        "valid_to": world.clock.instants(np.array(until)),
        **_states(states),
    }


def _states(states: list[State]) -> dict[str, Column]:
    """Tier, status and overrides of each state."""
    overrides = [dict([state.override] if state.override else []) for state in states]
    return {
        "tier_id": [state.plan + 1 for state in states],
        "status": [state.status.value for state in states],
        **{name: [override.get(name) for override in overrides] for name in LIMITS},
    }
