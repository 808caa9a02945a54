"""What a platform's own past says of the width of its bands."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from outgrow.domain.metric import Kind
from outgrow.forecasting.correction import NARROWEST, NO_CORRECTION, WIDEST, Correction, learn_correction
from outgrow.forecasting.model import SharedModel, load_model

Array = NDArray[np.float64]
PLAIN = SharedModel([], [])
"""The plain drift: what must hold does not hang on what a network learned."""
Platform = list[tuple[Array, Kind]]


def platform(metrics: int, days: int = 500, *, wilder: float = 1.0, seed: int = 1) -> Platform:
    """Random walks whose days vary `wilder` times as much in the end as at first."""
    random = np.random.default_rng(seed)
    size = np.geomspace(1, wilder, days)
    return [(1e4 + np.cumsum(random.normal(0, 1, days) * size), Kind.LEVEL) for _ in range(metrics)]


def test_what_was_right_is_left_about_as_it_is() -> None:
    found = learn_correction(platform(12), PLAIN)

    assert 0.85 < found.width < 1.15
    assert found.series == 12
    assert found.outcomes > 20


def test_days_that_vary_ever_more_make_it_wider_and_ever_less_narrower() -> None:
    widths = [learn_correction(platform(12, wilder=wilder), PLAIN).width for wilder in (0.001, 0.1, 1, 10, 1000)]

    assert all(before < after for before, after in pairwise(widths))
    assert widths[0] < 0.9
    assert widths[-1] > 1.1


@pytest.mark.parametrize("wilder", [1e-30, 1e30])
def test_it_stays_within_bounds(wilder: float) -> None:
    found = learn_correction(platform(40, 1_500, wilder=wilder), PLAIN)

    assert NARROWEST <= found.width <= WIDEST


def test_little_evidence_changes_little() -> None:
    few, many = (learn_correction(platform(3, wilder=1000) * times, PLAIN) for times in (1, 20))
    short, long = (learn_correction(platform(5, days), PLAIN) for days in (130, 800))

    assert short.outcomes < long.outcomes
    assert few.outcomes < many.outcomes
    assert 1 < few.width < many.width


def test_many_metrics_of_a_platform_are_less_evidence_than_as_many_strangers() -> None:
    one, all_alike = (learn_correction(platform(metrics), PLAIN).outcomes for metrics in (3, 300))

    assert all_alike < 3 * one


@pytest.mark.parametrize(
    "series",
    [
        pytest.param([], id="nothing"),
        pytest.param(platform(2), id="two metrics"),
        pytest.param(platform(9, 80), id="too short a past"),
        pytest.param([(np.full(500, np.nan), Kind.LEVEL)] * 5, id="nothing known"),
        pytest.param([(np.full(500, 7.0), Kind.LEVEL)] * 5, id="nothing ever moved"),
        pytest.param([(values, Kind.FLOW) for values, _ in platform(9)], id="flows alone"),
    ],
)
def test_without_evidence_there_is_no_correction(series: Platform) -> None:
    assert learn_correction(series, PLAIN) == NO_CORRECTION == Correction(1.0, 0, 0.0)


def test_flows_and_empty_metrics_change_nothing() -> None:
    series = platform(5, wilder=10)
    flow = (np.random.default_rng(2).poisson(9, 500).astype(float), Kind.FLOW)
    nothing = (np.full(500, np.nan), Kind.LEVEL)

    assert learn_correction([flow, *series, nothing], PLAIN) == learn_correction(series, PLAIN)


def test_the_unit_and_the_kind_of_a_level_do_not_matter() -> None:
    series = platform(5, wilder=10)
    other = [(values * 2.0**k, Kind.CUMULATIVE) for k, (values, _) in enumerate(series)]
    found, again = learn_correction(series, PLAIN), learn_correction(other, PLAIN)

    assert again.width == pytest.approx(found.width, abs=1e-9)


def test_one_fault_of_the_data_is_not_taken_for_width() -> None:
    series = platform(8)
    broken = [(values.copy(), kind) for values, kind in series]
    broken[0][0][471] = 1e12  # 28 days after one of the days from which the past is forecast
    found, usual = learn_correction(broken, PLAIN), learn_correction(series, PLAIN)

    assert abs(found.width - usual.width) < 0.15


def test_days_that_are_unknown_are_no_evidence() -> None:
    series = platform(5)
    holes = [(np.where(np.arange(500) % 3 == 0, values, np.nan), kind) for values, kind in series]
    found = learn_correction(holes, PLAIN)

    assert found.outcomes < learn_correction(series, PLAIN).outcomes
    assert np.isfinite(found.width)


def test_the_shipped_model_can_be_corrected() -> None:
    found = learn_correction(platform(12), load_model())

    assert NARROWEST <= found.width <= WIDEST
    assert found == learn_correction(platform(12), load_model())
