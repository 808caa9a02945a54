"""The document of `outgrow doctor`: what is wrong, and how to mend it."""

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from outgrow.domain.diagnosis import Diagnosis


class FindingDocument(TypedDict):
    """One check."""

    check: str
    """what was looked at"""
    state: Literal["good", "note", "bad"]
    """how it came out, see statuses.md#states-of-outgrow-doctor"""
    message: str
    """what was found"""
    mend: str
    """what to do; empty where there is nothing to do"""


def finding_document(finding: "Diagnosis") -> FindingDocument:
    """One check with how it came out."""
    return {
        "check": finding.check,
        "state": finding.state.value,
        "message": finding.message,
        "mend": finding.mend,
    }
