"""What opens a platform for the verbs: settings or a host's session stand behind it, and faces know nothing else."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from outgrow.domain.diagnosis import Diagnosis
from outgrow.domain.discovery import Discovery
from outgrow.domain.given import FileSeries
from outgrow.domain.history import History
from outgrow.service.backfill import BackfillReport
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.service.scenario_file import ScenarioFile
from outgrow.sources.contract import Progress


class Opening(Protocol):
    """Where a platform's desk comes from, and what has to be done where there is none yet."""

    @property
    def config(self) -> CapacityConfig:
        """Ladder, limits and policies."""
        ...

    def desk(self, as_of: date | None = None, *, projects: bool = True) -> AbstractContextManager[Desk]:
        """The platform as it is stored and known on a day, today by default; kept at the end, or undone on an error.

        Args:
            projects: whether committed ones are counted in.

        Raises:
            SchemaError: our tables are missing or of another version.
            UsageError: the day has not come yet.
        """
        ...

    def source_desk(self, as_of: date | None = None, *, stores: bool = True) -> AbstractContextManager[Desk]:
        """The platform as its source knows it, to be captured or rebuilt.

        Args:
            stores: whether our tables are needed; without, nothing stored is known.

        Raises:
            ConfigurationError: there is no source.
            UnknownPlatformError: it has no such platform.
            UsageError: the day has not come yet.
        """
        ...

    def fleet(self) -> tuple[Sequence[History], date]:
        """Every history that is stored, of all platforms and scopes, and today."""
        ...

    def fleet_of(self, file: Path) -> tuple[Sequence[History], date]:
        """The same from a file."""
        ...

    def read_file(self, file: Path, today: date, platform: str) -> Sequence[FileSeries]:
        """The series of a file that is to be imported.

        Args:
            today: no day of it may come later.
            platform: whose file it is.
        """
        ...

    def scenarios(self, file: Path | None) -> ScenarioFile:
        """The scenarios of a file; of the one that the settings name by default, which need not be there."""
        ...

    def examine(self) -> Sequence[Diagnosis]:
        """What is right and wrong with settings, connections, permissions, tables and snapshots."""
        ...

    def create_store(self) -> str:
        """Create our tables or bring them up to this version; gives what may be shown of their address."""
        ...

    def close(self) -> None:
        """Close the connections that were opened."""
        ...


@dataclass(frozen=True, slots=True)
class Demo:
    """A synthetic platform that was built.

    Attributes:
        rows: how many there are, by table.
        rebuilt: of its history.
    """

    platform: str
    rows: Mapping[str, int]
    rebuilt: BackfillReport


class Program(Protocol):
    """What a face is started with: it opens platforms, and knows nothing of what was asked."""

    def open(self, config: Path | None, **options: object) -> Opening:
        """What settings and options describe.

        Args:
            config: a settings file; `outgrow.toml` in the working folder by default, which need not exist.
            options: settings by name; None means not given.

        Raises:
            ConfigurationError: a setting is missing or wrong; names file and line.
        """
        ...

    def discover(self, url: str) -> Discovery:
        """What may be counted in a database that was never seen before; it is only read, and hardly that.

        Raises:
            ConfigurationError, DatabaseError, MissingExtraError: it cannot be opened or asked.
        """
        ...

    def write_settings(self, file: Path, text: str) -> None:
        """Write a settings file that is not there yet.

        Raises:
            ConfigurationError: it cannot be made.
        """
        ...

    def demo_today(self) -> date:
        """The running day where the demo platform lives."""
        ...

    def demo(self, url: str, today: date, seed: int, progress: Progress) -> Demo:
        """Build the synthetic platform, rebuild its history, and capture today.

        Raises:
            DataError: the database was not made by a demo, or holds more than that.
        """
        ...

    def open_demo(self, url: str, demo: Demo) -> Opening:
        """What was built, by no other settings."""
        ...

    def names(self, what: str, config: Path | None, **options: object) -> Sequence[str]:
        """The names that a shell may offer: of `metrics`, `scopes` or `scenarios`; quick, and only ever reading."""
        ...
