"""The program: `check` is guarded before anything is loaded that may fail to."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from outgrow.faces.cli import plugin
from outgrow.faces.cli.program import start_with

if TYPE_CHECKING:
    from outgrow.service.opening import Program


def main(make: "Callable[[], Program]") -> None:
    """Run the command line and leave the process with its exit status.

    Args:
        make: gives what opens platforms.
    """
    words = sys.argv[1:]
    if plugin.is_asked(words):
        sys.exit(plugin.answer(words, lambda: _check(words, make)))
    start_with(make())
    from outgrow.faces.cli.app import main as run

    run()


def _check(words: list[str], make: "Callable[[], Program]") -> object:
    start_with(make())
    from outgrow.faces.cli.app import check_asked

    return check_asked(words)
