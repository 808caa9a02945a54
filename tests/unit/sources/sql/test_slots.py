"""Slots of time: whatever a server groups by, each slot lies within one day."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outgrow.sources.sql.midnights import Midnights
from outgrow.sources.sql.slots import NOWHERE, places_of, slot_seconds

ZONES = {
    "UTC": 86_400, "Europe/Luxembourg": 3_600, "Asia/Kolkata": 900, "Asia/Kathmandu": 900, "Pacific/Chatham": 900,
    "America/Sao_Paulo": 3_600, "Pacific/Apia": 3_600,
}  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_midnights_of_today_are_whole_quarters_of_an_hour(zone: str) -> None:
    assert slot_seconds(Midnights(date(2010, 1, 1), 6_000, ZoneInfo(zone)).instants) == ZONES[zone]


def test_those_of_long_ago_may_be_none() -> None:
    assert slot_seconds(Midnights(date(1970, 1, 1), 3, ZoneInfo("Africa/Monrovia")).instants) is None


@given(st.sampled_from(sorted(ZONES)), st.integers(0, 5_000), st.integers(0, 86_399))
def test_a_slot_is_in_the_day_of_each_of_its_instants(zone: str, day: int, second: int) -> None:
    midnights = Midnights(date(2011, 6, 1), 5_002, ZoneInfo(zone))
    size = slot_seconds(midnights.instants)
    assert size is not None
    at = int(midnights.instants[0].astype(np.int64)) + 86_400 * day + second
    whole, told = (places_of(np.array([float(each)]), midnights.instants).tolist() for each in (at, at // size * size))
    assert whole == told


def test_what_is_no_time_is_nowhere() -> None:
    bounds = Midnights(date(2026, 1, 1), 2, ZoneInfo("UTC")).instants
    begin = float(bounds[0].astype(np.int64))
    assert places_of(np.array([np.nan, begin - 1, begin, begin + 200_000]), bounds).tolist() == [NOWHERE, 0, 1, 3]
    assert Midnights(date(2026, 1, 1), 2, ZoneInfo("UTC")).last == date(2026, 1, 1) + timedelta(days=1)
