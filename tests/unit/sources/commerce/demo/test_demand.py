"""Orders follow the week, the season, the hour and Black Friday."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from outgrow.sources.commerce.demo.clock import DAYS_BACK, DemoClock
from outgrow.sources.commerce.demo.demand import BY_HOUR, black_friday, demand, order_statuses
from outgrow.sources.commerce.demo.world import World, draw_world

TODAY = date(2026, 11, 22)
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY, SATURDAY, SUNDAY = 0, 5, 6


@pytest.fixture(scope="module")
def world() -> World:
    return draw_world(TODAY, BERLIN, 7)


@pytest.fixture(scope="module")
def per_day(world: World) -> NDArray[np.int64]:
    return np.bincount(world.orders.born.astype(np.int64), minlength=DAYS_BACK + 1)


@pytest.mark.parametrize(
    ("year", "friday"),
    [
        pytest.param(2024, date(2024, 11, 29), id="November begins on a Friday"),
        pytest.param(2025, date(2025, 11, 28), id="November begins on a Saturday"),
        pytest.param(2026, date(2026, 11, 27), id="November begins on a Sunday"),
        pytest.param(2029, date(2029, 11, 23), id="November begins on a Thursday"),
    ],
)
def test_black_friday_follows_the_fourth_thursday_of_november(year: int, friday: date) -> None:
    assert black_friday(year) == friday


def test_black_friday_brings_about_four_times_an_ordinary_day(per_day: NDArray[np.int64]) -> None:
    at = (black_friday(2025) - (TODAY - timedelta(days=DAYS_BACK))).days
    assert 3 < per_day[at] / per_day[at - 28 : at - 7].mean() < 5
    assert per_day[at + 3] > 2.5 * per_day[at - 28 : at - 7].mean()


def test_sundays_and_mondays_are_busy_and_saturdays_are_not(world: World, per_day: NDArray[np.int64]) -> None:
    weekdays = world.clock.weekdays()
    summer = slice(DAYS_BACK - 200, DAYS_BACK - 60)
    mean = [per_day[summer][weekdays[summer] == day].mean() for day in range(7)]
    assert {int(day) for day in np.argsort(mean)[-2:]} == {MONDAY, SUNDAY}
    assert int(np.argmin(mean)) == SATURDAY


def test_december_is_busier_than_the_january_after_it() -> None:
    clock = DemoClock.until(TODAY, BERLIN)
    days = np.array([clock.first_day + timedelta(days=i) for i in range(DAYS_BACK + 1)])
    relative = demand(np.random.default_rng(1), clock)
    december = (days >= date(2025, 12, 5)) & (days <= date(2025, 12, 18))
    january = (days >= date(2026, 1, 9)) & (days <= date(2026, 1, 22))
    assert relative[december].mean() > 1.3 * relative[january].mean()


def test_people_buy_in_the_evening_of_their_own_time(world: World) -> None:
    hours = (world.orders.born % 1 * 24).astype(np.int64)
    share = np.bincount(hours, minlength=24) / len(hours)
    assert BY_HOUR.sum() == pytest.approx(1)
    assert share[20] > 4 * share[4]


def test_today_is_as_whole_as_other_days(per_day: NDArray[np.int64]) -> None:
    assert 0.7 < per_day[-1] / per_day[-8] < 1.5


def test_new_orders_are_on_their_way_and_old_ones_are_done() -> None:
    clock = DemoClock.until(TODAY, BERLIN)
    rng = np.random.default_rng(1)
    fresh = order_statuses(rng, clock, np.full(500, clock.now - 0.01))
    old = order_statuses(rng, clock, np.full(500, clock.now - 100.0))
    assert set(fresh) == {"created", "cancelled"}
    assert set(old) == {"delivered", "cancelled", "refunded"}
    assert old.count("delivered") > 400
