"""What is shown of an address, what is hidden, and which addresses are refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from outgrow.domain.address import (
    HIDDEN,
    Address,
    UnclearAddressError,
    presentable,
    secrets_of,
    without_secrets,
)

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20)
SECRET = "Zq7Rt5Wx"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("sqlite:///outgrow.db", "sqlite:///outgrow.db"),
        ("sqlite:////home/me@work/a=b/outgrow.db", "sqlite:////home/me@work/a=b/outgrow.db"),
        ("sqlite://", "sqlite://"),
        ("sqlite:///x.db?mode=ro&key=Zq7Rt5Wx", "sqlite:///x.db?mode=ro&***"),
        ("postgresql://reader@db.example/shop", "postgresql://reader@db.example/shop"),
        ("postgresql://reader:Zq7Rt5Wx@db.example:5432/shop", "postgresql://reader:***@db.example:5432/shop"),
        ("postgresql://:Zq7Rt5Wx@db.example/shop", "postgresql://:***@db.example/shop"),
        ("postgresql://reader:Zq7:Rt5+Wx%40=@[::1]:5432/shop", "postgresql://reader:***@[::1]:5432/shop"),
        ("postgresql://reader@/shop?host=/run/pg&port=5432", "postgresql://reader@/shop?host=/run/pg&port=5432"),
        ("postgresql://db/shop?sslmode=require&password=Zq7Rt5Wx", "postgresql://db/shop?sslmode=require&***"),
        ("postgresql://db/shop?Zq7Rt5Wx=1", "postgresql://db/shop?***"),
        ("postgresql://db/shop?sslmode=require;password%3DZq7Rt5Wx", "postgresql://db/shop?***"),
        ("mysql+pymysql://me:Zq7Rt5Wx@db/shop?charset=utf8mb4", "mysql+pymysql://me:***@db/shop?charset=utf8mb4"),
    ],
)
def test_what_is_shown_of_an_address(address: str, shown: str) -> None:
    assert presentable(address) == shown
    assert repr(Address.parse(address)) == shown


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://reader:Zq7@Rt5Wx@db/shop",
        "postgresql://reader:Zq7/Rt5Wx@db/shop",
        "postgresql://reader:Zq7#Rt5Wx@db/shop",
        "postgresql://reader:Zq7?Rt5Wx@db/shop",
        "postgresql://reader:Zq7Rt5Wx",
        "postgresql://reader%3AZq7Rt5Wx@db/shop",
        "postgresql://db/shop;password=Zq7Rt5Wx",
        "postgresql://db/shop&password=Zq7Rt5Wx",
        "postgresql://db/shop?password=Zq7&Rt5Wx",
        "postgresql://db/shop?password=Zq7@Rt5Wx@db",
        "postgresql://reader@db/shop?password=Zq7@Rt5Wx",
        "postgresql://reader:Zq7\nRt5Wx@db/shop",
        "postgresql://db:Zq7Rt5Wx/shop",
        "postgresql://db:99999/Rt5Wx",
        "sqlite://reader:Zq7Rt5Wx@/shop.db",
        "sqlite:///reader:Zq7Rt5Wx@db/shop",
        "sqlite:///shop.db;password=Zq7Rt5Wx",
        "reader:Zq7Rt5Wx@db/shop",
        "Zq7Rt5Wx",
        "",
    ],
)
def test_an_unclear_address_is_refused_and_nothing_of_it_is_quoted(address: str) -> None:
    with pytest.raises(UnclearAddressError) as caught:
        Address.parse(address, "store_url")

    assert str(caught.value).startswith("store_url")
    assert caught.value.mend
    assert not re.search("Zq7|Rt5Wx|reader", f"{caught.value} {presentable(address)}")


@given(user=PRINTABLE.filter(lambda name: ":" not in name), password=PRINTABLE)
def test_a_password_as_it_was_typed_is_read_as_the_driver_reads_it_or_refused(user: str, password: str) -> None:
    address = f"postgresql://{user}:{password}@db.example:5432/shop?password={password}"
    try:
        read = Address.parse(address)
    except UnclearAddressError:
        return

    driver = make_url(address)
    assert (driver.username, driver.password) == (user_of(read), make_url(f"x://:{read.password}@h").password)
    assert (driver.host, driver.port, driver.database) == ("db.example", 5432, "shop")
    assert driver.password in {"", *read.secrets()}
    assert str(read) == f"postgresql://{user}:***@db.example:5432/shop?***"


def user_of(read: Address) -> str | None:
    return make_url(f"x://{read.user}@h").username


def test_secrets_are_known_as_written_as_meant_and_as_messages_quote_them() -> None:
    secrets = secrets_of("postgresql://me:a%27b%5Cc%20d@db/shop?pasword=Zq7%2BRt5Wx&sslmode=require")

    assert {"a%27b%5Cc%20d", "a'b\\c d", "a\\'b\\\\c d", "Zq7%2BRt5Wx", "Zq7+Rt5Wx", "pasword"} <= secrets
    assert not {"me", "db", "shop", "require", "sslmode"} & secrets


def test_a_short_secret_is_hidden_where_it_stands_as_a_word() -> None:
    assert without_secrets("user 'pg', password 'pg', page", {"pg"}) == f"user '{HIDDEN}', password '{HIDDEN}', page"
    assert without_secrets("xZq7Rt5Wxx", {SECRET, SECRET[:6]}) == f"x{HIDDEN}x"


def test_the_secrets_of_an_unclear_address_are_nearly_all_of_it() -> None:
    secrets = secrets_of("postgresql://reader:Zq7/Rt5Wxk@db/shop")

    assert without_secrets("of Rt5Wxk@db", secrets) == f"of {HIDDEN}@db"


def test_an_address_that_is_no_text_is_unclear_and_its_secrets_are_hidden_all_the_same() -> None:
    text = "postgresql://me:Zq7Rt5Wx\udcff@h/shop"

    assert "Zq7Rt5Wx" not in without_secrets(f"cannot open {text!r}", secrets_of(text))
