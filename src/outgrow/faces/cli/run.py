"""The program: `check` is guarded before anything is loaded that may fail to."""

import sys

from outgrow.faces.cli import plugin


def main() -> None:
    """Run the command line and leave the process with its exit status."""
    words = sys.argv[1:]
    if plugin.is_asked(words):
        sys.exit(plugin.answer(words, lambda: _check(words)))
    from outgrow.faces.cli.app import main as run

    run()


def _check(words: list[str]) -> object:
    from outgrow.faces.cli.app import check_asked

    return check_asked(words)
