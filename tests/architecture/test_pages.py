"""What a page shows and names is there: every example runs, and every link leads somewhere."""

import contextlib
import io
import re
import shlex
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.support.pages import COMMANDS, EVERYWHERE, OURS, ROOT, SOURCE, each_page, fenced, options, prose

from outgrow.service.scenario_file import read_scenarios
from outgrow.setup.settings import load_settings
from outgrow.sources import registry
from outgrow.sources.commerce.aggregator import ENTRY_POINTS

# Commands


def lines_of_commands(text: str) -> Iterator[str]:
    """What is typed after `outgrow` in consoles and in a crontab."""
    for language, block in fenced(text):
        for line in block.splitlines():
            if language == "console" and line.startswith("$ outgrow "):
                yield line.removeprefix("$ outgrow ")
            elif language == "cron":
                yield line.split("outgrow ", 1)[1]


@each_page
def test_commands_in_examples_can_be_parsed(page: Path) -> None:
    for line in lines_of_commands(page.read_text(encoding="utf-8")):
        name, *words = shlex.split(line, comments=True)
        assert name in COMMANDS, f"`outgrow {line}`: there is no command '{name}'"
        unknown = {word.partition("=")[0] for word in words if word.startswith("--")} - options(name)
        assert not unknown, f"`outgrow {line}`: there is no option {unknown}"
        COMMANDS[name].make_context(name, words)


@each_page
def test_commands_in_sentences_exist(page: Path) -> None:
    for said in re.findall(r"`outgrow ([^`]+)`", prose(page.read_text(encoding="utf-8"))):
        name, *words = said.split()
        if name in EVERYWHERE:
            continue
        assert name in COMMANDS, f"`outgrow {said}`: there is no command '{name}'"
        unknown = {word for word in words if word.startswith("--")} - options(name) - EVERYWHERE
        assert not unknown, f"`outgrow {said}`: there is no option {unknown}"


@each_page
def test_make_targets_exist(page: Path) -> None:
    rules = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert set(re.findall(r"[`$] ?make (\w+)", page.read_text(encoding="utf-8"))) <= set(rules)


# Examples, links and places


@pytest.mark.parametrize(
    "page",
    [page for page in OURS if "```python" in page.read_text(encoding="utf-8")],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_python_examples_run_and_print_what_is_told(page: Path) -> None:
    scope: dict[str, Any] = {"__name__": "example"}
    blocks = [*fenced(page.read_text(encoding="utf-8")), ("", "")]
    try:
        for (language, code), (following, wanted) in pairwise(blocks):
            if language != "python":
                continue
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                exec(compile(code, str(page), "exec"), scope)  # the examples are part of this repository
            assert printed.getvalue() == (wanted if following == "text" else "")
    finally:
        for made in scope.values():
            if isinstance(made, Session):
                made.close()
        for made in scope.values():
            if isinstance(made, Engine):
                made.dispose()


@each_page
def test_settings_in_examples_are_valid(page: Path, tmp_path: Path) -> None:
    for language, block in fenced(page.read_text(encoding="utf-8")):
        if language != "toml":
            continue
        if "[project." in block:
            assert set(tomllib.loads(block)["project"]["entry-points"]) <= {ENTRY_POINTS, registry.ENTRY_POINTS}
            continue
        if "[scenario." in block:
            file = tmp_path / "scenarios.toml"
            file.write_text(block, encoding="utf-8")
            read_scenarios(file, must_exist=True)
            continue
        file = tmp_path / "outgrow.toml"
        file.write_text(block, encoding="utf-8")
        load_settings(file).capacity_config()


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", prose(page.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} leads nowhere"
        assert not anchor or anchor in anchors(target), f"{link}: there is no such heading"


@each_page
def test_files_that_are_named_exist(page: Path) -> None:
    for name in re.findall(r"`([\w./-]+/(?:[\w-]+\.\w+)?)`", prose(page.read_text(encoding="utf-8"))):
        assert any((base / name).exists() for base in (ROOT, SOURCE, page.parent)), f"there is no {name}"


@each_page
def test_names_stand_in_the_files_that_are_named_with_them(page: Path) -> None:
    before = None
    pattern = r"`(\w+)`(?: of `\w+`)? in\s+(?:`([\w/]+\.py)`|(the same file))"
    for name, file, _same in re.findall(pattern, prose(page.read_text(encoding="utf-8"))):
        before = file or before
        assert before is not None
        code = (SOURCE / before).read_text(encoding="utf-8")
        assert re.search(rf"^\s*(?:def|class) {name}\b|^{name}\b.*=", code, re.M), f"there is no {name} in {before}"
