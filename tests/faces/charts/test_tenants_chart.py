"""The tenants' chart: what is drawn, from which numbers, and where the words stand."""

import struct
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.tenants import drawn, plan_of, report_of, tenants_of

from outgrow.domain.forecast import Status
from outgrow.faces.charts import theme
from outgrow.faces.charts.export import write_png, write_svg
from outgrow.faces.charts.labels import Label, text_width
from outgrow.faces.charts.tenants_chart import SHOWN, likeliest, tenants_chart
from outgrow.faces.charts.tenants_rows import LEFT, NAME_END, RIGHT, place, shortened
from outgrow.planning.tenants.upsell import tenant_offers
from outgrow.service.tenants import TenantReport


def report(seed: int = 1, n: int = 60, scale: float = 1.0) -> TenantReport:
    return report_of(tenant_offers(*drawn(seed, n, scale), "EUR"))


@pytest.fixture(scope="module")
def made() -> TenantReport:
    return report()


@pytest.fixture(scope="module")
def spec(made: TenantReport) -> dict[str, Any]:
    return tenants_chart(made)


def words(spec: dict[str, Any]) -> list[str]:
    return [row["text"] for row in spec["datasets"]["labels"]]


def test_all_parts_are_there_from_the_bottom_to_the_top(spec: dict[str, Any]) -> None:
    assert [layer["name"] for layer in spec["layer"]] == ["grid", "legend", "bars", "label-halo", "labels"]
    assert {layer["data"]["name"] for layer in spec["layer"]} == set(spec["datasets"])


def test_the_likeliest_stand_on_top_and_no_more_than_can_be_read(made: TenantReport) -> None:
    rows = likeliest(made)
    chances = [row.chance(90) for row in rows]
    assert len(rows) == SHOWN < len(made.plan.upsells)
    assert chances == sorted(chances, reverse=True)
    assert [row.top for row in rows] == sorted(row.top for row in rows)
    left_out = {one.tenant.key for one in made.plan.upsells} - {row.upsell.tenant.key for row in rows}
    others = [one.binding.probability.get(90, 0.0) for one in made.plan.upsells if one.tenant.key in left_out]
    assert max(others) <= chances[-1]


def test_bars_are_as_long_as_their_probabilities(made: TenantReport, spec: dict[str, Any]) -> None:
    for row in likeliest(made):
        bars = [bar for bar in spec["datasets"]["bars"] if row.top < bar["top"] < row.top + 20]
        lengths = {bar["fill"]: (bar["right"] - bar["left"]) / (RIGHT - LEFT) for bar in bars}
        assert all(bar["left"] == LEFT for bar in bars)
        if row.upsell.binding.status is Status.ALREADY_EXCEEDED:
            assert lengths == {theme.LIMIT: 1.0}
        else:
            assert lengths[theme.BAND_50] == pytest.approx(row.chance(90), abs=1e-3)
            assert lengths[theme.MEDIAN] == pytest.approx(row.chance(30), abs=1e-3)
            assert bars[-1]["fill"] == theme.MEDIAN


def test_each_row_says_who_what_when_and_which_plan_is_next() -> None:
    days = np.full((2, 4, 3), np.nan)
    days[0, 0] = 3, 17, 99
    tenants = tenants_of([1, 2], [(288, 0, 0, 0), (0, 0, 0, 111.5)])
    likely = [((0.25, 0.72), *((0.0, 0.0),) * 3), (*((0.0, 0.0),) * 3, (0.02, 0.4))]
    told = words(tenants_chart(report_of(plan_of(tenants, likely, days=days))))
    assert {"Shop 1", "288 of 300 products", "25%", "72%", "17 Aug 2026", "Pro +60.05"} <= set(told)
    assert {"Shop 2", "112 of 120 GB storage", "40%", "later", "Enterprise +319.05"} <= set(told)
    assert "2%" not in told


def test_what_is_reached_says_so_and_so_does_the_legend() -> None:
    full = [((1.0, 1.0), *((0.0, 0.0),) * 3)]
    told = words(tenants_chart(report_of(plan_of(tenants_of([3], [(0, 9_999, 0, 0)]), [full[0][::-1]]))))
    assert {"reached", "limit reached", "no plan fits"} <= set(told)
    calm = words(tenants_chart(report_of(plan_of(tenants_of([0], [(45, 0, 0, 0)]), [((0.1, 0.3), *full[0][1:])]))))
    assert "limit reached" not in calm


def test_newcomers_are_left_out_and_nobody_is_an_empty_picture() -> None:
    unknown = np.full((1, 4, 2), np.nan)
    plan = plan_of(tenants_of([0], [(45, 0, 0, 0)]), unknown, known=np.array([3]))
    assert len(plan.upsells) == 1
    spec = tenants_chart(report_of(plan))
    assert spec["datasets"]["bars"] == []
    assert tenants_chart(report_of(replace(plan, upsells=())))["title"]["subtitle"][0].startswith("None of 1 merchant")


def test_the_description_says_what_the_picture_shows(made: TenantReport, spec: dict[str, Any]) -> None:
    first = next(row for row in likeliest(made) if not row.reached)
    assert spec["description"].startswith("Platform main on 31 Jul 2026. ")
    said = (
        f"{first.upsell.tenant.name}: {first.chance(30):.0%} within 30 days and {first.chance(90):.0%} within 90 days."
    )
    assert said in spec["description"]


@pytest.mark.parametrize("scale", [1, 1024])
@pytest.mark.parametrize("seed", range(4))
def test_words_stay_in_the_picture_and_apart(seed: int, scale: float) -> None:
    spec = tenants_chart(report(seed, scale=scale))
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


@pytest.mark.parametrize("name", ["", "Shop", "A merchant with a name that goes on", "W" * 80])
def test_names_are_cut_where_the_room_ends(name: str) -> None:
    told = shortened(name)
    assert text_width(told, theme.LABEL_SIZE, theme.SEMIBOLD) <= NAME_END
    assert told == name or told.endswith("…")


def test_places_are_shares_of_the_way() -> None:
    assert [place(share) for share in (0.0, 0.5, 1.0)] == [LEFT, (LEFT + RIGHT) / 2, RIGHT]


def test_it_can_be_drawn_and_the_words_are_text(spec: dict[str, Any], tmp_path: Path) -> None:
    write_png(spec, tmp_path / "chart.png")
    write_svg(spec, tmp_path / "chart.svg")
    png, svg = (tmp_path / "chart.png").read_bytes(), (tmp_path / "chart.svg").read_text("utf-8")
    top, bottom = spec["padding"]["top"], spec["padding"]["bottom"]
    assert struct.unpack(">II", png[16:24]) == (2 * theme.WIDTH, 2 * (spec["height"] + top + bottom))
    for word in ("use of limit", "within 90 days", "even odds by"):
        assert word in svg
