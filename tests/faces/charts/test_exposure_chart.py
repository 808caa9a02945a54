"""The exposure chart: what is drawn, from which numbers, and where the words stand."""

import struct
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.support.exposures import UNSOLD, exposure_of, report_of, stored_exposure, tenants_of, until_of

from outgrow.domain.ladder import DEFAULT_LADDER
from outgrow.domain.metric import TOTAL_PRODUCTS
from outgrow.domain.tenant import UNLIMITED
from outgrow.faces.charts import exposure_rows, theme
from outgrow.faces.charts.export import write_png, write_svg
from outgrow.faces.charts.exposure_chart import exposure_chart
from outgrow.faces.charts.exposure_rows import LEFT, RIGHT, amount_words, share_words
from outgrow.faces.charts.labels import Label
from outgrow.service.sold import ExposureReport

PLANS = (((100.0, 500.0, 3.0, 20.0)), ((900.0, UNLIMITED, 20.0, 120.0)), (UNLIMITED,) * 4, UNSOLD)


def report(seed: int = 1, n: int = 30, scale: float = 1.0, **how: Any) -> ExposureReport:
    random = Random(seed)
    rows = [
        (
            tuple(scale * limit for limit in plan),
            tuple(scale * random.randrange(top) for top in (90, 400, 4, 15)),
            random.random() < 0.2 and plan is not UNSOLD,
        )
        for plan in random.choices(PLANS, (4, 2, 1, 1), k=n)
    ]
    return report_of(exposure_of(tenants_of(rows), **how))


def stored(**newest: float) -> ExposureReport:
    return report_of(stored_exposure(newest))


@pytest.fixture(scope="module")
def made() -> ExposureReport:
    return report(rented="M", untils=[until_of(TOTAL_PRODUCTS, {30: 0.1, 90: 0.6, 180: 0.9, 365: 1.0})])


@pytest.fixture(scope="module")
def spec(made: ExposureReport) -> dict[str, Any]:
    return exposure_chart(made)


def known(amount: float | None) -> float:
    assert amount is not None
    return amount


def words(spec: dict[str, Any]) -> list[str]:
    return [row["text"] for row in spec["datasets"]["labels"]]


def test_all_parts_are_there_from_the_bottom_to_the_top(spec: dict[str, Any]) -> None:
    assert [layer["name"] for layer in spec["layer"]] == [
        "grid", "sold", "legend", "beyond", "used", "tier", "label-halo", "labels",
    ]  # fmt: skip
    assert {layer["data"]["name"] for layer in spec["layer"]} == set(spec["datasets"])


def test_bars_are_as_long_as_their_amounts_on_the_scale_of_what_was_sold(
    made: ExposureReport, spec: dict[str, Any]
) -> None:
    marks = {row["bottom"] - 5: row["x"] for row in spec["datasets"]["tier"]}
    shares = [
        known(amount) / known(row.use.sold) for row in made.exposure.resources for amount in (row.use.used, row.maximum)
    ]
    reach = min(max([1.0, *shares]), exposure_rows.MOST_REACH)
    whole = (RIGHT - LEFT) / reach

    assert len(spec["datasets"]["sold"]) == 4
    for row, sold in zip(made.exposure.resources, spec["datasets"]["sold"], strict=True):
        limited, used, top = (
            known(amount) / known(row.use.sold) for amount in (row.use.used_limited, row.use.used, row.maximum)
        )
        bars = [bar for bar in spec["datasets"]["used"] if bar["top"] == sold["top"]]
        dark, pale = bars
        assert sold["left"] == dark["left"] == LEFT
        assert sold["right"] - LEFT == pytest.approx(whole, abs=0.1)
        assert (dark["fill"], pale["fill"]) == (theme.MEDIAN, theme.BAND_50)
        assert dark["right"] - LEFT == pytest.approx(whole * limited, abs=0.1)
        assert pale["left"] == dark["right"]
        assert pale["right"] - LEFT == pytest.approx(whole * min(used, reach), abs=0.1)
        if top <= reach:
            assert marks[sold["bottom"]] - LEFT == pytest.approx(whole * top, abs=0.1)
        else:
            assert sold["bottom"] not in marks


def test_only_what_was_sold_beyond_the_tier_is_hatched() -> None:
    tight = report(rented="S")
    spec = exposure_chart(tight)
    over = [row for row in tight.exposure.resources if known(row.overcommit) > 1]
    sold, marks = spec["datasets"]["sold"], spec["datasets"]["tier"]
    lines = [line for line in spec["datasets"]["hatch"] if line["y"] > 20]

    assert over
    for row, bar in zip(tight.exposure.resources, sold, strict=True):
        mine = [line for line in lines if bar["top"] <= line["y2"] <= line["y"] <= bar["bottom"]]
        assert bool(mine) == (row in over)
        for line in mine:
            (mark,) = [mark["x"] for mark in marks if mark["top"] < line["y2"] and line["y"] < mark["bottom"]]
            assert mark <= line["x"] <= line["x2"] <= bar["right"]
            assert line["x2"] - line["x"] == pytest.approx(line["y"] - line["y2"])
    assert len(spec["datasets"]["hatch"]) > len(lines) > 0  # those of the legend are there too


def test_numbers_stand_at_their_bars_and_in_the_columns(made: ExposureReport, spec: dict[str, Any]) -> None:
    told = words(spec)
    for row in made.exposure.resources:
        unit = "" if row.use.metric.is_count else " GB"
        assert f"{row.use.sold:,.0f}{unit} sold" in told
        assert any(text.startswith(f"tier holds {row.maximum:,}{unit}") for text in told)
        for share in (row.use.utilisation, row.overcommit, row.use.largest[10]):
            assert share_words(share) in told
    chances = [
        row for row in spec["datasets"]["labels"] if row["x"] == max(exposure_rows.COLUMNS) and row["size"] == 13
    ]
    assert [row["text"] for row in chances] == ["60%", "–", "–", "–"]
    assert chances[0]["color"] == theme.LIMIT
    assert chances[1]["color"] == theme.MUTED


def test_what_lies_too_far_out_is_an_arrow() -> None:
    spec = exposure_chart(report(n=2, rented="L"))
    assert spec["datasets"]["tier"] == []
    assert sum(text.endswith(" →") and text.startswith("tier holds") for text in words(spec)) == 4


def test_what_the_tier_does_not_limit_says_so() -> None:
    spec = exposure_chart(report(ladder=DEFAULT_LADDER))
    assert words(spec).count("not limited by the tier") == 3


def test_use_that_is_not_divided_has_one_colour_and_says_so() -> None:
    spec = exposure_chart(stored(total_products=500, theoretical_products_limit=800, storage_used_gb=7))
    told = words(spec)

    assert [bar["fill"] for bar in spec["datasets"]["used"]] == [theme.MEDIAN] * 2
    assert len(spec["datasets"]["legend"]) == 4
    assert {"used", "500 used", "800 sold", "7 GB used", "use is not known"} <= set(told)
    assert told.count("what was sold is not known") == 3
    assert "used on limited plans" not in told
    assert spec["title"]["subtitle"][0].startswith("Which tier it would take")


def test_nobody_bought_anything() -> None:
    told = words(exposure_chart(report(n=0)))
    assert told.count("nothing limited is sold") == 4


def test_the_description_says_what_the_picture_shows(made: ExposureReport, spec: dict[str, Any]) -> None:
    use = made.exposure.resources[0].use
    assert spec["description"].startswith(f"Platform main on 22 Nov 2026. {made.exposure.sentence} Products: ")
    assert f"Products: {use.sold:,.0f} sold, {use.used:,.0f} used, 4,000 held by the tier." in spec["description"]


@pytest.mark.parametrize("rented", ["S", "M", "L"])
@pytest.mark.parametrize("scale", [0.02, 1, 3_000])
@pytest.mark.parametrize("seed", range(3))
def test_words_stay_in_the_picture_and_apart(seed: int, scale: float, rented: str) -> None:
    spec = exposure_chart(report(seed, scale=scale, rented=rented))
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
    ("value", "text"), [(0, "0 GB"), (0.25, "0.25 GB"), (99.5, "99.5 GB"), (933.4, "933 GB"), (12_000, "12,000 GB")]
)
def test_gigabytes_have_no_more_decimals_than_they_are_worth(value: float, text: str) -> None:
    storage = report().exposure.resources[3].use.metric
    assert amount_words(value, storage) == text


@pytest.mark.parametrize(
    ("share", "text"), [(None, "–"), (0.0, "0%"), (0.463, "46%"), (5.98, "598%"), (10, "10×"), (28_800, "28,800×")]
)
def test_shares_are_short(share: float | None, text: str) -> None:
    assert share_words(share) == text


def test_it_can_be_drawn_and_the_words_are_text(spec: dict[str, Any], tmp_path: Path) -> None:
    write_png(spec, tmp_path / "chart.png")
    write_svg(spec, tmp_path / "chart.svg")
    png, svg = (tmp_path / "chart.png").read_bytes(), (tmp_path / "chart.svg").read_text("utf-8")
    top, bottom = spec["padding"]["top"], spec["padding"]["bottom"]

    assert struct.unpack(">II", png[16:24]) == (2 * theme.WIDTH, 2 * (spec["height"] + top + bottom))
    for word in ("Media storage", "of what was sold", "sold beyond it"):
        assert f">{word}<" in svg
