"""What was looked at to see whether all is well, how it came out, and how to mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How a look came out."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One look: at what, how it came out, and how to mend it."""

    check: str
    state: Health
    message: str
    mend: str = ""
