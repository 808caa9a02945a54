"""The reliability diagram: what is drawn, from which numbers, and where the words stand."""

import struct
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from outgrow.domain.history import OBSERVED, History
from outgrow.domain.metric import ACTIVE_STORES, ORDERS_PER_DAY, PLATFORM, STORAGE_USED_GB, TOTAL_PRODUCTS
from outgrow.faces.charts import reliability, theme
from outgrow.faces.charts.export import write_png, write_svg
from outgrow.faces.charts.labels import Label
from outgrow.faces.charts.reliability import reliability_chart
from outgrow.forecasting.backtest import BANDS, BASELINES, ENGINE, backtest
from outgrow.forecasting.origins import BacktestRules
from outgrow.service.backtest import BacktestReport

TODAY = date(2026, 11, 21)


def report(days: int = 300, seed: int = 3) -> BacktestReport:
    random, histories = np.random.default_rng(seed), []
    for metric, start, step in ((TOTAL_PRODUCTS, 9_000, 30), (ACTIVE_STORES, 200, 1), (STORAGE_USED_GB, 500, 2)):
        values = np.round(start + np.cumsum(random.normal(step, 4 * step, days)))
        histories.append(History(metric, PLATFORM, "main", date(2026, 1, 1), values, np.full(days, OBSERVED, np.int8)))
    flow = random.poisson(80, days).astype(float)
    histories.append(replace(histories[0], metric=ORDERS_PER_DAY, values=flow))
    return BacktestReport("main", TODAY, backtest(histories, BacktestRules()))


NOTHING = BacktestReport("main", TODAY, backtest([], BacktestRules()))


@pytest.fixture(scope="module")
def made() -> BacktestReport:
    return report()


@pytest.fixture(scope="module")
def spec(made: BacktestReport) -> dict[str, Any]:
    return reliability_chart(made)


def words(spec: dict[str, Any]) -> list[str]:
    return [row["text"] for row in spec["datasets"]["labels"]]


def test_all_parts_are_there_from_the_bottom_to_the_top(spec: dict[str, Any]) -> None:
    assert [layer["name"] for layer in spec["layer"]] == [
        "grid", "chance", "diagonal", "line", "dots", "counts", "track", "held", "metrics", "promised", "brier",
        "label-halo", "labels",
    ]  # fmt: skip
    assert {layer["data"]["name"] for layer in spec["layer"]} == set(spec["datasets"])


def test_dots_stand_where_what_was_said_meets_what_happened(made: BacktestReport, spec: dict[str, Any]) -> None:
    told = [found for found in made.result.reliability() if found.count]
    rows, plot = spec["datasets"]["bins"], reliability.DIAGRAM

    assert [(row["said"], row["happened"], row["count"]) for row in rows] == [
        (found.said, found.happened, found.count) for found in told
    ]
    for row, found in zip(rows, told, strict=True):
        assert (row["x"] - plot.left) / plot.width == pytest.approx(found.said, abs=1e-3)
        assert (plot.bottom - row["y"]) / plot.height == pytest.approx(found.happened, abs=1e-3)
        chance = found.chance(reliability.CHANCE_Z)
        assert chance is not None
        drawn = [(plot.bottom - row[edge]) / plot.height for edge in ("low", "high")]
        assert drawn == pytest.approx(chance, abs=1e-3)
        assert row["high"] <= row["y"] + 0.1 <= row["low"] + 0.2
    (diagonal,) = spec["datasets"]["diagonal"]
    assert (diagonal["x"], diagonal["y"], diagonal["x2"], diagonal["y2"]) == (
        plot.left, plot.bottom, plot.right, plot.top,
    )  # fmt: skip


def test_the_bins_bars_are_as_high_as_their_counts(spec: dict[str, Any]) -> None:
    rows = spec["datasets"]["bins"]
    heights = [row["bottom"] - row["top"] for row in rows]
    most = max(row["count"] for row in rows)

    assert max(heights) == reliability.COUNTS.height
    for row, height in zip(rows, heights, strict=True):
        assert height == pytest.approx(max(row["count"] / most, 0.02) * max(heights), abs=0.1)
        assert row["left"] < row["right"]
    assert [row["left"] for row in rows] == sorted(row["left"] for row in rows)


def test_bars_and_dots_say_what_the_bands_held(made: BacktestReport, spec: dict[str, Any]) -> None:
    rows, panel = spec["datasets"]["held"], reliability.HELD

    assert [row["band"] for row in rows] == list(BANDS) == [50, 80, 95]
    for row in rows:
        held = made.result.coverage(row["band"])
        assert row["held"] == held
        assert (row["right"] - panel.left) / panel.width == pytest.approx(held, abs=1e-3)
        assert (row["promised"] - panel.left) / panel.width == pytest.approx(row["band"] / 100, abs=1e-3)
        assert f"{held:.0%}" in words(spec)
    dots = spec["datasets"]["metrics"]
    assert len(dots) == len(BANDS) * len(made.result.metrics)
    assert dots[0]["held"] == made.result.metrics[0].coverage(50)


def test_the_forecasts_score_stands_beside_those_of_the_rules_of_thumb(
    made: BacktestReport, spec: dict[str, Any]
) -> None:
    rows = spec["datasets"]["brier"]
    longest = max(rows, key=lambda row: row["brier"])

    assert [row["name"] for row in rows] == ["outgrow", "straight line", "endpoint formula", "random walk"]
    assert [row["brier"] for row in rows] == [made.result.brier(name) for name in (ENGINE, *BASELINES)]
    assert longest["right"] == reliability.BRIER.right
    assert sum(row["fill"] == theme.MEDIAN for row in rows) == 1


def test_the_description_says_what_the_picture_shows(made: BacktestReport, spec: dict[str, Any]) -> None:
    assert spec["description"].startswith(f"Platform main: {made.sentence} Crossings that came, of those ")
    assert f"Brier scores: outgrow {made.result.brier(ENGINE):.3f}, straight line " in spec["description"]


def test_of_nothing_there_is_an_empty_frame() -> None:
    spec = reliability_chart(NOTHING)

    assert spec["datasets"]["bins"] == spec["datasets"]["metrics"] == spec["datasets"]["brier"] == []
    assert spec["title"]["subtitle"] == ["No metric has enough history for a backtest."]
    assert words(spec).count("no limit could be judged") == 2
    assert words(spec).count("–") == 3


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("days", [95, 300])
def test_words_stay_in_the_picture_and_apart(days: int, seed: int) -> None:
    spec = reliability_chart(report(days, seed))
    labels = [Label(**row) for row in spec["datasets"]["labels"]]
    for label in labels:
        left, top, right, bottom = label.box
        assert left >= -theme.MARGIN, label
        assert right <= spec["width"] + theme.MARGIN, label
        assert top >= -1, label
        assert bottom <= spec["height"] + 5, label
    for one, other in combinations(labels, 2):
        a, b = one.box, other.box
        assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]), (one, other)
    assert spec["width"] + spec["padding"]["left"] + spec["padding"]["right"] == theme.WIDTH


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (999, "999"), (1_000, "1.0k"), (9_949, "9.9k"), (9_950, "10k"), (21_872, "22k"), (999_499, "999k")],
)
def test_counts_are_short(count: int, text: str) -> None:
    assert reliability._compact(count) == text


def test_it_can_be_drawn_and_the_words_are_text(spec: dict[str, Any], tmp_path: Path) -> None:
    write_png(spec, tmp_path / "chart.png")
    write_svg(spec, tmp_path / "chart.svg")
    png, svg = (tmp_path / "chart.png").read_bytes(), (tmp_path / "chart.svg").read_text("utf-8")
    top, bottom = spec["padding"]["top"], spec["padding"]["bottom"]

    assert struct.unpack(">II", png[16:24]) == (2 * theme.WIDTH, 2 * (spec["height"] + top + bottom))
    for word in ("Chances of reaching a limit", "the forecast said", "endpoint formula", "80% band"):
        assert f">{word}<" in svg
