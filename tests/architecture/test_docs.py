"""The documentation says what the code does: nothing is left out, nothing is made up, and every example runs."""

import contextlib
import io
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from tests.support.json_types import mixed, types_of
from tools.documents import written
from typer.testing import CliRunner

import outgrow
from outgrow.documents.schemas import DOCUMENTS
from outgrow.domain import errors
from outgrow.domain.diagnosis import Health
from outgrow.domain.forecast import Status
from outgrow.domain.ladder import DEFAULT_LADDER
from outgrow.domain.limit import Severity
from outgrow.domain.metric import ALIASES, CAPTURED, TIER_SUBSCRIPTIONS, Kind
from outgrow.domain.monitoring import STATES
from outgrow.domain.movement import Mover
from outgrow.domain.note import NoteCode
from outgrow.domain.recommendation import RecommendationState as Standing
from outgrow.domain.snapshot import Provenance
from outgrow.faces.cli.app import app
from outgrow.faces.cli.program import start_with
from outgrow.service.scenario_file import read_scenarios
from outgrow.setup.program import SettingsProgram
from outgrow.setup.settings import LISTS, SECTIONS, SETTINGS, Settings, load_settings
from outgrow.sources import registry
from outgrow.sources.commerce.aggregator import BUILT_IN, ENTRY_POINTS
from outgrow.sources.commerce.models import CommerceBase, SubscriptionStatus
from outgrow.store.orm import StoreBase
from outgrow.store.schema import VERSION_TABLE

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
each_command = pytest.mark.parametrize("name", COMMANDS)


def reference(name: str) -> str:
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


# Commands


def options(name: str) -> set[str]:
    return {word for option in COMMANDS[name].params for word in option.opts if word.startswith("--")}


@each_command
def test_every_command_option_and_argument_is_described(name: str) -> None:
    page = reference("commands")
    shared = set(re.findall(r"--\w[\w-]*", section(page, "Options of every command").partition("Three more")[0]))
    own = section(page, f"`outgrow {name}`")
    rows = {row[0].split()[0]: row for row in tables(own)}

    for parameter in COMMANDS[name].params:
        word = parameter.opts[0]
        assert word in shared or f"`{word}" in own, f"{word} of `outgrow {name}` is not described"
        default = getattr(parameter.default, "value", parameter.default)
        assert default in {None, False, ""} or str(default) == rows[word][1], f"the default of {word} is not told"
    assert shared <= options(name) or name == "demo"
    described = set(re.findall(r"^\| `(--[\w-]+)", own, re.M))
    assert described <= options(name), "an option is described that is not there"


def test_no_command_is_described_that_is_not_there() -> None:
    for page in ("commands", "documents"):
        described = re.findall(r"^## `outgrow (\w+)`", reference(page), re.M)
        assert set(described) <= set(COMMANDS)


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


# Settings


def known_settings() -> dict[str, Any]:
    """Every setting with its default."""
    plain = [name for name in SETTINGS.keys if name not in SECTIONS]
    parts = [(section, key) for section, table in SECTIONS.items() for key in table.keys]
    default = Settings()
    return {name: getattr(default, name) for name in plain} | {
        f"{section}.{key}": getattr(getattr(default, section), key) for section, key in parts
    }


def test_every_setting_is_described_with_its_default_and_its_variable() -> None:
    rows = {row[0]: row for row in tables(section(reference("settings"), "All settings"))}
    wanted = known_settings()

    assert set(rows) == set(wanted)
    for name, default in wanted.items():
        assert rows[name][2] == "OUTGROW_" + name.upper().replace(".", "__")
        assert default is None or rows[name][1].lower() == str(default).lower(), f"{name} is {default} by default"


def test_every_key_of_a_list_is_described() -> None:
    for name, table in LISTS.items():
        rows = tables(section(reference("settings"), f"`[[{name}]]`"))
        assert set(table.keys) <= {row[0] for row in rows}


@each_page
def test_no_variable_is_named_that_is_not_read(page: Path) -> None:
    known = {"OUTGROW_" + name.upper().replace(".", "__") for name in known_settings()}
    assert set(re.findall(r"OUTGROW_\w+", page.read_text(encoding="utf-8"))) <= known


@pytest.mark.parametrize("row", tables(section(reference("settings"), "Fixed numbers")), ids=lambda row: row[0])
def test_fixed_numbers_are_those_of_the_code(row: list[str]) -> None:
    name, value, file, _ = row
    module = import_module("outgrow." + file.removesuffix(".py").replace("/", "."))
    assert str(getattr(module, name)) == value


def test_the_ladder_is_the_default_one() -> None:
    told = {row[0]: row[1:] for row in tables(section(reference("settings"), "`[[ladder]]`"))}
    for tier in DEFAULT_LADDER:
        numbers = (tier.maximum("active_stores"), tier.maximum("total_products"), tier.cost_monthly)
        assert told[tier.name] == ["unlimited" if number is None else f"{number:,}" for number in numbers]


# Metrics, statuses, names, tables


def test_every_metric_is_described_as_it_is() -> None:
    page = reference("metrics")
    short = {name: alias for alias, name in ALIASES.items()}
    wanted = [[m.name, short.get(m.name, ""), m.kind.value, m.unit, m.label] for m in (*CAPTURED, TIER_SUBSCRIPTIONS)]

    assert tables(section(page, "Captured metrics")) == wanted
    assert {row[1] for row in wanted} - {""} == set(ALIASES)
    counted = tables(section(page, "What counts, and how a past day is rebuilt"))
    assert [row[0] for row in counted] == [row[0] for row in wanted]
    assert {kind.value for kind in Kind} <= names_in_code(page)


def test_every_count_of_an_area_is_named_with_its_metric() -> None:
    told = {row[0].partition(",")[0]: row[1] for row in tables(section(reference("metrics"), "Flat names"))}
    counts = {f"{area.area}.{key}": metric for area in BUILT_IN for key, metric in area.metrics.items()}  # type: ignore[attr-defined]
    assert told == {name: metric.name if metric else "" for name, metric in counts.items()}


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ('Answers to "when?"', [status.value for status in Status]),
        ("Severity", [severity.word for severity in Severity]),
        ("States of a recommendation", [state.value for state in Standing]),
        ("What moves a date", [mover.value for mover in Mover]),
        ("Provenance", [provenance.value for provenance in Provenance]),
        ("Notes on the past", [code.value for code in NoteCode]),
        ("States of `outgrow check`", STATES),
        ("States of `outgrow doctor`", [state.value for state in Health]),
        ("States of a subscription", [status.value for status in SubscriptionStatus]),
    ],
)
def test_every_word_for_a_state_is_explained(heading: str, words: list[str]) -> None:
    assert {row[0] for row in tables(section(reference("statuses"), heading))} == set(words)


def test_every_status_has_its_meaning_for_a_decision() -> None:
    page = (ROOT / "docs" / "capacity-planning.md").read_text(encoding="utf-8")
    told = tables(section(page, "What a status means for a decision"))
    assert {row[0] for row in told} == {status.value for status in Status}


def test_every_public_name_is_described() -> None:
    rows = tables(section(reference("python"), "Names"))
    assert {name for row in rows for name in row[0].split(", ")} == set(outgrow.__all__)


def test_every_method_of_the_service_is_described() -> None:
    rows = tables(section(reference("python"), "The four methods"))
    methods = {name for name in vars(outgrow.CapacityForecastService) if not name.startswith("_")}
    assert {row[0].partition("(")[0] for row in rows} == methods


def test_every_error_is_described_with_its_exit_status() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.OutgrowError)]
    wanted = {
        kind.__name__: "2" if issubclass(kind, errors.UsageError) else "3"
        for kind in kinds
        if kind is not errors.OutgrowError
    }
    assert {row[0]: row[-1] for row in tables(section(reference("python"), "Errors"))} == wanted


def test_every_table_and_column_is_described() -> None:
    page = reference("schema")
    known = {**StoreBase.metadata.tables, **CommerceBase.metadata.tables}

    assert set(re.findall(r"^### `(\w+)`", page, re.M)) == {*known, VERSION_TABLE}
    for name, table in known.items():
        told = {column for row in tables(section(page, f"`{name}`")) for column in row[0].split(", ")}
        assert told == set(table.columns.keys()), name


# Documents


TODAY = datetime.now(UTC).date()
SOON = TODAY + timedelta(days=30)
FILES = {
    "growth.csv": "date,visitors\n2026-01-01,7\n",
    "plan.toml": f"""
        plan = {{ day_over_cost = 5 }}
        projects = [{{ name = "a customer", on = {SOON}, sizes = {{ products = 10 }} }}]
        ladder = [{{ name = "Starter", max_products = 300, cost_monthly = 1 }}, {{ name = "Small", cost_monthly = 2 }}]
    """,
    "larger.toml": 'plan = { current_tier = "Medium" }',
    "scenarios.toml": "[scenario.a]\ngrowth = 2",
}
"""What is imported, ladders on which the platform has to move up and could move down, and questions."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of these files."""
    folder = tmp_path_factory.mktemp("documents")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def platform_url(files: Path) -> str:
    """A small platform of three months, rebuilt and captured, with something imported.

    One of its merchants has a full plan, one shrinks, and one is too new for a forecast.
    """
    url = f"sqlite:///{files / 'platform.db'}"
    engine = create_engine(url)
    outgrow.create_schema(engine)
    now = datetime.now(UTC)
    with Session(engine) as db, db.begin():
        platform = outgrow.Platform(code="main", created_at=now)
        small = outgrow.SubscriptionTier(platform=platform, code="small", price_monthly=9, products_limit=90)
        large = outgrow.SubscriptionTier(platform=platform, code="large", price_monthly=29)
        db.add_all([small, large])
        for age, added, deleted in ((100, range(100), 0), (300, [300] * 40, 30), (3, [3] * 80, 0)):
            joined = now - timedelta(days=age)
            merchant = outgrow.Merchant(platform=platform, created_at=joined)
            store = outgrow.Store(platform=platform, merchant=merchant, created_at=joined)
            db.add(
                outgrow.MerchantSubscription(
                    platform=platform, merchant=merchant, tier=small, status="active", started_at=joined
                )
            )
            gone = now - timedelta(days=20)
            db.add_all(
                outgrow.Product(
                    platform=platform,
                    store=store,
                    created_at=now - timedelta(days=ago),
                    deleted_at=gone if number < deleted else None,
                )
                for number, ago in enumerate(added)
            )
    engine.dispose()
    for command in ("backfill", "capture", f"import {files}/growth.csv"):
        run(command, url)
    return url


def run(command: str, url: str) -> Any:
    """The document of a command."""
    start_with(SettingsProgram())
    words = [*shlex.split(command), "--json", "--database-url", url]
    return json.loads(CliRunner().invoke(app, words, catch_exceptions=False).stdout)


def keys(document: Any) -> set[str]:
    """All field names in a document, save for those that are metrics, tiers or numbers of days."""
    if isinstance(document, list):
        return set().union(*map(keys, document))
    if not isinstance(document, dict):
        return set()
    free = {*ALIASES, *(m.name for m in CAPTURED), "visitors", *(tier.name for tier in DEFAULT_LADDER)}
    free |= {"Single", "Double", "Cluster"}  # of the ladder in examples/demo
    return {key for key in document if key not in free and not key.isdigit()}.union(*map(keys, document.values()))


def number_types(document: Any) -> dict[str, set[str]]:
    """Of each field that holds numbers, whether they are whole ones or have a decimal point."""
    found: dict[str, set[str]] = {}
    for path, types in types_of(document).items():
        if numbers := types & {"int", "float"}:
            found.setdefault(path.rstrip("[]").rpartition(".")[2], set()).update(numbers)
    return found


ASKED = {
    "when": ("when products 200", "when products 50 --falling", "when products 10", "when db_size_mb 10"),
    "status": ("status",),
    "forecast": ("forecast products", "forecast orders_per_day", "forecast db_size_mb"),
    "trends": ("trends", "trends --as-of 2020-01-01"),
    "history": ("history products",),
    "metrics": ("metrics",),
    "explain": (f"explain products --limit 300 --since {TODAY}", "explain products --drivers --by plan"),
    "recommend": ("recommend",),
    "ladder": ("ladder", "ladder --config {files}/plan.toml", "ladder --config {files}/larger.toml"),
    "tenants": ("tenants",),
    "whatif": (f"whatif --growth 2 --event x3@{SOON}", "whatif --list --file {files}/scenarios.toml"),
    "backtest": ("backtest --horizon 30",),
    "accuracy": ("accuracy",),
    "fit": ("fit",),
    "check": ("check",),
    "capture": ("capture",),
    "backfill": ("backfill --dry-run",),
    "doctor": ("doctor",),
    "import": ("import {files}/growth.csv",),
}


PARTS = {"status": "when", "whatif": "ladder", "explain": "when"}
"""Documents that hold those of another command."""
SHARED = "Parts of several documents"


@pytest.mark.parametrize("name", [name for name in COMMANDS if "--json" in options(name)])
def test_every_field_of_a_document_is_described_and_no_other(name: str, platform_url: str, files: Path) -> None:
    own = section(reference("documents"), f"`outgrow {name}`")
    told = own + section(reference("documents"), SHARED)
    told += section(reference("documents"), f"`outgrow {PARTS[name]}`") if name in PARTS else ""
    documents = [run(line.format(files=files), platform_url) for line in ASKED[name]]
    given = set().union(*map(keys, documents))
    examples = [json.loads(block) for language, block in fenced(own) if language == "json"]

    assert examples
    assert given - names_in_code(told) == set()
    assert keys(examples) - given == set()
    assert all(mixed(document) == {} for document in documents)
    written, printed = number_types(examples), number_types(documents)
    assert {key: types for key, types in written.items() if key in printed and not types <= printed[key]} == {}


def test_tables_of_fields_are_those_of_the_types() -> None:
    page = reference("documents")

    assert re.findall(r"<!-- fields: (\w+) -->", page) == [*DOCUMENTS, "shared"], "one table for each, in their order"
    assert page == written(page), "write them anew: make documents"


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
