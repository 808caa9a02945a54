"""Names of tables and columns, taken apart."""

import pytest

from outgrow.sources.sql.discovery.proposals import nouns_of, title
from outgrow.sources.sql.discovery.words import parts, plural, singular


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("order_line", ("order", "line")), ("orderPlacedAt", ("order", "placed", "at")), ("HTTPLog", ("http", "log")),
        ("OrderLine2", ("order", "line", "2")), ("created", ("created",)), ("", ()),
    ],
)  # fmt: skip
def test_a_name_is_taken_apart_however_it_is_put_together(name: str, words: tuple[str, ...]) -> None:
    assert parts(name) == words


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("user", "users"), ("company", "companies"), ("day", "days"), ("box", "boxes"), ("address", "addresses"),
        ("branch", "branches"), ("order", "orders"), ("dish", "dishes"),
    ],
)  # fmt: skip
def test_one_and_many(one: str, many: str) -> None:
    assert (singular(many), plural(one)) == (one, many)
    assert singular(one) == one


def test_what_one_row_is_called() -> None:
    names = [
        "app_user", "app_shows", "app_order", "order", "order_line", "order_note", "order_tag", "auth_user",
        "auth_group", "auth_role", "organizations_organization", "a_b", "OrderItems",
    ]  # fmt: skip
    assert nouns_of(names) == {
        "app_user": "app_user", "app_shows": "show", "app_order": "app_order", "order": "order",
        "order_line": "order_line", "order_note": "order_note", "order_tag": "order_tag", "auth_user": "auth_user",
        "auth_group": "group", "auth_role": "role", "organizations_organization": "organization", "a_b": "a_b",
        "OrderItems": "order_item",
    }  # fmt: skip
    assert title("order_line") == "order_lines"
