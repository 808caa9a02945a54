"""Bands, refusals and notes, and the answer to "when?"."""

import math
from datetime import date

import numpy as np
import pytest
from tests.support.forecasts import AS_OF, days_until

from outgrow.domain.forecast import DayBand, Forecast, HistoryNote, Status, as_number
from outgrow.domain.history import MISSING, OBSERVED, RECONSTRUCTED, History
from outgrow.domain.metric import PLATFORM, STORAGE_USED_GB, TOTAL_PRODUCTS


def test_the_statuses_are_those_of_the_contract() -> None:
    assert {status.value for status in Status} == {
        "ok",
        "already_exceeded",
        "no_growth",
        "declining",
        "beyond_horizon",
        "insufficient_data",
        "no_limit",
        "stale",
    }


@pytest.mark.parametrize(
    ("current", "threshold", "share"),
    [(75.0, 100.0, 0.75), (150.0, 100.0, 1.5), (0.0, 100.0, 0.0), (None, 100.0, None), (5.0, None, None)],
)
def test_the_used_share(current: float | None, threshold: float | None, share: float | None) -> None:
    assert days_until(current=current, threshold=threshold).used_share == share


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (None, None),
        (30_000, 30_000.0),
        (0.0, 0.0),
        (812.75, 812.75),
        (np.float64(3), 3.0),
        (math.inf, None),
        (math.nan, None),
    ],
)
def test_measurements_are_of_one_type_and_finite(value: float | None, number: float | None) -> None:
    written = as_number(value)

    assert written == number
    assert type(written) is type(number)


def test_a_note_counts_a_history_s_days() -> None:
    codes = np.array([RECONSTRUCTED, RECONSTRUCTED, RECONSTRUCTED, MISSING, OBSERVED], dtype=np.int8)
    values = np.array([1, 2, 3, np.nan, 5])
    note = HistoryNote.of(History(TOTAL_PRODUCTS, PLATFORM, "main", AS_OF, values, codes))

    assert note == HistoryNote(1, 3, 1)
    assert note.observed_share == 0.25
    assert HistoryNote(0, 0, 9).observed_share is None


def test_a_forecast_gives_one_quantile() -> None:
    quantiles = np.array([[1.0, 2.0, 3.0], [1.5, 2.51234, 3.5], [2.0, 3.0, 4.0]])
    forecast = Forecast(
        STORAGE_USED_GB, "platform:main", AS_OF, 1.25, (0.05, 0.5, 0.9), quantiles, 3.14159, HistoryNote(12, 388, 0)
    )

    assert forecast.quantile(0.5).tolist() == [1.5, 2.51234, 3.5]
    with pytest.raises(ValueError, match=r"not in tuple|0\.7"):
        forecast.quantile(0.7)


def test_a_date_is_counted_from_the_newest_known_day() -> None:
    assert days_until(as_of=None).date("p50") is None
    said = days_until(days=DayBand(31, None, None))
    assert (said.date("p10"), said.date("p90")) == (date(2026, 12, 22), None)
