"""Breaking, spreading and writing of words."""

import numpy as np
import pytest

from outgrow.faces.charts.labels import Label, spread, text_width, wrap


def test_wrapped_lines_keep_all_words_and_the_width() -> None:
    text = "the newest snapshot is 23 days old and nothing is said from snapshots older than 7 days"
    lines = wrap(text, 12, 150)
    assert " ".join(lines) == text
    assert len(lines) > 1
    assert all(text_width(line, 12) <= 150 for line in lines)
    assert wrap("", 12, 150) == []
    assert wrap("unbreakableword", 12, 10) == ["unbreakableword"]


def test_places_that_are_far_apart_stay() -> None:
    assert spread([10.0, 100.0, 50.0], 15, 0, 200) == [10.0, 100.0, 50.0]


def test_crowded_places_part_around_their_middle() -> None:
    assert spread([100.0, 100.0, 100.0], 15, 0, 200) == [85.0, 100.0, 115.0]


@pytest.mark.parametrize("seed", range(20))
def test_spread_keeps_order_gap_and_bounds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wanted = [float(v) for v in rng.uniform(-20, 220, int(rng.integers(1, 8)))]
    placed = spread(wanted, 15, 0, 200)
    assert np.array_equal(np.argsort(placed), np.argsort(wanted))
    assert np.diff(np.sort(placed)).min(initial=15) >= 15 - 1e-9
    assert min(placed) >= 0
    assert max(placed) <= 200


def test_a_label_s_box_follows_its_alignment() -> None:
    boxes = {align: Label("word", 100, 50, align=align).box for align in ("left", "center", "right")}
    wide = text_width("word", 12)
    assert [boxes[a][0] for a in ("left", "center", "right")] == pytest.approx([100, 100 - wide / 2, 100 - wide])
