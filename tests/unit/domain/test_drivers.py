"""Who brought growth, in words."""

from dataclasses import replace

import numpy as np
from tests.support.drivers import AFTER, BEFORE, SPLIT, STORES

from outgrow.domain.drivers import GrowthSplit
from outgrow.domain.metric import ORDERS_PER_DAY, STORAGE_USED_GB


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


def test_bytes_are_told_in_gigabytes() -> None:
    split = GrowthSplit(STORES, np.zeros_like(BEFORE), AFTER * 1_000_000_001)
    told = replace(SPLIT, metric=STORAGE_USED_GB, split=split, unplaced=(0, 1), units=10**9)

    assert told.sentence.startswith("Media storage from 23 Aug 2026 to 21 Nov 2026: +102.00 GB: ")
