"""The real command, each time in a process of its own that has everything imported already."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.cli import Told

import outgrow

WARM = """
import json, os, pkgutil, sys, traceback
from importlib import import_module
import alembic.command, psycopg, sqlalchemy.dialects.sqlite, sqlalchemy.dialects.postgresql.psycopg
import outgrow
for module in pkgutil.walk_packages(outgrow.__path__, "outgrow."):
    if "migrations" not in module.name and "charts" not in module.name:
        import_module(module.name)
from outgrow.__main__ import main

for line in sys.stdin:
    folder, words = json.loads(line)
    child = os.fork()
    if not child:
        os.chdir(folder)
        for stream, file in ((1, "out"), (2, "err")):
            os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        sys.argv, status = ["outgrow", *words], 0
        try:
            main()
        except SystemExit as end:
            status = end.code or 0
        except BaseException:
            traceback.print_exc()
            status = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""A process that has imported everything, and runs each command in a fork of its own."""

Run = Callable[..., Told]
"""Runs a command by its words."""


@contextmanager
def warm_process() -> Iterator[subprocess.Popen[str]]:
    """Such a process, without any setting from outside."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OUTGROW_", "PG"))}
    environment["PYTHONPATH"] = str(Path(outgrow.__file__).parents[1])  # the same one, whatever the folder
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", WARM], env=environment, **pipes) as process:
        yield process


def run_in(folder: Path, process: subprocess.Popen[str], words: tuple[str, ...]) -> Told:
    """Run a command in a folder, and read what it left behind."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps([str(folder), words]) + "\n")
    process.stdin.flush()
    status = int(process.stdout.readline())
    return Told(status, (folder / "out").read_text("utf-8"), (folder / "err").read_text("utf-8"))
