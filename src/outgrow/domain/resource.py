"""What tiers hold and plans allow: one table that says how each is named, measured, sold and told of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from outgrow.domain.errors import UsageError
from outgrow.domain.metric import (
    ACTIVE_STORES,
    ALIASES,
    ORDERS_PER_DAY,
    STORAGE_USED_GB,
    THEORETICAL_ORDERS_LIMIT,
    THEORETICAL_PRODUCTS_LIMIT,
    THEORETICAL_TEAM_LIMIT,
    TOTAL_ORDERS_MONTH,
    TOTAL_PRODUCTS,
    TOTAL_TEAM_MEMBERS,
    Metric,
)


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing that is used up.

    Attributes:
        name: as plans and tiers call it: `products`; a tier's `max_products` limits it.
        metric: what its use by all together is measured by.
        noun: what is counted, in words: `orders a month`.
        one: a single one of it, where its fast growth is worth a word: `store`; empty where it is not.
        by_plan: whether plans limit it.
        sold: the metric of what plans allow together; None where no snapshot holds it.
        flow: where plans limit what happens within a calendar month, the metric of what happens each day.
        capacity_name: what the report on sold capacity calls it; its name where empty.
        short: what it is called where there is little room: `team`; its name where empty.
    """

    name: str
    metric: Metric
    noun: str
    one: str = ""
    by_plan: bool = True
    sold: Metric | None = None
    flow: Metric | None = None
    capacity_name: str = ""
    short: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "capacity_name", self.capacity_name or self.name)
        object.__setattr__(self, "short", self.short or self.name.replace("_", " "))

    @property
    def unit(self) -> str:
        """Unit of its use and of its limits."""
        return self.metric.unit

    @property
    def monthly(self) -> bool:
        """Whether its limits hold for a calendar month."""
        return self.flow is not None

    @property
    def daily(self) -> Metric:
        """The metric by which its use is followed from day to day."""
        return self.flow or self.metric


class Resources:
    """The resources of a platform, in their order.

    Args:
        table: names and metrics are each of one resource alone.
    """

    def __init__(self, table: Iterable[Resource]) -> None:
        self._table = tuple(table)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    @property
    def by_plan(self) -> tuple[Resource, ...]:
        """Those that plans limit: the columns of everything that is known of tenants."""
        return tuple(resource for resource in self._table if resource.by_plan)

    def of_metric(self, name: str) -> Resource | None:
        """The one whose use a metric measures; None where it is none."""
        return next((resource for resource in self._table if resource.metric.name == name), None)

    def metric_name(self, name: str) -> str:
        """The name of the metric that a resource's name or a metric's short name means; any other name as it is."""
        found = next((resource for resource in self._table if resource.name == name), None)
        return found.metric.name if found else ALIASES.get(name, name)

    def key(self, metric: str) -> str:
        """What plans and tiers call a metric: its resource's name, else its own."""
        found = self.of_metric(metric)
        return found.name if found else metric

    def noun(self, metric: Metric) -> str:
        """What a metric counts, in words."""
        found = self.of_metric(metric.name)
        return found.noun if found else metric.words

    def resolve(self, name: str) -> Resource:
        """The one of this name that plans limit, also by its metric's name or short name.

        Raises:
            UsageError: there is none of this name.
        """
        for resource in self.by_plan:
            if name == resource.name or ALIASES.get(name, name) == resource.metric.name:
                return resource
        mend = (
            f"use one of: {', '.join(resource.name for resource in self.by_plan)}" if self.by_plan else "there is none"
        )
        raise UsageError(f"there is no resource '{name}'", mend)


STORES = Resource("stores", ACTIVE_STORES, "active stores", one="store", by_plan=False)
PRODUCTS = Resource("products", TOTAL_PRODUCTS, "products", one="product", sold=THEORETICAL_PRODUCTS_LIMIT)
ORDERS_MONTH = Resource(
    "orders_month",
    TOTAL_ORDERS_MONTH,
    "orders a month",
    sold=THEORETICAL_ORDERS_LIMIT,
    flow=ORDERS_PER_DAY,
    capacity_name="orders_monthly",
    short="orders",
)
TEAM_MEMBERS = Resource(
    "team_members",
    TOTAL_TEAM_MEMBERS,
    "team members",
    sold=THEORETICAL_TEAM_LIMIT,
    short="team",
)
STORAGE_GB = Resource("storage_gb", STORAGE_USED_GB, "GB of media", short="storage")

COMMERCE = Resources((STORES, PRODUCTS, ORDERS_MONTH, TEAM_MEMBERS, STORAGE_GB))
"""Those of the commerce schema, whose metrics are built in. They stand in where a source names none."""
