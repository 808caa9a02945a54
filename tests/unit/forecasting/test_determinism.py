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

DAYS = (1, 30, 90)

def digest(values, kind, model):
    panel = forecast_panel(values, 90, kind, model)
    found = panel.at_days(DAYS, LEVELS), panel.crossing_at(limits_of(values, 1), DAYS)
    return hashlib.sha256(b"".join(np.ascontiguousarray(part[:7]).tobytes() for part in found)).hexdigest()

def alone(values, kind, model):
    found = [forecast_panel(row[None], 90, kind, model) for row in values[:7]]
    limits = limits_of(values, 1)
    parts = (
        np.concatenate([one.at_days(DAYS, LEVELS) for one in found]),
        np.concatenate([one.crossing_at(limits[k:k + 1], DAYS) for k, one in enumerate(found)]),
    )
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()

def every_day(values, kind, model):
    panel = forecast_panel(values, 120, kind, model)
    found = panel.quantiles(LEVELS), panel.crossing_cdf(limits_of(values, 1))
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in found)).hexdigest()

for kind in ("level", "cumulative", "flow"):
    values = repeated(of_kind(kind), 600)  # more than two blocks of whatever size
    for model in MODELS:
        said = [alone(values, kind, model), *(digest(values[:rows], kind, model) for rows in (7, 256, 600))]
        print(f"{kind} {model}:", *said)
        print(f"{kind} {model} every day:", every_day(values[:150], kind, model))
"""

NEEDS = {"Haswell": "avx2", "Zen": "avx2", "SkylakeX": "avx512f", "Prescott": "pni"}
"""Kernels of the library of linear algebra, and the word for what they need of a processor."""


def kernels() -> list[str | None]:
    """Those that this processor bears, and the one that is chosen for it."""
    told = Path("/proc/cpuinfo")
    words = set(told.read_text(encoding="utf-8").split()) if told.exists() else set()
    return [None, *(kernel for kernel, word in NEEDS.items() if word in words)]


KERNELS = kernels()


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


@pytest.mark.parametrize("kernel", KERNELS)
def test_every_kernel_gives_a_row_the_same_bytes_in_any_batch_on_any_number_of_threads(kernel: str | None) -> None:
    """In processes of their own: a kernel is chosen once, when the library is loaded."""
    one, two = (digests_of(kernel, threads) for threads in ("1", "2"))

    assert len(one) == len(MODELS) * 3 * 2
    assert all(len(set(alone_and_in_blocks.split())) == 1 for alone_and_in_blocks in one.values()), one
    assert one == two


def digests_of(kernel: str | None, threads: str) -> dict[str, str]:
    """By kind and model, digests of the same rows alone and in blocks of growing size."""
    chosen = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    if kernel is not None:
        chosen["OPENBLAS_CORETYPE"] = kernel
    run = subprocess.run(
        [sys.executable, "-c", DIGESTS],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        env={**chosen, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return dict(line.split(": ") for line in run.stdout.splitlines())
