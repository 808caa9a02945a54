"""`outgrow init URL`: looks at a database that was never seen before, and writes the settings that follow."""

import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from outgrow.domain.discovery import Discovery
from outgrow.domain.errors import ConfigurationError
from outgrow.setup.connections import database_errors, open_engine
from outgrow.sources.sql.declaration import SqlRules
from outgrow.sources.sql.discovery.discover import discover as look
from outgrow.sources.sql.opening import open_database


def discover(url: str, now: datetime) -> Discovery:
    """What may be counted in a database."""
    engine = open_engine(url, "URL", read_only=True)
    with database_errors(url):
        try:
            return look(engine, open_database(engine, SqlRules()), url, now, ZoneInfo("UTC"))
        finally:
            engine.dispose()


def write_settings(file: Path, text: str) -> None:
    """Write a settings file that is not there yet; its owner alone may read it, for it may hold a password.

    Raises:
        ConfigurationError: it cannot be made.
    """
    try:
        with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as opened:
            opened.write(text)
    except OSError as error:
        raise ConfigurationError(
            f"the settings file {file} cannot be written: {error.strerror}", "check its folder and your rights"
        ) from error
