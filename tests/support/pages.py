"""The pages of the documentation, how they are read, and the commands they are to describe."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from outgrow.faces.cli.app import app

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "outgrow"
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted(
    [*ROOT.glob("*.md"), *(page for room in ("docs", "examples", "benchmarks") for page in (ROOT / room).rglob("*.md"))]
)
OURS = [page for page in PAGES if "examples" not in page.parts]
COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
EVERYWHERE = {"--help", "--debug"}

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def reference(name: str) -> str:
    """The text of a page of the reference."""
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands below a heading, up to the next one of its level or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.M)
    assert found, f"there is no heading '{heading}'"
    below = text[found.start() :]
    end = re.compile(rf"^#{{1,{len(found[1])}}} ", re.M).search(below, 1)
    return below[: end.start() if end else None]


def fenced(text: str) -> Iterator[tuple[str, str]]:
    """Every fenced block: its language and what is in it."""
    return ((block[1], block[2]) for block in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S))


def prose(text: str) -> str:
    """Everything outside fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def tables(text: str) -> list[list[str]]:
    """The cells of every table row, without the code marks; heads and their rules are left out."""
    lines = prose(text).splitlines()
    rules = {at for at, line in enumerate(lines) if line.startswith("| ---")}
    rows = [line for at, line in enumerate(lines) if line.startswith("|") and at not in rules and at + 1 not in rules]
    return [[cell.strip().replace("`", "") for cell in row.strip().strip("|").split(" |")] for row in rows]


def names_in_code(text: str) -> set[str]:
    """The words that stand in code marks, or as keys of a JSON example."""
    marked = " ".join(re.findall(r"`([^`\n]+)`", prose(text)))
    return {*re.findall(r"[\w.-]+", marked), *re.findall(r'"([^"\n]+)":', text)}


def options(name: str) -> set[str]:
    """The long options of a command."""
    return {word for option in COMMANDS[name].params for word in option.opts if word.startswith("--")}
