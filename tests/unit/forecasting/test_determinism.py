"""The same series gives the same bytes, wherever it stands, whatever stands beside it, and in every process."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support.growth_panels import LEVELS, limits_of, of_kind, repeated

from outgrow.forecasting import forecast_panel
from outgrow.forecasting.panel import MODELS

Array = NDArray[np.float64]
ROWS = 300
HORIZON = 45
each_kind = pytest.mark.parametrize("kind", ["level", "cumulative", "flow"])
each_model = pytest.mark.parametrize("model", MODELS)

DIGESTS = """
import hashlib
import numpy as np
from tests.support.growth_panels import LEVELS, limits_of, of_kind, repeated
from outgrow.forecasting import forecast_panel
from outgrow.forecasting.panel import MODELS

for kind in ("level", "cumulative", "flow"):
    values = repeated(of_kind(kind), 150)
    for model in MODELS:
        panel = forecast_panel(values, 120, kind, model)
        for found in (panel.quantiles(LEVELS), panel.crossing_cdf(limits_of(values, 1))):
            print(kind, model, hashlib.sha256(np.ascontiguousarray(found).tobytes()).hexdigest())
"""


def answers(values: Array, kind: str, model: str) -> tuple[Array, ...]:
    panel, limits = forecast_panel(values, HORIZON, kind, model), limits_of(values, 1)
    days = (1, 2, 30)
    return (
        panel.quantiles(LEVELS),
        panel.at_days(days, LEVELS),
        panel.crossing_cdf(limits),
        panel.crossing_at(limits, days),
        panel.crossing_cdf(0.8 * limits, falling=True),
    )


@each_kind
@each_model
def test_a_row_is_the_same_in_a_batch_of_any_size(kind: str, model: str) -> None:
    values = repeated(of_kind(kind), ROWS)
    whole = answers(values, kind, model)

    for size in (1, 2, 3, 15, 16, 17, 127, 128, 129, 257):
        for mine, all_rows in zip(answers(values[:size], kind, model), whole, strict=True):
            np.testing.assert_array_equal(mine, all_rows[:size], err_msg=f"of {size}")


@each_kind
@each_model
def test_a_row_is_the_same_in_every_place(kind: str, model: str) -> None:
    values = repeated(of_kind(kind), ROWS)
    whole = answers(values, kind, model)

    for order in (np.arange(ROWS)[::-1], np.roll(np.arange(ROWS), 131), np.random.default_rng(3).permutation(ROWS)):
        for mine, all_rows in zip(answers(values[order], kind, model), whole, strict=True):
            np.testing.assert_array_equal(mine, all_rows[order])


@each_kind
@each_model
def test_a_row_is_the_same_all_alone(kind: str, model: str) -> None:
    """Also beside rows with gaps, which take another way through the mathematics than rows without."""
    values = of_kind(kind)
    whole = answers(values, kind, model)

    for at in range(len(values)):
        for mine, all_rows in zip(answers(values[at : at + 1], kind, model), whole, strict=True):
            np.testing.assert_array_equal(mine[0], all_rows[at])


@each_kind
@each_model
def test_how_the_values_lie_in_memory_does_not_matter(kind: str, model: str) -> None:
    values = repeated(of_kind(kind), 20)
    spread = np.full((20, 2 * values.shape[1]), np.nan)
    spread[:, ::2] = values

    for other in (np.asfortranarray(values), spread[:, ::2], values[:, ::-1].copy()[:, ::-1]):
        for mine, usual in zip(answers(other, kind, model), answers(values, kind, model), strict=True):
            np.testing.assert_array_equal(mine, usual)


def test_every_process_gives_the_same_bytes_on_any_number_of_threads() -> None:
    said = []
    for threads in ("1", "2", "2"):
        run = subprocess.run(
            [sys.executable, "-c", DIGESTS],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[3],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
            check=False,
        )
        assert run.returncode == 0, run.stderr
        said.append(run.stdout)

    assert len(said[0].splitlines()) == 3 * len(MODELS) * 2
    assert said[0] == said[1] == said[2]
