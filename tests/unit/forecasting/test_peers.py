"""What the platform's own past adds to the engine's probabilities."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.tenants import TODAY

from outgrow.domain.metric import Kind
from outgrow.forecasting import peers
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.outage import find_outages
from outgrow.forecasting.peers import LEVELS_PRIOR, Peers, learn_peers
from outgrow.forecasting.rules import ForecastRules
from outgrow.forecasting.tenants import UseForecast
from outgrow.forecasting.totals import month_to_date

RULES = ForecastRules(horizon_days=180)
DAYS = (1, 7, 30, 90, 180)
UNLIKE = st.integers(0, 10_000)


def levels(seed: int, n: int = 30, days: int = 300) -> Array:
    """Counts that rise in steps; some stand still, some are young."""
    rng = np.random.default_rng(seed)
    pace = rng.lognormal(-3, 1.5, (n, 1)) * (rng.random((n, 1)) < 0.7)
    values = 1.0 + np.cumsum(rng.poisson(pace, (n, days)).astype(np.float64), axis=1)
    values[np.arange(days) < rng.integers(0, days - 1, n)[:, None]] = np.nan
    return values


def orders(seed: int, n: int = 30, days: int = 300) -> Array:
    """Daily amounts, mostly small."""
    rng = np.random.default_rng(seed)
    values = rng.poisson(rng.lognormal(-1, 1.5, (n, 1)), (n, days)).astype(np.float64)
    values[np.arange(days) < rng.integers(0, days - 1, n)[:, None]] = np.nan
    return values


def forecast(values: Array, *, monthly: bool) -> UseForecast:
    return UseForecast.of_orders(values, TODAY, RULES) if monthly else UseForecast.of_levels(values, RULES)


def made(seed: int, *, monthly: bool) -> tuple[Array, UseForecast, Peers]:
    values = orders(seed) if monthly else levels(seed)
    said = forecast(values, monthly=monthly)
    limits = np.ceil(np.maximum(said.size, 1) * 1.5)
    return values, said, learn_peers(values, limits, TODAY, RULES, monthly=monthly)


@settings(max_examples=25)
@given(UNLIKE, st.booleans(), st.floats(0.2, 40), st.floats(1, 10))
def test_a_higher_limit_is_never_likelier_and_a_longer_time_never_less_so(
    seed: int, monthly: bool, factor: float, more: float
) -> None:
    _, said, learned = made(seed, monthly=monthly)
    base = np.maximum(said.size, 1.0)
    low, high = (learned.reached(said, base * f, DAYS) for f in (factor, factor * more))
    assert (low >= high - 1e-9).all()
    assert (np.diff(low, axis=1) >= 0).all()
    assert ((low >= 0) & (low <= 1)).all()


@settings(max_examples=15)
@given(UNLIKE, st.booleans(), st.integers(-3, 6))
def test_use_and_limits_in_another_unit_have_the_same_probability(seed: int, monthly: bool, power: int) -> None:
    unit = 2.0**power
    values, said, learned = made(seed, monthly=monthly)
    limits = np.maximum(said.size, 1.0) * 1.7
    scaled = forecast(values * unit, monthly=monthly)
    other = Peers(learned.coefficients, learned.pace * unit)
    # Zeros on the newest days are an outage from five whole things on: these are counted, whatever the unit.
    outage = [set(find_outages(each, Kind.FLOW).row) if monthly else set() for each in (values, values * unit)]
    alike = [row not in outage[0] ^ outage[1] for row in range(len(values))]
    one, more = learned.reached(said, limits, DAYS), other.reached(scaled, limits * unit, DAYS)
    assert np.array_equal(one[alike], more[alike])


@given(UNLIKE)
def test_sizes_that_are_not_whole_are_learned_from_the_same_in_every_unit(seed: int) -> None:
    values = levels(seed, n=12, days=120) + 0.25
    limits = values[:, -1] * 1.5
    one, other = (learn_peers(values * unit, limits * unit, TODAY, RULES, monthly=False) for unit in (1.0, 0.125))
    assert np.array_equal(one.coefficients, other.coefficients)
    assert other.pace == one.pace * 0.125


def test_what_is_reached_is_certain_and_what_has_no_limit_is_not_known() -> None:
    _, said, learned = made(5, monthly=False)
    limits = np.full(len(said.used), np.nan)
    limits[:2] = said.used[0], said.used[1] / 2
    told = learned.reached(said, limits, DAYS)
    assert (told[:2] == 1.0).all()
    assert np.isnan(told[2:]).all()


def test_without_a_past_the_prior_stands() -> None:
    young = levels(3)[:, -20:]
    learned = learn_peers(young, np.full(30, 50.0), TODAY, RULES, monthly=False)
    assert learned.coefficients.tolist() == LEVELS_PRIOR.mean.tolist()
    assert learned.questions == 0
    nobody = learn_peers(young[:0], np.empty(0), TODAY, RULES, monthly=False)
    assert (nobody.pace, nobody.questions) == (0.0, 0)


@pytest.mark.parametrize("awake", [0.0, 0.6])
def test_how_often_sleepers_come_to_life_is_learned_from_the_many(awake: float) -> None:
    """Three products each, and never a change, until some add more at once: no single series tells how many will."""
    rng = np.random.default_rng(9)
    values = np.full((400, 400), 3.0)
    woken = np.flatnonzero(rng.random(400) < awake)
    at, added = rng.integers(150, 400, len(woken)), np.ceil(rng.lognormal(1.5, 1.0, len(woken)))
    for row, day, more in zip(woken, at, added, strict=True):
        values[row, day:] += more
    learned = learn_peers(values, np.full(400, 10.0), TODAY, RULES, monthly=False)
    asleep, limits = forecast(np.full((1, 400), 3.0), monthly=False), np.array([10.0])
    assert asleep.reached(limits, (90,))[0, 0] < 0.001
    # Of those asleep on a day, so many are above the limit 90 days later.
    soon = [(at > then) & (at <= then + 90) & (added >= 7) for then in (219, 279)]
    share = np.mean([some.sum() / (400 - (at <= then).sum()) for some, then in zip(soon, (219, 279), strict=True)])
    assert learned.reached(asleep, limits, (90,))[0, 0] == pytest.approx(share, abs=0.3 * share + 0.01)


@given(UNLIKE, st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.integers(1, 80))
def test_months_totals_of_what_came_are_those_of_the_calendar(seed: int, last_day: date, ahead: int) -> None:
    amounts = np.random.default_rng(seed).poisson(2.0, (3, 60 + ahead)).astype(np.float64)
    first = date.fromordinal(last_day.toordinal() - 59)
    whole = np.array([month_to_date(row, first) for row in amounts])
    told = peers._totals(amounts[:, 60:], whole[:, 59], last_day)
    assert np.array_equal(told, whole[:, 60:])


def test_the_same_past_teaches_the_same() -> None:
    (_, _, one), (_, _, other) = made(11, monthly=True), made(11, monthly=True)
    assert np.array_equal(one.coefficients, other.coefficients)
