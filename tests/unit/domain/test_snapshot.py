"""A reading has a value or a reason, and what cannot be true has a reason."""

from datetime import date

import pytest

from outgrow.domain.metric import ACTIVE_STORES, TOTAL_PRODUCTS
from outgrow.domain.snapshot import Measurement, Provenance, Reading, Snapshot


@pytest.mark.parametrize("number", [0, 1, 2.5, 1e18])
def test_a_count_or_size_is_taken_as_it_is(number: float) -> None:
    assert Reading.of(number) == Reading(float(number), None)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (-1, "the source gave -1, and a count or size cannot be negative"),
        (-0.25, "the source gave -0.25, and a count or size cannot be negative"),
        (float("nan"), "the source gave nan, which is not a finite number"),
        (float("inf"), "the source gave inf, which is not a finite number"),
        (float("-inf"), "the source gave -inf, which is not a finite number"),
    ],
)
def test_what_cannot_be_true_is_missing(number: float, reason: str) -> None:
    assert Reading.of(number) == Reading(None, reason)


@pytest.mark.parametrize("both_or_neither", [(1.0, "reason"), (None, None)])
def test_neither_both_nor_neither(both_or_neither: tuple[float | None, str | None]) -> None:
    with pytest.raises(ValueError, match="either a value or a reason"):
        Reading(*both_or_neither)


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("timed out", "timed out"),
        ("  two\n lines\t", "two lines"),
        ("", "no reason was given"),
        (" \n", "no reason was given"),
        ("x" * 400, "x" * 299 + "…"),
        ("\x1b[31mdown\x07", "�[31mdown�"),
        ("x" * 300, "x" * 300),
        ("x" * 301, "x" * 299 + "…"),
    ],
)
def test_a_reason_is_one_short_line(reason: str, kept: str) -> None:
    assert Reading.missing(reason) == Reading(None, kept)


def test_a_snapshot_tells_what_it_lacks() -> None:
    snapshot = Snapshot(
        "main",
        date(2026, 3, 1),
        Provenance.OBSERVED,
        (Measurement(TOTAL_PRODUCTS, Reading.of(5)), Measurement(ACTIVE_STORES, Reading.missing("down"))),
    )

    assert snapshot.missing == {"active_stores": "down"}
