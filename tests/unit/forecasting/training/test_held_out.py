"""What is held out lies within the newest days, and two models are compared as their forecasts deserve."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.support.fleets import orders, seasonal

from outgrow.forecasting.model import SharedModel, load_model
from outgrow.forecasting.training.held_out import Comparison, HeldOut, Scores, compare, hold_out
from outgrow.forecasting.training.windows import Series

DAYS = 120
SCORES = Scores(0.1, 1.0, 0.8)


@pytest.fixture(scope="module")
def parts() -> list[HeldOut]:
    return hold_out([*seasonal(6, 300), *orders(6, 300)], 80)


@pytest.fixture(scope="module")
def deaf(parts: list[HeldOut]) -> SharedModel:
    """The shipped model, whose levels answer as if it saw nothing."""
    shipped = load_model()
    return replace(shipped, level=[{**net, "w0": np.zeros_like(net["w0"])} for net in shipped.level])


@given(
    arrays(np.float64, DAYS, elements=st.one_of(st.just(np.nan), st.floats(0, 1e6))),
    st.integers(1, 100),
    st.sampled_from(["level", "cumulative", "flow"]),
)
def test_windows_begin_within_the_newest_days_and_go_on_as_the_series_did(
    values: np.ndarray, days: int, kind: str
) -> None:
    known = np.flatnonzero(~np.isnan(values))
    for part in hold_out([Series("a", "own", kind, values)], days):
        assert part.kind == kind
        assert (part.past[:, -1] == part.path[:, 0]).all()
        assert not np.isnan(part.past[:, -1]).any()
        for past, path in zip(part.past, part.path, strict=True):
            ahead = path[1:]
            later = ahead[~np.isnan(ahead)]
            assert 0 < len(later) <= days
            assert later.tolist() == values[known[-len(later) :]].tolist()
            assert past[~np.isnan(past)].tolist() == values[known[: -len(later)]].tolist()


@given(arrays(np.float64, (5, 60), elements=st.one_of(st.just(np.nan), st.floats(0, 1e3))))
def test_limits_lie_above_what_there_was(values: np.ndarray) -> None:
    for kind in ("level", "flow"):
        for part in hold_out([Series("a", "own", kind, row) for row in values], 40):
            asked = ~np.isnan(part.limits)
            newest = np.broadcast_to(part.past[:, -1:], part.limits.shape)
            assert (part.limits[asked] > newest[asked]).all()
            assert (np.isnan(part.limits).all(axis=1) == (np.nan_to_num(part.limits).max(axis=1) == 0)).all()


def test_windows_lie_eleven_days_apart_and_leave_thirty_to_come() -> None:
    (part,) = hold_out([Series("a", "own", "level", np.arange(200.0))], 80)
    assert part.past[:, -1].tolist() == [125.0, 136.0, 147.0, 158.0, 169.0]


def test_an_unknown_day_gives_way_to_the_one_before() -> None:
    values = np.arange(200.0)
    values[[169, 147, 146]] = np.nan
    (part,) = hold_out([Series("a", "own", "level", values)], 80)
    assert part.past[:, -1].tolist() == [125.0, 136.0, 145.0, 158.0, 168.0]


def test_a_model_is_no_better_than_itself(parts: list[HeldOut]) -> None:
    shipped = load_model()
    found = compare(parts, shipped, shipped)

    assert (found.gain, found.doubt, found.better) == (0.0, 0.0, False)
    assert found.prior == found.fitted
    assert (found.windows, found.entities) == (sum(map(len, parts)), 6)


def test_scores_are_those_of_probabilities_losses_and_shares(parts: list[HeldOut]) -> None:
    for part in parts:
        found = compare([part], load_model(), load_model()).prior
        assert found.brier is not None
        assert found.pinball is not None
        assert found.coverage80 is not None
        assert 0 < found.brier < 0.5
        assert 0 < found.pinball < 3
        assert 0.3 < found.coverage80 <= 1


def test_who_gains_one_way_loses_the_other(parts: list[HeldOut], deaf: SharedModel) -> None:
    levels = [part for part in parts if part.kind != "flow"]
    worse, better = compare(levels, load_model(), deaf), compare(levels, deaf, load_model())

    assert worse.gain * better.gain < 0
    assert (worse.prior, worse.fitted) == (better.fitted, better.prior)
    first, other = (worse, better) if worse.gain > 0 else (better, worse)
    assert first.gain == pytest.approx(_saved(first))
    assert not other.better


def _saved(found: Comparison) -> float:
    pairs = [(getattr(found.prior, name), getattr(found.fitted, name)) for name in ("brier", "pinball")]
    return float(np.mean([1 - after / before for before, after in pairs]))


def test_one_entity_alone_proves_nothing(parts: list[HeldOut], deaf: SharedModel) -> None:
    alone = [
        HeldOut(part.kind, part.past, part.path, part.limits, np.full(len(part), "a"))
        for part in parts
        if part.kind != "flow"
    ]
    found = compare(alone, load_model(), deaf)

    assert found.entities == 1
    assert found.doubt == np.inf
    assert not found.better
    assert found.to_card()["doubt"] is None


@pytest.mark.parametrize(("gain", "doubt", "better"), [(0.1, 0.04, True), (0.1, 0.05, False), (-0.2, 0.1, False)])
def test_better_is_more_than_twice_its_doubt(gain: float, doubt: float, better: bool) -> None:
    assert Comparison(30, 3, SCORES, SCORES, gain, doubt).better is better


def test_what_is_not_known_speaks_for_neither() -> None:
    """A series of zeros has no scale and no limits to ask about."""
    flat = [Series(name, "own", "level", np.zeros(200)) for name in "ab"]
    found = compare(hold_out(flat, 80), load_model(), load_model())

    assert (found.prior.brier, found.prior.pinball, found.prior.coverage80) == (None, None, 1.0)
    assert (found.gain, found.better) == (0.0, False)
