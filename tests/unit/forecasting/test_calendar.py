"""Which events there are, and what is said of a calendar that cannot be."""

import subprocess
import sys
from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outgrow.domain.errors import ConfigurationError
from outgrow.domain.event import CalendarRules, Event, EventKind
from outgrow.forecasting import calendar
from outgrow.forecasting.calendar import check_campaigns, events_of, sales

FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
NONE = CalendarRules(sales=False)


def names(rules: CalendarRules, first: date = FIRST, last: date = LAST) -> list[str]:
    return [event.name for event in events_of(rules, first, last)]


def days(rules: CalendarRules, name: str, first: date = FIRST, last: date = LAST) -> list[tuple[date, date]]:
    return [(event.first, event.last) for event in events_of(rules, first, last) if event.name == name]


def campaign(name: str, first: date, days: int = 1) -> Event:
    return Event(name, first, first + timedelta(days=days - 1))


# Sales


@pytest.mark.parametrize(
    ("year", "friday", "monday"),
    [
        (2023, date(2023, 11, 24), date(2023, 11, 27)),
        (2024, date(2024, 11, 29), date(2024, 12, 2)),
        (2025, date(2025, 11, 28), date(2025, 12, 1)),
        (2026, date(2026, 11, 27), date(2026, 11, 30)),
        (2029, date(2029, 11, 23), date(2029, 11, 26)),
    ],
)
def test_black_friday_and_cyber_monday(year: int, friday: date, monday: date) -> None:
    assert sales(year) == (
        Event("Black Friday", friday, friday, EventKind.SALE),
        Event("Cyber Monday", monday, monday, EventKind.SALE),
    )


@given(st.integers(1900, 2200))
def test_black_friday_follows_the_fourth_thursday(year: int) -> None:
    friday = sales(year)[0].first
    thursdays = [date(year, 11, day) for day in range(1, 31) if date(year, 11, day).weekday() == 3]

    assert friday - timedelta(days=1) == thursdays[3]


def test_sales_are_events_by_default_and_can_be_left_out() -> None:
    assert names(CalendarRules()) == ["Black Friday", "Cyber Monday"] * 2
    assert names(NONE) == []


def test_only_events_with_a_day_in_the_span() -> None:
    assert names(CalendarRules(), date(2025, 11, 28), date(2025, 11, 30)) == ["Black Friday"]
    long = CalendarRules(sales=False, events=(campaign("long", date(2024, 12, 20), 30),))
    assert names(long) == ["long"]
    assert names(long, date(2025, 2, 1)) == []


# Holidays


def test_the_public_holidays_of_a_country() -> None:
    brazil = CalendarRules("BR", sales=False)

    assert days(brazil, "Good Friday") == [(date(2025, 4, 18),) * 2, (date(2026, 4, 3),) * 2]
    assert {event.kind for event in events_of(brazil, FIRST, LAST)} == {EventKind.HOLIDAY}
    assert names(brazil) == names(CalendarRules("br", sales=False))


def test_those_of_a_part_of_it_too() -> None:
    more = set(names(CalendarRules("DE", "BY", sales=False))) - set(names(CalendarRules("DE", sales=False)))

    assert {"Epiphany", "Corpus Christi"} <= more


def test_days_in_a_row_are_one_event_with_one_name_whether_estimated_or_not() -> None:
    festivals = days(CalendarRules("TR", sales=False), "Eid al-Fitr")

    assert festivals[0] == (date(2025, 3, 30), date(2025, 4, 1))
    assert len(festivals) == 2
    assert not [name for name in names(CalendarRules("TR"), LAST, date(2035, 1, 1)) if "estimated" in name]


@pytest.mark.parametrize(
    ("country", "meant"), [("XX", "XK"), ("Germany", "DE"), ("brasil", "BR"), ("B", "BR or DE"), ("", "BR or DE")]
)
def test_an_unknown_country_is_named_with_those_near_it(country: str, meant: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        events_of(CalendarRules(country), FIRST, LAST)

    assert f"[calendar] country = '{country}'" in error.value.what
    assert meant in error.value.mend
    assert "ISO 3166" in error.value.mend


@pytest.mark.parametrize(
    ("country", "subdivision", "mend"),
    [("DE", "Bavaria", "Bayern"), ("BR", "XX", "SP"), ("GE", "XX", "take `subdivision` out")],
)
def test_an_unknown_part_is_named_with_those_near_it(country: str, subdivision: str, mend: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        events_of(CalendarRules(country, subdivision), FIRST, LAST)

    assert f"[calendar] subdivision = '{subdivision}'" in error.value.what
    assert country in error.value.what
    assert mend in error.value.mend


def test_a_part_of_no_country() -> None:
    with pytest.raises(ConfigurationError, match="without a country"):
        events_of(CalendarRules(subdivision="SP"), FIRST, LAST)


def test_holidays_are_only_loaded_for_those_who_want_them() -> None:
    script = (
        "import sys; from datetime import date; from outgrow.domain.event import CalendarRules;"
        "from outgrow.forecasting.calendar import events_of;"
        "events_of(CalendarRules(), date(2020, 1, 1), date(2030, 1, 1)); print('holidays' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "False"


# Campaigns


def test_campaigns_come_with_the_rest_in_the_order_of_their_days() -> None:
    rules = CalendarRules(events=(campaign("late", date(2026, 12, 1)), campaign("early", date(2025, 3, 1), 4)))

    assert names(rules) == ["early", *["Black Friday", "Cyber Monday"] * 2, "late"]


def test_a_campaign_may_cover_a_holiday() -> None:
    rules = CalendarRules("BR", events=(campaign("spring", date(2026, 4, 1), 7),))

    assert {"spring", "Good Friday"} <= set(names(rules))


@pytest.mark.parametrize(
    ("second", "shared"),
    [
        (campaign("B", date(2026, 5, 10), 3), "2026-05-10"),
        (campaign("B", date(2026, 5, 9), 9), "2026-05-09 to 2026-05-10"),
        (campaign("B", date(2026, 5, 1), 1), "2026-05-01"),
        (campaign("A", date(2026, 5, 4), 2), "2026-05-04 to 2026-05-05"),
    ],
)
def test_campaigns_that_overlap_are_named_with_their_days(second: Event, shared: str) -> None:
    first = campaign("A", date(2026, 5, 1), 10)
    for both in ((first, second), (second, first)):
        with pytest.raises(ConfigurationError) as error:
            events_of(CalendarRules(events=both), FIRST, LAST)
        assert "[[events]]" in error.value.what
        assert "'A'" in error.value.what
        assert f"'{second.name}'" in error.value.what
        assert f"overlap on {shared}:" in error.value.what
        assert "`first` or `last`" in error.value.mend


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 15)), max_size=6))
def test_any_two_that_share_a_day_are_found(spans: list[tuple[int, int]]) -> None:
    begin = date(2026, 1, 1)
    campaigns = [campaign(str(at), begin + timedelta(days=day), length) for at, (day, length) in enumerate(spans)]
    taken = [day + n for day, length in spans for n in range(length)]

    if len(set(taken)) == len(taken):
        check_campaigns(campaigns)
    else:
        with pytest.raises(ConfigurationError, match="overlap"):
            check_campaigns(campaigns)


@pytest.mark.parametrize(
    ("country", "subdivision"),
    [("BR", None), ("BRA", "SP"), ("de", "BY"), ("US", "CA"), ("GU", None), ("IN", None), ("SA", None), ("GB", "SCT")],
)
def test_a_country_that_is_loaded_by_itself_has_the_librarys_days(
    monkeypatch: pytest.MonkeyPatch, country: str, subdivision: str | None
) -> None:
    for name in [name for name in sys.modules if name.startswith("holidays.countries")]:
        monkeypatch.delitem(sys.modules, name)
    ours = calendar._holidays.__wrapped__(country, subdivision, 2024, 2027)
    whole = holidays.country_holidays(
        country.upper(), subdiv=subdivision, years=range(2024, 2028), language=calendar.LANGUAGE
    )

    assert ours == tuple(sorted((day, name.removesuffix(calendar.ESTIMATED)) for day, name in whole.items()))
