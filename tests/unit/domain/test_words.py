"""Numbers, shares and counts as people write them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outgrow.domain.figures import Figures, figure
from outgrow.domain.metric import ORDERS_PER_DAY, STORAGE_USED_GB, TOTAL_PRODUCTS, Kind, Metric
from outgrow.domain.words import counted, exact, percent, rounded

RATIO = Metric("err_ratio", Kind.LEVEL, "err_ratio", "Err ratio")
"""As an import makes a metric that it does not know: whether it counts whole things, nobody said."""


@pytest.mark.parametrize(
    ("number", "noun", "text"), [(0, "day", "0 days"), (1, "day", "1 day"), (1_204, "merchant", "1,204 merchants")]
)
def test_a_count_bears_its_noun(number: int, noun: str, text: str) -> None:
    assert counted(number, noun) == text


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert [counted(n, "day is", "days are") for n in (1, 2)] == ["1 day is", "2 days are"]


@pytest.mark.parametrize(
    ("share", "text"), [(0.8, "80%"), (0.004, "0%"), (12.5, "1,250%"), (-0.5, "-50%"), (None, "–")]
)
def test_a_share_has_no_space_before_its_sign(share: float | None, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (30_000.0, "30,000"),
        (123_456_789_012.0, "123,456,789,012"),
        (0.25, "0.25"),
        (1_000.5, "1,000.5"),
        (2.2e-6, "2.2e-06"),
        (0.1 + 0.2, "0.3"),
        (1e18, "1e+18"),
    ],
)
def test_what_somebody_gave_keeps_its_digits(value: float, text: str) -> None:
    assert exact(value) == text
    assert exact(value, "+") == f"+{text}"


@pytest.mark.parametrize(
    ("value", "metric", "text"),
    [
        (23_456.0, TOTAL_PRODUCTS, "23,456"),
        (1_234.567, STORAGE_USED_GB, "1,234.57"),
        (0.0, TOTAL_PRODUCTS, "0"),
        (0.0, STORAGE_USED_GB, "0"),
        (0.0042, STORAGE_USED_GB, "0.0042"),
        (884.57, ORDERS_PER_DAY, "885"),
        (3.4286, ORDERS_PER_DAY, "3.4"),
        (1.7966e-6, RATIO, "1.8e-06"),
        (0.0123456, RATIO, "0.012"),
        (2.37, RATIO, "2.4"),
        (4.2e17, TOTAL_PRODUCTS, "4.2e+17"),
        (None, TOTAL_PRODUCTS, "–"),
        (math.inf, TOTAL_PRODUCTS, "–"),
    ],
)
def test_values(value: float | None, metric: Metric, text: str) -> None:
    assert figure(value, metric) == text


def test_values_beside_each_other_are_told_apart() -> None:
    assert figure(1.7966e-6, RATIO, 2.2e-6) == "1.8e-06"
    assert figure(1.79663e-6, RATIO, 1.7999e-6) == "1.7966e-06"
    assert figure(71.3, RATIO, 71.9) == "71.30"
    assert figure(1_000.0001, STORAGE_USED_GB, 1_000.0009) == "1,000.00010"


def test_a_whole_count_stays_whole_beside_a_forecast() -> None:
    assert figure(29_342.0, TOTAL_PRODUCTS, 29_342.4, 29_341.7) == "29,342"


ONE = st.floats(1e-12, 1e12).filter(lambda value: not value.is_integer())


@given(st.sampled_from([RATIO, STORAGE_USED_GB]), ONE, st.floats(1e-6, 10))
def test_two_values_never_look_alike(metric: Metric, value: float, more: float) -> None:
    figures = Figures.of(metric, (value, value * (1 + more)))

    assert figures.write(value) != figures.write(value * (1 + more))


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([RATIO, STORAGE_USED_GB, TOTAL_PRODUCTS]))
def test_no_value_is_written_as_something_else(value: float, metric: Metric) -> None:
    told = float(figure(value, metric).replace(",", ""))

    assert told == pytest.approx(
        value, rel=0.06, abs=0.5 if metric is TOTAL_PRODUCTS and value.is_integer() else 1e-300
    )
    assert len(figure(value, metric)) <= 24


@pytest.mark.parametrize(
    ("value", "decimals", "kept"), [(42.714, 2, 42.71), (0.0512, 2, 0.05), (1.23456e-7, 2, 1.235e-7), (0.0, 2, 0.0)]
)
def test_documents_keep_what_decimals_would_make_nothing_of(value: float, decimals: int, kept: float) -> None:
    assert rounded(value, decimals) == kept
