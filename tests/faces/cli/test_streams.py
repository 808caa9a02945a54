"""A command ends well whatever its outputs are: closed, full, or left by their reader."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.cli import Cli

from outgrow.faces.cli.app import app

RUN = f"exec '{sys.executable}' -c 'from outgrow.__main__ import main; main()'"


@pytest.fixture
def shell(tmp_path: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs a line of shell in an empty folder; `$OUTGROW` is the command."""

    def run(line: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("OUTGROW")}
        environment = {**clean, "OPENBLAS_NUM_THREADS": "1", "HOME": str(tmp_path)}
        words = ["bash", "-c", line.replace("$OUTGROW", RUN)]
        return subprocess.run(words, check=False, capture_output=True, text=True, cwd=tmp_path, env=environment)

    return run


Shell = Callable[[str], subprocess.CompletedProcess[str]]


def test_a_closed_output_is_no_error(shell: Shell) -> None:
    told = shell("($OUTGROW --help) >&-")

    assert (told.returncode, told.stderr) == (0, "")


def test_closed_outputs_leave_the_exit_status(shell: Shell) -> None:
    assert shell("($OUTGROW status --store-url sqlite:///x.db) >&- 2>&-").returncode == 3


def test_a_full_output_is_told_of(shell: Shell) -> None:
    told = shell("($OUTGROW --help) > /dev/full")

    assert told.returncode == 3
    assert told.stderr.startswith("outgrow: the system refused: No space left on device\n  mend: ")
    assert "Traceback" not in told.stderr
    assert "Exception" not in told.stderr


def test_a_full_standard_error_leaves_the_exit_status(shell: Shell) -> None:
    assert shell("($OUTGROW status --store-url sqlite:///x.db) 2> /dev/full").returncode == 3


def test_a_reader_that_has_left_is_no_error(shell: Shell) -> None:
    told = shell("($OUTGROW --help; echo $? >&2) | true")

    assert told.stderr == ""  # the subshell is replaced by the command, and says nothing of its own
    assert shell("set -o pipefail; ($OUTGROW --help) | true").returncode == 0


def test_a_word_that_is_no_text_is_wrong_usage(cli: Cli) -> None:
    told = cli("when", "\udcff", "5", "--store-url", "sqlite:///x.db")

    assert told == (2, "", "outgrow: word 2 of the command line is no text\n  mend: write it in UTF-8\n")


def test_what_the_system_refuses_is_no_defect(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied", "closed")

    monkeypatch.setattr("outgrow.faces.cli.command.open_platform", refuse)

    told = cli("status")

    assert told.status == 3
    assert told.err.startswith("outgrow: the system refused: Permission denied (closed)\n  mend: ")


@pytest.mark.parametrize("debug", [False, True])
def test_a_traceback_is_shown_to_those_who_ask(cli: Cli, *, debug: bool) -> None:
    told = cli(*(["--debug"] if debug else []), "status", "--store-url", "sqlite:///absent.db")

    assert told.status == 3
    assert ("Traceback" in told.err) is debug
    assert "outgrow: there is no database file absent.db\n" in told.err


@pytest.mark.parametrize("debug", [False, True])
def test_a_warning_is_a_line_and_its_traceback_for_those_who_ask(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, *, debug: bool
) -> None:
    import logging

    def warn(**_: object) -> None:
        try:
            raise RuntimeError("no such table")
        except RuntimeError:
            logging.getLogger("outgrow.sources").warning("the area '%s'\nfailed", "media", exc_info=True)
        raise SystemExit(0)

    monkeypatch.setattr("outgrow.faces.cli.command.open_platform", warn)

    told = cli(*(["--debug"] if debug else []), "status")

    assert ("Traceback" in told.err) is debug
    assert debug or told.err == "outgrow: the area 'media' failed\n"


def test_the_library_leaves_the_logs_of_its_host_alone() -> None:
    checked = "import logging, outgrow.service.capture; assert not logging.getLogger('outgrow').handlers"
    checked += "; assert not logging.getLogger().handlers"

    assert app.info.name == "outgrow"
    assert subprocess.run([sys.executable, "-c", checked], check=False).returncode == 0
