"""What is counted or measured each day, whose it is, and by which names it goes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from outgrow.domain.errors import AmbiguousMetricError, UnknownMetricError, UsageError
from outgrow.domain.text import LONGEST_UNIT, cleaned, cleaned_key
from outgrow.domain.words import exact

LONGEST_SCOPE = 128
"""Characters of a scope as it is written; what is longer is cut, with a mark that keeps it apart from others."""


class Kind(StrEnum):
    """How a metric behaves from one day to the next."""

    LEVEL = "level"
    """May rise and fall."""
    CUMULATIVE = "cumulative"
    """Only rises, save for clean-ups."""
    FLOW = "flow"
    """Happens per day, such as orders."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that is counted or measured each day."""

    name: str
    kind: Kind
    unit: str
    label: str
    month_total_of: str | None = None
    """The daily flow that this metric adds up from the first of each month, if it is a month-to-date total.

    Its own name where it is one to see and nobody said so: the flow has none.
    """
    begins_on: int | None = 1
    """The day of the month on which such a total begins anew, in a month too short for it the last one; or the day of
    the week, -1 for Monday to -7 for Sunday; None where that cannot be told from its values."""

    def __post_init__(self) -> None:
        # Files, options and other packages bring metrics of their own: their words are cleaned here, once for all.
        object.__setattr__(self, "unit", cleaned(self.unit, LONGEST_UNIT))
        object.__setattr__(self, "label", cleaned(self.label) or self.name)

    @property
    def is_daily_flow(self) -> bool:
        """Whether it is what happens in a day, and so known only when the day is over."""
        return self.kind is Kind.FLOW and self.month_total_of is None

    @property
    def is_count(self) -> bool:
        """Whether values are whole things (stores, products) rather than sizes."""
        return self.unit not in {"GB", "MB", "%"}

    @property
    def words(self) -> str:
        """Its title within a sentence: `media storage`, but `GPUs in use`."""
        return self.label[:1].lower() + self.label[1:] if self.label[1:2].islower() else self.label

    def amount(self, value: float) -> str:
        """So much of it, as a reader would say it: `300 active stores`, `1,050 GB of media storage`."""
        return f"{exact(value)} {'' if self.is_count else f'{self.unit} of '}{self.words}"

    @property
    def decimals(self) -> int:
        """How many decimals a value is worth showing with."""
        return 0 if self.is_count else 2


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose metric it is: the platform, a merchant, a store, a plan."""

    kind: str
    key: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", cleaned_key(self.kind, LONGEST_UNIT))
        object.__setattr__(self, "key", cleaned_key(self.key, LONGEST_SCOPE - len(self.kind) - 1))

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}" if self.key else self.kind

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form, `kind` or `kind:key`.

        Raises:
            UsageError: it is no such text.
        """
        if not isinstance(text, str):
            raise UsageError(f"a scope is given as {type(text).__name__}", "write it as kind:key, a text")
        kind, _, key = text.partition(":")
        if not kind:
            raise UsageError(f"'{text}' is not a scope", "write it as kind:key, for example store:17")
        return cls(kind, key)


PLATFORM = Scope("platform")
"""The platform itself. Stored without its key, because each stored row names its platform anyway."""

TOTAL_STORES = Metric("total_stores", Kind.LEVEL, "stores", "Stores")
ACTIVE_STORES = Metric("active_stores", Kind.LEVEL, "stores", "Active stores")
TRIAL_STORES = Metric("trial_stores", Kind.LEVEL, "stores", "Stores on trial")
TOTAL_SUBSCRIPTIONS = Metric("total_subscriptions", Kind.CUMULATIVE, "subscriptions", "Subscriptions")
ACTIVE_SUBSCRIPTIONS = Metric("active_subscriptions", Kind.LEVEL, "subscriptions", "Active subscriptions")
TOTAL_PRODUCTS = Metric("total_products", Kind.LEVEL, "products", "Products")
ORDERS_PER_DAY = Metric("orders_per_day", Kind.FLOW, "orders", "Orders per day")
TOTAL_ORDERS_MONTH = Metric(
    "total_orders_month", Kind.FLOW, "orders", "Orders this month", month_total_of="orders_per_day"
)
TOTAL_TEAM_MEMBERS = Metric("total_team_members", Kind.LEVEL, "members", "Team members")
STORAGE_USED_GB = Metric("storage_used_gb", Kind.LEVEL, "GB", "Media storage")
DB_SIZE_MB = Metric("db_size_mb", Kind.LEVEL, "MB", "Database size")
THEORETICAL_PRODUCTS_LIMIT = Metric("theoretical_products_limit", Kind.LEVEL, "products", "Products sold")
THEORETICAL_ORDERS_LIMIT = Metric("theoretical_orders_limit", Kind.LEVEL, "orders", "Orders a month sold")
THEORETICAL_TEAM_LIMIT = Metric("theoretical_team_limit", Kind.LEVEL, "members", "Team members sold")

CAPTURED = (
    TOTAL_STORES,
    ACTIVE_STORES,
    TRIAL_STORES,
    TOTAL_SUBSCRIPTIONS,
    ACTIVE_SUBSCRIPTIONS,
    TOTAL_PRODUCTS,
    ORDERS_PER_DAY,
    TOTAL_ORDERS_MONTH,
    TOTAL_TEAM_MEMBERS,
    STORAGE_USED_GB,
    DB_SIZE_MB,
    THEORETICAL_PRODUCTS_LIMIT,
    THEORETICAL_ORDERS_LIMIT,
    THEORETICAL_TEAM_LIMIT,
)
"""The platform's own metrics that every capture measures."""

TIER_SUBSCRIPTIONS = Metric("tier_subscriptions", Kind.LEVEL, "subscriptions", "Active subscriptions of a plan")
"""Active subscriptions by plan, stored once per plan under the scope `plan:CODE`: the tier distribution."""

BUILT_IN: Mapping[str, Metric] = {metric.name: metric for metric in (*CAPTURED, TIER_SUBSCRIPTIONS)}
"""Every metric that outgrow brings, by its name."""

ALIASES: Mapping[str, str] = {
    "stores": ACTIVE_STORES.name,
    "products": TOTAL_PRODUCTS.name,
    "orders": TOTAL_ORDERS_MONTH.name,
    "team_members": TOTAL_TEAM_MEMBERS.name,
    "storage_gb": STORAGE_USED_GB.name,
}
"""The short names of five metrics; every entry point accepts either name."""


class MetricCatalogue:
    """The metrics that are known: the built-in ones and those that imports or other packages added.

    Args:
        more: the others.
        called: names of metrics by further names, under which they are found where no metric bears them.
    """

    def __init__(self, more: Iterable[Metric] = (), called: Mapping[str, str] = MappingProxyType({})) -> None:
        self._by_name = {**BUILT_IN, **{metric.name: metric for metric in more}}
        self._called_too = {short: name for short, name in called.items() if short not in self._by_name}

    def __iter__(self) -> Iterator[Metric]:
        return iter(self._by_name.values())

    def resolve(self, name: str) -> Metric:
        """The metric of this name, short name or title; of names as they are, then of any whatever the case.

        Raises:
            UnknownMetricError: there is none; the message names the nearest.
            AmbiguousMetricError: there are several.
            UsageError: the name is no text.
        """
        if not isinstance(name, str):
            raise UsageError(f"a metric is asked for by {type(name).__name__}", "give its name, a text")
        metric = self._by_name.get(self._called_too.get(name) or ALIASES.get(name, name))
        if metric is not None:
            return metric
        asked = name.strip().casefold()
        found = {called for called, text in self._called() if text.casefold() == asked}
        if len(found) > 1:
            raise AmbiguousMetricError(name, found)
        if not found:
            titles = {metric.label: metric.name for metric in self}
            raise UnknownMetricError(name, (*self._by_name, *ALIASES, *self._called_too), titles)
        return self._by_name[found.pop()]

    def _called(self) -> Iterator[tuple[str, str]]:
        """Each metric's name, with everything that it is called."""
        for metric in self:
            yield metric.name, metric.name
            yield metric.name, metric.label
        for short, called in ALIASES.items():
            yield called, short
