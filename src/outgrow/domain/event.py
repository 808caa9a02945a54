"""Days that are unlike others, known beforehand: public holidays, sales, campaigns."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from outgrow.domain.bounds import FACTOR, check_numbers, sensible_day
from outgrow.domain.errors import ConfigurationError, UsageError


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
class EventEffect:
    """What one occurrence of an event does to a flow.

    Attributes:
        was: what its past days were multiplied by, as measured; None where it has none.
        uplift: what its days ahead are likely multiplied by, the 10, 50 and 90 % quantiles; None where it was not seen
            before, and nothing can be said.
        seen: how many occurrences that is learned from; 0 where the user says it.
    """

    event: Event
    was: float | None = None
    uplift: tuple[float, float, float] | None = None
    seen: int = 0

    @property
    def source(self) -> str:
        """Where the uplift is from: `settings`, `learned`, or `not_seen`."""
        return "not_seen" if self.uplift is None else "learned" if self.seen else "settings"


@dataclass(frozen=True, slots=True)
class CalendarRules:
    """Which events there are.

    Attributes:
        country, subdivision: whose public holidays, by ISO 3166 codes; None for none.
        sales: whether Black Friday and Cyber Monday are events.
        events: the user's own campaigns, past and future.

    Raises:
        ConfigurationError: a campaign's days or its multiplier make no sense.
    """

    country: str | None = None
    subdivision: str | None = None
    sales: bool = True
    events: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        for event in self.events:
            check_numbers(event, {"multiplier": FACTOR})
            try:
                sensible_day(event.first), sensible_day(event.last)
            except UsageError as error:
                raise ConfigurationError(f"event '{event.name}': {error.what}", error.mend) from error
            if event.last < event.first:
                raise ConfigurationError(
                    f"event '{event.name}': the last day, {event.last}, lies before the first, {event.first}",
                    "give the days in order",
                )
