"""The bench of shapes: every kind is scored, its laws are finite and come again, and its picture has a panel each."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from benchmarks import shape_laws, shape_picture, shapes

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "shapes.py"
KINDS = [*shape_laws.LEVELS, *shape_laws.FLOWS]


@pytest.mark.parametrize("kind", KINDS)
def test_a_law_is_finite_not_negative_and_comes_again(kind: str) -> None:
    series = shape_laws.draw(kind, 5, 3)
    assert series.shape == (5, shape_laws.PAST + shape_laws.AHEAD)
    assert np.isfinite(series).all()
    assert (series >= 0).all()
    assert np.array_equal(series, shape_laws.draw(kind, 5, 3))
    assert not np.array_equal(series, shape_laws.draw(kind, 5, 4))


def test_a_quick_run_scores_every_kind() -> None:
    told = subprocess.run(
        [sys.executable, SCRIPT, "--draws", "2", "--json"], capture_output=True, text=True, check=True
    )
    document = json.loads(told.stdout)
    assert [*document["levels"], *document["flows"]] == KINDS
    figures = [value for group in ("levels", "flows") for one in document[group].values() for value in one.values()]
    assert np.isfinite(figures).all()


def test_limits_lie_above_the_recent_top_even_after_an_outage() -> None:
    past = shape_laws.draw("zeros at the end", 8, 3)[:, : shape_laws.PAST]
    assert (shapes.limits_of(past) > past.max(axis=1, keepdims=True)).all()


def test_the_picture_names_every_kind_and_draws_within_its_sheet() -> None:
    spec = shape_picture.picture(1)
    named = {row["text"] for row in spec["datasets"]["labels"]}
    assert named >= set(KINDS)
    for name in ("past", "future", "median", "fan"):
        assert {row["panel"] for row in spec["datasets"][name]} == {"legend", *KINDS}
        assert all(0 <= row["y"] <= spec["height"] and 0 <= row["x"] <= spec["width"] for row in spec["datasets"][name])
