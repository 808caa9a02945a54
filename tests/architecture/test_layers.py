"""Rooms import only what stands before them, and the first import costs next to nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("alembic", "altair", "numpy", "pandas", "polars", "pyarrow", "pydantic", "rich", "sqlalchemy", "vl_convert")


LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports('pyproject.toml', no_cache=True))"
"""In a process of its own: the linter silences the loggers of all others in its own."""


def test_rooms_import_only_what_stands_before_them() -> None:
    linted = subprocess.run([sys.executable, "-c", LINT], cwd=ROOT, capture_output=True, text=True, check=False)

    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert "0 broken" in linted.stdout


@pytest.mark.parametrize(
    ("module", "needed"),
    [("outgrow", set()), ("outgrow.faces.cli.app", set()), ("outgrow.documents.schemas", {"numpy"})],
)
def test_nothing_heavy_is_imported_before_it_is_needed(module: str, needed: set[str]) -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sorted(sys.modules))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()

    assert module in told
    assert {name for name in HEAVY if name in told} <= needed
