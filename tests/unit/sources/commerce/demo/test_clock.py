"""Moments become instants in UTC that never leave their local day, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from outgrow.sources.commerce.demo.clock import DAYS_BACK, NEVER, DemoClock, by_daylight

BERLIN = ZoneInfo("Europe/Berlin")
DAYS = [
    pytest.param(date(2026, 11, 22), datetime(2026, 11, 22, 22, 30, tzinfo=UTC), id="winter"),
    pytest.param(date(2026, 7, 1), datetime(2026, 7, 1, 21, 30, tzinfo=UTC), id="summer"),
    pytest.param(date(2026, 3, 29), datetime(2026, 3, 29, 21, 30, tzinfo=UTC), id="clocks go forward"),
    pytest.param(date(2026, 10, 25), datetime(2026, 10, 25, 22, 30, tzinfo=UTC), id="clocks go back"),
    pytest.param(date(2028, 2, 29), datetime(2028, 2, 29, 22, 30, tzinfo=UTC), id="leap day"),
]


def aware(instant: np.datetime64) -> datetime:
    return datetime.fromtimestamp(int(instant.astype(np.int64)), UTC)


@pytest.mark.parametrize(("today", "late"), DAYS)
def test_now_is_late_in_the_evening_of_today(today: date, late: datetime) -> None:
    clock = DemoClock.until(today, BERLIN)
    assert abs(aware(clock.planned(np.array([clock.now]))[0]) - late) <= timedelta(seconds=1)


@pytest.mark.parametrize(("today", "late"), DAYS)
def test_every_moment_stays_within_its_local_day(today: date, late: datetime) -> None:
    clock = DemoClock.until(today, BERLIN)
    moments = np.concatenate([np.arange(DAYS_BACK) + part for part in (0.0, 0.04, 0.5, 0.999_99)])
    for moment, instant in zip(moments, clock.instants(moments), strict=True):
        assert aware(instant).astimezone(BERLIN).date() == clock.first_day + timedelta(days=int(moment))


def test_what_is_yet_to_happen_has_a_planned_instant_only() -> None:
    clock = DemoClock.until(date(2026, 11, 22), BERLIN)
    moments = np.array([clock.now - 0.01, clock.now, clock.now + 14, NEVER])
    assert np.isnat(clock.instants(moments)).tolist() == [False, True, True, True]
    assert np.isnat(clock.planned(moments)).tolist() == [False, False, False, True]


def test_weekdays_end_today() -> None:
    today = date(2026, 11, 22)
    weekdays = DemoClock.until(today, BERLIN).weekdays()
    assert (len(weekdays), weekdays[-1]) == (DAYS_BACK + 1, today.weekday())


def test_daylight_is_between_seven_and_nine_on_the_same_day() -> None:
    moments = np.array([3.0, 3.5, 3.999])
    assert by_daylight(moments) == pytest.approx([3 + 7 / 24, 3 + 14 / 24, 3 + 21 / 24], abs=1e-3)
