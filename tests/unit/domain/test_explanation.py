"""Why a forecast says what it says, in plain words that agree with the numbers."""

import pytest
from tests.support.explanations import flow, level

from outgrow.domain.explanation import Explanation
from outgrow.domain.metric import ACTIVE_STORES, ORDERS_PER_DAY, STORAGE_USED_GB, TOTAL_ORDERS_MONTH, TOTAL_PRODUCTS


def test_a_level_in_plain_words() -> None:
    assert level().sentences(STORAGE_USED_GB) == [
        "It grew by 1.16 GB a day over the last 7 days, 1.54 over 28, 1.5 over 91 and 1.26 over 364.",
        "The median grows by 1.32 GB a day over the next 30 days and 1.33 over 90.",
        "The 80% range is 26.1 GB wide in 30 days and 90.9 in 90.",
        "The plain drift (the pace of the last 91 days goes on) has 16% of the say, the learned model the rest.",
        (
            "Of the doubt 90 days ahead, 52% is which of several courses it takes, 47% how fast it goes on and "
            "1% how much days vary."
        ),
        (
            "Forecasts of the platform's own past, held against what came, make the ranges 7% narrower "
            "(41 outcomes of 11 metrics)."
        ),
    ]


def test_a_flow_in_plain_words() -> None:
    assert flow().sentences(ORDERS_PER_DAY) == [
        "It averaged 885 orders a day over the last 7 days, 833 over 28 and 759 over 91.",
        "The forecast expects 799 orders a day over the next 30 days and 1,759 over 90.",
        "A single day's 80% range is 423 orders wide in 30 days and 540 in 90.",
    ]


def test_a_month_s_total_in_plain_words() -> None:
    assert flow().sentences(TOTAL_ORDERS_MONTH) == [
        "The days that it adds up averaged 885 orders over the last 7 days, 833 over 28 and 759 over 91.",
        "The forecast expects 799 orders a day over the next 30 days and 1,759 over 90.",
    ]


@pytest.mark.parametrize(
    ("paces", "said"),
    [
        ({7: 3.0, 28: 3.0}, "It grew by 3 products a day over the last 7 days and 3 over 28."),
        ({7: 1_234.5}, "It grew by 1,234 products a day over the last 7 days."),
        ({7: -2.0, 28: -1.5}, "It fell by 2 products a day over the last 7 days and 1.5 over 28."),
        (
            {7: -2.0, 28: 0.0, 91: 1.0},
            "It changed by -2 products a day over the last 7 days, 0 over 28 and +1 over 91.",
        ),
        ({7: 0.0, 28: 0.0}, "It stood still over the last 28 days."),
        ({7: 0.1, 28: 0.15}, "It grew by 3 products a month over the last 7 days and 4.5 over 28."),
        ({7: -1 / 7, 28: 1 / 28}, "It changed by -4.3 products a month over the last 7 days and +1.1 over 28."),
    ],
)
def test_paces(paces: dict[int, float], said: str) -> None:
    assert level(paces=paces, growth_per_day={}).sentences(TOTAL_PRODUCTS)[0] == said


@pytest.mark.parametrize(
    ("growth", "said"),
    [
        ({30: -2.0}, "The median falls by 2 stores a day over the next 30 days."),
        ({30: 0.0, 90: 0.0}, "The median stands still over the next 90 days."),
        ({30: 1.0, 90: -1.0}, "The median changes by +1 stores a day over the next 30 days and -1 over 90."),
    ],
)
def test_what_lies_ahead(growth: dict[int, float], said: str) -> None:
    assert level(paces={}, growth_per_day=growth).sentences(ACTIVE_STORES)[0] == said


def test_the_past_and_the_future_are_told_by_the_same_measure() -> None:
    told = level(paces={7: 0.5}, growth_per_day={30: 2.0}).sentences(TOTAL_PRODUCTS)

    assert told[0].startswith("It grew by 0.5 products a day")
    assert told[1].startswith("The median grows by 2 products a day")


def test_a_young_metric_has_less_to_say() -> None:
    told = level(paces={}, growth_per_day={}, width80={}, causes={}, plain_share=0.001, correction_series=0)

    assert told.sentences(TOTAL_PRODUCTS) == [
        "The ranges are as wide as the model has them: nothing corrects them to this platform."
    ]


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (1.254, "make the ranges 25% wider (41 outcomes of 11 metrics)."),
        (0.5, "make the ranges 50% narrower (41 outcomes of 11 metrics)."),
        (1.004, "leave the ranges as they are (41 outcomes of 11 metrics)."),
    ],
)
def test_the_correction(width: float, said: str) -> None:
    assert level(width=width).sentences(TOTAL_PRODUCTS)[-1].endswith(said)


def test_the_plain_drift_says_that_it_was_asked_and_nothing_of_the_correction() -> None:
    told = Explanation("drift", paces={7: 2.0}, plain_share=1.0).sentences(TOTAL_PRODUCTS)

    assert told[1:] == ["The plain drift was asked: the pace of the last 91 days goes on."]
    assert flow("drift").sentences(ORDERS_PER_DAY)[-1].startswith("The plain drift was asked")


def test_growth_as_ever_has_its_say_beside_the_model() -> None:
    both, alone, all_of_it = (
        level(plain_share=plain, steady_share=steady).sentences(TOTAL_PRODUCTS)[3]
        for plain, steady in ((0.04, 0.451), (0.001, 0.2), (0.5, 0.5))
    )

    assert both == (
        "The plain drift (the pace of the last 91 days goes on) has 4% of the say, growth as ever (which its own weeks "
        "bear out) 45%, the learned model the rest."
    )
    assert alone == ("Growth as ever (which its own weeks bear out) has 20% of the say, the learned model the rest.")
    assert all_of_it.endswith("has 50% of the say, growth as ever (which its own weeks bear out) 50%.")


def test_where_the_model_leaves_the_word_to_the_drift() -> None:
    assert any("the plain drift has all the say" in told for told in level(plain_share=1.0).sentences(TOTAL_PRODUCTS))
