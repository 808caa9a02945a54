"""The document of `outgrow explain --drivers`: who brought growth."""

from typing import Literal, TypedDict, cast

from outgrow.documents.kinds import Day
from outgrow.domain.drivers import WITHOUT_STORE, Drivers, Identity

PartWord = Literal["joined", "left", "stayed", "neither", "without_store"]


class AmountsDocument(TypedDict):
    """What was held before and after."""

    before: float
    """what was held at the end of `since`; of what happens per day, the amount of as many days before the period"""
    after: float
    """what was held at the end of `until`; of what happens per day, the amount of the period"""
    change: float
    """the second less the first"""


class DriverPartDocument(AmountsDocument):
    """Stores by what they were to the period."""

    code: PartWord
    """stores that `joined`, that `left`, that `stayed`, that were there on `neither` day, and what is of none,
    `without_store`"""
    stores: int | None
    """how many they are; null of `without_store`"""


class DriverGroupDocument(AmountsDocument):
    """The stores of one plan, or of one quarter of joining."""

    group: str | None
    """the plan or the quarter; null: without a plan"""
    stores: int
    """how many they are"""
    joined: float
    """the change by stores that joined"""
    left: float
    """the change by stores that left"""
    stayed: float
    """the change by stores that stayed"""
    neither: float
    """the change by stores that were there on neither day"""


class DriversDocument(AmountsDocument):
    """Growth over a period, by who brought it."""

    metric: str
    """name of the metric that is asked about"""
    scope: str
    """whose it is"""
    unit: str
    """in which all amounts are told"""
    since: Day
    """the day at whose end is counted first; of orders, the period begins after it"""
    until: Day
    """the day at whose end is counted last; of orders, the last of the period"""
    parts: list[DriverPartDocument]
    """one for each code; their changes add up to `change`"""
    by: Literal["plan", "cohort"] | None
    """what makes the groups; null where none were asked for"""
    groups: list[DriverGroupDocument]
    """the same by group; what is of no store is in none"""
    sentence: str
    """all of it in one sentence"""


def drivers_document(split: Drivers) -> DriversDocument:
    """All of it, by part, and by group where that was asked."""
    return {
        "metric": split.metric.name,
        "scope": split.scope_name,
        "unit": split.metric.unit,
        "since": split.since.isoformat(),
        "until": split.until.isoformat(),
        **_amounts(split, split.before, split.after),
        "parts": [*(_part(split, identity) for identity in Identity), _without_store(split)],
        "by": cast('Literal["plan", "cohort"] | None', split.by),
        "groups": [_group(split, at, name) for at, name in enumerate(split.groups)] if split.by else [],
        "sentence": split.sentence,
    }


def _part(split: Drivers, identity: Identity) -> DriverPartDocument:
    before, after = (int(column[:, identity].sum()) for column in (split.split.before, split.split.after))
    stores = int(split.split.stores[:, identity].sum())
    return {"code": cast("PartWord", identity.code), **_amounts(split, before, after), "stores": stores}


def _without_store(split: Drivers) -> DriverPartDocument:
    return {"code": cast("PartWord", WITHOUT_STORE), **_amounts(split, *split.unplaced), "stores": None}


def _group(split: Drivers, at: int, name: str | None) -> DriverGroupDocument:
    held, changes = split.split, [split.shown(int(change)) for change in split.split.change[at]]
    return {
        "group": name,
        "stores": int(held.stores[at].sum()),
        **_amounts(split, int(held.before[at].sum()), int(held.after[at].sum())),
        "joined": changes[Identity.JOINED],
        "left": changes[Identity.LEFT],
        "stayed": changes[Identity.STAYED],
        "neither": changes[Identity.NEITHER],
    }


def _amounts(split: Drivers, before: int, after: int) -> AmountsDocument:
    return {"before": split.shown(before), "after": split.shown(after), "change": split.shown(after - before)}
