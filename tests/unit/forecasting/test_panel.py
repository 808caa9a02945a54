"""What holds of every forecast of every panel, whichever model is asked."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support.growth_panels import LEVELS, flows, levels, limits_of, of_kind, panels

from outgrow.domain.errors import ModelFileError, UsageError
from outgrow.forecasting import PanelForecast, forecast_panel
from outgrow.forecasting.asked import LONGEST_HORIZON
from outgrow.forecasting.model import load_model
from outgrow.forecasting.panel import MODELS

Array = NDArray[np.float64]
HORIZON = 60
KINDS = ("level", "cumulative", "flow")
each_kind = pytest.mark.parametrize("kind", KINDS)
each_model = pytest.mark.parametrize("model", MODELS)
kinds, models = st.sampled_from(KINDS), st.sampled_from(MODELS)
shares = st.floats(0, 5)


def answers(panel: PanelForecast, limits: Array) -> tuple[Array, Array, Array]:
    return panel.quantiles(LEVELS), panel.crossing_cdf(limits), panel.crossing_cdf(0.7 * limits, falling=True)


def assert_same(one: tuple[Array, ...], other: tuple[Array, ...]) -> None:
    for mine, theirs in zip(one, other, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@given(panels(), kinds, models)
def test_quantiles_are_finite_ordered_and_never_negative(values: Array, kind: str, model: str) -> None:
    quantiles = forecast_panel(values, HORIZON, kind, model).quantiles(LEVELS)

    assert quantiles.shape == (len(values), len(LEVELS), HORIZON)
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert (quantiles >= 0).all()


@given(panels(), kinds, models, st.lists(st.floats(0.001, 0.999), min_size=2, max_size=9, unique=True).map(sorted))
def test_quantiles_do_not_cross_however_close(values: Array, kind: str, model: str, ranks: list[float]) -> None:
    quantiles = forecast_panel(values, 30, kind, model).quantiles(tuple(ranks))

    assert (np.diff(quantiles, axis=1) >= 0).all()


@each_kind
@each_model
def test_the_order_in_which_quantiles_are_asked_for_does_not_matter(kind: str, model: str) -> None:
    panel = forecast_panel(of_kind(kind), HORIZON, kind, model)

    np.testing.assert_array_equal(panel.quantiles(LEVELS[::-1])[:, ::-1], panel.quantiles(LEVELS))


@each_kind
@each_model
def test_rows_that_are_picked_answer_as_they_do_among_all(kind: str, model: str) -> None:
    values = np.tile(of_kind(kind), (30, 1))[:300]  # of more than one block
    whole, rows = forecast_panel(values, HORIZON, kind, model), np.array([299, 4, 4, 260, 0, 131, 4])
    picked, limits = whole.pick(rows), limits_of(values, 0.5)

    assert_same(answers(picked, limits[rows]), tuple(answer[rows] for answer in answers(whole, limits)))
    days = (1, 7, 60)
    assert_same((picked.at_days(days, LEVELS),), (whole.at_days(days, LEVELS)[rows],))
    assert_same((picked.crossing_at(limits[rows], days),), (whole.crossing_at(limits, days)[rows],))
    np.testing.assert_array_equal(picked.usable, whole.usable[rows])


@given(panels(), kinds, models, shares, st.booleans())
def test_a_crossing_is_a_distribution_over_the_days(
    values: Array, kind: str, model: str, share: float, falling: bool
) -> None:
    limits = np.nanmin(values, axis=1) * 0.9**share if falling else limits_of(values, share)
    cdf = forecast_panel(values, HORIZON, kind, model).crossing_cdf(limits, falling=falling)

    assert cdf.shape == (len(values), HORIZON)
    assert ((cdf >= 0) & (cdf <= 1)).all()
    assert (np.diff(cdf, axis=1) >= 0).all()


@given(panels(), kinds, models, shares, st.floats(1.0001, 3))
def test_a_higher_limit_is_never_likelier(values: Array, kind: str, model: str, share: float, factor: float) -> None:
    panel, near = forecast_panel(values, HORIZON, kind, model), limits_of(values, share)

    assert (panel.crossing_cdf(near) >= panel.crossing_cdf(near * factor) - 1e-6).all()


@given(panels(), kinds, models, shares, st.floats(1.0001, 3))
def test_a_lower_limit_is_never_likelier_to_be_fallen_to(
    values: Array, kind: str, model: str, share: float, factor: float
) -> None:
    panel, near = forecast_panel(values, HORIZON, kind, model), np.nanmin(values, axis=1) * 0.9**share
    nearer, farther = (panel.crossing_cdf(limit, falling=True) for limit in (near, near / factor))

    assert (nearer >= farther - 1e-6).all()


@given(panels(), kinds, models, shares, st.integers(-30, 30).map(lambda k: 2.0**k))
def test_the_unit_is_nothing_but_a_unit(values: Array, kind: str, model: str, share: float, unit: float) -> None:
    """Bit for bit where the unit is a power of two and costs no rounding."""
    limits = limits_of(values, share)
    one, other = (forecast_panel(values * u, HORIZON, kind, model) for u in (1.0, unit))
    quantiles, rising, falling = answers(other, limits * unit)

    assert_same(answers(one, limits), (quantiles / unit, rising, falling))


@given(panels(), kinds, models, shares, st.sampled_from([1e-9, 1e-3, 7.0, 1e6, 1e15]))
def test_any_unit_will_do(values: Array, kind: str, model: str, share: float, unit: float) -> None:
    limits = limits_of(values, share)
    one, other = (forecast_panel(values * u, HORIZON, kind, model) for u in (1.0, unit))

    top = np.nanmax(values)
    np.testing.assert_allclose(other.quantiles(LEVELS) / unit, one.quantiles(LEVELS), rtol=1e-3, atol=1e-4 * top)
    np.testing.assert_allclose(other.crossing_cdf(limits * unit), one.crossing_cdf(limits), atol=2e-3)


@given(panels(), kinds, models, st.integers(1, 500))
def test_unknown_days_before_the_first_say_nothing(values: Array, kind: str, model: str, days: int) -> None:
    padded = np.hstack([np.full((len(values), days), np.nan), values])
    limits = limits_of(values, 1)
    one, other = (answers(forecast_panel(v, HORIZON, kind, model), limits) for v in (values, padded))

    assert_same(one, other)


@each_kind
@each_model
def test_days_of_more_than_four_hundred_days_ago_say_nothing(kind: str, model: str) -> None:
    values = of_kind(kind, days=450)
    other = values.copy()
    other[:, :50] = np.abs(other[:, :50] * 3 + 1)
    limits = limits_of(values[:, 50:], 1)

    one, two = (answers(forecast_panel(v, HORIZON, kind, model), limits) for v in (values[:, 50:], other))
    assert_same(one, two)


@given(panels(), kinds, models, st.booleans())
def test_another_series_changes_nothing(values: Array, kind: str, model: str, first: bool) -> None:
    stranger = np.linspace(1e6, 0, values.shape[1])[None, :]
    limits = limits_of(values, 1)
    both = np.vstack([stranger, values] if first else [values, stranger])
    mine = slice(1, None) if first else slice(0, -1)
    one = answers(forecast_panel(values, HORIZON, kind, model), limits)
    other = answers(forecast_panel(both, HORIZON, kind, model), np.insert(limits, 0 if first else len(limits), 1.0))

    assert_same(one, tuple(found[mine] for found in other))


@given(panels(), kinds, models)
def test_what_is_handed_in_stays_as_it_was(values: Array, kind: str, model: str) -> None:
    before, limits = values.copy(), limits_of(values, 1)
    asked = limits.copy()
    answers(forecast_panel(values, HORIZON, kind, model), limits)

    np.testing.assert_array_equal(values, before)
    np.testing.assert_array_equal(limits, asked)


@each_kind
@each_model
def test_asking_twice_gives_the_same_twice(kind: str, model: str) -> None:
    values = of_kind(kind)
    panel, limits = forecast_panel(values, HORIZON, kind, model), limits_of(values, 1)

    assert_same(answers(panel, limits), answers(panel, limits))


@each_kind
@each_model
@example(days=2)
@example(days=14)
@example(days=401)
@settings(max_examples=6)
@given(days=st.integers(1, 10) | st.integers(11, 900))
def test_every_length_of_history_will_do(kind: str, model: str, days: int) -> None:
    values = np.random.default_rng(days).poisson(3, (3, days)).astype(float)
    limits = values.max(axis=1) + 5
    panel = forecast_panel(values, 40, kind, model)
    quantiles, rising, falling = answers(panel, limits)

    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    for cdf in (rising, falling):
        assert ((cdf >= 0) & (cdf <= 1)).all()
    assert panel.usable.all()


@each_kind
@each_model
@example(horizon=1)
@example(horizon=366)
@example(horizon=LONGEST_HORIZON)
@settings(max_examples=4)
@given(horizon=st.integers(2, 13) | st.integers(14, 600))
def test_every_horizon_will_do(kind: str, model: str, horizon: int) -> None:
    values = of_kind(kind)
    panel, limits = forecast_panel(values, horizon, kind, model), limits_of(values, 1)
    quantiles, rising, falling = answers(panel, limits)

    assert panel.horizon == horizon
    assert quantiles.shape == (len(values), len(LEVELS), horizon)
    assert rising.shape == falling.shape == (len(values), horizon)
    assert all(np.isfinite(found).all() for found in (quantiles, rising, falling))


@each_kind
@each_model
def test_a_shorter_horizon_is_the_beginning_of_a_longer_one(kind: str, model: str) -> None:
    """On every day that both compute; between them the last stretch of the shorter one has its own end."""
    values = of_kind(kind)
    limits = limits_of(values, 1)
    short, long = (answers(forecast_panel(values, horizon, kind, model), limits) for horizon in (90, 365))

    for mine, theirs in zip(short, long, strict=True):
        np.testing.assert_allclose(mine, theirs[..., :90], rtol=1e-5, atol=1e-5)


@each_kind
@each_model
def test_single_days_are_those_of_the_whole(kind: str, model: str) -> None:
    values, days = of_kind(kind), (1, 7, 30, 90)
    panel, limits = forecast_panel(values, 90, kind, model), limits_of(values, 1)
    at = np.array(days) - 1

    np.testing.assert_allclose(panel.at_days(days, LEVELS), panel.quantiles(LEVELS)[:, :, at], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(panel.crossing_at(limits, days), panel.crossing_cdf(limits)[:, at], atol=1e-3)


@each_kind
@each_model
def test_what_stands_still_stays(kind: str, model: str) -> None:
    """Of whatever size, and however long it has been known to."""
    level, days = (part.ravel() for part in np.meshgrid([0.0, 1e-9, 5.0, 1e9, 1e15], [1, 2, 30, 400]))
    known = np.arange(400) >= 400 - days[:, None]
    panel = forecast_panel(np.where(known, level[:, None], np.nan), 365, kind, model)

    np.testing.assert_allclose(panel.quantiles((0.5,))[:, 0].T, np.tile(level, (365, 1)), rtol=1e-3, atol=1e-90)
    assert (panel.crossing_cdf(level * 1.05 + 1e-10)[:, -1] <= 0.03).all()
    assert (panel.crossing_cdf(level * 0.95 - 1e-10, falling=True)[:, -1] <= 0.03).all()


@each_kind
@each_model
def test_nothing_stays_nothing(kind: str, model: str) -> None:
    panel = forecast_panel(np.zeros((2, 60)), 365, kind, model)

    assert np.abs(panel.quantiles(LEVELS)).max() < 1e-90
    assert panel.crossing_cdf(np.array([1e-9, 1.0])).max() == 0


@each_model
def test_a_limit_that_is_reached_is_reached(model: str) -> None:
    values = np.linspace(50, 150, 60)[None, :]
    for kind in ("level", "cumulative"):
        panel = forecast_panel(values, HORIZON, kind, model)
        for limit in (150.0, 149.0, 0.0, -3.0):
            assert (panel.crossing_cdf(np.array([limit])) == 1).all()
        for limit in (150.0, 151.0):
            assert (panel.crossing_cdf(np.array([limit]), falling=True) == 1).all()


@each_kind
@each_model
def test_a_count_does_not_fall_below_zero(kind: str, model: str) -> None:
    values = flows()[:3]
    panel = forecast_panel(values, 365, kind, model)

    assert (panel.quantiles((1e-6,)) >= 0).all()
    assert (panel.crossing_cdf(np.full(3, -1.0), falling=True) == 0).all()


# Rows that nothing can be said of


def spoiled(kind: str) -> tuple[Array, Array]:
    """Rows that are sound, and the same between rows that are not."""
    sound = of_kind(kind)
    bad = np.repeat(sound[:1], 4, axis=0)
    bad[0] = np.nan
    bad[1, 3], bad[2, -1] = np.inf, -np.inf
    bad[3, 10] = np.nan if kind != "flow" else -1.0
    if kind != "flow":
        bad[3, :] = np.nan
    return sound, np.concatenate([bad[:2], sound, bad[2:]])


@each_kind
@each_model
def test_a_bad_row_is_answered_by_nan_and_the_others_as_ever(kind: str, model: str) -> None:
    sound, mixed = spoiled(kind)
    limits = limits_of(sound, 1)
    asked = np.concatenate([[1.0, 1.0], limits, [1.0, 1.0]])
    panel = forecast_panel(mixed, HORIZON, kind, model)
    there = np.ones(len(mixed), dtype=bool)
    there[[0, 1, -2, -1]] = False

    np.testing.assert_array_equal(panel.usable, there)
    found = answers(panel, asked)
    assert_same(answers(forecast_panel(sound, HORIZON, kind, model), limits), tuple(part[there] for part in found))
    days = (1, 5)
    for part in (*found, panel.at_days(days, LEVELS), panel.crossing_at(asked, days)):
        assert np.isnan(part[~there]).all()


@each_kind
@each_model
def test_a_limit_that_is_no_number_has_no_answer(kind: str, model: str) -> None:
    values = of_kind(kind)
    limits = limits_of(values, 1)
    odd, there = limits.copy(), np.ones(len(limits), dtype=bool)
    odd[1:4], there[1:4] = (np.nan, np.inf, -np.inf), False
    panel = forecast_panel(values, HORIZON, kind, model)
    for falling in (False, True):
        cdf, usual = (panel.crossing_cdf(asked, falling=falling) for asked in (odd, limits))
        assert np.isnan(cdf[~there]).all()
        assert np.isnan(panel.crossing_at(odd, (1, 9), falling=falling)[~there]).all()
        np.testing.assert_array_equal(cdf[there], usual[there])


@each_model
@pytest.mark.parametrize("limit", [1e100, 1e300])
def test_a_limit_out_of_all_reach_is_not_reached(model: str, limit: float) -> None:
    values = np.vstack([levels(), np.zeros((1, levels().shape[1]))])
    panel = forecast_panel(values, HORIZON, "level", model)

    assert (panel.crossing_cdf(np.full(len(values), limit)) < 0.01).all()
    assert (panel.crossing_cdf(np.full(len(values), -limit), falling=True) < 0.01).all()


@each_kind
@each_model
def test_no_series_is_no_forecast(kind: str, model: str) -> None:
    panel = forecast_panel(np.empty((0, 30)), HORIZON, kind, model)

    assert panel.usable.shape == (0,)
    assert panel.quantiles(LEVELS).shape == (0, len(LEVELS), HORIZON)
    assert panel.at_days((1, 2), LEVELS).shape == (0, len(LEVELS), 2)
    assert panel.crossing_cdf(np.empty(0)).shape == (0, HORIZON)
    assert panel.crossing_at(np.empty(0), (1, 2)).shape == (0, 2)


@pytest.mark.parametrize(
    ("values", "horizon", "kind", "model", "said"),
    [
        (np.ones(5), 10, "level", "shared", r"values have the shape \(5,\)"),
        (np.ones((2, 3, 4)), 10, "level", "shared", r"values have the shape \(2, 3, 4\)"),
        (np.ones((2, 0)), 10, "flow", "drift", r"values have the shape \(2, 0\)"),
        (np.float64(3), 10, "level", "shared", r"values have the shape \(\)"),
        (np.ones((1, 5)), 0, "level", "shared", "a horizon of 0 days"),
        (np.ones((1, 5)), -1, "level", "drift", "a horizon of -1 days"),
        (np.ones((1, 5)), 3_651, "level", "shared", "a horizon of 3651 days"),
        (np.ones((1, 5)), 10_000, "flow", "drift", "a horizon of 10000 days"),
        (np.ones((1, 5)), 10, "gauge", "shared", "there is no kind 'gauge'"),
        (np.ones((1, 5)), 10, "", "shared", "there is no kind ''"),
        (np.ones((1, 5)), 10, "level", "oracle", "there is no model 'oracle'"),
        (np.ones((1, 5)), 10, "flow", "", "there is no model ''"),
    ],
)
def test_what_cannot_be_asked_is_refused(values: Any, horizon: int, kind: str, model: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        forecast_panel(values, horizon, kind, model)

    assert caught.value.mend


@each_kind
def test_a_model_of_one_s_own_is_asked_like_the_shipped_one(kind: str) -> None:
    values = of_kind(kind)
    limits = limits_of(values, 1)
    shipped, handed = (answers(forecast_panel(values, 9, kind, m), limits) for m in ("shared", load_model()))

    assert_same(shipped, handed)


def test_a_model_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"none\.npz"):
        forecast_panel(np.ones((1, 30)), 9, "level", tmp_path / "none.npz")


@each_kind
def test_whole_numbers_are_taken_as_they_are(kind: str) -> None:
    whole = np.round(np.nan_to_num(of_kind(kind))).astype(np.int64)
    one, other = (forecast_panel(v, 9, kind) for v in cast(Sequence[Any], (whole, whole.astype(np.float64))))

    np.testing.assert_array_equal(one.quantiles(LEVELS), other.quantiles(LEVELS))
