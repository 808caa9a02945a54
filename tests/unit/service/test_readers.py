"""Readers: what they take, and what they say of the rest."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from outgrow.domain.bounds import Bounds
from outgrow.service import readers
from outgrow.service.places import line_of
from outgrow.service.readers import MisreadError, Reader, Table, listed, named

DAYS = readers.whole(Bounds(1, 36_500))
SHARE = readers.number(Bounds(0, 1), above=True)
LESS = readers.number(Bounds(0, 1), below=True)
COST = readers.money(Bounds(0, 10**11))


@pytest.mark.parametrize(
    ("reader", "told", "meant"),
    [
        (DAYS, 5, 5), (DAYS, "5", 5), (DAYS, " 36_500 ", 36_500), (DAYS, 5.0, 5), (DAYS, "5.0", 5),
        (SHARE, 1, 1.0), (SHARE, "0.5", 0.5), (SHARE, "1e-3", 0.001), (LESS, 0, 0.0),
        (COST, 5, Decimal(5)), (COST, 99.5, Decimal("99.5")), (COST, "99.50", Decimal("99.50")),
        (readers.flag, True, True), (readers.flag, "off", False), (readers.flag, "TRUE", True),
        (readers.day, "2027-02-01", date(2027, 2, 1)), (readers.day, date(2027, 2, 1), date(2027, 2, 1)),
        (readers.name, " a\tname ", "a name"), (readers.currency, "USD", "USD"),
        (readers.path, "a/b", Path("a/b")), (listed(DAYS), [1, "2"], (1, 2)), (named(DAYS), {"a b": 1}, {"a b": 1}),
    ],
)  # fmt: skip
def test_what_is_meant(reader: Reader[Any], told: object, meant: object) -> None:
    found = reader(told)

    assert found == meant
    assert type(found) is type(meant)


REFUSED: list[tuple[Reader[Any], str, list[object]]] = [
    (
        DAYS,
        "has to be a whole number from 1 to 36,500",
        [0, 36_501, 1.5, "1.5", "few", "", True, None, [1], float("nan"), float("inf"), "inf", "9" * 5_000, 10**400],
    ),
    (SHARE, "has to be a number above 0 to 1", [0, 1.01, "nan", "-1", False, 10**400, {}]),
    (LESS, "has to be a number from 0 to below 1, not 1", [1]),
    (
        COST,
        "has to be an amount from 0 to below 100,000,000,000",
        [-1, 10**11, 0.00001, "NaN", "Infinity", "twelve", True, float("nan"), "1e999999"],
    ),
    (readers.flag, "has to be true or false", ["maybe", 1, 0, None, []]),
    (
        readers.day,
        "has to be a day from 1900-01-01",
        ["soon", "2027-02-30", date(1899, 12, 31), date(2200, 1, 1), datetime(2027, 1, 1, tzinfo=UTC), 5],
    ),
    (readers.currency, "has to be a currency", ["euro", "EURO", 5]),
    (readers.text, "has to be text", [5, ["x"], {}]),
    (listed(DAYS), "has to be a list, not a table", [{"a": 1}]),
    (named(DAYS), "has to be a table, not a list", [[1]]),
]


@pytest.mark.parametrize(
    ("reader", "told", "said"), [(reader, told, said) for reader, said, values in REFUSED for told in values]
)
def test_what_means_nothing_is_told_with_what_it_has_to_be(reader: Reader[Any], told: object, said: str) -> None:
    with pytest.raises(MisreadError) as caught:
        reader(told)

    assert caught.value.what.startswith(said)
    assert len(caught.value.what) < 200


@pytest.mark.parametrize(
    "told", ["me:pw@host/shop", "password=pw", "sqlite:///pw", "x" * 41 + "pw", ["pw"], {"a": "pw"}]
)
def test_what_may_hold_a_secret_is_not_quoted(told: object) -> None:
    with pytest.raises(MisreadError) as caught:
        DAYS(told)

    assert "pw" not in caught.value.what


def _pair(*, low: int, high: int = 9) -> tuple[int, int]:
    if high < low:
        raise ValueError("out of order")
    return low, high


PAIR = Table(_pair, {"low": DAYS, "high": DAYS}, required=("low",))


def test_a_table_is_made_of_what_stands_in_it() -> None:
    assert PAIR({"low": 1}) == (1, 9)
    assert PAIR({"low": 1, "high": None}) == (1, 9)


@pytest.mark.parametrize(
    ("told", "keys", "what", "mend"),
    [
        ({}, ("a", 1, "low"), "is required", "settings.md"),
        ({"low": None}, ("a", 1, "low"), "is required", "settings.md"),
        ({"low": 0}, ("a", 1, "low"), "not 0", "settings.md"),
        ({"low": 5, "high": 4}, ("a", 1), "out of order", "settings.md"),
        ({"lwo": 5}, ("a", 1, "lwo"), "is not known here", "did you mean `low`?"),
        ({"zzz": 5}, ("a", 1, "zzz"), "is not known here", "remove it"),
        (5, ("a", 1), "has to be a table, not 5", "settings.md"),
    ],
)
def test_a_fault_bears_its_place(told: object, keys: tuple[str | int, ...], what: str, mend: str) -> None:
    with pytest.raises(MisreadError) as caught:
        named(listed(PAIR))({"a": [{"low": 1}, told]})

    assert caught.value.keys == keys
    assert what in caught.value.what
    assert mend in caught.value.mend


DOCUMENT = """
plain = 1
[one]
key = 2
[[many]]
key = 3
[[many]]
"some name" = 4
[many.inner]
key = 5
[[many.inmost]]
key = 6
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("plain",), 2), (("one", "key"), 4), (("one", "other"), 3), (("many", 0, "key"), 6), (("many", 1), 7),
        (("many", 1, "some name"), 8), (("many", 1, "inner", "key"), 10), (("many", 1, "inner", "other"), 9),
        (("many", 1, "inmost", 0, "key"), 12), (("many", 2), None), (("none",), None), ((), None),
    ],
)  # fmt: skip
def test_the_line_of_a_key(keys: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(DOCUMENT, keys) == line
