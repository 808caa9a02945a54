"""What was found amiss is said in plain words."""

from datetime import date

import pytest

from outgrow.domain.note import Note, NoteCode

DAY, LATER = date(2025, 3, 4), date(2025, 3, 9)

STEPS = {
    NoteCode.RESET: (
        (12_710, 310),
        "on 4 Mar 2025 the value fell by 12,400 to 310 and went on from there: taken as a reset, not as decline",
    ),
    NoteCode.CLEANUP: (
        (12_710, 9_000),
        "on 4 Mar 2025 the value fell by 3,710 to 9,000 and went on from there: taken as a clean-up, not as decline",
    ),
    NoteCode.IMPORT: (
        (310, 12_710),
        "on 4 Mar 2025 the value rose by 12,400 to 12,710 and went on from there: taken as an import, not as growth",
    ),
    NoteCode.OUTLIER: (
        (1_200, 0),
        "on 4 Mar 2025 the value was 0, with about 1,200 before and after: left out",
    ),
    NoteCode.DOUBLED: (
        (1_200, 2_400),
        (
            "on 4 Mar 2025 the value was 2,400, where about 1,200 was usual: taken as counted twice or as the amount "
            "of several days, not as growth"
        ),
    ),
    NoteCode.SEAM: (
        (980, 1_100),
        (
            "on 4 Mar 2025 the value rose by 120 to 1,100, where reconstructed and observed days meet: taken as "
            "another way of counting, not as a change"
        ),
    ),
    NoteCode.RESTARTS: (
        (101_500, 3_310),
        (
            "on 4 Mar 2025 it began anew with 3,310 after 101,500, as on the 4th of each month: taken as the total of "
            "what each day brings"
        ),
    ),
    NoteCode.RESTARTS_WEEKLY: (
        (7_000, 1_010),
        (
            "on 4 Mar 2025 it began anew with 1,010 after 7,000, as every Tuesday: taken as the total of what each day "
            "brings"
        ),
    ),
    NoteCode.PARTIAL: (
        (1_000, 310),
        (
            "on 4 Mar 2025, the newest day, it is 310, where about 1,000 is usual: taken as a day that is only partly "
            "there, and left out"
        ),
    ),
    NoteCode.UNSETTLED: (
        (1_100, 100),
        (
            "on 4 Mar 2025, the newest day, the value fell by 1,000 to 100: whether that stays is not known yet, so "
            "it is not extrapolated"
        ),
    ),
}
STRETCHES = {
    NoteCode.OUTAGE: (
        (877.25, 0),
        (
            "from 4 Mar 2025 to 9 Mar 2025 it reads 0: taken as an outage and these days as unknown, last good value "
            "877.25 products"
        ),
    ),
    NoteCode.GAP: (
        (100, 130),
        "from 4 Mar 2025 to 9 Mar 2025 nothing is known: what changed meanwhile counts as spread over those days",
    ),
    NoteCode.FROZEN: (
        (100, 100),
        (
            "from 4 Mar 2025 to 9 Mar 2025 the value was 100 products every day, though it moved nearly daily before: "
            "the source may be frozen"
        ),
    ),
    NoteCode.STARTS_AT_ZERO: (
        (0, 12),
        "from 4 Mar 2025 to 9 Mar 2025 there was nothing; after that it began with 12 products",
    ),
    NoteCode.SET_UP: (
        (2, 55),
        (
            "from 4 Mar 2025 to 9 Mar 2025 it was set up, from 2 products to 55 products: taken as a beginning, not as "
            "growth"
        ),
    ),
    NoteCode.OUTLIER: (
        (100, 7),
        "from 4 Mar 2025 to 9 Mar 2025 the value was 7 products, with about 100 products before and after: left out",
    ),
}


@pytest.mark.parametrize("code", STEPS)
def test_a_day_is_told_with_what_was_made_of_it(code: NoteCode) -> None:
    (before, after), said = STEPS[code]

    assert str(Note(code, DAY, DAY, before, after)) == said


@pytest.mark.parametrize("code", STRETCHES)
def test_a_stretch_is_told_from_its_first_to_its_last_day(code: NoteCode) -> None:
    (before, after), said = STRETCHES[code]
    stretch = Note(code, DAY, LATER, before, after)

    assert stretch.days == 6
    assert stretch.sentence("products") == said


def test_every_code_has_its_sentence() -> None:
    assert STEPS.keys() | STRETCHES.keys() == set(NoteCode)


@pytest.mark.parametrize(
    ("value", "said"), [(3_000_000, "3,000,000"), (1234.5, "1,234.50"), (0.01234, "0.0123"), (0, "0"), (-5, "-5")]
)
def test_numbers_are_written_as_people_do(value: float, said: str) -> None:
    assert f"the value was {said} GB," in Note(NoteCode.OUTLIER, DAY, DAY, 8, value).sentence("GB")


@pytest.mark.parametrize(
    ("day", "said"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"),
                      (15, "15th"), (21, "21st"), (22, "22nd"), (23, "23rd"), (30, "30th"), (31, "31st")]
)  # fmt: skip
def test_days_of_the_month_are_said_as_people_do(day: int, said: str) -> None:
    begun = Note(NoteCode.RESTARTS, date(2025, 3, day), date(2025, 3, day), 9, 1)

    assert f"as on the {said} of each month" in begun.sentence()
