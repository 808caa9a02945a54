"""Days that are unlike others, known beforehand: public holidays, sales, campaigns."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class EventKind(StrEnum):
    """What makes the days unlike others."""

    HOLIDAY = "holiday"
    SALE = "sale"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class Event:
    """One occurrence; those of one name are the same event in different years.

    Attributes:
        first, last: its days, both included.
        multiplier: what a day's amounts are multiplied by, where the user says so; None where it is learned.
    """

    name: str
    first: date
    last: date
    kind: EventKind = EventKind.CAMPAIGN
    multiplier: float | None = None


@dataclass(frozen=True, slots=True)
class CalendarRules:
    """Which events there are.

    Attributes:
        country, subdivision: whose public holidays, by ISO 3166 codes; None for none.
        sales: whether Black Friday and Cyber Monday are events.
        events: the user's own campaigns, past and future.
    """

    country: str | None = None
    subdivision: str | None = None
    sales: bool = True
    events: tuple[Event, ...] = ()
