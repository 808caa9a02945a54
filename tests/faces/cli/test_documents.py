"""Every document that a command prints is of its type: nothing is missing, nothing is added, nothing is of another."""

import json
import shlex
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
import typer
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.support.documents import conforming
from typer.testing import CliRunner

import outgrow
from outgrow.documents.kinds import KindWord, StatusWord
from outgrow.documents.schemas import DOCUMENTS, schema_of
from outgrow.documents.shared import NoteWord
from outgrow.domain.forecast import Status
from outgrow.domain.metric import Kind
from outgrow.domain.monitoring import UNKNOWN
from outgrow.domain.note import NoteCode
from outgrow.faces.cli.app import app
from outgrow.faces.cli.plugin import answer
from outgrow.faces.cli.program import start_with
from outgrow.setup.program import SettingsProgram

EXAMPLE = Path(__file__).parents[3] / "examples" / "demo"
DAY = datetime.now(UTC).date()
BEFORE = DAY - timedelta(days=20)
CASES = (
    ("status", "status"),
    ("status", "status --as-of 2020-01-01"),
    ("status", "status --config plain.toml"),
    ("status", "status --database-url sqlite:///empty.db"),
    ("status", "status --database-url sqlite:///old.db"),
    ("when", "when storage_gb"),
    ("when", "when storage_gb 1000 --config plain.toml"),
    ("when", "when products 1"),
    ("when", "when products 10000000"),
    ("when", "when stores 5 --falling"),
    ("when", "when db_size_mb 10"),
    ("when", "when team_members"),
    ("when", "when visitors 50 --database-url sqlite:///old.db"),
    ("when", "when stores 50 --database-url sqlite:///empty.db"),
    ("forecast", "forecast storage_gb"),
    ("forecast", "forecast orders_per_day"),
    ("forecast", "forecast orders --without-projects"),
    ("forecast", "forecast db_size_mb"),
    ("forecast", "forecast visitors --database-url sqlite:///old.db"),
    ("trends", "trends"),
    ("trends", "trends --as-of 2020-01-01"),
    ("history", f"history storage_gb --since {BEFORE}"),
    ("metrics", "metrics"),
    ("explain", "explain storage_gb"),
    ("explain", f"explain storage_gb --since {BEFORE} --limit 1000"),
    ("explain", "explain db_size_mb"),
    ("drivers", "explain storage_gb --drivers --by plan"),
    ("drivers", "explain orders_per_day --drivers --by cohort"),
    ("drivers", "explain products --drivers"),
    ("recommend", "recommend --all"),
    ("recommend", "recommend --config plain.toml"),
    ("ladder", "ladder"),
    ("ladder", "ladder --config plain.toml"),
    ("ladder", "ladder --config larger.toml"),
    ("ladder", "ladder --database-url sqlite:///grown.db"),
    ("tenants", "tenants"),
    ("tenants", "tenants --limit 1 --resource products"),
    ("whatif", "whatif partner cleanup"),
    ("whatif", "whatif --growth 2 --plan basic:products_limit=100"),
    ("whatif", "whatif --growth 2 --database-url sqlite:///grown.db"),
    ("scenarios", "whatif --list"),
    ("backtest", "backtest storage_gb orders_per_day db_size_mb --horizon 30"),
    ("accuracy", "accuracy"),
    ("fit", "fit"),
    ("check", "check"),
    ("check", "check --metric storage_gb --warning 80%"),
    ("capture", "capture"),
    ("backfill", "backfill --dry-run"),
    ("import", "import old.csv"),
    ("doctor", "doctor"),
)


def run(line: str) -> str:
    """What a command prints."""
    start_with(SettingsProgram())
    words = shlex.split(line)
    where = [] if "--database-url" in words else ["--database-url", "sqlite:///demo.db"]
    return CliRunner().invoke(app, [*words, *where], catch_exceptions=False).stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo platform with the settings of examples/demo, an empty store, and two of imported values."""
    folder = tmp_path_factory.mktemp("documents")
    for name in ("outgrow.toml", "scenarios.toml"):
        shutil.copy(EXAMPLE / name, folder / name)
    settings = (EXAMPLE / "outgrow.toml").read_text(encoding="utf-8")
    (folder / "plain.toml").write_text("[calendar]\nsales = false\n")
    (folder / "larger.toml").write_text(settings.replace('current_tier = "Single"', 'current_tier = "Cluster"'))
    (folder / "old.csv").write_text("date,visitors\n" + "".join(f"2025-01-{day:02d},{day}\n" for day in range(1, 31)))
    days = [(DAY - timedelta(days=ago), 200 - ago) for ago in range(99, -1, -1)]
    (folder / "grown.csv").write_text("date,active_stores\n" + "".join(f"{day},{number}\n" for day, number in days))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run("demo --seed 7")
        for name in ("empty", "old", "grown"):
            run(f"init --database-url sqlite:///{name}.db")
        for name in ("old", "grown"):
            run(f"import {name}.csv --database-url sqlite:///{name}.db")
    return folder


@pytest.mark.parametrize(("name", "line"), CASES, ids=[line for _, line in CASES])
def test_a_document_is_of_its_type(demo: Path, monkeypatch: pytest.MonkeyPatch, name: str, line: str) -> None:
    monkeypatch.chdir(demo)
    conforming(name, run(f"{line} --json"))


def test_what_the_embedded_service_gives_is_of_the_same_types(demo: Path) -> None:
    engine = create_engine(f"sqlite:///{demo / 'demo.db'}")
    service = outgrow.CapacityForecastService()
    with Session(engine) as db:
        conforming("trends", json.dumps(service.get_growth_trends(db)))
        conforming("recommend", json.dumps(service.get_scaling_recommendations(db)))
    engine.dispose()


def test_what_the_public_door_gives_is_what_the_commands_print(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo)
    with outgrow.Outgrow("outgrow.toml", database_url="sqlite:///demo.db") as platform, platform.together() as asked:
        reports = {
            "status": asked.status(),
            "when storage_gb 1500": asked.when("storage_gb", 1500),
            "metrics": asked.metrics(),
            "forecast products": asked.forecast("products"),
            "trends --days 90": asked.trends(90),
            "history products": asked.history("products"),
            "explain products": asked.explain("products"),
            "explain products --drivers --by plan": asked.drivers("products", by="plan"),
            "recommend": asked.recommend(),
            "ladder": asked.ladder(),
            "tenants": asked.tenants(),
            "whatif --growth 2": asked.whatif({"growth": 2}),
            "accuracy": asked.accuracy(),
            "check": asked.check(),
        }
        told = {line: outgrow.document_of(report) for line, report in reports.items()}
        told["exposure"] = outgrow.document_of(asked.exposure())

    exposure = told.pop("exposure")
    assert exposure == told["ladder"]["exposure"]
    for line, document in told.items():
        assert json.loads(json.dumps(document)) == json.loads(run(f"{line} --json")), line
    with pytest.raises(outgrow.OutgrowError, match="int has no document"):
        outgrow.document_of(7)


def test_monitoring_is_told_that_there_is_no_answer_in_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["check", "--json"], lambda: 1 / 0) == UNKNOWN
    conforming("check", capsys.readouterr().out)


def test_no_document_is_left_out() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    printing = {name for name, command in commands.items() if any("--json" in option.opts for option in command.params)}

    assert {name for name, _ in CASES} == set(DOCUMENTS)
    assert {line.split()[0] for _, line in CASES} == printing


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_schema_tells_of_every_key_and_allows_no_other(name: str) -> None:
    schema = schema_of(name)
    for each in (schema, *schema.get("$defs", {}).values()):
        if "properties" not in each:
            continue
        assert each["additionalProperties"] is False
        assert set(each["required"]) <= set(each["properties"])
        assert all(field["description"] for field in each["properties"].values())


def test_words_of_lists_are_those_of_the_domain() -> None:
    assert get_args(StatusWord) == tuple(status.value for status in Status)
    assert get_args(NoteWord) == tuple(code.value for code in NoteCode)
    assert get_args(KindWord) == tuple(kind.value for kind in Kind)


def test_a_measurement_without_a_point_is_found() -> None:
    right = {
        "metric": "vans",
        "scope": "platform:main",
        "unit": "vans",
        "days": [{"date": "2026-01-01", "value": 7.0, "provenance": None}],
    }
    conforming("history", json.dumps(right))
    with pytest.raises(ValueError, match="7 has no decimal point"):
        conforming("history", json.dumps(right).replace("7.0", "7"))


def test_what_is_of_another_type_is_found() -> None:
    right = {"check": "disk", "state": "good", "message": "", "mend": ""}
    conforming("doctor", json.dumps([right]))
    for wrong in ({**right, "state": "fine"}, {**right, "more": 1}, {**right, "mend": None}, {"check": "disk"}):
        with pytest.raises(ValueError, match="validation error"):
            conforming("doctor", json.dumps([wrong]))
