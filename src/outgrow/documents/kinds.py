"""The kinds of text that documents hold: words of lists, days, months, money."""

from datetime import date
from typing import Annotated, Any, Literal, cast

from outgrow.domain.limit import Severity

StatusWord = Literal[
    "ok",
    "already_exceeded",
    "no_growth",
    "declining",
    "beyond_horizon",
    "insufficient_data",
    "no_limit",
    "stale",
]
SeverityWord = Literal["ok", "info", "warning", "critical"]
KindWord = Literal["level", "cumulative", "flow"]
ModelName = Literal["shared", "drift"]


class Format:
    """How a text is to be read, as JSON schemas name it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's own
        """Say it in the schema."""
        return {**handler(core), "format": self.name}


class Told:
    """The description of a key that is a word of Python's own, and so cannot stand in a class with one below it."""

    def __init__(self, text: str) -> None:
        self.text = text


Day = Annotated[str, Format("date")]
"""`2026-11-22`."""
Month = Annotated[str, Format("month")]
"""`2026-11`."""
Money = Annotated[str, Format("decimal")]
"""`190.00`: text, so that no cent is lost."""


def severity_word(severity: Severity) -> SeverityWord:
    """A severity as documents write it."""
    return cast("SeverityWord", severity.word)


def iso(day: date | None) -> Day | None:
    """A day as documents write it; None where there is none."""
    return day.isoformat() if day else None


def share(value: float | None) -> float | None:
    """A share or a chance with four decimals."""
    return None if value is None else round(value, 4)


def significant(value: float | None, digits: int = 6) -> float | None:
    """A number with so many digits that count."""
    return None if value is None else float(f"{value:.{digits}g}")
