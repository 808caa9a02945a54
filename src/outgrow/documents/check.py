"""The document of `outgrow check`: one line for monitoring.

It is made whatever happens, so it needs next to nothing.
"""

from typing import Literal, TypedDict, cast

from outgrow.domain.monitoring import STATES

StateWord = Literal["OK", "WARNING", "CRITICAL", "UNKNOWN"]


class CheckDocument(TypedDict):
    """What monitoring is told."""

    state: Literal[0, 1, 2, 3]
    """the state's number, which is also the exit status"""
    status: StateWord
    """its word, see statuses.md#states-of-outgrow-check"""
    line: str
    """the line that is printed without `--json`"""


def check_document(state: int, line: str) -> CheckDocument:
    """A state with its word."""
    return {"state": cast("Literal[0, 1, 2, 3]", state), "status": cast("StateWord", STATES[state]), "line": line}
