"""`scenarios.toml`: its scenarios by name, and the line of whatever is wrong in it."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from outgrow.domain.errors import ConfigurationError, OutgrowError, UsageError
from outgrow.domain.text import cleaned_key
from outgrow.service.files import NO_SUCH_FILE, why_unreadable
from outgrow.service.places import Keys, line_of
from outgrow.service.readers import MisreadError
from outgrow.service.scenario_tables import SCENARIOS, ScenarioTable

Fault = Callable[[Keys, str, str], OutgrowError]
"""Makes the error for what is wrong at a key of a scenario, from what it is and how to mend it: says where."""


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """The scenarios of a file.

    Attributes:
        path: the file, there or not.
        tables: by name; none without a file.
    """

    path: Path
    text: str
    tables: Mapping[str, ScenarioTable]

    def table(self, name: str) -> ScenarioTable:
        """The scenario of this name.

        Raises:
            ConfigurationError: the file does not exist.
            UsageError: there is no scenario of this name in it.
        """
        if cleaned_key(name) in self.tables:
            return self.tables[cleaned_key(name)]
        if not self.path.is_file():
            raise ConfigurationError(
                f"there is no scenarios file {self.path}, and so no scenario '{name}'",
                f"write it, with a table [scenario.{name}], or name the file with --file",
            )
        near = get_close_matches(name, self.tables, n=3, cutoff=0.5) or list(self.tables)
        mend = f"use one of: {', '.join(near)}" if near else f"write it, in a table [scenario.{name}]"
        raise UsageError(f"{self.path} holds no scenario '{name}'", mend)

    def to_document(self) -> dict[str, Any]:
        """As JSON: what there is to ask about."""
        return {
            "file": str(self.path),
            "scenarios": [
                {"name": name, "description": table.description, "changes": table.kinds()}
                for name, table in self.tables.items()
            ],
        }

    def fault(self, name: str) -> Fault:
        """Makes errors that name the file, the line and the key."""

        def make(keys: Keys, what: str, mend: str) -> OutgrowError:
            return ConfigurationError(f"{place(self.path, self.text, ('scenario', name, *keys))}: {what}", mend)

        return make


def read_scenarios(path: Path, *, must_exist: bool) -> ScenarioFile:
    """Read a file of scenarios.

    Args:
        must_exist: whether it was asked for by name; else a missing file holds none.

    Raises:
        ConfigurationError: it is missing, no TOML, or something in it is unknown or wrong; names line and key.
    """
    why = why_unreadable(path)
    if why == NO_SUCH_FILE:
        if must_exist:
            raise ConfigurationError(f"there is no scenarios file {path}", "check the name, or leave it out")
        return ScenarioFile(path, "", {})
    if why is not None:
        raise ConfigurationError(f"the scenarios file {path} cannot be read: {why}", "check its name and its rights")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"the scenarios file {path} is no text: {error.reason}", "save it as UTF-8") from error
    try:
        return ScenarioFile(path, text, SCENARIOS(tomllib.loads(text)))
    except MisreadError as fault:
        raise ConfigurationError(f"{place(path, text, fault.keys)}: {fault.what}", fault.mend) from fault
    except (ValueError, RecursionError) as error:  # TOML that cannot be read
        raise ConfigurationError(f"{path}: {error}", "correct that line") from error


def place(path: Path, text: str, keys: Keys) -> str:
    """File, line and key."""
    line = line_of(text, keys)
    return f"{path}{f', line {line}' if line else ''}: {'.'.join(map(str, keys))}"
