"""Which events there are: public holidays, Black Friday and Cyber Monday, the user's own campaigns."""

import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from outgrow.domain.errors import ConfigurationError
from outgrow.domain.event import CalendarRules, Event, EventKind

if TYPE_CHECKING:
    from holidays import HolidayBase

LANGUAGE = "en_US"
"""Of the holidays' names, as far as they have them: whatever the machine's own language, an event keeps its name."""
ESTIMATED = " (estimated)"
"""Is added to a holiday whose day hangs on the moon: once it has come, it has not."""
NOVEMBER, THURSDAY, WEEK = 11, 3, 7


@lru_cache(maxsize=64)
def events_of(rules: CalendarRules, first: date, last: date) -> tuple[Event, ...]:
    """The events with a day from `first` to `last`, both included, oldest first.

    Raises:
        ConfigurationError: there is no such country or subdivision, or two campaigns share a day.
    """
    check_campaigns(rules.events)
    found = [*rules.events, *public_holidays(rules.country, rules.subdivision, first.year, last.year)]
    if rules.sales:
        found += [sale for year in range(first.year, last.year + 1) for sale in sales(year)]
    within = (event for event in found if event.first <= last and event.last >= first)
    return tuple(sorted(within, key=lambda event: (event.first, event.last, event.name)))


def check_campaigns(campaigns: Sequence[Event]) -> None:
    """Whether each day belongs to one campaign at the most.

    Raises:
        ConfigurationError: two share a day.
    """
    for one, other in pairwise(sorted(campaigns, key=lambda event: (event.first, event.last))):
        if other.first <= one.last:
            raise ConfigurationError(
                f"[[events]]: '{one.name}' ({_span(one.first, one.last)}) and '{other.name}' "
                f"({_span(other.first, other.last)}) overlap on {_span(other.first, min(one.last, other.last))}: "
                "what such days did belongs to neither",
                "change `first` or `last` of one, or make an event of its own of the days they share",
            )


def _span(first: date, last: date) -> str:
    return f"{first}" if first == last else f"{first} to {last}"


def sales(year: int) -> tuple[Event, ...]:
    """Black Friday, the day after the fourth Thursday of November, and the Monday after it."""
    begin = date(year, NOVEMBER, 1)
    thursday = begin + timedelta(days=(THURSDAY - begin.weekday()) % WEEK + 3 * WEEK)
    friday, monday = thursday + timedelta(days=1), thursday + timedelta(days=4)
    return (
        Event("Black Friday", friday, friday, EventKind.SALE),
        Event("Cyber Monday", monday, monday, EventKind.SALE),
    )


def public_holidays(country: str | None, subdivision: str | None, first_year: int, last_year: int) -> list[Event]:
    """The public holidays of some years; those of one name on days in a row are one event.

    Raises:
        ConfigurationError: there is no such country or subdivision.
    """
    if country is None:
        if subdivision is not None:
            raise ConfigurationError(
                f"[calendar] subdivision = '{subdivision}' is set without a country",
                'add country = "..." to [calendar], or take `subdivision` out',
            )
        return []
    days = _holidays(country, subdivision, first_year, last_year)
    return [Event(name, first, last, EventKind.HOLIDAY) for name, first, last in _in_a_row(days)]


@lru_cache(maxsize=16)
def _holidays(country: str, subdivision: str | None, first_year: int, last_year: int) -> tuple[tuple[date, str], ...]:
    code = country.upper()
    known = _country(code)
    if known is None:
        near = _near_countries(country)
        raise ConfigurationError(
            f"[calendar] country = '{country}' is no country whose holidays are known",
            "write its ISO 3166 code, such as BR or DE" + (f"; did you mean {near}?" if near else ""),
        )
    names = (*known.subdivisions, *known.subdivisions_aliases)
    if subdivision is not None and subdivision not in names:
        parts = get_close_matches(subdivision, names, n=4, cutoff=0.4) or known.subdivisions
        raise ConfigurationError(
            f"[calendar] subdivision = '{subdivision}' is no part of {code} whose holidays are known",
            f"write one of these: {', '.join(parts)}" if parts else "take `subdivision` out",
        )
    found = known(years=range(first_year, last_year + 1), subdiv=subdivision, language=LANGUAGE)
    return tuple(sorted((day, name.removesuffix(ESTIMATED)) for day, name in found.items()))


def _country(code: str) -> "type[HolidayBase] | None":
    """The holidays of a country; None where they are not known.

    The library loads all of its 250 countries to give one, in a quarter of a second: the file of one is loaded by
    itself, unless they are loaded anyway or it stands elsewhere in some release.
    """
    import holidays  # only for those who want holidays
    from holidays.registry import COUNTRIES

    module, name = next(((module, of[0]) for module, of in COUNTRIES.items() if code in of[1:]), (None, ""))
    if module is None:
        return None
    file = Path(holidays.__file__).parent / "countries" / f"{module}.py"
    spec = spec_from_file_location(f"{__name__}.{module}", file)
    if "holidays.countries" in sys.modules or not file.is_file() or spec is None or spec.loader is None:
        holder = import_module("holidays.countries")
    else:
        holder = module_from_spec(spec)
        spec.loader.exec_module(holder)
    found: type[HolidayBase] = getattr(holder, name)
    return found


def _near_countries(asked: str) -> str:
    """Codes of countries whose name or code looks like what was asked for; empty without any."""
    from holidays.registry import COUNTRIES

    codes = {name.replace("_", " "): of[1] for name, of in COUNTRIES.items()}
    by_name = [codes[name] for name in get_close_matches(asked.lower(), codes, n=2, cutoff=0.6)]
    near = by_name or get_close_matches(asked.upper(), sorted(codes.values()), n=3, cutoff=0.4)
    return " or ".join(near)


def _in_a_row(days: Sequence[tuple[date, str]]) -> Iterator[tuple[str, date, date]]:
    """Name, first and last day of each stretch of one name."""
    last: dict[str, tuple[date, date]] = {}
    for day, name in days:
        first, before = last.get(name, (day, day))
        if name in last and day - before > timedelta(days=1):
            yield name, first, before
            first = day
        last[name] = (first, day)
    for name, (first, before) in last.items():
        yield name, first, before
