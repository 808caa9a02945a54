"""The specification: what is drawn, from which numbers, and where the words stand."""

from datetime import date, timedelta
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from outgrow.domain.forecast import DayBand, DaysUntil, Forecast, HistoryNote, Status
from outgrow.domain.history import MISSING, OBSERVED, RECONSTRUCTED, History
from outgrow.domain.metric import ORDERS_PER_DAY, PLATFORM, STORAGE_USED_GB, TOTAL_PRODUCTS, Metric
from outgrow.faces.charts import theme
from outgrow.faces.charts.forecast_chart import forecast_chart
from outgrow.faces.charts.labels import Label

AS_OF = date(2026, 11, 21)
HORIZON = np.arange(1, 366)
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
SIGMAS = np.array([-1.645, -1.282, -0.674, 0.0, 0.674, 1.282, 1.645])
GROWING = 15_000 + 23.0 * np.arange(400)


def history(values: Any = GROWING, observed: int = 12, metric: Metric = TOTAL_PRODUCTS) -> History:
    """Days up to AS_OF, of which the last `observed` were captured; NaN is an unknown day."""
    values = np.asarray(values, dtype=float)
    provenance = np.full(len(values), RECONSTRUCTED, np.int8)
    provenance[len(values) - observed :] = OBSERVED
    provenance[np.isnan(values)] = MISSING
    return History(metric, PLATFORM, "main", AS_OF - timedelta(days=len(values) - 1), values, provenance)


def forecast(past: History, a_day: float = 25.0, sigma: float = 300.0, horizon: int = 365) -> Forecast:
    """Straight growth from the newest value, with a normal spread that widens with the root of time."""
    current = float(past.values[-1])
    spread = sigma * np.sqrt(HORIZON[:horizon] / 30)
    quantiles = np.maximum(current + a_day * HORIZON[:horizon] + SIGMAS[:, None] * spread, 0.0)
    return Forecast(past.metric, "platform:main", AS_OF, current, LEVELS, quantiles, 30 * a_day, HistoryNote.of(past))


def until(past: History, threshold: float | None = 30_000, status: Status = Status.OK, **more: Any) -> DaysUntil:
    """An answer with the crossing on days 31, 47 and 80 unless told otherwise."""
    newest = past.newest
    days = more.pop("days", DayBand(31, 47, 80) if status is Status.OK else DayBand())
    return DaysUntil(
        past.metric,
        "platform:main",
        threshold,
        status,
        more.pop("reason", None),
        newest[1] if newest else None,
        newest[0] if newest else None,
        HistoryNote.of(past),
        days,
        **more,
    )


def chart(past: History, ahead: Forecast | None, answer: DaysUntil | None) -> dict[str, Any]:
    return forecast_chart(past, ahead, answer, "Products", "Platform main")


def growing(**more: Any) -> dict[str, Any]:
    past = history()
    return chart(past, forecast(past), until(past, **more))


def layer(spec: dict[str, Any], name: str) -> Any:
    (found,) = [part for part in spec["layer"] if part["name"] == name]
    return found


def names(spec: dict[str, Any]) -> list[str]:
    return [part["name"] for part in spec["layer"]]


def words(spec: dict[str, Any]) -> list[str]:
    return [row["text"] for row in spec["datasets"]["labels"]]


def y_axis(spec: dict[str, Any]) -> Any:
    return layer(spec, "history-observed")["encoding"]["y"]


def days_shown(spec: dict[str, Any]) -> tuple[date, date]:
    first, last = layer(spec, "history-observed")["encoding"]["x"]["scale"]["domain"]
    return tuple(date(1970, 1, 1) + timedelta(milliseconds=ms) for ms in (first, last))  # type: ignore[return-value]


def test_all_parts_are_there_from_the_bottom_to_the_top() -> None:
    assert names(growing()) == [
        "crossing-range",
        "band-90",
        "band-50",
        "median",
        "limit",
        "history-reconstructed",
        "history-observed",
        "history-single-days",
        "newest",
        "crossing-limit",
        "crossing-date",
        "crossing-point",
        "label-halo",
        "labels",
    ]


def test_the_bands_and_the_median_are_the_forecast_s_quantiles() -> None:
    past = history()
    ahead = forecast(past)
    spec = chart(past, ahead, until(past))
    row = spec["datasets"]["forecast"][46]
    assert row["day"] == "2027-01-07"
    expected = {"p05": 0, "p25": 2, "p50": 3, "p75": 4, "p95": 6}
    assert {k: row[k] for k in expected} == pytest.approx(
        {k: ahead.quantiles[i, 46] for k, i in expected.items()}, 1e-5
    )
    edges = {
        name: (layer(spec, name)["encoding"]["y"]["field"], layer(spec, name)["encoding"].get("y2", {}).get("field"))
        for name in ("band-90", "band-50", "median")
    }
    assert edges == {"band-90": ("p05", "p95"), "band-50": ("p25", "p75"), "median": ("p50", None)}


def test_the_crossing_is_a_span_with_its_date() -> None:
    spec = growing()
    (row,) = spec["datasets"]["crossing"]
    assert row == {"start": "2026-12-22", "middle": "2027-01-07", "end": "2027-02-09", "limit": 30_000}
    assert {"7 Jan 2027", "80% range 22 Dec 2026 to 9 Feb 2027", "limit 30,000"} <= set(words(spec))


def test_without_a_late_quantile_the_span_runs_to_the_right_edge() -> None:
    spec = growing(days=DayBand(200, 300, None))
    assert spec["datasets"]["crossing"][0]["end"] == days_shown(spec)[1].isoformat() == "2027-11-21"
    assert "80% range 9 Jun 2027 or later" in words(spec)


def test_without_a_median_only_the_early_day_is_named() -> None:
    spec = growing(days=DayBand(200, None, None))
    assert spec["datasets"]["crossing"][0]["middle"] is None
    assert {"10% chance by 9 Jun 2027", "even chance only after 21 Nov 2027"} <= set(words(spec))


@pytest.mark.parametrize(
    ("days", "past_days", "ahead_days"),
    [
        (DayBand(1, 2, 3), 180, 90),
        (DayBand(31, 47, 200), 348, 232),
        (DayBand(31, 47, 360), 365, 365),
        (DayBand(31, 47, None), 365, 365),
        (DayBand(), 270, 180),
    ],
)
def test_the_days_shown_reach_past_the_crossing(days: DayBand, past_days: int, ahead_days: int) -> None:
    first, last = days_shown(growing(days=days))
    assert ((AS_OF - first).days, (last - AS_OF).days) == (past_days, ahead_days)


def test_no_more_is_shown_than_is_known_and_forecast() -> None:
    past = history(GROWING[-20:], observed=20)
    spec = chart(past, forecast(past, horizon=40), until(past, days=DayBand()))
    assert days_shown(spec) == (AS_OF - timedelta(days=19), AS_OF + timedelta(days=40))


def test_observed_and_reconstructed_days_meet_and_gaps_stay_gaps() -> None:
    values = GROWING[-30:].copy()
    values[[3, 5, 9]] = np.nan
    rows = chart(history(values, observed=10), None, None)["datasets"]["history"]
    seen = [(row["reconstructed"] is not None, row["observed"] is not None, row["single"] is not None) for row in rows]
    nothing, faint, both, bold = (False,) * 3, (True, False, False), (True, True, False), (False, True, False)
    assert (
        seen
        == [faint] * 3
        + [nothing, (True, False, True), nothing]
        + [faint] * 3
        + [nothing]
        + [faint] * 10
        + [both]
        + [bold] * 9
    )


def test_a_near_limit_is_in_the_picture_and_a_far_one_is_named_with_an_arrow() -> None:
    past = history(np.full(200, 12_000.0))
    ahead = forecast(past, a_day=1.0)
    near = chart(past, ahead, until(past, 29_900, Status.BEYOND_HORIZON))
    far = chart(past, ahead, until(past, 30_100, Status.BEYOND_HORIZON))
    below = chart(past, ahead, until(past, 1_000, Status.ALREADY_EXCEEDED, days_ago=250))
    assert near["datasets"]["limit"] == [{"value": 29_900}]
    assert y_axis(near)["scale"]["domain"][1] > 29_900
    assert "limit 29,900" in words(near)
    assert far["datasets"]["limit"] == below["datasets"]["limit"] == []
    assert "limit 30,100 ↑" in words(far)
    assert "limit 1,000 ↓" in words(below)


def test_the_axis_starts_at_zero_only_where_the_data_come_near_it() -> None:
    far, near = history(GROWING), history(np.linspace(5, 40, 300), metric=STORAGE_USED_GB)
    assert y_axis(chart(far, forecast(far), None))["scale"]["domain"][0] > 10_000
    assert y_axis(chart(near, forecast(near, 0.1, 1.0), None))["scale"]["domain"][0] == 0


def test_the_axis_names_the_unit_and_writes_thousands() -> None:
    axis = y_axis(growing())["axis"]
    assert axis["title"] == "products"
    assert axis["format"] == ",.0f"


def test_a_wild_outer_band_does_not_press_the_rest_flat() -> None:
    past = history()
    ahead = forecast(past)
    ahead.quantiles[-1] *= 50
    assert y_axis(chart(past, ahead, until(past)))["scale"]["domain"][1] < 60_000


def test_a_daily_flow_is_drawn_as_weekly_means_with_its_days_behind() -> None:
    week = np.array([100.0, 110, 120, 130, 140, 60, 40])
    past = history(np.tile(week, 50), observed=100, metric=ORDERS_PER_DAY)
    swing = np.tile(week, 53)[:365] / 100
    smooth = forecast(past, 0.0, 5.0)
    ahead = Forecast(
        past.metric,
        "platform:main",
        AS_OF,
        100.0,
        LEVELS,
        100 * swing + 0 * smooth.quantiles,
        0.0,
        HistoryNote.of(past),
    )
    spec = chart(past, ahead, None)
    assert {"history-daily", "median-daily"} <= set(names(spec))
    assert [row["observed"] for row in spec["datasets"]["history"]][-1] == 100
    assert {row["p50"] for row in spec["datasets"]["forecast"]} == {100}
    assert max(row["daily"] for row in spec["datasets"]["forecast"]) == 140
    assert "100 a day in the week to 21 Nov 2026" in words(spec)
    assert y_axis(spec)["axis"]["title"] == "orders, in bold the mean of seven days"


def test_a_refusal_shows_the_past_and_the_reason() -> None:
    past = history(GROWING[-12:])
    reason = "12 days are known, a forecast needs 28: capture for 16 more days"
    spec = chart(past, None, until(past, 30_000, Status.INSUFFICIENT_DATA, reason=reason))
    assert names(spec)[0] == "no-forecast"
    assert not {"band-90", "band-50", "median", "crossing-range"} & set(names(spec))
    assert len(spec["datasets"]["history"]) == 12
    assert days_shown(spec) == (AS_OF - timedelta(days=11), AS_OF + timedelta(days=7))
    assert "No forecast" in words(spec)
    assert "12 days are known, a forecast needs 28: capture for 16 more days" in " ".join(words(spec))


@pytest.mark.parametrize("n_days", [0, 1, 40])
def test_a_past_of_which_nothing_is_known_is_an_empty_frame(n_days: int) -> None:
    past = history(np.full(n_days, np.nan), observed=0)
    spec = chart(past, None, until(past, 50, Status.INSUFFICIENT_DATA, reason="nothing is stored yet"))
    assert spec["datasets"]["newest"] == []
    assert {"No forecast", "Nothing is stored yet", "limit 50"} == set(words(spec))


def test_why_there_is_no_date_is_told_once() -> None:
    past = history()
    answer = until(past, 90_000, Status.DECLINING, reason="the median falls")
    told = forecast_chart(past, forecast(past), answer, "Products", "Platform main")
    known = forecast_chart(past, forecast(past), answer, "Products", "It is clear that the median falls.")
    assert told["title"]["subtitle"] == ["Platform main", "The median falls"]
    assert known["title"]["subtitle"] == ["It is clear that the median falls."]


def test_the_description_says_what_the_picture_shows() -> None:
    assert growing()["description"] == (
        "Products from 25 May 2026 to 21 Nov 2026, 24,177 products on 21 Nov 2026. "
        "Forecast with 50% and 90% ranges to 26 Feb 2027. Limit 30,000 products. "
        "Reached: 7 Jan 2027, 80% range 22 Dec 2026 to 9 Feb 2027."
    )


def test_without_a_limit_nothing_speaks_of_one() -> None:
    past = history()
    for answer in (None, until(past, None, Status.NO_LIMIT)):
        spec = chart(past, forecast(past), answer)
        assert not {"limit", "crossing-range", "crossing-date"} & set(names(spec))
        assert not any("limit" in word for word in words(spec))


def random_case(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    n_days, scale = int(rng.integers(15, 400)), 10 ** rng.uniform(0.5, 6.5)
    values = np.maximum(scale + np.cumsum(rng.normal(scale * rng.uniform(-5e-4, 2e-3), scale * 0.01, n_days)), 0)
    metric = (TOTAL_PRODUCTS, STORAGE_USED_GB, ORDERS_PER_DAY)[seed % 3]
    past = history(np.round(values, metric.decimals), int(rng.integers(0, n_days)), metric)
    ahead = forecast(past, scale * rng.uniform(-1e-3, 4e-3), scale * rng.uniform(0, 0.1))
    p10, p50, p90 = (int(day) for day in np.sort(rng.integers(1, 365, 3)))
    days = (DayBand(p10, p50, p90), DayBand(p10, p50), DayBand(p10), DayBand())[seed % 4]
    return chart(past, ahead, until(past, float(scale * rng.uniform(0.5, 3)), days=days))


@pytest.mark.parametrize("seed", range(60))
def test_words_stay_in_the_picture_and_apart(seed: int) -> None:
    spec = random_case(seed)
    pad = spec["padding"]
    labels = [Label(**row) for row in spec["datasets"]["labels"]]
    for label in labels:
        left, top, right, bottom = label.box
        assert left >= -pad["left"], label
        assert right <= spec["width"] + pad["right"], label
        assert top >= -pad["top"], label
        assert bottom <= spec["height"] + 10, label
    for one, other in combinations(labels, 2):
        a, b = one.box, other.box
        assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]), (one, other)
    assert spec["width"] + pad["left"] + pad["right"] == theme.WIDTH
    assert spec["height"] + pad["top"] + pad["bottom"] == theme.HEIGHT
