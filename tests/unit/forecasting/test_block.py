"""A block is the same wherever it is asked, and its arrays hold nothing but texts, numbers and days."""

import io
import pickle
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from outgrow.domain.event import Event
from outgrow.domain.history import OBSERVED, History
from outgrow.domain.metric import ORDERS_PER_DAY, TOTAL_PRODUCTS, Kind, Metric, Scope
from outgrow.domain.panel import HistoryPanel
from outgrow.forecasting.block import Block
from outgrow.forecasting.correction import Correction
from outgrow.forecasting.outlook import days_until
from outgrow.forecasting.rules import ForecastRules

TODAY = date(2026, 11, 1)
GPUS = Metric("gpus", Kind.LEVEL, "", "GPUs")
SALE = Event("Sale", date(2026, 11, 20), date(2026, 11, 22), multiplier=1.5)
RULES = ForecastRules(horizon_days=120, correction=Correction(1.2, 5, 40.0), events=(SALE,))


def history(metric: Metric, values: NDArray[np.float64], last: date = TODAY) -> History:
    first = last - timedelta(days=len(values) - 1)
    return History(metric, Scope("store", "7"), "main", first, values, np.full(len(values), OBSERVED, dtype=np.int8))


def block() -> Block:
    days = np.arange(200.0)
    histories = [
        history(TOTAL_PRODUCTS, 1_000 + 5 * days + np.sin(days)),
        history(ORDERS_PER_DAY, 40 + days % 7),
        history(GPUS, np.ceil(days[:90] / 30), TODAY - timedelta(days=2)),
        history(GPUS, np.array([3.0])),
    ]
    limits = np.array([[2_100, 9_000], [60, np.nan], [4, 50], [np.nan, np.nan]])
    return Block(HistoryPanel.of(histories), limits, RULES, TODAY)


def written(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """By way of a file that bears no Python object."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    file.seek(0)
    return dict(np.load(file, allow_pickle=False))


def test_its_arrays_tell_all_of_it() -> None:
    ours = block()
    theirs = Block.of_arrays(written(pickle.loads(pickle.dumps(ours.arrays()))))

    assert (theirs.rules, theirs.today) == (ours.rules, ours.today)
    assert (theirs.panel.keys, theirs.panel.metrics) == (ours.panel.keys, ours.panel.metrics)
    assert all(len(array) == 4 for name, array in ours.arrays().items() if name != "common")
    answers = written(ours.until())
    assert answers.keys() == theirs.until().keys()
    for name, answer in theirs.until().items():
        assert np.array_equal(answers[name], answer, equal_nan=name.startswith("p"))


def test_it_answers_as_each_series_does_alone() -> None:
    ours = block()
    told = ours.until()

    assert told["status"].tolist()[3] == ["insufficient_data"] * 2
    for row, (one, limits) in enumerate(zip(ours.panel, ours.limits, strict=True)):
        for at, limit in enumerate(limits):
            alone = days_until(one, None if np.isnan(limit) else float(limit), TODAY, RULES)
            assert (told["status"][row, at], told["reason"][row, at]) == (alone.status.value, alone.reason or "")
            assert told["p50"][row, at].item() == alone.date("p50")
            assert told["as_of"][row].item() == one.last_day
    assert {"ok", "no_limit"} <= set(told["status"].ravel())


def test_an_empty_one_gives_empty_answers() -> None:
    ours = Block(HistoryPanel.of([]), np.empty((0, 2)), RULES, TODAY)

    assert {name: array.shape for name, array in Block.of_arrays(written(ours.arrays())).until().items()} == {
        "as_of": (0,), "status": (0, 2), "reason": (0, 2), "p10": (0, 2), "p50": (0, 2), "p90": (0, 2),
    }  # fmt: skip


def test_limits_without_series_are_refused() -> None:
    with pytest.raises(ValueError, match=r"limits of shape \(3,\) for 0 series"):
        Block(HistoryPanel.of([]), np.zeros(3), RULES, TODAY)


def test_the_model_s_file_is_told_as_a_path() -> None:
    assert isinstance(Block.of_arrays(block().arrays()).rules.model_file, Path)
