"""Names as a stranger may have written them, to try or by accident, and what a reader may be shown of them."""

import unicodedata
from random import Random

HARMLESS_TO_DRAW = (
    "[red]red[/red]", "[link=https://x.example]x[/link]", ":rocket: :warning:", "<script>x()</script>", "<b>&amp;&lt;",
    "datum.value", "${signal}", "{0} {name} %s %(x)d", "'quoted' \"twice\" `thrice`", "back\\slash \\x1b[31m",
    "a=1;b|c",
    "株式会社日本", "مرحبا بالعالم", "ร้านค้า", "Z\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308",
    "🚀👨‍👩‍👧", "turned \u202egnp.exe",
    "\u2066isolated\u2069", "zero\u200bwidth\ufeff", "soft\xadhyphen", "two\nlines",
    "tab\tand\rreturn", "line\u2028break\u2029",

    "long " * 100, "w" * 300, "c1 \x9b31m \x85 \x90", "del \x7f", "\u3164",
    " edge ", "DROP TABLE x; --", "- - -", "#,;:/?@&=+$",
)  # fmt: skip
"""The renderer of the charts bears all of them as they are: they test our guard, not it."""
FOR_TERMINALS = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b[2J",
    "bell \x07\x08",
    "\x1b(0lqk",
    "\x0e\x0f\x1a",
)
SEEN_FORMATS = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd") | {
    chr(code) for code in range(0x13430, 0x13440)
}
"""Signs of scripts that Unicode calls formatting and that are drawn."""


def strange_name(random: Random, number: int, *, drawn: bool) -> str:
    """A name unlike all others; of those that are drawn, nothing is asked that the renderer could not bear."""
    parts = HARMLESS_TO_DRAW if drawn else (*HARMLESS_TO_DRAW, *FOR_TERMINALS)
    return f"n{number} {''.join(random.sample(parts, random.choice((1, 1, 2))))}"


def obeyed(text: str) -> set[str]:
    """What a terminal, an editor or a renderer would not merely show; line feeds are ours."""
    ends = {sign for sign in text if ord(sign) & 0xFFFE == 0xFFFE or "\ufdd0" <= sign <= "\ufdef"}
    categories = {sign: unicodedata.category(sign) for sign in set(text) - {"\n"}}
    controls = {sign for sign, is_a in categories.items() if is_a in {"Cc", "Cs", "Zl", "Zp"}}
    return ends | controls | {sign for sign, is_a in categories.items() if is_a == "Cf" and sign not in SEEN_FORMATS}


def toml_string(text: str) -> str:
    """A text as TOML spells it."""
    return '"' + "".join(c if c.isalnum() or c == " " else f"\\U{ord(c):08x}" for c in text) + '"'
