"""From a projection and a limit to a status, whatever made the projection."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from outgrow.domain.days import spoken
from outgrow.domain.forecast import DayBand, Forecast, HistoryNote, Refusal, Status
from outgrow.domain.history import OBSERVED, History
from outgrow.domain.metric import PLATFORM, TOTAL_PRODUCTS
from outgrow.domain.note import Note, NoteCode
from outgrow.forecasting.outlook import days_until, days_until_of
from outgrow.forecasting.panel import PanelForecast
from outgrow.forecasting.projection import Projection
from outgrow.forecasting.rules import ForecastRules

Array = NDArray[np.float64]
AS_OF = date(2026, 3, 20)
HORIZON = 365


def history(values: Any) -> History:
    array: Array = np.asarray(values, dtype=np.float64)
    first = AS_OF - timedelta(days=len(array) - 1)
    return History(TOTAL_PRODUCTS, PLATFORM, "main", first, array, np.full(len(array), OBSERVED, np.int8))


@dataclass(frozen=True)
class Oracle:
    """A panel of two rows that knows how likely every day is, of the second; of the first it knows nothing.

    Fallen to is what risen to is not yet.
    """

    cdf: Array

    @property
    def horizon(self) -> int:
        return len(self.cdf)

    @property
    def usable(self) -> NDArray[np.bool_]:
        return np.array([False, True])

    def quantiles(self, levels: tuple[float, ...]) -> Array:
        return self.at_days(tuple(range(1, self.horizon + 1)), levels)

    def pick(self, rows: NDArray[np.int64]) -> "Picked":
        return Picked(self, rows)

    def at_days(self, days: tuple[int, ...], levels: tuple[float, ...]) -> Array:
        answer = np.broadcast_to(np.array(levels)[None, :, None] * np.array(days), (2, len(levels), len(days))).copy()
        answer[0] = np.nan
        return answer

    def crossing_cdf(self, thresholds: Array, *, falling: bool = False) -> Array:
        assert thresholds.shape == (2,)
        return np.stack([np.full(self.horizon, np.nan), self.cdf / 2 if falling else self.cdf])

    def crossing_at(self, thresholds: Array, days: tuple[int, ...], *, falling: bool = False) -> Array:
        return self.crossing_cdf(thresholds, falling=falling)[:, np.array(days) - 1]


@dataclass(frozen=True)
class Picked:
    """Some of the oracle's rows."""

    whole: Oracle
    rows: NDArray[np.int64]

    def crossing_at(self, thresholds: Array, days: tuple[int, ...], *, falling: bool = False) -> Array:
        assert thresholds.shape == self.rows.shape
        limits = np.full(2, thresholds[0])
        return self.whole.crossing_at(limits, days, falling=falling)[self.rows]


def projection(past: Any, cdf: Array, growth: float = 30.0, notes: tuple[Note, ...] = ()) -> Projection:
    """That of somebody who knows how likely every day is."""
    values: Array = np.asarray(past, dtype=np.float64)
    forecast = Forecast(
        metric=TOTAL_PRODUCTS,
        scope_name="platform:main",
        as_of=AS_OF,
        current=float(values[-1]),
        levels=(0.5,),
        quantiles=np.zeros((1, len(cdf))),
        growth_per_30_days=growth,
        history=HistoryNote(len(values), 0, 0),
    )
    return Projection(forecast, values, cast(PanelForecast, Oracle(cdf)), row=1, notes=notes)


def rising(start: int, end: int, top: float = 1.0, days: int = HORIZON) -> Array:
    """No chance before `start`, evenly more until `end`, and `top` from there."""
    return np.asarray(np.clip((np.arange(1, days + 1) - start) / (end - start), 0, 1) * top)


NEVER = np.zeros(HORIZON)
PAST = [100.0, 101.0, 102.0]


def told(
    made: Projection | Refusal, threshold: float | None = 200.0, past: Any = PAST, *, falling: bool = False
) -> Any:
    return days_until_of(made, history(past), threshold, falling=falling)


def test_a_limit_that_will_be_reached() -> None:
    found = told(projection(PAST, rising(100, 200)))

    assert (found.status, found.reason) == (Status.OK, None)
    assert found.days == DayBand(110, 150, 190)
    assert found.date("p50") == AS_OF + timedelta(days=150)
    assert found.probability_within == {30: 0, 90: 0, 180: pytest.approx(0.8), 365: 1}
    assert (found.threshold, found.current, found.as_of, found.growth_per_30_days) == (200, 102, AS_OF, 30)


def test_a_day_is_the_first_on_which_it_is_that_likely() -> None:
    sudden = np.where(np.arange(1, HORIZON + 1) >= 70, 1.0, 0.0)

    assert told(projection(PAST, sudden)).days == DayBand(70, 70, 70)
    assert told(projection(PAST, np.ones(HORIZON))).days == DayBand(1, 1, 1)


def test_a_late_end_beyond_the_horizon_is_open() -> None:
    found = told(projection(PAST, rising(100, 200, top=0.7)))

    assert found.status is Status.OK
    assert found.days.p50 is not None
    assert found.days.p90 is None


@pytest.mark.parametrize(
    ("cdf", "growth", "status"),
    [
        pytest.param(rising(100, 200, top=0.4), 30.0, Status.BEYOND_HORIZON, id="it may be, and it grows"),
        pytest.param(rising(100, 200, top=0.4), -30.0, Status.BEYOND_HORIZON, id="it may be, though it falls"),
        pytest.param(NEVER, 30.0, Status.BEYOND_HORIZON, id="it grows"),
        pytest.param(NEVER, 0.0, Status.NO_GROWTH, id="it stands"),
        pytest.param(NEVER, -1.0, Status.NO_GROWTH, id="it falls a little"),
        pytest.param(NEVER, -30.0, Status.DECLINING, id="it falls"),
    ],
)
def test_no_likely_day_is_told_apart_by_growth(cdf: Array, growth: float, status: Status) -> None:
    found = told(projection(PAST, cdf, growth))

    assert found.status is status
    assert found.days.p50 is None
    assert found.days.p90 is None
    assert f"({cdf[-1]:.0%} within 365 days)" in (found.reason or "")
    assert found.probability_within[365] == pytest.approx(cdf[-1])


def test_a_short_horizon_tells_no_chances_beyond_it() -> None:
    found = told(projection(PAST, rising(10, 20, days=90)))

    assert set(found.probability_within) == {30, 90}


@pytest.mark.parametrize(
    ("past", "ago"),
    [
        ([100, 150, 199, 200], 0),
        ([100, 200, 201, 202], 2),
        ([250, 100, 200, 220], 1),
        ([300, 300, 300, 300], 3),
        ([100, 200, np.nan, 220], 2),
        ([100, np.nan, 210, 220], 1),
    ],
)
def test_a_limit_that_is_reached_says_for_how_long(past: list[float], ago: int) -> None:
    found = told(projection(past, np.ones(HORIZON)), past=past)

    assert (found.status, found.days_ago) == (Status.ALREADY_EXCEEDED, ago)
    assert found.reason == f"at or above 200 since {spoken(AS_OF - timedelta(days=ago))}"
    assert found.days == DayBand()
    assert found.probability_within == {}


@pytest.mark.parametrize(
    ("past", "ago"), [([100, 60, 51, 50], 0), ([100, 50, 49, 48], 2), ([10, 100, 50, 40], 1), ([30, 30, 30, 30], 3)]
)
def test_a_limit_that_is_fallen_to_says_for_how_long(past: list[float], ago: int) -> None:
    found = told(projection(past, np.ones(HORIZON)), 50, past, falling=True)

    assert (found.status, found.days_ago, found.falling) == (Status.ALREADY_EXCEEDED, ago, True)
    assert found.reason == f"at or below 50 since {spoken(AS_OF - timedelta(days=ago))}"


def test_a_limit_that_will_be_fallen_to() -> None:
    found = told(projection(PAST, rising(100, 200), -30.0), 50, falling=True)

    assert (found.status, found.falling) == (Status.OK, True)
    assert found.days == DayBand(120, 200, None)
    assert found.probability_within[365] == 0.5


@pytest.mark.parametrize(
    ("cdf", "growth", "status", "why"),
    [
        pytest.param(rising(100, 200, 0.8), 30.0, Status.BEYOND_HORIZON, "beyond the horizon", id="it may be"),
        pytest.param(NEVER, -30.0, Status.BEYOND_HORIZON, "beyond the horizon", id="it falls"),
        pytest.param(NEVER, 30.0, Status.NO_GROWTH, "it grows by 30", id="it grows"),
        pytest.param(NEVER, 0.0, Status.NO_GROWTH, "it does not fall", id="it stands"),
    ],
)
def test_no_likely_day_of_a_fall(cdf: Array, growth: float, status: Status, why: str) -> None:
    found = told(projection(PAST, cdf, growth), 50, falling=True)

    assert found.status is status
    assert why in found.reason
    assert found.days.p50 is None


def test_what_was_amiss_in_the_past_is_told_along() -> None:
    note = Note(NoteCode.GAP, AS_OF - timedelta(days=9), AS_OF - timedelta(days=7), 100.0, 101.0)

    assert told(projection(PAST, rising(100, 200), notes=(note,))).notes == (note,)


def test_without_a_limit_there_is_no_day() -> None:
    found = told(projection(PAST, np.ones(HORIZON)), None)

    assert (found.status, found.threshold, found.days) == (Status.NO_LIMIT, None, DayBand())
    assert found.growth_per_30_days == 30


def test_a_refusal_keeps_what_is_known() -> None:
    refusal = Refusal(Status.INSUFFICIENT_DATA, "3 days are known, a forecast needs 14", have=3, need=14)
    found = told(refusal)

    assert (found.status, found.reason, found.have, found.need) == (refusal.status, refusal.reason, 3, 14)
    assert (found.current, found.as_of, found.threshold) == (102, AS_OF, 200)
    assert (found.days, found.probability_within, found.growth_per_30_days) == (DayBand(), {}, None)


def test_a_refusal_of_nothing() -> None:
    found = days_until(history([]), 200, AS_OF, ForecastRules())

    assert (found.status, found.current, found.as_of) == (Status.INSUFFICIENT_DATA, None, None)
    assert found.date("p50") is None


def test_a_real_projection_goes_the_same_way() -> None:
    past = history(100 + np.arange(60.0))
    found = days_until(past, 259, AS_OF, ForecastRules())

    assert (found.status, found.days.p50) == (Status.OK, 100)
    older = days_until(past, 259, AS_OF + timedelta(days=7), ForecastRules())
    assert older == replace(found)
    assert days_until(past, 259, AS_OF + timedelta(days=8), ForecastRules()).status is Status.STALE


def test_a_real_projection_falls_the_same_way() -> None:
    past = history(1_000 - np.arange(60.0))
    found = days_until(past, 841, AS_OF, ForecastRules(), falling=True)

    assert (found.status, found.days.p50) == (Status.OK, 100)
