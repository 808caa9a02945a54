"""Days are dates in a platform's own time zone, never time stamps."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from outgrow.domain.errors import UnknownTimeZoneError, UsageError

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""As they are written, whatever language the process or its host has set."""
Clock = Callable[[], datetime]
"""Gives the present instant, aware of its time zone. Passed in, so that tests and replays choose their day."""


def system_clock() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def time_zone(name: str, where: str) -> ZoneInfo:
    """The IANA time zone of this name.

    Raises:
        UnknownTimeZoneError: there is none of this name; `where` says who asked for it.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownTimeZoneError(name, where) from error


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day on which an aware instant falls in a zone.

    Raises:
        UsageError: the instant does not say its time zone.
    """
    if instant.tzinfo is None:
        raise UsageError(f"the instant {instant} has no time zone", "let the clock give datetime.now(UTC)")
    return instant.astimezone(zone).date()


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC.

    Where the clock jumps over midnight, the day starts when the jump lands.
    """
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def month_start(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first day of the month after the day's month."""
    return (month_start(day) + timedelta(days=32)).replace(day=1)


def month_end(day: date) -> date:
    """The last day of the day's month."""
    return next_month(day) - timedelta(days=1)


def days_between(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included; empty if `last` is earlier."""
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def in_chunks(first: date, last: date, days: int) -> Iterator[tuple[date, date]]:
    """The span from `first` to `last` cut into pieces of at most so many days."""
    while first <= last:
        end = min(first + timedelta(days=days - 1), last)
        yield first, end
        first = end + timedelta(days=1)


def spoken(day: date | None) -> str:
    """A day as people write it, `6 Jan 2027`; a dash where it is not known."""
    return f"{day.day} {spoken_month(day)}" if day else "–"


def spoken_month(day: date) -> str:
    """The month of a day, `Jan 2027`."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def spoken_range(first: date | None, last: date | None) -> str:
    """From a day to another, `26 Dec 2026 to 26 Jan 2027`, or `26 Dec 2026 or later`; empty without a first one."""
    if first is None:
        return ""
    return f"{spoken(first)} to {spoken(last)}" if last else f"{spoken(first)} or later"
