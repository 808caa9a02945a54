"""Times as texts, very many at once, are what Python reads in each by itself."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outgrow.domain.days import local_day
from outgrow.sources.sql.declaration import TimeExpression
from outgrow.sources.sql.midnights import Midnights
from outgrow.sources.sql.slots import NOWHERE
from outgrow.sources.sql.texts import SEPARATOR, places_of
from outgrow.sources.sql.times import Timed, TimeKind

FIRST, N_DAYS = date(2026, 3, 1), 60
HERE, CLOCKS = ZoneInfo("Europe/Luxembourg"), ZoneInfo("Asia/Kolkata")
MIDNIGHTS = Midnights(FIRST, N_DAYS, HERE)
TIMED = Timed(TimeExpression("t"), TimeKind.TEXT, CLOCKS)


def places(texts: list[str], midnights: Midnights = MIDNIGHTS) -> list[int]:
    found: list[int] = places_of(SEPARATOR.join(texts), len(texts), TIMED, midnights).tolist()
    return found


def place_of(day: date) -> int:
    """By its day."""
    return max(0, min((day - FIRST).days + 1, N_DAYS + 1))


times = st.datetimes(datetime(2026, 2, 26), datetime(2026, 5, 3))  # noqa: DTZ001 - what a clock shows
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@st.composite
def spelt(draw: st.DrawFn) -> tuple[str, int]:
    """A text, and its place."""
    at = draw(times)
    how = draw(
        st.sampled_from(["date", "minutes", "seconds", "fraction", "Z", "offset", "short offset", "empty", "junk"])
    )
    separator = draw(st.sampled_from(" T"))
    if how == "date":
        return at.date().isoformat(), place_of(at.date())
    if how in {"minutes", "seconds", "fraction"}:
        precision = {"minutes": "minutes", "seconds": "seconds", "fraction": "microseconds"}[how]
        return at.isoformat(separator, precision), place_of(local_day(at.replace(tzinfo=CLOCKS), HERE))
    if how == "empty":
        return "", NOWHERE
    if how == "junk":
        junk = [
            "n/a",
            "0000-00-00 00:00:00",
            "2026-13-01",
            "2026-03-41 10:00:00",
            "2026-03-01 25:00:00",
            "01.03.2026 10:00",
        ]
        return draw(
            st.sampled_from([*junk, "2026-03-01 10:00:00 later", "2026-03-0110:00", "20260301T100000"])
        ), NOWHERE
    zone = UTC if how == "Z" else draw(offsets)
    aware = at.replace(tzinfo=zone)
    text = at.isoformat(separator) + "Z" if how == "Z" else aware.isoformat(separator)
    if how == "short offset":
        text = text[:-3] + text[-2:]
    return text, place_of(local_day(aware, HERE))


@given(st.lists(spelt(), min_size=1, max_size=40))
def test_each_text_is_read_as_what_it_says(told: list[tuple[str, int]]) -> None:
    texts, expected = zip(*told, strict=True)
    assert places(list(texts)) == list(expected)


@given(st.lists(spelt(), min_size=1, max_size=12), st.integers(2, 5))
def test_many_of_the_same_minute_are_each_in_their_place(told: list[tuple[str, int]], many: int) -> None:
    texts, expected = zip(*(each for each in told for _ in range(many)), strict=True)
    assert places(list(texts)) == list(expected)


def test_midnights_that_are_no_whole_minutes_are_told_by_the_second() -> None:
    monrovia = Midnights(date(1970, 3, 1), 5, ZoneInfo("Africa/Monrovia"))  # 44:30 behind UTC
    assert places(["1970-03-02T00:44:29Z", "1970-03-02T00:44:30Z"], monrovia) == [1, 2]


def test_a_text_that_holds_the_separator_is_told() -> None:
    with pytest.raises(ValueError, match="3 texts, not 2"):
        places_of(f"a{SEPARATOR}b{SEPARATOR}c", 2, TIMED, MIDNIGHTS)
