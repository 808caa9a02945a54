"""One way to run a command, and a platform to ask, for all tests of the command line."""

import os
import shutil
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from tests.support.cli import NOW, TODAY, Cli, Told
from tests.support.desks import backfill, capture
from tests.support.platforms import eventful_platform

from outgrow import create_schema
from outgrow.faces.cli.run import main
from outgrow.setup import settings
from outgrow.setup.program import SettingsProgram
from outgrow.setup.workspace import Workspace


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Cli]:
    """Runs a command in an empty folder on the 31st of March, without any setting from outside."""
    opened: list[Workspace] = []

    class AtNoon(SettingsProgram):
        def open(self, config: Path | None, **options: object) -> Workspace:
            opened.append(Workspace(settings.load_settings(config, **options), clock=lambda: NOW))
            return opened[-1]

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    for name in [name for name in os.environ if name.startswith("OUTGROW_")]:
        monkeypatch.delenv(name)

    def run(*words: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["outgrow", *words])
        with pytest.raises(SystemExit) as end:
            main(AtNoon)
        code = end.value.code
        return Told(code if isinstance(code, int) else 0, *capsys.readouterr())

    yield run
    for engine in (value for workspace in opened for value in vars(workspace).values() if isinstance(value, Engine)):
        engine.dispose()


@pytest.fixture(scope="session")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A platform of four months, rebuilt and captured."""
    file = tmp_path_factory.mktemp("captured") / "shop.db"
    engine = create_engine(f"sqlite:///{file}")
    create_schema(engine)
    known = eventful_platform("UTC", TODAY - timedelta(days=120), TODAY - timedelta(days=1))
    with Session(engine) as session, session.begin():
        known.put(session, "shop")
        backfill(session, session, None, NOW)
        capture(session, session, None, NOW)
    engine.dispose()
    return file


@pytest.fixture
def shop(captured: Path, tmp_path: Path) -> str:
    """The address of a copy of it, in the folder in which commands run."""
    shutil.copy(captured, tmp_path / "shop.db")
    return "sqlite:///shop.db"
