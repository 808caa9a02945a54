"""What this command line was started with; set once, before any command runs."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outgrow.service.opening import Program

_started: "list[Program]" = []


def start_with(program: "Program") -> None:
    """Let all commands open platforms by this."""
    _started[:] = [program]


def program() -> "Program":
    """What was given."""
    assert _started, "the program is given before a command runs"  # noqa: S101
    return _started[0]
