"""A table is cut by its own key, and no part is asked twice or left out."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outgrow.sources.sql.databases.parts import FirstTable, KeyRange, first_table, in_parts
from outgrow.sources.sql.faults import TooLongError


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ("orders", FirstTable("orders", "orders")),
        ("  shop.orders  ", FirstTable("shop.orders", "shop.orders")),
        ("orders o", FirstTable("orders", "o")),
        ("orders AS o", FirstTable("orders", "o")),
        ('"order" AS "O 1"', FirstTable('"order"', '"O 1"')),
        ("`order`", FirstTable("`order`", "`order`")),
        ("orders o JOIN lines l ON l.o = o.id", FirstTable("orders", "o")),
        ("orders\nLEFT JOIN lines ON true", FirstTable("orders", "orders")),
        ("orders o LEFT OUTER JOIN lines l ON l.o = o.id", FirstTable("orders", "o")),
        ("orders o RIGHT JOIN lines l ON l.o = o.id", None),
        ("orders o JOIN lines l ON true FULL JOIN x ON true", None),
        ("orders NATURAL JOIN lines", None),
        ("orders, lines", None),
        ("(SELECT 1) AS x", None),
        ("orders TABLESAMPLE SYSTEM (1)", None),
        ("generate_series(1, 3) AS n", None),
        ("", None),
    ],
)
def test_the_table_that_each_row_has_one_of(clause: str, found: FirstTable | None) -> None:
    assert first_table(clause) == found


def test_its_names_are_told_without_quotes() -> None:
    assert FirstTable('"Shop".`order`', "o").names == ["Shop", "order"]


@given(st.integers(-(10**6), 10**6), st.integers(0, 3 * 10**6), st.sets(st.integers(0, 40), max_size=6))
def test_every_key_is_asked_about_once(least: int, more: int, slow: set[int]) -> None:
    asked: list[tuple[int, int]] = []
    calls = iter(range(10**9))

    def ask(condition: str) -> None:
        if next(calls) in slow:
            raise TooLongError("it took longer than it might")
        words = condition.split()
        asked.append((int(words[2]), int(words[6])))

    shares = list(in_parts(KeyRange("t.id", least, least + more), 0.5, ask))
    assert asked[0][0] == least
    assert asked[-1][1] == least + more + 1
    assert all(end == begin for (_, end), (begin, _) in pairwise(asked))
    assert shares[-1] == 1


def test_a_single_key_that_takes_too_long_is_told() -> None:
    def ask(_: str) -> None:
        raise TooLongError("it took longer than it might")

    with pytest.raises(TooLongError):
        list(in_parts(KeyRange("t.id", 1, 100), 0.5, ask))
