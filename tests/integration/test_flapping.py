"""The benchmark of flapping counts what its text promises, and runs on small made-up input."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from benchmarks import flapping
from benchmarks.daily import HISTORY, DailySeries

from outgrow.domain.limit import Severity

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "flapping.py"
FIRST, DAYS = 20_000, 460
OK, WARNING, CRITICAL = int(Severity.OK), int(Severity.WARNING), int(Severity.CRITICAL)


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *map(str, words)], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A steady counter, and a level that comes and goes every two weeks."""
    folder = tmp_path_factory.mktemp("restless")
    rng = np.random.default_rng(3)
    values = {
        "shops|a|products": 600.0 + np.cumsum(rng.poisson(2.0, DAYS)),
        "shops|b|stock": 1_000 + 180 * np.sin(np.arange(DAYS) * np.pi / 7) + rng.normal(0, 5, DAYS),
    }
    dates = np.arange(FIRST, FIRST + DAYS).astype("datetime64[D]")
    pq.write_table(
        pa.table(
            {
                "series_id": np.repeat(list(values), DAYS),
                "date": np.tile(dates, len(values)),
                "value": np.concatenate(list(values.values())),
            }
        ),
        folder / "series.parquet",
    )
    pq.write_table(pa.table({"series_id": list(values), "kind": ["cumulative", "stock"]}), folder / "catalog.parquet")
    return folder


def track(plain: list[int], held: list[int], days: list[int] | None = None) -> flapping.Track:
    looked = np.array(days or range(len(plain)))
    return flapping.Track("s|a|m", "level", 0.05, looked, np.array(plain), np.array(held))


def test_changes_are_those_from_one_look_to_the_next() -> None:
    plain = [WARNING, OK, WARNING, CRITICAL, WARNING, OK]
    held = [WARNING, WARNING, WARNING, CRITICAL, CRITICAL, OK]

    assert track(plain, held).changes() == [5, 2, 1]


def test_delays_are_counted_in_days_and_closings_from_the_last_finding() -> None:
    plain = [OK, WARNING, WARNING, OK, OK, WARNING, CRITICAL]
    held = [OK, OK, WARNING, WARNING, OK, OK, OK]
    one = track(plain, held, days=[0, 1, 4, 5, 9, 10, 11])

    assert one.delays(Severity.WARNING).tolist() == [3, -1]
    assert one.delays(Severity.CRITICAL).tolist() == [-1]
    assert one.closings().tolist() == [5]
    first = track([WARNING, OK], [WARNING, WARNING])
    assert first.delays(Severity.WARNING).tolist() == [0]
    assert first.closings().tolist() == []


def test_a_year_needs_history_before_it_and_few_gaps() -> None:
    values = np.arange(1.0, HISTORY + 101)

    assert flapping.start_of(DailySeries("s|a|m", "level", FIRST, values), 100) == FIRST + HISTORY - 1
    assert flapping.start_of(DailySeries("s|a|m", "level", FIRST, values[1:]), 100) is None
    values[-30:-10] = np.nan
    assert flapping.start_of(DailySeries("s|a|m", "level", FIRST, values), 100) is None


def test_every_limit_of_a_series_is_looked_at_every_day(folder: Path) -> None:
    told = json.loads(run(folder, "--days", "50", "--json").stdout)

    assert (told["series"], told["entities"], told["looks"]) == (2, 2, 100)
    main = told["rows"][flapping.MAIN_ROW]
    assert main["limits"] == 2
    assert told["rows"]["all four limits"]["limits"] == 8
    assert sum(told["rows"][f"  of kind {kind}"]["plain"] for kind in ("level", "cumulative")) == main["plain"]


def test_held_changes_less_than_plain_and_opens_with_it(folder: Path) -> None:
    told: dict[str, Any] = json.loads(run(folder, "--days", "50", "--json").stdout)["rows"]["all four limits"]

    assert told["ratchet"] <= told["ratio"] < 1
    assert {late["most"] for name, late in told["late"].items() if name != "closed"} <= {0, None}
    assert told["late"]["opened"]["number"] > 0


def test_for_people_there_is_a_table(folder: Path) -> None:
    told = run(folder, "--days", "50")

    assert told.returncode == 0
    assert "limit 5% above the highest day" in told.stdout
    assert "aim 0.250" in told.stdout


def test_a_folder_without_long_series_is_told(folder: Path) -> None:
    told = run(folder, "--days", "365")

    assert told.returncode == 1
    assert "no series in" in told.stderr
