"""What moved a date, in words that follow a "because"."""

import pytest

from outgrow.domain.metric import STORAGE_USED_GB, TOTAL_ORDERS_MONTH, TOTAL_PRODUCTS
from outgrow.planning.why import causes

SAME = ("shared:1", "shared:1")


def test_the_past() -> None:
    assert causes.revised(0) == ("the past is known as it was then", "")
    assert causes.revised(-3)[0] == "the past was revised"


class TestModel:
    def test_the_same(self) -> None:
        assert causes.model(0, SAME, at_hand=True, widths=(1.0, 1.1)) == ("the model is the same", "")

    def test_another(self) -> None:
        told = causes.model(5, ("shared:1", "drift"), at_hand=True, widths=(1.0, 1.0))
        assert told == ("the model was changed", "from shared:1 to drift")

    def test_another_that_cannot_be_asked_any_more(self) -> None:
        _, numbers = causes.model(5, ("shared:1", "shared:2"), at_hand=False, widths=(1.0, 1.0))
        assert numbers.endswith("revisions of the past are counted too: one is no longer at hand")

    def test_ranges_that_the_platform_s_own_past_corrects_otherwise(self) -> None:
        told = causes.model(-2, SAME, at_hand=True, widths=(1.0, 1.25))
        assert told == ("the ranges' width was corrected", "1.25 times the model's instead of 1.00")


class TestData:
    @pytest.mark.parametrize(
        ("days", "told"),
        [(0, "no new day is known"), (1, "1 new day, had"), (7, "7 new days, had they come as forecast")],
    )
    def test_time(self, days: int, told: str) -> None:
        assert told in ": ".join(causes.on_course(days))

    def test_level(self) -> None:
        assert causes.level(STORAGE_USED_GB, 933.391, 935.287) == (
            "the newest value is below the forecast",
            "933.39 GB, forecast 935.29",
        )
        assert causes.level(TOTAL_ORDERS_MONTH, 2_900, 2_800.4) == (
            "the amount of four weeks is above the forecast",
            "2,900 orders, forecast 2,800",
        )
        assert causes.level(TOTAL_PRODUCTS, 7, 7) == ("the newest value is as forecast", "")

    def test_slope(self) -> None:
        faster, slower = "growth was faster than forecast", "growth was slower than forecast"
        assert causes.slope(-9, TOTAL_PRODUCTS, 1_299.6, 1_426.2) == (
            faster,
            "+1,426 products expected in 30 days instead of +1,300",
        )
        assert causes.slope(9, TOTAL_PRODUCTS, 4.12, 3.87) == (
            slower,
            "+3.87 products expected in 30 days instead of +4.12",
        )
        assert causes.slope(0, TOTAL_PRODUCTS, 4, 5) == ("growth is as forecast", "")

    def test_numbers_that_do_not_show_it_are_left_out(self) -> None:
        assert causes.slope(9, TOTAL_PRODUCTS, 4, 5)[1] == ""
        assert causes.slope(9, TOTAL_PRODUCTS, 4.001, 4)[1] == ""
        assert causes.slope(9, TOTAL_PRODUCTS, None, 4)[1] == ""


def test_limit() -> None:
    assert causes.limit(("disk", 1_000), ("disk", 1_500.5)) == (
        "the limit was raised",
        "1,500.5 (disk) instead of 1,000 (disk)",
    )
    assert causes.limit((None, 10), (None, 9)) == ("the limit was lowered", "9 instead of 10")
    assert causes.limit(("a", 10), ("b", 10)) == ("the limit is the same", "")


def test_what_lies_ahead() -> None:
    one, two = {"multiplier": 1}, {"multiplier": 2}
    changed, same = "what lies ahead was changed", "what lies ahead is the same"

    assert causes.assumptions({"Sale": one}, {"Sale": one}) == (same, "")
    assert causes.assumptions({"Sale": one}, {"Sale": two}) == (changed, "changed Sale")
    assert causes.assumptions({"Sale": one, "A": one}, {"B": two, "C": one}) == (
        changed,
        "added B, C; taken out Sale, A",
    )
    assert causes.assumptions(None, {})[0] == "what lies ahead is taken as it is now"
