"""Who brought growth, in words and as JSON."""

from dataclasses import replace
from datetime import date

import numpy as np

from outgrow.documents.drivers import drivers_document
from outgrow.domain.drivers import Drivers, GrowthSplit
from outgrow.domain.metric import ORDERS_PER_DAY, STORAGE_USED_GB, TOTAL_PRODUCTS

STORES = np.array([[2, 0, 3, 1], [0, 1, 4, 0]])
BEFORE = np.array([[0, 0, 30, 6], [0, 5, 40, 0]])
AFTER = np.array([[9, 0, 50, 0], [0, 2, 41, 0]])
SPLIT = Drivers(
    metric=TOTAL_PRODUCTS,
    scope_name="platform:main",
    since=date(2026, 8, 23),
    until=date(2026, 11, 21),
    split=GrowthSplit(STORES, BEFORE, AFTER),
    groups=("pro", None),
    by="plan",
    unplaced=(1, 4),
)


def test_the_sentence_tells_the_largest_parts_first() -> None:
    assert SPLIT.sentence == (
        "Products from 23 Aug 2026 to 21 Nov 2026: +24: stores that stayed +21, stores that joined +9, stores there on "
        "neither day -6, stores that left -3, what is of no store +3."
    )


def test_amounts_of_a_period_are_held_against_the_one_before() -> None:
    told = replace(SPLIT, metric=ORDERS_PER_DAY).sentence

    assert told.startswith("Orders in the 90 days up to 21 Nov 2026 against the 90 before: +24: ")


def test_nothing_that_changed_is_one_number() -> None:
    still = replace(SPLIT, split=GrowthSplit(STORES, BEFORE, BEFORE), unplaced=(4, 4))

    assert still.sentence == "Products from 23 Aug 2026 to 21 Nov 2026: +0."


def test_the_document_adds_up() -> None:
    document = drivers_document(SPLIT)

    assert (document["before"], document["after"], document["change"]) == (82, 106, 24)
    assert [(part["code"], part["stores"], part["change"]) for part in document["parts"]] == [
        ("joined", 2, 9),
        ("left", 1, -3),
        ("stayed", 7, 21),
        ("neither", 1, -6),
        ("without_store", None, 3),
    ]
    assert document["groups"] == [
        {
            "group": "pro", "stores": 6, "before": 36, "after": 59, "change": 23,
            "joined": 9, "left": 0, "stayed": 20, "neither": -6,
        },
        {
            "group": None, "stores": 5, "before": 45, "after": 43, "change": -2,
            "joined": 0, "left": -3, "stayed": 1, "neither": 0,
        },
    ]  # fmt: skip


def test_without_groups_there_are_none() -> None:
    assert drivers_document(replace(SPLIT, by=None))["groups"] == []


def test_bytes_are_told_in_gigabytes_to_the_last_one() -> None:
    split = GrowthSplit(STORES, np.zeros_like(BEFORE), AFTER * 1_000_000_001)
    told = replace(SPLIT, metric=STORAGE_USED_GB, split=split, unplaced=(0, 1), units=10**9)

    assert drivers_document(told)["parts"][0]["change"] == 9.000000009
    assert drivers_document(told)["parts"][4]["change"] == 1e-9
    assert told.sentence.startswith("Media storage from 23 Aug 2026 to 21 Nov 2026: +102.00 GB: ")
