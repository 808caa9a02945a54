"""The example that judges months' totals, on a platform that was made up for it."""

import importlib.util
import sys
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.support.snapshots import observed, row, write_days, write_measurements

from outgrow import create_schema
from outgrow.domain.metric import ORDERS_PER_DAY

EXAMPLE = Path(__file__).parents[3] / "examples" / "olist" / "judge_months.py"
LAST = date(2026, 2, 28)


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("judge_months", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A year of a hundred orders a day and more, twice as many on Mondays."""
    url = f"sqlite:///{tmp_path_factory.mktemp('shop') / 'shop.db'}"
    engine = create_engine(url)
    create_schema(engine, commerce=False)
    days = [LAST - timedelta(days=ago) for ago in range(364, -1, -1)]
    orders = np.random.default_rng(1).poisson([200 if day.weekday() == 0 else 100 for day in days])
    with Session(engine) as session:
        write_days(session, "main", days)
        rows = (row(observed(float(n)), ORDERS_PER_DAY.name, day) for day, n in zip(days, orders, strict=True))
        write_measurements(session, list(rows))
        session.commit()
    engine.dispose()
    return url


def test_the_table(example: ModuleType, shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert example.main([shop, "--from", "2025-11", "--to", "2026-02"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    cells = [row.split() for row in rows]

    assert " ".join(head.split()) == "seen on the months outgrow so far / share 80 % interval holds"
    assert [row[0] for row in cells] == ["5th", "10th", "15th", "20th", "all"]
    assert [row[1] for row in cells] == ["4", "4", "4", "4", "16"]
    # Who knows the weekdays is ahead of who does not.
    assert float(cells[0][2]) < float(cells[0][3])
    assert np.mean([float(row[2]) for row in cells[:4]]) == pytest.approx(float(cells[4][2]), abs=0.1)
    assert 50 <= int(cells[4][4].rstrip("%")) <= 100


def test_what_is_judged(example: ModuleType) -> None:
    one = example.Judged(date(2026, 2, 5), 90.0, 100.0, 110.0, 140.0, 105.0)

    assert (one.error, one.error_by_rule, one.held) == (5.0, 35.0, True)
    assert not example.Judged(date(2026, 2, 5), 90.0, 100.0, 110.0, 140.0, 111.0).held


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--from", "2026-03", "--to", "2026-03"), (3, "orders of March 2026 are not all known")),
        (("--from", "2024-03", "--to", "2026-02"), (3, "orders of March 2024 are not all known")),
        (("--from", "2026-02", "--to", "2026-01"), (2, "the last month lies before the first")),
        (("--from", "2026-01", "--to", "2026-02", "--country", "XX"), (3, "[calendar] country = 'XX'")),
    ],
)
def test_what_cannot_be_judged(
    example: ModuleType,
    shop: str,
    words: tuple[str, ...],
    told: tuple[int, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, said = told

    assert example.main([shop, *words]) == status
    assert said in capsys.readouterr().err
