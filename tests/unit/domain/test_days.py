"""Days in a zone: where they begin, in winter, in summer, and where midnight does not exist."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outgrow.domain.days import (
    day_start,
    days_between,
    in_chunks,
    local_day,
    month_start,
    next_month,
    spoken,
    spoken_month,
    spoken_range,
    system_clock,
    time_zone,
)
from outgrow.domain.errors import UnknownTimeZoneError
from outgrow.domain.text import UNSEEN

ZONES = ["UTC", "Europe/Berlin", "America/Sao_Paulo", "America/Havana", "Asia/Kathmandu", "Pacific/Chatham"]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        pytest.param("UTC", date(2026, 3, 1), utc(2026, 3, 1), 24, id="UTC"),
        pytest.param("Europe/Berlin", date(2026, 1, 15), utc(2026, 1, 14, 23), 24, id="winter"),
        pytest.param("Europe/Berlin", date(2026, 3, 29), utc(2026, 3, 28, 23), 23, id="clocks go forward"),
        pytest.param("Europe/Berlin", date(2026, 7, 15), utc(2026, 7, 14, 22), 24, id="summer"),
        pytest.param("Europe/Berlin", date(2026, 10, 25), utc(2026, 10, 24, 22), 25, id="clocks go back"),
        pytest.param("America/Sao_Paulo", date(2017, 10, 14), utc(2017, 10, 14, 3), 24, id="before the gap"),
        pytest.param("America/Sao_Paulo", date(2017, 10, 15), utc(2017, 10, 15, 3), 23, id="no midnight"),
        pytest.param("America/Sao_Paulo", date(2018, 2, 17), utc(2018, 2, 17, 2), 25, id="an hour twice"),
        pytest.param("America/Havana", date(2026, 11, 1), utc(2026, 11, 1, 4), 25, id="midnight twice"),
        pytest.param("Asia/Kathmandu", date(2026, 3, 1), utc(2026, 2, 28, 18, 15), 24, id="quarter hours"),
    ],
)
def test_a_day_has_its_own_beginning_and_length(zone: str, day: date, start: datetime, hours: int) -> None:
    following = day_start(day + timedelta(days=1), ZoneInfo(zone))

    assert day_start(day, ZoneInfo(zone)) == start
    assert day_start(day, ZoneInfo(zone)).tzinfo is UTC
    assert following - start == timedelta(hours=hours)


@given(day=st.dates(date(1990, 1, 2), date(2040, 1, 1)), zone=st.sampled_from(ZONES))
def test_a_day_starts_with_the_first_instant_that_falls_on_it(day: date, zone: str) -> None:
    start = day_start(day, ZoneInfo(zone))

    assert local_day(start, ZoneInfo(zone)) == day
    assert local_day(start - timedelta(microseconds=1), ZoneInfo(zone)) == day - timedelta(days=1)


def test_an_instant_falls_on_another_day_elsewhere() -> None:
    instant = utc(2026, 2, 28, 23, 30)

    assert local_day(instant, ZoneInfo("UTC")) == date(2026, 2, 28)
    assert local_day(instant, ZoneInfo("Europe/Berlin")) == date(2026, 3, 1)
    assert local_day(instant.astimezone(ZoneInfo("Asia/Tokyo")), ZoneInfo("UTC")) == date(2026, 2, 28)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "Europe", "../etc/passwd", "/etc/localtime", "Europe/Berlin\x00"])
def test_an_unknown_zone_is_told_with_who_asked_for_it(name: str) -> None:
    with pytest.raises(UnknownTimeZoneError) as caught:
        time_zone(name, "platform 'main'")

    shown = name.replace("\x00", UNSEEN)
    assert caught.value.what == f"platform 'main' has the time zone '{shown}', which is not an IANA time zone"
    assert "'Europe/Berlin'" in caught.value.mend


def test_a_known_zone_is_given() -> None:
    assert time_zone("Europe/Berlin", "platform 'main'") == ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "first", "following"),
    [
        (date(2026, 1, 31), date(2026, 1, 1), date(2026, 2, 1)),
        (date(2026, 2, 1), date(2026, 2, 1), date(2026, 3, 1)),
        (date(2024, 2, 29), date(2024, 2, 1), date(2024, 3, 1)),
        (date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_months_begin_on_the_first(day: date, first: date, following: date) -> None:
    assert (month_start(day), next_month(day)) == (first, following)


def test_days_between_include_both() -> None:
    assert days_between(date(2026, 2, 27), date(2026, 3, 2)) == [
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
        date(2026, 3, 2),
    ]
    assert days_between(date(2026, 3, 1), date(2026, 3, 1)) == [date(2026, 3, 1)]
    assert days_between(date(2026, 3, 2), date(2026, 3, 1)) == []


def test_the_system_clock_knows_its_zone() -> None:
    assert system_clock().utcoffset() == timedelta(0)


def test_days_are_written_alike_whatever_language_the_process_has() -> None:
    assert [spoken(day) for day in (date(2027, 1, 6), date(2026, 3, 31), None)] == ["6 Jan 2027", "31 Mar 2026", "–"]
    assert spoken_month(date(2026, 12, 24)) == "Dec 2026"


def test_a_range_names_both_its_days() -> None:
    assert spoken_range(date(2026, 12, 22), date(2027, 2, 9)) == "22 Dec 2026 to 9 Feb 2027"
    assert spoken_range(date(2027, 2, 1), date(2027, 3, 9)) == "1 Feb 2027 to 9 Mar 2027"
    assert spoken_range(date(2026, 12, 22), None) == "22 Dec 2026 or later"
    assert spoken_range(None, None) == ""


@given(n_days=st.integers(0, 40), size=st.integers(1, 12))
def test_chunks_cover_every_day_once_and_in_order(n_days: int, size: int) -> None:
    last = date(2026, 3, 1) + timedelta(days=n_days - 1)
    chunks = list(in_chunks(date(2026, 3, 1), last, size))

    assert [day for chunk in chunks for day in days_between(*chunk)] == days_between(date(2026, 3, 1), last)
    assert all((end - start).days == size - 1 for start, end in chunks[:-1])
    assert all(0 <= (end - start).days < size for start, end in chunks)


def test_a_span_shorter_than_a_chunk_is_one() -> None:
    assert list(in_chunks(date(2026, 3, 1), date(2026, 3, 1), 100)) == [(date(2026, 3, 1), date(2026, 3, 1))]
