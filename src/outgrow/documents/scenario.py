"""The document of `outgrow whatif --list`: what there is to ask about."""

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from outgrow.service.scenario_file import ScenarioFile


class ScenarioDocument(TypedDict):
    """A scenario of the file."""

    name: str
    """by which it is asked about"""
    description: str
    """what the file says of it"""
    changes: list[str]
    """the kinds of its changes, as the file calls them"""


class ScenariosDocument(TypedDict):
    """The scenarios of a file."""

    file: str
    """the file"""
    scenarios: list[ScenarioDocument]
    """in the order of the file"""


def scenarios_document(found: "ScenarioFile") -> ScenariosDocument:
    """What there is to ask about."""
    return {
        "file": str(found.path),
        "scenarios": [
            {"name": name, "description": table.description, "changes": table.kinds()}
            for name, table in found.tables.items()
        ],
    }
