"""Whatever is typed, on whatever lies there: an answer or one of our errors, never a defect."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.support.calls import Call, furnish, generated_calls
from tests.support.cli import NOW, TODAY, Cli, Told
from tests.support.desks import desk_of
from tests.support.json_types import mixed, strictly

from outgrow import create_schema
from outgrow.service.import_ import import_series
from outgrow.sources.files.snapshotfile import read_snapshot_file

CALLS = int(os.environ.get("GENERATED_CALLS", "75"))
"""How many are made; ten thousand take a while and are made by hand."""
SEED = int(os.environ.get("GENERATED_SEED", "1"))
FRESH_EVERY = 50
"""So many calls write into the same databases."""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three metrics from a file, as large and as small as numbers may be, and nothing of a platform."""
    folder = tmp_path_factory.mktemp("imported")
    days = [TODAY - timedelta(days=ago) for ago in range(90, -1, -1)]
    rows = [f"{day},{100 + n},{(n + 1) * 1e-300},{(n + 1) * 1e300}" for n, day in enumerate(days)]
    (folder / "values.csv").write_text("\n".join(["date,growing,tiny,vast", *rows]))
    engine = create_engine(f"sqlite:///{folder / 'imported.db'}")
    create_schema(engine, commerce=False)
    with Session(engine) as session, session.begin():
        file = folder / "values.csv"
        import_series(desk_of(session, today=TODAY, now=NOW), file, read_snapshot_file(file, TODAY, "main"))
    engine.dispose()
    return folder / "imported.db"


def answered(call: Call, told: Told) -> None:
    statuses = {0, 1, 2, 3} if call.words[0] == "check" else {0, 2, 3, 4}
    assert told.status in statuses, told.err
    assert "--debug" in call.words or "Traceback" not in told.err
    assert "defect" not in told.err
    if call.wants_json and told.out and told.status != 2 and "--help" not in call.words:
        assert mixed(strictly(told.out)) == {}


@pytest.mark.filterwarnings("error")
def test_every_call_is_answered(
    cli: Cli, captured: Path, imported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = []
    for n, call in enumerate(generated_calls(SEED, CALLS)):
        if n % FRESH_EVERY == 0:
            furnish(tmp_path, captured, imported)
        (tmp_path / "outgrow.toml").unlink(missing_ok=True)
        if call.settings is not None:
            (tmp_path / "outgrow.toml").write_text(call.settings, encoding="utf-8")
        with monkeypatch.context() as patched:
            for name, value in call.variables.items():
                patched.setenv(name, value)
            try:
                answered(call, cli(*call.words))
            except Exception as error:
                faults.append((call, error))
    assert not faults, f"{len(faults)} calls: {faults[:5]}"
