"""Who brought growth, as a document."""

from dataclasses import replace

import numpy as np
from tests.support.drivers import AFTER, BEFORE, SPLIT, STORES

from outgrow.documents.drivers import drivers_document
from outgrow.domain.drivers import GrowthSplit
from outgrow.domain.metric import STORAGE_USED_GB


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
