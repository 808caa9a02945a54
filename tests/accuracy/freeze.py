"""Plans of the demo platform, frozen: `make plans` writes them anew, and the difference is reviewed like code.

They are made by the command line from the settings in `examples/demo`, as a reader of that page makes them.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

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
    run = subprocess.run(
        [sys.executable, "-c", "from outgrow.faces.cli.app import main; main()", *words],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    if run.returncode:
        raise SystemExit(f"outgrow {' '.join(words)} ended with {run.returncode}:\n{run.stderr}")
    return run.stdout


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
