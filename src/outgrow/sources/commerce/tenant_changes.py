"""How each merchant's use changed day by day: one scan for what came and one for what went."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from outgrow.domain.days import day_start
from outgrow.domain.tenant import Tenants, UseChanges
from outgrow.sources.commerce.held import HELD, Held, Instant
from outgrow.sources.commerce.localdays import EPOCH, local_day
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.sources.commerce.stores import Owners, read_owners, store_of
from outgrow.sources.commerce.tallies import Integers, added_up, tallies

Part = tuple[NDArray[np.int32], NDArray[np.int16], NDArray[np.float64]]


def read_tenant_changes(db: Session, platform: PlatformRef, tenants: Tenants, resource: str, n_days: int) -> UseChanges:
    """The changes of one resource's use over the newest days, net of what was deleted; of orders, those placed.

    Args:
        db: a session on the platform's database; only read.
        tenants: whose changes; their day is the newest one.
        resource: by name, one that plans limit.
        n_days: how many days back, the newest one included.
    """
    held = HELD[resource]
    first = tenants.as_of - timedelta(days=n_days - 1)
    owners = read_owners(db, platform.id, tenants.keys.astype(np.int64))
    parts: list[Part] = [(np.empty(0, np.int32), np.empty(0, np.int16), np.empty(0))]
    for instant, sign in held.instants:
        found = _by_day(db, platform, (held, instant), first, tenants.as_of)
        cell, sums = added_up(_cells(found, owners, n_days))
        tenant, day = np.divmod(cell, n_days)
        parts.append((tenant.astype(np.int32), day.astype(np.int16), sums[:, 0] * np.float64(sign / held.units)))
    whose, days, amounts = (np.concatenate(column) for column in zip(*parts, strict=True))
    return UseChanges.of(tenants.as_of, n_days, whose, days, amounts)


def _by_day(
    db: Session, platform: PlatformRef, what: tuple[Held, Instant], first: date, last: date
) -> Iterator[tuple[Integers, Integers]]:
    """Stores with days since the first one, (n, 2), and what came or went there, (n, 1)."""
    held, instant = what
    begin, end = day_start(first, platform.zone), day_start(last + timedelta(days=1), platform.zone)
    day = local_day(instant, platform.zone, db.get_bind(held.table).dialect.name, begin, end)
    keys = [store_of(held), day - (first - EPOCH).days]
    wanted = [held.table.platform_id == platform.id, instant >= begin, instant < end]
    return tallies(db, held.table, keys, [held.amount], wanted)


def _cells(
    found: Iterable[tuple[Integers, Integers]], owners: Owners, n_days: int
) -> Iterator[tuple[Integers, Integers]]:
    """The same by merchant and day, as one number; what is of nobody who is there is left out."""
    for keys, amounts in found:
        tenant = owners.of(keys[:, 0])
        known = tenant >= 0
        yield tenant[known] * n_days + keys[known, 1], amounts[known]
