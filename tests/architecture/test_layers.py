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


def test_texts_and_days_on_the_line_load_no_models(tmp_path: Path) -> None:
    line = ["outgrow", "when", "products", "30", "--as-of", "2026-03-01", "--database-url", "sqlite:///none.db"]
    program = (
        f"import atexit, sys; sys.argv = {line}; atexit.register(lambda: print(*sorted(sys.modules))); "
        "from outgrow.__main__ import main; main()"
    )
    told = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False, capture_output=True, text=True)

    assert told.returncode == 3, told.stderr
    assert "outgrow.setup.settings" in told.stdout.split()
    assert "pydantic" not in told.stdout.split()
