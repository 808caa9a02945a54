"""Rooms import only what stands before them, and the first import costs next to nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]
HEAVY = ("alembic", "altair", "numpy", "pandas", "polars", "pyarrow", "pydantic", "rich", "sqlalchemy", "vl_convert")


def test_rooms_import_only_what_stands_before_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    broken = lint_imports(config_filename="pyproject.toml", no_cache=True)

    told = capsys.readouterr().out
    assert not broken, told
    assert "0 broken" in told


@pytest.mark.parametrize("module", ["outgrow", "outgrow.faces.cli.app"])
def test_nothing_heavy_is_imported_before_it_is_needed(module: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sorted(sys.modules))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()

    assert module in told
    assert [name for name in HEAVY if name in told] == []
