"""Levels and counters: what their quantiles and crossings owe to each other, to the past, and to the textbook."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support.growth_panels import LEVELS, levels, panels

from outgrow.domain.metric import Kind
from outgrow.forecasting import forecast_panel
from outgrow.forecasting.kernels.mixture import moments
from outgrow.forecasting.levels import CROSSING_KNOTS, LevelForecast
from outgrow.forecasting.model import SharedModel, load_model
from outgrow.forecasting.panel import DRIFT, MODELS, SHARED

Array = NDArray[np.float64]
HORIZON = 400
SINGLE = 2e-6
"""Rounding of probabilities in single precision."""
each_model = pytest.mark.parametrize("model", MODELS)
each_kind = pytest.mark.parametrize("kind", ["level", "cumulative"])


def forecast(values: Array, model: str | SharedModel, horizon: int = HORIZON, kind: str = "level") -> LevelForecast:
    made = forecast_panel(values, horizon, kind, model)
    assert isinstance(made, LevelForecast)
    return made


def first_day(cdf: Array, level: float = 0.5) -> int:
    return int(np.searchsorted(cdf, level)) + 1


def distances(values: Array) -> list[Array]:
    """From next door to far away, in mean daily changes."""
    size = np.nanmean(np.abs(np.diff(values, axis=1)), axis=1)
    return [share * size for share in (0.3, 1, 3, 10, 40, 150)]


def stranger(seed: int) -> SharedModel:
    """A model that learned something else: what must hold does not hang on the weights."""
    random, model = np.random.default_rng(seed), load_model()
    nets = [
        {
            name: array if name in {"mean", "spread"} else array + random.normal(0, 0.3, array.shape).astype(np.float32)
            for name, array in net.items()
        }
        for net in model.level
    ]
    return SharedModel(nets, model.flow)


# Straight lines


@each_kind
@each_model
def test_growth_of_one_a_day_reaches_200_in_seventy_days(kind: str, model: str) -> None:
    """From 100 to 130 in thirty days."""
    panel = forecast(np.arange(100.0, 131.0)[None, :], model, 365, kind)

    assert first_day(panel.crossing_cdf(np.array([200.0]))[0]) == 70
    assert panel.quantiles((0.5,))[0, 0, 69] == pytest.approx(200, rel=1e-4)


@each_kind
@each_model
@pytest.mark.parametrize("days", [10, 31, 91, 400])
@pytest.mark.parametrize(("start", "step"), [(1e3, 10.0), (0.0, 1.0), (1e9, 3e4), (5e-8, 1e-9)])
def test_a_straight_line_goes_on(kind: str, model: str, days: int, start: float, step: float) -> None:
    values = start + step * np.arange(days, dtype=np.float64)[None, :]
    panel, newest = forecast(values, model, 100, kind), values[0, -1]

    moved = (panel.quantiles((0.5,))[0, 0] - newest) / step
    np.testing.assert_allclose(moved, np.arange(1, 101), rtol=2e-3, atol=0.02)
    assert abs(first_day(panel.crossing_cdf(np.array([newest + 50 * step]))[0]) - 50) <= 1


@each_model
def test_a_falling_line_falls(model: str) -> None:
    panel = forecast(np.arange(1_130.0, 1_099, -1.0)[None, :], model, 365)

    assert first_day(panel.crossing_cdf(np.array([1_030.0]), falling=True)[0]) == 70
    assert panel.crossing_cdf(np.array([1_200.0]))[0, -1] < 0.03


@each_kind
@each_model
def test_what_is_reached_is_certain_not_almost(kind: str, model: str) -> None:
    values = np.concatenate([levels(seed) for seed in range(4)])
    panel, newest = forecast(values, model, kind=kind), values[:, -1]

    assert (panel.crossing_cdf(newest) == 1).all()
    assert (panel.crossing_cdf(newest, falling=True) == 1).all()
    assert (panel.crossing_at(newest, (1, 5)) == 1).all()


# What quantiles and crossings owe to each other


@each_kind
@each_model
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_above_on_a_day_is_no_likelier_than_reached_by_it(kind: str, model: str, seed: int) -> None:
    """Exactly on the days that are computed; between two of them, which a straight line joins, by the later one."""
    values = levels(seed)
    panel = forecast(values, model, kind=kind)
    for distance in distances(values):
        limits = values[:, -1] + distance
        cdf = panel.crossing_cdf(limits)
        before = 0
        for knot in (k for k in CROSSING_KNOTS if k <= HORIZON):
            for day in {before + 1, (before + knot + 1) // 2, knot}:
                above = 1 - panel.below(limits, day)
                assert (cdf[:, knot - 1] >= above - SINGLE).all(), (day, knot)
            before = knot


@each_model
@pytest.mark.parametrize("falling", [False, True])
@pytest.mark.parametrize("seed", [1, 2])
def test_quantiles_beyond_a_limit_have_reached_it(model: str, falling: bool, seed: int) -> None:
    """With the same reservation as above."""
    values = levels(seed)
    panel = forecast(values, model)
    quantiles = panel.quantiles(LEVELS)
    knots = np.array([k for k in CROSSING_KNOTS if k <= HORIZON] + [HORIZON])
    later = knots[np.searchsorted(knots, np.arange(1, HORIZON + 1))] - 1
    for distance in distances(values):
        limits = values[:, -1] + (-distance if falling else distance)
        cdf = panel.crossing_cdf(limits, falling=falling)[:, later]
        for at, level in enumerate(LEVELS):
            value = quantiles[:, at]
            beyond = value <= limits[:, None] if falling else value >= limits[:, None]
            least = level if falling else 1 - level
            assert (cdf[beyond] >= least - 0.01).all(), level


@each_model
def test_a_quantile_is_where_so_much_lies_below(model: str) -> None:
    values = levels()
    panel = forecast(values, model)
    for day in (1, 7, 30, 90, 365):
        quantiles = panel.at_days((day,), LEVELS)[:, :, 0]
        for at, level in enumerate(LEVELS):
            inside = quantiles[:, at] > 0  # at zero lies all that would lie below
            assert inside.sum() > 15
            # Where much lies at one value, it is the quantile of all ranks between below it and at it.
            under, upto = (
                panel.below(value, day)[inside] for value in (quantiles[:, at], quantiles[:, at] * (1 + 1e-6))
            )
            assert (under <= level + 0.01).all()
            assert (upto >= level - 0.01).all()


@each_model
def test_nothing_is_said_of_values_that_are_unknown(model: str) -> None:
    values = levels()
    asked = values[:, -1].copy()
    asked[3] = np.nan
    below = forecast(values, model).below(asked, 30)

    assert np.isnan(below[3])
    assert np.isfinite(np.delete(below, 3)).all()


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), panels(), st.booleans())
def test_what_must_hold_does_not_hang_on_the_weights(seed: int, values: Array, falling: bool) -> None:
    panel = forecast(values, stranger(seed), 200)
    limits = np.nanmin(values, axis=1) * 0.9 if falling else np.nanmax(values, axis=1) * 1.1
    quantiles, cdf = panel.quantiles(LEVELS), panel.crossing_cdf(limits, falling=falling)
    farther = panel.crossing_cdf(limits / 1.3 if falling else limits * 1.3, falling=falling)

    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert ((cdf >= 0) & (cdf <= 1)).all()
    assert (np.diff(cdf, axis=1) >= 0).all()
    assert (cdf >= farther - SINGLE).all()


@each_model
def test_crossings_of_single_days_are_distributions_too(model: str) -> None:
    values, days = levels(), (3, 10, 60, 61, 200, 400)
    panel = forecast(values, model)
    for distance in distances(values):
        limits = values[:, -1] + distance
        cdf = panel.crossing_at(limits, days)

        assert ((cdf >= 0) & (cdf <= 1)).all()
        assert (np.diff(cdf, axis=1) >= 0).all()
        assert (cdf <= panel.crossing_cdf(limits)[:, np.array([2, 10, 60, 64, 209, 399])] + 1e-3).all()


# Up and down


@given(panels(), st.floats(0.01, 3))
def test_a_fall_is_a_rise_upside_down(values: Array, share: float) -> None:
    """Of the plain drift, which has learned nothing of rises that it does not know of falls."""
    newest = np.array([row[~np.isnan(row)][-1] for row in values])
    gap = share * (np.nanstd(values, axis=1) + 0.01 * np.abs(newest))
    rising = forecast(values, DRIFT, 60).crossing_cdf(newest + gap)
    falling = forecast(-values, DRIFT, 60).crossing_cdf(-newest - gap, falling=True)

    np.testing.assert_allclose(falling, rising, atol=1e-5)


@each_model
def test_a_counter_does_not_fall(model: str) -> None:
    values = np.fmax.accumulate(levels(), axis=1)
    newest = values[:, -1]
    panel = forecast(values, model, kind="cumulative")
    quantiles = panel.quantiles((0.001, *LEVELS))

    assert (quantiles >= newest[:, None, None]).all()
    assert (panel.crossing_cdf(newest - 1e-3 * np.abs(newest), falling=True) == 0).all()
    assert (panel.crossing_cdf(newest, falling=True) == 1).all()


@each_model
def test_what_was_never_below_zero_stays_above(model: str) -> None:
    values = levels()
    never = np.nanmin(values, axis=1) >= 0
    lowest = forecast(values, model).quantiles((0.001,))[:, 0, -1]
    below = forecast(values, model).crossing_cdf(np.full(len(values), -1e-3), falling=True)

    assert (lowest[never] >= 0).all()
    assert (below[never] == 0).all()
    assert (lowest[~never] < 0).any()
    assert (below[~never][:, -1] > 0).all()


# The plain drift, from first principles


def test_the_plain_drift_is_the_textbook_s() -> None:
    random = np.random.default_rng(11)
    changes = random.normal(4, 3, (5, 399))  # no day beyond four mean changes, so that none is clipped
    values = 1e4 + np.cumsum(np.hstack([np.zeros((5, 1)), changes]), axis=1)
    quarter = changes[:, -91:]
    drift = quarter.mean(axis=1)
    noise = quarter - drift[:, None]
    weeks = noise.reshape(5, 13, 7).sum(axis=2)
    sigma = np.sqrt(np.maximum((noise**2).mean(axis=1), (weeks**2).sum(axis=1) / 91))
    doubt = np.sqrt(sigma**2 / 91 + (0.35 * drift) ** 2)
    panel = forecast(values, DRIFT, 90)

    for day in (1, 7, 30, 90):
        spread = np.sqrt(sigma**2 * day + (doubt * day) ** 2)
        for at, level in enumerate(LEVELS):
            expected = values[:, -1] + drift * day + NormalDist().inv_cdf(level) * spread
            found = panel.at_days((day,), LEVELS)[:, at, 0]
            np.testing.assert_allclose(found - values[:, -1], expected - values[:, -1], rtol=2e-5, atol=1e-3)


def test_an_import_is_not_growth() -> None:
    values = 1_000 + 2.0 * np.arange(120, dtype=np.float64)[None, :]
    values[0, 80:] += 50_000
    panel = forecast(values, DRIFT, 30)

    assert panel.quantiles((0.5,))[0, 0, -1] - values[0, -1] < 30 * 100
    other = values.copy()
    other[0, 80:] += 500_000
    grown, more = (forecast(v, DRIFT, 30).quantiles((0.5,))[0, 0, -1] - v[0, -1] for v in (values, other))
    assert more < 15 * grown


# Wider, and taken apart


@each_model
@pytest.mark.parametrize("width", [0.5, 1.5, 2.0])
def test_bands_are_widened_around_their_middle(model: str, width: float) -> None:
    values = levels()
    values = values[np.nanmin(values, axis=1) > 500]
    panel = forecast(values, model)
    futures = map(panel.future_of, range(len(values)))
    middle = np.array([(c.weight * moments(c, np.float64(90))[0]).sum() for c in futures])
    scale = np.concatenate([b.features.scale[: b.size] for b in panel.blocks])
    before = (panel.at_days((90,), LEVELS)[:, :, 0] - values[:, -1:]) / scale[:, None] - middle[:, None]
    after = (panel.widened(width).at_days((90,), LEVELS)[:, :, 0] - values[:, -1:]) / scale[:, None] - middle[:, None]

    reach = np.abs(before).max(axis=1, keepdims=True)
    assert (np.abs(after - width * before) <= 0.03 * reach).all()


def test_no_wider_is_the_same() -> None:
    panel = forecast(levels(), SHARED)

    assert panel.widened(1.0) is panel


@each_model
def test_the_future_of_a_row_is_its_own(model: str) -> None:
    many = np.concatenate([levels(seed) for seed in range(5)])
    panel = forecast(many, model)
    for row in (0, 1, 127, 128, 164):
        mine = panel.future_of(row)
        alone = forecast(many[row : row + 1], model).future_of(0)
        for part, other in zip(mine, alone, strict=True):
            np.testing.assert_array_equal(part, other)
        assert mine.weight.sum() == pytest.approx(1, abs=1e-5)


def test_only_levels_fall() -> None:
    assert forecast(levels(), DRIFT, kind=Kind.LEVEL).falls
    assert not forecast(levels(), DRIFT, kind=Kind.CUMULATIVE).falls
