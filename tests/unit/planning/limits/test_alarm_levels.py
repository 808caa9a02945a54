"""What `check --warning --critical` takes, and when it is met."""

from datetime import date, timedelta
from typing import Any

import pytest

from outgrow.domain.errors import UsageError
from outgrow.domain.forecast import DayBand, DaysUntil, HistoryNote, Status
from outgrow.domain.metric import TOTAL_PRODUCTS
from outgrow.planning.limits.alarm_levels import AlarmLevel, AlarmLevels, Measure

TODAY = date(2026, 3, 31)


def until(status: Status = Status.OK, current: float | None = 80.0, **more: Any) -> DaysUntil:
    said: dict[str, Any] = {"threshold": 100.0, "days": DayBand(20, 30, 40), "as_of": TODAY, **more}
    return DaysUntil(
        TOTAL_PRODUCTS,
        "platform:main",
        status=status,
        reason=None,
        current=current,
        history=HistoryNote(9, 0, 0),
        **said,
    )


@pytest.mark.parametrize(
    ("text", "measure", "number"),
    [("800", Measure.VALUE, 800), ("0.5", Measure.VALUE, 0.5), ("80%", Measure.SHARE, 80), (" 30d ", Measure.DAYS, 30)],
)
def test_three_kinds_of_bounds(text: str, measure: Measure, number: float) -> None:
    alarm = AlarmLevel.parse(text, "--warning")

    assert (alarm.measure, alarm.number) == (measure, number)


@pytest.mark.parametrize(
    "text", ["", "x", "nan", "inf", "-5", "0", "0%", "30 days", "10:20", "@5", "~:3", "1e999", "%"]
)
def test_anything_else_is_refused_with_the_mend(text: str) -> None:
    with pytest.raises(UsageError, match="--critical") as refused:
        AlarmLevel.parse(text, "--critical")
    assert "80%" in refused.value.mend


@pytest.mark.parametrize(
    ("text", "known", "met"),
    [
        ("80", until(), True),
        ("80.1", until(), False),
        ("80%", until(), True),
        ("81%", until(), False),
        ("30d", until(), True),
        ("29d", until(), False),
        ("29d", until(as_of=TODAY - timedelta(days=1)), True),
        ("5d", until(Status.ALREADY_EXCEEDED, days=DayBand()), True),
        ("300d", until(Status.NO_GROWTH, days=DayBand()), False),
        ("300d", until(Status.BEYOND_HORIZON, days=DayBand(300)), False),
        ("300d", until(Status.INSUFFICIENT_DATA, days=DayBand()), None),
        ("80%", until(threshold=None), None),
        ("80", until(current=None), None),
    ],
)
def test_when_a_bound_is_met(text: str, known: DaysUntil, met: bool | None) -> None:
    assert AlarmLevel.parse(text, "--warning").met(known, TODAY) is met


@pytest.mark.parametrize(
    ("warning", "critical", "metric"),
    [("9", "8", "products"), ("90%", "80%", None), ("10d", "20d", None), ("800", None, None), (None, "800", None)],
)
def test_bounds_that_cannot_be_meant_are_refused(warning: str | None, critical: str | None, metric: str | None) -> None:
    with pytest.raises(UsageError):
        AlarmLevels.parse(warning, critical, metric)


@pytest.mark.parametrize(
    ("warning", "critical", "value"),
    [("8", "9", 9.0), ("8", None, 8.0), ("8", "30d", 8.0), ("80%", "9", 9.0), ("20d", "10d", None), (None, None, None)],
)
def test_the_value_that_dates_are_told_of(warning: str | None, critical: str | None, value: float | None) -> None:
    assert AlarmLevels.parse(warning, critical, "products").value == value
