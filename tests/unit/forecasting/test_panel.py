"""What holds of every forecast of every panel, whatever the engine behind it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from outgrow.domain.errors import UsageError
from outgrow.forecasting import forecast_panel

Array = NDArray[np.float64]
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
HORIZON = 60
KINDS = ("level", "cumulative", "flow")


@st.composite
def panels(draw: st.DrawFn) -> Array:
    """Histories such as platforms have: growing, falling or still, smooth or wild, with gaps; never negative."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, days = draw(st.integers(1, 4)), draw(st.integers(1, 150))
    start = 10.0 ** draw(st.integers(1, 5))
    steps = random.normal(start * draw(st.sampled_from([0, 0.01, -0.005])), 1.0, (rows, days))
    steps *= start * draw(st.sampled_from([0.0, 1e-3, 0.05]))
    values = np.maximum(start + np.cumsum(steps, axis=1), 0)
    values[random.random(values.shape) < draw(st.sampled_from([0, 0.2]))] = np.nan
    values[:, random.integers(days)] = start
    return values


def thresholds_of(values: Array, share: float) -> Array:
    """A limit for each row, in its own reach."""
    top, spread = np.nanmax(values, axis=1), np.nanstd(values, axis=1)
    return np.asarray(top + share * (spread + 0.01 * top))


kinds = st.sampled_from(KINDS)
shares = st.floats(0, 5)


@given(panels(), kinds)
def test_quantiles_are_finite_ordered_and_never_negative(values: Array, kind: str) -> None:
    quantiles = forecast_panel(values, HORIZON, kind).quantiles(LEVELS)

    assert quantiles.shape == (len(values), len(LEVELS), HORIZON)
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert (quantiles >= 0).all()


@given(panels(), kinds, shares)
def test_a_crossing_is_a_distribution_over_the_days(values: Array, kind: str, share: float) -> None:
    cdf = forecast_panel(values, HORIZON, kind).crossing_cdf(thresholds_of(values, share))

    assert cdf.shape == (len(values), HORIZON)
    assert ((cdf >= 0) & (cdf <= 1)).all()
    assert (np.diff(cdf, axis=1) >= 0).all()


@given(panels(), kinds, shares, st.floats(1.01, 3))
def test_a_higher_limit_is_no_likelier(values: Array, kind: str, share: float, factor: float) -> None:
    panel, near = forecast_panel(values, HORIZON, kind), thresholds_of(values, share)

    assert (panel.crossing_cdf(near) >= panel.crossing_cdf(near * factor) - 1e-6).all()


@given(panels(), kinds, shares)
def test_crossed_by_a_day_is_likelier_than_above_on_that_day(values: Array, kind: str, share: float) -> None:
    panel, limits = forecast_panel(values, HORIZON, kind), thresholds_of(values, share)
    cdf, quantiles = panel.crossing_cdf(limits), panel.quantiles(LEVELS)

    for at, level in enumerate(LEVELS):
        above = quantiles[:, at, :] >= limits[:, None]
        assert (cdf[above] >= 1 - level - 1e-6).all(), level


@given(panels(), kinds, shares, st.sampled_from([1e-3, 0.5, 7.0, 1e6]))
def test_the_unit_does_not_matter(values: Array, kind: str, share: float, unit: float) -> None:
    limits = thresholds_of(values, share)
    one, other = forecast_panel(values, HORIZON, kind), forecast_panel(values * unit, HORIZON, kind)

    scale = np.nanmax(values)
    np.testing.assert_allclose(other.quantiles(LEVELS) / unit, one.quantiles(LEVELS), rtol=1e-5, atol=1e-5 * scale)
    np.testing.assert_allclose(other.crossing_cdf(limits * unit), one.crossing_cdf(limits), atol=1e-3)


@given(panels(), kinds, st.integers(1, 200))
def test_unknown_days_before_the_first_say_nothing(values: Array, kind: str, days: int) -> None:
    padded = np.hstack([np.full((len(values), days), np.nan), values])
    limits = thresholds_of(values, 1)
    one, other = forecast_panel(values, HORIZON, kind), forecast_panel(padded, HORIZON, kind)

    np.testing.assert_allclose(other.quantiles(LEVELS), one.quantiles(LEVELS), rtol=1e-9)
    np.testing.assert_allclose(other.crossing_cdf(limits), one.crossing_cdf(limits), atol=1e-9)


@given(panels(), kinds)
def test_another_series_changes_nothing(values: Array, kind: str) -> None:
    stranger = np.linspace(1e6, 0, values.shape[1])[None, :]
    limits = thresholds_of(values, 1)
    one, other = (forecast_panel(v, HORIZON, kind) for v in (values, np.vstack([values, stranger])))

    np.testing.assert_array_equal(other.quantiles(LEVELS)[:-1], one.quantiles(LEVELS))
    np.testing.assert_array_equal(other.crossing_cdf(np.append(limits, 1.0))[:-1], one.crossing_cdf(limits))


@given(panels())
def test_a_counter_never_falls(values: Array) -> None:
    risen: Array = np.fmax.accumulate(values, axis=1)
    quantiles = forecast_panel(risen, HORIZON, "cumulative").quantiles(LEVELS)
    newest = np.nanmax(risen, axis=1)

    assert (quantiles >= newest[:, None, None] * (1 - 1e-12)).all()


@given(panels(), kinds)
def test_what_is_handed_in_stays_as_it_was(values: Array, kind: str) -> None:
    before = values.copy()
    forecast_panel(values, HORIZON, kind).quantiles(LEVELS)

    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize("kind", ["level", "cumulative"])
@pytest.mark.parametrize("days", [30, 91, 400])
def test_a_straight_line_goes_on(kind: str, days: int) -> None:
    values: Array = 1_000 + 10.0 * np.arange(days, dtype=np.float64)[None, :]
    panel = forecast_panel(values, 100, kind)

    ahead = values[0, -1] + 10 * np.arange(1, 101)
    np.testing.assert_allclose(panel.quantiles((0.5,))[0, 0], ahead, rtol=0.01)
    cdf = panel.crossing_cdf(np.array([values[0, -1] + 500]))[0]
    assert int(np.searchsorted(cdf, 0.5)) + 1 == 50


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", [0.0, 5.0, 1e9])
def test_what_stands_still_stays(kind: str, level: float) -> None:
    panel = forecast_panel(np.full((1, 60), level), HORIZON, kind)

    np.testing.assert_allclose(panel.quantiles((0.5,)), level, rtol=1e-6, atol=1e-6)
    assert panel.crossing_cdf(np.array([2 * level + 1]))[0, -1] < 0.01


def test_weekends_come_every_week() -> None:
    """Of a flow; the newest day is a Sunday."""
    week = np.array([100.0, 110, 90, 100, 100, 30, 20])
    ahead = forecast_panel(np.tile(week, 12)[None, :], 14, "flow").quantiles((0.5,))[0, 0]

    np.testing.assert_allclose(ahead, np.tile(week, 2), rtol=0.05)


def test_a_limit_that_is_reached_is_reached() -> None:
    values = np.linspace(50, 150, 60)[None, :]
    for kind in ("level", "cumulative"):
        assert (forecast_panel(values, HORIZON, kind).crossing_cdf(np.array([150.0])) == 1).all()


@pytest.mark.parametrize(
    ("values", "horizon", "kind", "said"),
    [
        (np.ones(5), 10, "level", r"values have the shape \(5,\)"),
        (np.ones((2, 3, 4)), 10, "level", r"values have the shape \(2, 3, 4\)"),
        (np.ones((2, 0)), 10, "level", r"values have the shape \(2, 0\)"),
        (np.ones((1, 5)), 0, "level", "a horizon of 0 days"),
        (np.ones((1, 5)), 3_651, "level", "a horizon of 3651 days"),
        (np.ones((1, 5)), 10, "gauge", "there is no kind 'gauge'"),
        (np.array([[1.0, 2], [np.inf, 1]]), 10, "level", "row 1 has infinite values"),
        (np.array([[1.0, 2], [np.nan, np.nan]]), 10, "flow", "row 1 has no known day"),
    ],
)
def test_what_cannot_be_forecast_is_refused(values: Any, horizon: int, kind: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        forecast_panel(values, horizon, kind)

    assert caught.value.mend


@pytest.mark.parametrize("kind", KINDS)
def test_no_series_is_no_forecast(kind: str) -> None:
    panel = forecast_panel(np.empty((0, 30)), HORIZON, kind)

    assert panel.quantiles(LEVELS).shape == (0, len(LEVELS), HORIZON)
    assert panel.crossing_cdf(np.empty(0)).shape == (0, HORIZON)
