"""Why a date moved, in words."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from outgrow.domain.forecast import Status
from outgrow.domain.metric import TOTAL_PRODUCTS
from outgrow.domain.movement import LimitStatement, Movement, Mover, Part

DAY = date(2027, 1, 8)
SAID = LimitStatement(
    date(2026, 11, 14),
    date(2026, 11, 14),
    Status.OK,
    DAY,
    True,
    ("tier Small", 30_000.0),
    23_456.0,
    "shared",
    "shared:1",
)
FASTER = Part(Mover.SLOPE, -9, "growth was faster than forecast", "+1,500 products expected in 30 days instead of +900")


def moved(*parts: Part, status: Status = Status.OK) -> Movement:
    days = sum(part.days or 0 for part in parts)
    after = replace(SAID, issued_on=date(2026, 11, 21), median=DAY + timedelta(days=days), status=status)
    return Movement(TOTAL_PRODUCTS, "platform:main", Status.OK, None, SAID, after, parts)


class TestSentence:
    def test_the_largest_part_is_the_reason(self) -> None:
        told = moved(FASTER, Part(Mover.LEVEL, -3, "the newest value is above the forecast"))

        assert told.moved_days == -12
        assert told.sentence == (
            "The date moved 12 days earlier, from 8 Jan 2027 to 27 Dec 2026: mostly because growth was faster than "
            "forecast (-9 days)."
        )

    def test_two_reasons_where_one_is_less_than_half(self) -> None:
        parts = [Part(mover, 4, cause) for mover, cause in ((Mover.LEVEL, "a"), (Mover.SLOPE, "b"), (Mover.LIMIT, "c"))]

        assert moved(*parts).sentence.endswith(": mostly because a (+4 days) and b (+4 days).")

    def test_what_moved_it_the_other_way_is_no_reason(self) -> None:
        told = moved(FASTER, Part(Mover.LIMIT, 10, "the limit was raised"))

        assert told.sentence == (
            "The date moved 1 day later, from 8 Jan to 9 Jan 2027: mostly because the limit was raised (+10 days)."
        )

    def test_a_date_that_stays(self) -> None:
        assert moved(Part(Mover.SLOPE, 0, "")).sentence == "The date did not move: 8 Jan 2027, as on 14 Nov 2026."

    def test_parts_that_cancel_out(self) -> None:
        told = moved(FASTER, Part(Mover.LIMIT, 9, "the limit was raised"))

        assert told.sentence == (
            "The date did not move: 8 Jan 2027, as on 14 Nov 2026; what moved it cancels out: growth was faster than "
            "forecast (-9 days) and the limit was raised (+9 days)."
        )

    @pytest.mark.parametrize(
        ("days", "than"),
        [(-9, "9 days earlier than 14 Nov 2026 had said"), (0, "on the very day that 14 Nov 2026 had said")],
    )
    def test_a_limit_that_was_reached_meanwhile(self, days: int, than: str) -> None:
        told = moved(replace(FASTER, days=days), status=Status.ALREADY_EXCEEDED).sentence

        assert told.startswith("The limit was reached on ")
        assert than in told

    def test_a_refusal_gives_its_reason(self) -> None:
        told = Movement(TOTAL_PRODUCTS, "platform:main", Status.NO_LIMIT, "no limit is set for total_products")

        assert told.moved_days is None
        assert told.sentence == "Why the date moved cannot be said: no limit is set for total_products."


def test_a_part_that_is_not_told_apart_says_so() -> None:
    assert Part(Mover.LEVEL, None, "the newest value is above the forecast").sentence == (
        "The newest value is above the forecast (not to be told apart from what follows)."
    )
