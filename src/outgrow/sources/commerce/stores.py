"""Whose each store is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outgrow.sources.commerce.held import Held
from outgrow.sources.commerce.models import Store
from outgrow.sources.commerce.tallies import Integers, Sql, all_whole_numbers, places_of

NO_STORE = -1
"""The id that stands for none."""


def store_of(held: Held) -> Sql:
    """SQL for the id of the store that something is of."""
    store: Sql = func.coalesce(held.store, NO_STORE)
    return store


@dataclass(frozen=True, slots=True, eq=False)
class Owners:
    """The stores of a platform and whose they are.

    Attributes:
        ids: int64 (n,), ascending.
        place: int64 (n,), the place of the merchant of each; -1 of one that is not looked at.
    """

    ids: Integers
    place: Integers

    def of(self, stores: Integers) -> Integers:
        """The places of the merchants of some stores, -1 where there is none."""
        at, known = places_of(self.ids, stores)
        return np.where(known, self.place[at], -1) if len(self.ids) else np.full(len(stores), -1)


def read_owners(db: Session, platform_id: int, merchants: NDArray[np.int64]) -> Owners:
    """Of all stores.

    Args:
        merchants: their ids, ascending.
    """
    query = select(Store.id, Store.merchant_id).where(Store.platform_id == platform_id).order_by(Store.id)
    table = all_whole_numbers(db, query, 2)
    at, known = places_of(merchants, table[:, 1])
    return Owners(table[:, 0], np.where(known, at, -1))
