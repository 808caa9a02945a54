"""The cost staircase: what is drawn, from which numbers, and where the words stand."""

import struct
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import combinations, pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.support.futures import futures
from tests.support.ladders import AS_OF, LADDER, ladder_of, plan_of, report_of

from outgrow.domain.ladder import DEFAULT_LADDER
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.limit import AlertPolicy
from outgrow.faces.charts import theme
from outgrow.faces.charts.cost_captions import stairs
from outgrow.faces.charts.cost_chart import cost_chart
from outgrow.faces.charts.cost_flags import POLE, SHORT
from outgrow.faces.charts.export import write_png, write_svg
from outgrow.faces.charts.labels import Label
from outgrow.planning.ladder.plan import LadderPlan, plan_ladder
from outgrow.planning.ladder.words import sentence

GROWING = plan_of(60, 0.2, 0.4)
"""Small until 5 April 2027, 8 March to 23 May; Medium is to be ordered by 15 February, and lasts."""
STEEP = plan_of(60, 0.5, 2.5)
STANDING = plan_of(60, 0.0, 0.05)


def chart(plan: LadderPlan) -> dict[str, Any]:
    return cost_chart(report_of(plan))


def words(spec: dict[str, Any]) -> list[str]:
    return [row["text"] for row in spec["datasets"]["labels"]]


def word(spec: dict[str, Any], text: str) -> dict[str, Any]:
    (found,) = [row for row in spec["datasets"]["labels"] if row["text"] == text]
    label: dict[str, Any] = found
    return label


def layer(spec: dict[str, Any], name: str) -> Any:
    (found,) = [part for part in spec["layer"] if part["name"] == name]
    return found


def x_of(spec: dict[str, Any], day: str) -> float:
    """Pixels from the left."""
    first, last = layer(spec, "median")["encoding"]["x"]["scale"]["domain"]
    ms = (date.fromisoformat(day) - date(1970, 1, 1)).days * 86_400_000
    return float((ms - first) / (last - first) * spec["width"])


def test_all_parts_are_there_from_the_bottom_to_the_top() -> None:
    spec = chart(GROWING)

    assert [part["name"] for part in spec["layer"]] == [
        "cost", "crossing-range", "band", "next-price", "median", "order-day", "outgrown-day", "outgrown-point",
        "label-halo", "labels",
    ]  # fmt: skip
    assert {part["data"]["name"] for part in spec["layer"]} == set(spec["datasets"])


def test_steps_and_band_are_the_months_costs() -> None:
    spec = chart(GROWING)
    *rows, end = spec["datasets"]["months"]

    assert [row["day"] for row in rows] == [month.month.isoformat() for month in GROWING.months]
    for row, month in zip(rows, GROWING.months, strict=True):
        assert [Decimal(row[key]) for key in ("p10", "p50", "p90")] == [month.cost.p10, month.cost.p50, month.cost.p90]
    assert end == {**rows[-1], "day": "2027-10-31"}
    fields = {
        name: (layer(spec, name)["encoding"]["y"]["field"], layer(spec, name)["encoding"].get("y2"))
        for name in ("cost", "band", "median")
    }
    assert fields == {"cost": ("p50", {"datum": 0}), "band": ("p10", {"field": "p90"}), "median": ("p50", None)}
    assert {layer(spec, name)["mark"]["interpolate"] for name in fields} == {"step-after"}


def test_the_axis_starts_at_zero_and_holds_all_that_a_month_may_cost() -> None:
    for plan in (GROWING, STEEP, STANDING, plan_of(60, 0.0, 0.05, ladder_of(("free", 100, "0"), ("paid", None, "0")))):
        low, high = layer(chart(plan), "median")["encoding"]["y"]["scale"]["domain"]
        assert low == 0
        assert high > max(month.cost.p90 for month in plan.months)


def test_currency_and_sentence_stand_above() -> None:
    spec = cost_chart(
        report_of(plan_of(60, 0.2, 0.4, ladder_of(("S", 100, "9.50"), ("M", None, "20"), currency="CHF")))
    )

    assert spec["title"]["text"] == "Cost of the infrastructure, CHF a month"
    assert " ".join(chart(GROWING)["title"]["subtitle"]) == f"Platform main: {sentence(GROWING)}"
    assert {"S 9.50", "M 20"} <= set(words(spec))


def test_days_to_order_and_to_outgrow_have_their_poles() -> None:
    spec = chart(GROWING)

    assert spec["datasets"]["crossing"] == [{"start": "2027-03-08", "end": "2027-05-23"}]
    assert spec["datasets"]["order"] == [{"day": "2027-02-15", "top": POLE, "cost": None}]
    assert spec["datasets"]["outgrown"] == [{"day": "2027-04-05", "top": POLE, "cost": 150.0}]
    assert {
        "15 Feb 2027", "order Medium", "5 Apr 2027", "Small outgrown, 80% range 8 Mar 2027 to 23 May 2027",
    } <= set(words(spec))  # fmt: skip
    assert word(spec, "15 Feb 2027")["x"] == pytest.approx(x_of(spec, "2027-02-15") - 5, abs=0.1)
    assert word(spec, "5 Apr 2027")["x"] == pytest.approx(x_of(spec, "2027-04-05") + 5, abs=0.1)


def test_further_tiers_that_are_outgrown_are_marked_too() -> None:
    spec = chart(STEEP)

    assert [row["day"] for row in spec["datasets"]["outgrown"]] == [
        day.isoformat() for step in STEEP.steps if (day := step.dates["p50"]) is not None
    ]
    assert {"6 Jul 2027", "Large outgrown"} <= set(words(spec))


def test_a_day_to_order_that_has_passed_is_now() -> None:
    spec = chart(plan_of(95, 0.2, 0.5))

    assert spec["datasets"]["order"][0]["day"] == AS_OF.isoformat()
    assert {"now", "order Medium"} <= set(words(spec))


def test_an_outgrown_tier_is_to_be_replaced_now_and_has_no_date() -> None:
    spec = chart(plan_of(150, 0.0, 0.1, tier="Small"))

    assert {"now", "order Medium", "Medium 150"} <= set(words(spec))
    assert spec["datasets"]["crossing"] == spec["datasets"]["outgrown"] == []


def test_above_the_largest_tier_there_is_nothing_to_order() -> None:
    assert "find a larger tier" in words(chart(plan_of(90, 0.2, 0.6, ladder_of(("Only", 150, "80")))))


def test_without_a_median_day_the_early_one_is_marked_and_nothing_on_the_line() -> None:
    spec = chart(plan_of(60, 0.0, 0.15))

    assert spec["datasets"]["crossing"] == [{"start": "2027-09-13", "end": "2027-10-31"}]
    assert [(row["day"], row["cost"]) for row in spec["datasets"]["outgrown"]] == [("2027-09-13", None)]
    assert "10% chance by 13 Sep 2027" in words(spec)


def test_tiers_are_named_where_they_begin() -> None:
    spec = chart(GROWING)
    small, medium = (word(spec, text) for text in ("Small 80", "Medium 150"))

    assert [(each.tier, each.first, each.last) for each in stairs(GROWING.months)] == [
        ("Small", date(2026, 11, 1), date(2027, 3, 31)),
        ("Medium", date(2027, 4, 1), date(2027, 10, 31)),
    ]
    assert small["x"] == pytest.approx(7)
    # Beside the pole, which stands four days after the step.
    assert medium["x"] == pytest.approx(x_of(spec, "2027-04-05") + 7, abs=0.1)
    assert medium["y"] < small["y"]


def test_the_total_stands_beside_the_plot_with_its_range() -> None:
    spec = chart(GROWING)
    at = [word(spec, text) for text in ("in 12 months", "1,450 EUR", "1,380 to 1,520")]

    assert all(row["x"] > spec["width"] for row in at)
    assert [row["y"] for row in at] == sorted(row["y"] for row in at)


def test_names_of_line_and_band_stand_at_their_height_where_they_part() -> None:
    spec = chart(STEEP)
    middle = layer(spec, "median")["encoding"]["y"]["scale"]["domain"][1]

    assert word(spec, "median")["y"] == pytest.approx((1 - 900 / middle) * spec["height"], abs=0.1)
    assert "median" not in words(chart(STANDING))


def test_a_plan_in_which_nothing_changes_shows_the_next_price_and_fills_the_picture() -> None:
    spec = chart(STANDING)
    changing = chart(GROWING)

    assert words(spec) == ["Small 80", "next: Medium 150, 0% within a year", "in 12 months", "960 EUR"]
    assert spec["datasets"]["next"] == [{"value": 150.0}]
    assert spec["datasets"]["order"] == spec["datasets"]["outgrown"] == spec["datasets"]["crossing"] == []
    assert spec["height"] > changing["height"]


def test_a_next_price_far_above_is_left_out() -> None:
    spec = chart(plan_of(60, 0.0, 0.05, ladder_of(("S", 100, "80"), ("XL", None, "5000"))))

    assert spec["datasets"]["next"] == []
    assert layer(spec, "median")["encoding"]["y"]["scale"]["domain"][1] < 100


def test_the_description_says_what_the_picture_shows() -> None:
    assert chart(GROWING)["description"] == (
        f"Monthly cost of the infrastructure of platform main, Nov 2026 to Oct 2027. {sentence(GROWING)} "
        "Likely tiers: Small from Nov 2026 at 80 EUR, Medium from Apr 2027 at 150 EUR."
    )


LONG = ladder_of(
    ("One server with a warm spare", 100, "80"),
    ("Two servers and a replica", 120, "95.50"),
    ("A cluster of five, in two zones", 150, "110"),
    ("Everything", 160, "7000"),
    currency="USD",
)


def many_plans() -> Iterator[LadderPlan]:
    """Slow and fast growth on all ladders, at the begin and the end of months, and wild futures."""
    random = Random(5)
    for ladder in (LADDER, DEFAULT_LADDER, LONG, ladder_of(("Only", 150, "80"))):
        for day in (AS_OF, date(2026, 12, 31), date(2027, 3, 1)):
            for _ in range(12):
                slowest = random.choice([-0.1, 0.0, 0.05, 0.1, 0.4])
                fastest = slowest + random.choice([0.0, 0.02, 0.1, 0.5, 3.0])
                tier = random.choice([None, None, ladder.tiers[0].name])
                yield plan_of(random.uniform(20, 190), slowest, fastest, ladder, tier=tier, as_of=day)
    for seed in range(20):
        yield plan_ladder(futures(seed), DEFAULT_LADDER, LadderRules(), AlertPolicy())


@pytest.fixture(scope="module")
def charts() -> list[dict[str, Any]]:
    return [chart(plan) for plan in many_plans()]


def test_words_stay_in_the_picture_and_apart(charts: list[dict[str, Any]]) -> None:
    for spec in charts:
        labels = [Label(**row) for row in spec["datasets"]["labels"]]
        top, edge = spec["padding"]["top"], spec["padding"]["right"]
        for label in labels:
            left, above, right, below = label.box
            assert left >= -spec["padding"]["left"], label
            assert right <= spec["width"] + edge, label
            assert above >= theme.MARGIN - top, label
            assert below <= spec["height"] + 5, label
        for one, other in combinations(labels, 2):
            a, b = one.box, other.box
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]), (one, other)
        assert spec["width"] + spec["padding"]["left"] + edge == theme.WIDTH
        assert spec["height"] + top + spec["padding"]["bottom"] == theme.HEIGHT


def test_poles_stand_clear_of_the_words_above_the_plot(charts: list[dict[str, Any]]) -> None:
    tall = 0
    for spec in charts:
        above = [Label(**row) for row in spec["datasets"]["labels"] if row["y"] < SHORT]
        for row in (*spec["datasets"]["order"], *spec["datasets"]["outgrown"]):
            if row["top"] == POLE:
                x = x_of(spec, row["day"])
                assert not any(label.box[0] < x < label.box[2] for label in above), row
                tall += 1
    assert tall > len(charts)


def test_the_line_never_falls_and_the_total_is_that_of_the_months(charts: list[dict[str, Any]]) -> None:
    for spec, plan in zip(charts, many_plans(), strict=True):
        rows = spec["datasets"]["months"]
        for before, after in pairwise(rows):
            assert all(before[key] <= after[key] for key in ("p10", "p50", "p90"))
        assert any(text.endswith(f" {plan.currency}") for text in words(spec))


def test_it_can_be_drawn_and_the_words_are_text(tmp_path: Path) -> None:
    spec = chart(GROWING)
    write_png(spec, tmp_path / "chart.png")
    write_svg(spec, tmp_path / "chart.svg")
    png, svg = (tmp_path / "chart.png").read_bytes(), (tmp_path / "chart.svg").read_text("utf-8")

    assert struct.unpack(">II", png[16:24]) == (2 * theme.WIDTH, 2 * theme.HEIGHT)
    for told in ("Cost of the infrastructure, EUR a month", "order Medium", "Medium 150", "1,450 EUR", "80% range"):
        assert f">{told}<" in svg
    assert 'role="img"' in svg
