"""Text from outside: one line, bounded, and nothing in it that a terminal or a chart would obey."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.names import obeyed

from outgrow.domain.text import (
    CUT,
    LONGEST_LINE,
    LONGEST_NAME,
    MOST_LINES,
    UNSEEN,
    clean_document,
    cleaned,
    cleaned_key,
    cleaned_lines,
    without_controls,
)

ANY = st.text(st.characters(), max_size=300)
"""Lone surrogates too: files and drivers bring them."""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Bäckerei Müller & Söhne", "Bäckerei Müller & Söhne"),
        ("株式会社", "株式会社"),
        ("ร้านค้า", "ร้านค้า"),
        ("[red]not red[/red] :rocket: <b>", "[red]not red[/red] :rocket: <b>"),
        ("\x1b[31mred\x1b[0m", f"{UNSEEN}[31mred{UNSEEN}[0m"),
        ("two\r\nlines\tand\u2028more", "two  lines and more"),
        ("  spaces  ", "spaces"),
        ("bell\x07 nul\x00 c1\x9b", f"bell{UNSEEN} nul{UNSEEN} c1{UNSEEN}"),
        ("turned \u202egnp.exe", "turned gnp.exe"),
        ("in\u200bvisible\ufeff", "invisible"),
        ("lone \ud800", f"lone {UNSEEN}"),
        ("no character \ufffe\uffff", f"no character {UNSEEN}{UNSEEN}"),
        ("\u3164\u200b", ""),
        ("Z" + "\u0301" * 50, "Z" + "\u0301" * 4),
        ("x" * 101, "x" * 99 + CUT),
        ("x" * 100, "x" * 100),
    ],
)
def test_a_name_is_one_clean_line(text: str, shown: str) -> None:
    assert cleaned(text) == shown


@given(ANY)
def test_whatever_comes_in_nothing_is_obeyed(text: str) -> None:
    shown = cleaned(text)

    assert not obeyed(shown)
    assert len(shown) <= LONGEST_NAME
    assert cleaned(shown) == shown
    assert not obeyed(without_controls(text))


def test_every_character_there_is_comes_out_harmless() -> None:
    everything = "".join(map(chr, range(0x110000)))

    assert not obeyed(without_controls(everything))


@given(ANY, ANY)
def test_two_keys_that_differ_still_differ_when_they_are_clean(one: str, other: str) -> None:
    shown = cleaned_key(one)

    assert (shown == cleaned_key(other)) == (one == other)
    assert not obeyed(shown)
    assert len(shown) <= 64
    assert cleaned_key(shown) == shown


def test_a_clean_key_stays_as_it_is() -> None:
    assert [cleaned_key(key) for key in ("main", "shop-7", "a b ", "x" * 64)] == ["main", "shop-7", "a b ", "x" * 64]


def test_a_message_keeps_its_lines_and_is_bounded() -> None:
    told = cleaned_lines("first\x1b[2J\n  mend: second\n" + "x" * 3_000)

    assert told == f"first{UNSEEN}[2J\n  mend: second\n" + "x" * (LONGEST_LINE - 1) + CUT
    assert cleaned_lines("\n".join("line" for _ in range(500))).count("\n") == MOST_LINES


def test_a_document_is_cleaned_to_its_depth_keys_included() -> None:
    document = {"a\x00": ["\x1b", {"b": ("\u202ec", 1, None, 2.5, True)}], "two\nlines": "x\ny"}

    assert clean_document(document) == {f"a{UNSEEN}": [UNSEEN, {"b": ["c", 1, None, 2.5, True]}], "two\nlines": "x\ny"}
