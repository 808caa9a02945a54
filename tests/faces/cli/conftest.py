"""One way to run a command, for all tests of the command line."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.support.cli import NOW, Cli, Told

from outgrow.faces.cli import command
from outgrow.faces.cli.app import main
from outgrow.service.workspace import Workspace


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Cli]:
    """Runs a command in an empty folder on the 31st of March, without any setting from outside."""
    opened: list[Workspace] = []
    open_workspace = command.open_workspace

    def open_then(**where: Any) -> Workspace:
        opened.append(open_workspace(**where))
        opened[-1].clock = lambda: NOW
        return opened[-1]

    monkeypatch.setattr(command, "open_workspace", open_then)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    for name in [name for name in os.environ if name.startswith("OUTGROW_")]:
        monkeypatch.delenv(name)

    def run(*words: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["outgrow", *words])
        with pytest.raises(SystemExit) as end:
            main()
        code = end.value.code
        return Told(code if isinstance(code, int) else 0, *capsys.readouterr())

    yield run
    for engine in (value for workspace in opened for value in vars(workspace).values() if isinstance(value, Engine)):
        engine.dispose()
