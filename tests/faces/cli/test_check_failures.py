"""`outgrow check`: whatever goes wrong is UNKNOWN, in one line."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.support.checks import STORE, filling, limits, stored, unknown
from tests.support.cli import TODAY, Cli, Told
from tests.support.plugins import Number

import outgrow
from outgrow.faces.cli import plugin

COMMAND = [sys.executable, "-c", "from outgrow.__main__ import main; main()"]

WRONG = [
    ("check", "--nonsense"),
    ("--nonsense", "check"),
    ("--config", "x", "check"),
    ("check", "extra", "words"),
    ("check", "--as-of", "soon"),
    ("check", "--as-of", "2999-01-01", *STORE),
    ("check", "--config", "gone.toml"),
    ("check", "--config", "."),
    ("check", "--store-url", "sqlite:///gone.db"),
    ("check", "--store-url", "nonsense"),
    ("check", "--store-url", "postgresql://nobody@127.0.0.1:1/none"),
    ("check",),
]


class TestWhateverGoesWrong:
    @pytest.mark.parametrize("words", WRONG, ids=" ".join)
    def test_is_unknown_in_one_line(self, cli: Cli, words: tuple[str, ...]) -> None:
        told = cli(*words)
        if words[:3] == ("check", "--as-of", "2999-01-01"):
            assert cli("init", *STORE).status == 0
            told = cli(*words)

        unknown(told)
        shown = cli(*words, "--json")
        assert (shown.status, shown.err) == (3, "")
        assert shown.document() == {"state": 3, "status": "UNKNOWN", "line": told.out.strip()}

    def test_what_went_wrong_is_said_with_its_mend(self, cli: Cli) -> None:
        unknown(cli("check", "--store-url", "sqlite:///gone.db"), "there is no database file gone.db; mend: ")
        unknown(cli("check"), "database_url is not set; mend: ")
        unknown(cli("check", "--config", "gone.toml"), "there is no settings file gone.toml; mend: ")

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (ZeroDivisionError("a secret"), "this is a defect of outgrow: ZeroDivisionError"),
            (MemoryError(), "MemoryError"),
            (RecursionError(), "RecursionError"),
            (ImportError("no", name="numpy"), "the installation is broken: numpy cannot be loaded"),
            (BrokenPipeError(), "BrokenPipeError"),
            (SystemExit(1), "SystemExit"),
            (SystemExit(0), "SystemExit"),
        ],
        ids=repr,
    )
    def test_defects_too(self, cli: Cli, monkeypatch: pytest.MonkeyPatch, error: BaseException, said: str) -> None:
        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr("outgrow.setup.settings.load_settings", fail)

        unknown(cli("check"), said)
        assert "secret" not in cli("check").out
        debugged = cli("check", "--debug")
        assert (debugged.status, debugged.out.count("\n")) == (3, 1)
        assert "Traceback" in debugged.err

    def test_an_interruption_too(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("outgrow.setup.settings.load_settings", interrupted)

        unknown(cli("check"))

    def test_an_option_without_its_value_is_unknown(self, cli: Cli) -> None:
        unknown(cli("check", "--metric"), "'--metric' requires an argument; mend: see `outgrow check --help`")

    def test_help_is_no_failure(self, cli: Cli) -> None:
        told = cli("check", "--help")

        assert (told.status, told.err) == (0, "")
        assert "--critical" in told.out


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("check", True),
        ("--debug check", True),
        ("--nonsense check", True),
        ("--nonsense=3 check --json", True),
        ("--config x --store-url y check", True),
        ("when check", False),
        ("--debug when check", False),
        ("--json when check", False),
        ("--json check", True),
        ("history --scope check", False),
        ("import check", False),
        ("", False),
        ("--help", False),
    ],
)
def test_when_check_is_what_is_asked(words: str, asked: bool) -> None:
    assert plugin.is_asked(words.split()) is asked


def test_options_that_no_value_follows_are_known_without_loading_the_commands() -> None:
    import typer.main

    from outgrow.faces.cli.app import app

    group: Any = typer.main.get_command(app)
    flags = {
        name
        for command in (group, *group.commands.values())
        for option in command.params
        if getattr(option, "is_flag", False)
        for name in option.opts
    }

    assert {"--json", "--without-projects"} < flags <= plugin.FLAGS


# ---------------------------------------------------------------- in processes of their own


def test_generated_lines_are_answered_in_one_line(cli: Cli, tmp_path: Path) -> None:
    stored(cli, tmp_path, db_gb=filling())
    where = limits(tmp_path, {"metric": "db_gb", "maximum": 1_000, "name": "a='b'\n|c"})
    random = Random(7)
    options = {
        "--metric": ["db_gb", "products", "nothing", "x=y|z"],
        "--warning": ["800", "80%", "30d", "nan", "-5", "1e999", "", "1e-300", "9" * 400, "x\ny"],
        "--critical": ["950", "95%", "10d", "inf%", "dd", "\x1b[31m"],
        "--as-of": ["2026-03-31", "2026-02-01", "9999-12-31", "soon"],
        "--platform": ["main", "other|one"],
        "--store-url": ["sqlite:///ours.db", "sqlite:///gone.db", "x"],
        "--nonsense": ["y"],
    }
    for _ in range(60):
        words = [word for name in random.sample(list(options), 3) for word in (name, random.choice(options[name]))]
        told = cli("check", *where, *words)

        assert told.out.startswith(f"OUTGROW {('OK', 'WARNING', 'CRITICAL', 'UNKNOWN')[told.status]} - ")
        assert (told.err, told.out.count("\n")) == ("", 1)
        assert Number.read_all(told.out[:-1]) or told.status == 3
        assert "defect" not in told.out


def real(folder: Path, **more: str) -> dict[str, Any]:
    source = str(Path(outgrow.__file__).parents[1])
    return {"cwd": folder, "env": {**os.environ, "PYTHONPATH": source, **more}, "stderr": subprocess.PIPE, "text": True}


def test_an_installation_that_cannot_be_loaded_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise ImportError('half of it is missing', name='typer')\n", "utf-8")
    source = os.pathsep.join([str(tmp_path), str(Path(outgrow.__file__).parents[1])])
    told = subprocess.run([*COMMAND, "check"], check=False, stdout=subprocess.PIPE, **real(tmp_path, PYTHONPATH=source))

    unknown(Told(told.returncode, told.stdout, told.stderr), "typer cannot be loaded")


@contextmanager
def pipe_without_a_reader() -> Iterator[int]:
    read, write = os.pipe()
    os.close(read)
    try:
        yield write
    finally:
        os.close(write)


def test_an_answer_that_nobody_reads_is_unknown(cli: Cli, tmp_path: Path) -> None:
    stored(cli, tmp_path, db_gb=[100.0] * 20)
    words = [*COMMAND, "check", *limits(tmp_path, {"metric": "db_gb", "maximum": 1_000}), "--as-of", str(TODAY)]

    read = subprocess.run(words, check=False, stdout=subprocess.PIPE, **real(tmp_path))
    assert (read.returncode, read.stderr) == (0, "")
    with pipe_without_a_reader() as pipe:
        lost = subprocess.run(words, check=False, stdout=pipe, **real(tmp_path))
    assert (lost.returncode, lost.stderr) == (3, "")
    closed = subprocess.run(["/bin/sh", "-c", '"$@" >&-', "sh", *words], check=False, **real(tmp_path))
    assert (closed.returncode, closed.stderr) == (3, "")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_check_that_is_ended_is_unknown(tmp_path: Path, name: str) -> None:
    """A database that takes the connection and says nothing: monitoring gives up and ends the check."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        silent.settimeout(60)
        words = [*COMMAND, "check", "--store-url", f"postgresql://nobody@127.0.0.1:{port}/none"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, **real(tmp_path)) as process:
            connection, _ = silent.accept()
            with connection:
                connection.recv(1)
                process.send_signal(getattr(signal, name))
                out, err = process.communicate(timeout=60)

    unknown(Told(process.returncode, out, err), f"ended by {name} before there was an answer")
