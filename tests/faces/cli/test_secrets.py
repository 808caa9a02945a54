"""What is secret in an address: shown by no command, in no error, no log and no traceback."""

import json
import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from random import Random
from stat import S_IMODE

import pytest
from tests.support.addresses import COMMANDS, Secretive, secretive
from tests.support.cli import Cli, Told

from outgrow.setup.settings import Settings

CALLS = 120
"""Two thousand were run by hand."""
Asked = Callable[[str, Secretive, Random], Told]


@pytest.fixture
def ask(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Asked:
    """Runs a command with an address where it may be given, or where somebody may write it by mistake."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # set by --debug, and set back when the test is over
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
        return as_told(cli, words)

    return run


def as_told(cli: Cli, words: list[str]) -> Told:
    """What a command leaves behind, the traceback included with which Python would end."""
    try:
        return cli(*words)
    except Exception:
        with redirect_stderr(StringIO()) as told:
            sys.excepthook(*sys.exc_info())
        return Told(1, "", told.getvalue())


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


def mode(file: Path) -> int:
    return S_IMODE(file.stat().st_mode)


def test_a_new_store_is_its_owners_alone_and_one_that_is_there_keeps_its_mode(cli: Cli, tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.touch(mode=0o640)
    there.chmod(0o640)

    for name in ("new.db", "folder/new.db", "there.db"):
        assert cli("init", "--store-url", f"sqlite:///{name}").status == 0

    assert [mode(tmp_path / name) for name in ("new.db", "folder/new.db", "there.db")] == [0o600, 0o600, 0o640]


def test_a_traceback_tells_all_but_the_secret(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    address = "postgresql://me:Zq7Rt5Wx@127.0.0.1:1/shop?pasword=Kd8Lm3Np"
    told = as_told(cli, ["init", "--debug", "--store-url", address])

    assert told.status != 0
    assert "Traceback" in told.err
    assert "outgrow.domain.errors.DatabaseError: postgresql://me:***@127.0.0.1:1/shop?***" in told.err
    assert "Zq7Rt5Wx" not in told.err
    assert "Kd8Lm3Np" not in told.err


def test_a_misplaced_address_keeps_its_secret(cli: Cli) -> None:
    told = cli("when", "postgresql://me:Zq7Rt5Wx@127.0.0.1:1/shop", "30", "one more")

    assert (told.status, told.out) == (2, "")
    assert "one more" in told.err
    assert "Zq7Rt5Wx" not in told.err


def test_settings_that_are_printed_hold_no_address() -> None:
    settings = Settings(database_url="postgresql://me:Zq7Rt5Wx@127.0.0.1/shop", store_url="sqlite:///own.db")

    assert "Zq7Rt5Wx" not in f"{settings!r} {settings}"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql:/me:Zq7Rt5Wx@h/shop",
        "postgresql//me:Zq7Rt5Wx@h/shop",
        "postgresql:://me:Zq7Rt5Wx@h/shop",
        "me:Zq7Rt5Wx@h/shop",
        "//me:Zq7Rt5Wx@h:5432",
        "host=h password=Zq7Rt5Wx dbname=shop",
    ],
)
@pytest.mark.parametrize(
    "place", ["doctor", "check", "check --metric", "status --config", "status --config=", "whatif --file", "fit --from"]
)
def test_an_address_with_a_misspelt_beginning_keeps_its_secret_wherever_it_stands(
    cli: Cli, place: str, address: str
) -> None:
    words = place.split()
    told = cli(*words[:-1], words[-1] + address) if place.endswith("=") else cli(*words, address)

    assert told.status in {2, 3}
    assert "Zq7Rt5Wx" not in told.out + told.err


def test_a_change_with_a_day_is_no_address(cli: Cli) -> None:
    told = cli("whatif", "--stores", "platinum40@2026-05-01", "--stores", "pro:40@nextmonth")

    assert told.status == 2
    assert "platinum40@2026-05-01" in told.err
