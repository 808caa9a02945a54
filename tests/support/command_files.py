"""Files that commands read, what they leave behind, and how they refuse."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.support.cli import TODAY, Told
from tests.support.platforms import tables_of

from outgrow.store.orm import StoreBase


def everything_of_ours(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of our tables in an SQLite file."""
    engine = create_engine(f"sqlite:///{file}")
    with Session(engine) as session:
        found = tables_of(session, StoreBase)
    engine.dispose()
    return found


def csv(folder: Path, *rows: str, name: str = "values.csv") -> str:
    """Write a file of these rows; gives its name."""
    (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return name


def a_straight_line(folder: Path, metric: str, start: float, step: float, days: int = 60) -> str:
    """A file of as many days up to today, that rise by a step each."""
    dates = (TODAY - timedelta(days=days - 1 - n) for n in range(days))
    return csv(folder, f"date,{metric}", *(f"{day},{start + step * n}" for n, day in enumerate(dates)))


def refused(told: Told, status: int, *parts: str) -> None:
    """Two lines or more on standard error: what happened, and how to mend it."""
    assert (told.status, told.out) == (status, "")
    assert told.err.startswith("outgrow: ")
    assert "\n  mend: " in told.err
    assert "Traceback" not in told.err
    for part in parts:
        assert part in told.err
