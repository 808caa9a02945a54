"""What `outgrow check` is asked about, series that end today and limits, and what it says where it cannot tell."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.support.cli import TODAY, Cli, Told

STORE = ("--store-url", "sqlite:///ours.db")


def a_file(folder: Path, **series: list[float]) -> str:
    """A daily file of these series, up to today."""
    days = len(next(iter(series.values())))
    dates = [TODAY - timedelta(days=days - 1 - n) for n in range(days)]
    lines = [",".join(map(str, row)) for row in zip(dates, *series.values(), strict=True)]
    path = folder / "growth.csv"
    path.write_text("\n".join([f"date,{','.join(series)}", *lines]), "utf-8")
    return str(path)


def limits(folder: Path, *limits: dict[str, Any]) -> tuple[str, ...]:
    """The options that name a settings file with these limits."""
    lines: list[str] = []
    for one in limits:
        lines += ["[[limits]]", *(f"{key} = {json.dumps(value)}" for key, value in one.items())]
    (folder / "limits.toml").write_text("\n".join(lines), "utf-8")
    return ("--config", "limits.toml", *STORE)


def stored(cli: Cli, folder: Path, **series: list[float]) -> None:
    """Import these series into a store of their own."""
    cli("init", *STORE)
    assert cli("import", a_file(folder, **series), *STORE).status == 0


def filling(zeros: int = 0, days: int = 120) -> list[float]:
    """From 700 on 1.5 a day; zeros on the newest days."""
    return [700 + 1.5 * n if n < days - zeros else 0.0 for n in range(days)]


def unknown(told: Told, *parts: str) -> None:
    """One line that says UNKNOWN, and nothing else."""
    assert (told.status, told.err) == (3, "")
    assert told.out.startswith("OUTGROW UNKNOWN - ")
    assert told.out.count("\n") == 1
    assert told.out[:-1].isprintable()
    for part in parts:
        assert part in told.out
