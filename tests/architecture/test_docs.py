"""The reference says what the code does: nothing is left out, and nothing is made up."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.support.pages import COMMANDS, ROOT, each_page, names_in_code, options, reference, section, tables

import outgrow
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
from outgrow.setup.settings import LISTS, SECTIONS, SETTINGS, Settings
from outgrow.sources.commerce.aggregator import BUILT_IN
from outgrow.sources.commerce.models import CommerceBase, SubscriptionStatus
from outgrow.store.orm import StoreBase
from outgrow.store.schema import VERSION_TABLE

# Commands


@pytest.mark.parametrize("name", COMMANDS)
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
