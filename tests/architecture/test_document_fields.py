"""Every field of a document is described with the type that it has, and no other is."""

import json
import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.support.json_types import mixed, types_of
from tests.support.pages import COMMANDS, fenced, names_in_code, options, reference, section
from tools.documents import written
from typer.testing import CliRunner

import outgrow
from outgrow.documents.schemas import DOCUMENTS
from outgrow.domain.ladder import DEFAULT_LADDER
from outgrow.domain.metric import ALIASES, CAPTURED
from outgrow.faces.cli.app import app
from outgrow.faces.cli.program import start_with
from outgrow.setup.program import SettingsProgram

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
