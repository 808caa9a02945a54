"""Who lives on the platform, what each may use by its plan, and what each uses."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.errors import DataError
from outgrow.domain.resource import COMMERCE, Resource, Resources

UNLIMITED = np.inf
WITHIN = (30, 90)
"""Days within which the probability of a tenant's limit is told."""
DECIMALS = 9
"""Of a use that is told back from changes: sums of bytes in gigabytes must not leave a hair where there was nothing."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that merchants can buy.

    Attributes:
        price_monthly: in the ladder's currency.
        limits: of each resource that plans limit, in their order; `UNLIMITED` where there is none.
    """

    code: str
    name: str
    price_monthly: Decimal
    limits: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sold:
    """What subscriptions allow together: the sum of the limited ones, and how many are unlimited."""

    amount: float
    unlimited: int


@dataclass(frozen=True, slots=True, eq=False)
class Subscriptions:
    """The m active and trial subscriptions of a platform on a day, in the order in which they began.

    Attributes:
        tenant: int64 (m,), the place of the merchant in `Tenants`; -1 of one that is gone.
        plan: int64 (m,), the place of the plan in `Tenants.plans`.
        trial: bool (m,).
        limits: float64 (m, c), of the c resources that plans limit, its own in place of its plan's;
            `UNLIMITED` where there is none.
    """

    tenant: NDArray[np.int64]
    plan: NDArray[np.int64]
    trial: NDArray[np.bool_]
    limits: Array

    def sold(self, column: int, *, trial: bool | None = None) -> Sold:
        """What they allow together of a resource; only those on trial, or only the others, if asked."""
        limits = self.limits[:, column] if trial is None else self.limits[self.trial == trial, column]
        return Sold(float(limits[np.isfinite(limits)].sum()), int(np.isposinf(limits).sum()))

    def together(self, n: int) -> Array:
        """What each of n tenants may use by all of its subscriptions, (n, c); NaN of one who has none."""
        placed = self.tenant >= 0
        limits = np.zeros((n, self.limits.shape[1]))
        np.add.at(limits, self.tenant[placed], self.limits[placed])
        limits[np.bincount(self.tenant[placed], minlength=n) == 0] = np.nan
        return limits


@dataclass(frozen=True, slots=True, eq=False)
class Tenants:
    """The n merchants that exist on a day, and c resources that plans limit.

    Attributes:
        keys: (n,) of str, the merchant's id in the platform's database.
        names: (n,) of str.
        plans: those that can be bought, cheapest first.
        plan: int64 (n,), the place of each one's plan in `plans`: that of the subscription that began last; -1 without
            an active or trial subscription.
        trial: bool (n,), whether that subscription is on trial.
        joined: datetime64[D] (n,).
        limits: float64 (n, c), what all of its subscriptions allow together; `UNLIMITED` where one of them has no
            limit, NaN without a subscription.
        used: float64 (n, c), at the end of the day; of what is limited by the month, that of the month so far.
        subscriptions: all that are active; where not given, one for each tenant that has limits.
        used_elsewhere: (c,), what is used by merchants that are gone and by no merchant at all; nothing where it is
            not given.
        resources: of the platform; those that plans limit are the columns of limits and of use.

    Raises:
        DataError: an array has another shape, or a use is not finite.
    """

    as_of: date
    keys: NDArray[np.str_]
    names: NDArray[np.str_]
    plans: tuple[Plan, ...]
    plan: NDArray[np.int64]
    trial: NDArray[np.bool_]
    joined: NDArray[np.datetime64]
    limits: Array
    used: Array
    subscriptions: Subscriptions | None = None
    used_elsewhere: tuple[float, ...] = ()
    resources: Resources = COMMERCE

    def __post_init__(self) -> None:
        object.__setattr__(self, "used_elsewhere", self.used_elsewhere or (0.0,) * len(self.columns))
        n, c = len(self.keys), len(self.columns)
        one = dict.fromkeys(("names", "plan", "trial", "joined"), (n,))
        for name, shape in {**one, "limits": (n, c), "used": (n, c)}.items():
            found = np.shape(getattr(self, name))
            if found != shape:
                columns = f", with the {c} resources that plans limit as columns" if len(shape) > 1 else ""
                raise DataError(f"Tenants: {name} has the shape {found}", f"give {shape} for {n} tenants{columns}")
        if not np.isfinite(self.used).all():
            whose = self.names[~np.isfinite(self.used).all(axis=1)][0]
            raise DataError(f"Tenants: what '{whose}' uses is no finite number", "give 0 where nothing is used")

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def columns(self) -> tuple[Resource, ...]:
        """The c resources that plans limit."""
        return self.resources.by_plan

    def column(self, name: str) -> int:
        """The place of a resource among the columns, by its name.

        Raises:
            ValueError: plans limit none of this name.
        """
        return [resource.name for resource in self.columns].index(name)

    @property
    def subscribed(self) -> Subscriptions:
        """Every active subscription."""
        if self.subscriptions is not None:
            return self.subscriptions
        rows = np.flatnonzero(~np.isnan(self.limits).all(axis=1))
        return Subscriptions(rows, self.plan[rows], self.trial[rows], self.limits[rows])

    @property
    def used_by_all(self) -> Array:
        """All that is used, whoever uses it, (c,)."""
        total: Array = self.used.sum(axis=0) + np.array(self.used_elsewhere)
        return total

    @property
    def used_limited(self) -> Array:
        """What is used by tenants who may come to a limit, (c,): it is what can be held against what was sold."""
        total: Array = np.where(np.isfinite(self.limits), self.used, 0.0).sum(axis=0)
        return total


@dataclass(frozen=True, slots=True, eq=False)
class UseChanges:
    """How the use of one resource changed, tenant by tenant and day by day, over the newest days.

    Only days on which something happened are held, so that a hundred thousand tenants fit into memory; a block of
    them is made into daily series when it is asked for.

    Attributes:
        last_day: the newest day.
        n_days: how many days, `last_day` included.
        tenant: int32 (n,), the place of the merchant in `Tenants`, non-decreasing.
        day: int16 (n,), days since the first one, 0 to `n_days` - 1.
        amount: float64 (n,), what came less what went.
    """

    last_day: date
    n_days: int
    tenant: NDArray[np.int32]
    day: NDArray[np.int16]
    amount: Array

    @classmethod
    def of(
        cls, last_day: date, n_days: int, tenant: NDArray[np.int32], day: NDArray[np.int16], amount: Array
    ) -> "UseChanges":
        """The same from changes in any order, of which several may be of one tenant and day."""
        order = np.argsort(tenant, kind="stable")
        return cls(last_day, n_days, tenant[order], day[order], amount[order])

    @property
    def newest_day(self) -> date | None:
        """The newest day on which anything changed; None where nothing did."""
        return self.last_day - timedelta(days=self.n_days - 1 - int(self.day.max())) if len(self.day) else None

    def flow(self, rows: NDArray[np.int64]) -> Array:
        """What happened on each day to some tenants, (n_rows, n_days).

        Args:
            rows: their places in `Tenants`.
        """
        begin, end = (np.searchsorted(self.tenant, rows, side) for side in ("left", "right"))
        many = end - begin
        held = np.repeat(begin - (np.cumsum(many) - many), many) + np.arange(many.sum())
        cell = np.repeat(np.arange(len(rows)) * self.n_days, many) + self.day[held]
        size = len(rows) * self.n_days
        return np.bincount(cell, self.amount[held], size).astype(np.float64).reshape(len(rows), self.n_days)

    def level(self, rows: NDArray[np.int64], used: Array) -> Array:
        """What some tenants used at the end of each day, (n_rows, n_days).

        Args:
            rows: their places in `Tenants`.
            used: (n_rows,) at the end of the newest day, from which all earlier days are told.
        """
        flow = self.flow(rows)
        before = used - flow.sum(axis=1)
        # Ends before beginnings are a fault of the source; a negative count would be a second one, of ours.
        level: Array = np.maximum(np.round(before[:, None] + np.cumsum(flow, axis=1), DECIMALS), 0.0)
        return level


@dataclass(frozen=True, slots=True, eq=False)
class TenantOutlooks:
    """What is said of the use to come of n tenants and c resources; every array is NaN where nothing can be said.

    Attributes:
        horizon_days: how far ahead was looked.
        known: int64 (n,), days of history of each.
        need: the least of them for a forecast.
        probability: float64 (n, c, 2), of being at or above the own limit on some day within each of `WITHIN`.
        days: float64 (n, c, 3), early, middle and late quantile (10, 50, 90 %) of the first such day; NaN where
            beyond the horizon.
        outgrows: float64 (n, n_plans, c), the probability of being at or above each plan's limits within 90 days.
        before, now, later: float64 (n, c), the use 90 days ago, now, and by the median in 90 days; of what is limited
            by the month, that of 90 days each.
        chance: float64 (n, c), how far `now` may lie from `before` by chance alone, as a standard deviation.
    """

    horizon_days: int
    known: NDArray[np.int64]
    need: int
    probability: Array
    days: Array
    outgrows: Array
    before: Array
    now: Array
    later: Array
    chance: Array
