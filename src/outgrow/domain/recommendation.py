"""One thing that someone should do, with how urgent it is."""

from dataclasses import dataclass

from outgrow.domain.limit import Severity


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A finding and the action that follows from it."""

    category: str
    severity: Severity
    title: str
    description: str
    action: str

    def to_document(self) -> dict[str, str]:
        """As JSON: the five keys that every face shows."""
        return {
            "category": self.category,
            "severity": self.severity.word,
            "title": self.title,
            "description": self.description,
            "action": self.action,
        }
