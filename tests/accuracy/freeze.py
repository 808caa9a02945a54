"""Plans of the demo platform, frozen: `make plans` writes them anew, and the difference is reviewed like code.

They are made by the command line from the settings in `examples/demo`, as a reader of that page makes them.
"""

import io
import json
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from outgrow.faces.cli.run import main
from outgrow.setup.program import SettingsProgram

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "demo"
FROZEN = Path(__file__).parent / "plans"
TODAY = "2026-11-22"
COMMANDS: dict[str, tuple[str, ...]] = {
    "status": ("status",),
    "ladder": ("ladder",),
    "tenants": ("tenants",),
    "whatif": ("whatif", "partner", "cleanup"),
    "recommend": ("recommend",),
    "drivers": ("explain", "total_products", "--drivers"),
}
"""What is frozen, by name; each is asked for its document of the same day."""
DECIMALS = 6
"""Digits of numbers that are kept; the last one is not the same on every machine."""
UNALIKE = "db_size_mb"
"""The size of the database file is that of the machine's SQLite."""


def make_plans(folder: Path) -> dict[str, Any]:
    """Build the demo platform in a folder and ask for every plan, by name."""
    address = f"sqlite:///{folder / 'demo.db'}"
    _outgrow("demo", "--database-url", address, "--seed", "7", "--today", TODAY)
    where = ("--config", str(EXAMPLE / "outgrow.toml"), "--database-url", address)
    return {
        name: _rounded(json.loads(_outgrow(*words, *where, "--as-of", TODAY, "--json")))
        for name, words in COMMANDS.items()
    }


def written(document: object) -> str:
    """As the files hold it."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _outgrow(*words: str) -> str:
    """What a command prints, run in this process: seven starts of Python would take as long as all plans."""
    before, sys.argv = sys.argv, ["outgrow", *words]
    try:
        with chdir(ROOT), redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            main(SettingsProgram)
    except SystemExit as end:
        if end.code:
            raise RuntimeError(f"outgrow {' '.join(words)} ended with {end.code}:\n{err.getvalue()}") from None
    finally:
        sys.argv = before
    return out.getvalue()


def _rounded(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _rounded(value) for key, value in document.items()}
    if isinstance(document, list):
        return [
            _rounded(value) for value in document if not (isinstance(value, dict) and value.get("metric") == UNALIKE)
        ]
    return round(document, DECIMALS) if isinstance(document, float) else document


if __name__ == "__main__":
    import tempfile

    FROZEN.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        for plan, made in make_plans(Path(place)).items():
            (FROZEN / f"{plan}.json").write_text(written(made), encoding="utf-8")
            print(f"wrote {plan}.json")
