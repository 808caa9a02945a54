"""A zone's spans of constant offset say what the time-zone data say."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outgrow.sources.commerce.localdays import offset_spans

ZONES = ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Chatham"]
TICK = timedelta(microseconds=1)
BEGIN, END = datetime(1990, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, (END - BEGIN) // TICK - 1).map(lambda ticks: BEGIN + ticks * TICK)


def told_by_the_data(zone: str, instant: datetime) -> float:
    """Minutes ahead of UTC."""
    offset = instant.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset / timedelta(minutes=1)


@pytest.mark.parametrize("zone", ZONES)
@given(instant=INSTANTS, years_before=st.integers(0, 3), years_after=st.integers(0, 3))
def test_any_instant_has_the_zone_s_own_offset(
    zone: str, instant: datetime, years_before: int, years_after: int
) -> None:
    spans = offset_spans(ZoneInfo(zone), instant.year - years_before, instant.year + years_after)

    assert [span.minutes for span in spans if span.since <= instant][-1] == told_by_the_data(zone, instant)


@pytest.mark.parametrize("zone", ZONES)
def test_a_span_begins_with_the_very_instant_of_the_change(zone: str) -> None:
    for before, span in pairwise(offset_spans(ZoneInfo(zone), 1990, 2030)):
        assert told_by_the_data(zone, span.since) == span.minutes
        assert told_by_the_data(zone, span.since - TICK) == before.minutes != span.minutes
        assert before.since < span.since


@pytest.mark.parametrize(
    ("zone", "changes", "minutes"),
    [
        ("UTC", 0, {0}),
        ("Asia/Kathmandu", 0, {345}),
        ("Europe/Berlin", 82, {60, 120}),
        ("Pacific/Chatham", 82, {765, 825}),
    ],
)
def test_two_changes_a_year_or_none(zone: str, changes: int, minutes: set[int]) -> None:
    spans = offset_spans(ZoneInfo(zone), 1990, 2030)

    assert len(spans) - 1 == changes
    assert {span.minutes for span in spans} == minutes


@pytest.mark.parametrize(("zone", "year"), [("Europe/Berlin", 2026), ("America/Sao_Paulo", 2017)])
def test_the_local_year_lies_within_its_spans(zone: str, year: int) -> None:
    """Also where it begins before that of UTC."""
    new_year = datetime(year, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)

    assert offset_spans(ZoneInfo(zone), year, year)[0].since < new_year
    assert len(offset_spans(ZoneInfo(zone), year, year)) == 3
