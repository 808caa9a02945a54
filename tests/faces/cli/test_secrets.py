"""What is secret in an address: shown by no command, in no error, no log and no traceback."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from tests.support.addresses import COMMANDS, Secretive, secretive
from tests.support.cli import Cli, Told

CALLS = 120
"""Two thousand were run by hand."""
Asked = Callable[[str, Secretive, Random], Told]


@pytest.fixture
def ask(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Asked:
    """Runs a command with an address where it may be given, or where somebody may write it by mistake."""
    (tmp_path / "values.csv").write_text("date,stores\n2026-03-01,5\n", encoding="utf-8")
    settings = tmp_path / "outgrow.toml"

    def run(command: str, given: Secretive, random: Random) -> Told:
        settings.unlink(missing_ok=True)
        for name in ("OUTGROW_DATABASE_URL", "OUTGROW_STORE_URL", "OUTGROW_DATABSE_URL", "OUTGROW_MODEL_FILE"):
            monkeypatch.delenv(name, raising=False)
        words = [*command.split(), *random.choice([[], ["--debug"]])]
        address = given.address
        options = ["--database-url", "--store-url", "--database-url=", "--databse-url", "--config", "--platform", ""]
        places = [*options, "OUTGROW_DATABASE_URL", "OUTGROW_STORE_URL", "OUTGROW_DATABSE_URL", "OUTGROW_MODEL_FILE"]
        place = random.choice([*places, "database_url", "store_url", "databse_url", "model_file"])
        if "://" not in address:  # nobody could know that it is meant to be one
            place = random.choice(["--database-url", "--store-url=", "OUTGROW_STORE_URL", "database_url"])
        if command == "demo":  # a file would be filled, which takes long
            place = "--database-url"
            address = address.replace("sqlite:///", "postgresql://127.0.0.1:1/")
        if place.startswith("OUTGROW_"):
            monkeypatch.setenv(place, address)
        elif place.endswith("="):
            words.append(place + address)
        elif place in options:
            words += [word for word in (place, address) if word]
        else:
            settings.write_text(f"{place} = {json.dumps(address)}\n", encoding="utf-8")
        return cli(*words)

    return run


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_shows_a_secret(ask: Asked, command: str, caplog: pytest.LogCaptureFixture) -> None:
    random = Random(command)
    for _ in range(CALLS // len(COMMANDS) + 1):
        given = secretive(random)

        told = ask(command, given, random)

        shown = f"{told.out}{told.err}{caplog.text}"
        assert told.status != 0 or "sqlite" in given.address or "--json" in command or told.out
        for core in given.cores:
            assert core not in shown, given.address
