"""The model that is shipped can be made again from its data, to the last byte."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.support.fleets import apart

from outgrow.forecasting.model import load_model
from outgrow.forecasting.panel import forecast_panel

DAYS, FIRST = 240, 20_000
NAMES = {
    "shops|a|products": "cumulative", "shops|a|stock": "stock", "shops|b|products": "cumulative",
    "plugins|c|downloads": "flow", "olist|d|products": "cumulative",
}  # fmt: skip


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessPoolExecutor]:
    with apart(tmp_path_factory) as process:
        yield process


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Counters, a level and a flow of four sources, one of which nothing may be learned from."""
    folder = tmp_path_factory.mktemp("training")
    rng = np.random.default_rng(5)
    values: dict[str, Callable[[], Any]] = {
        "cumulative": lambda: 500 + np.cumsum(rng.poisson(6, DAYS)),
        "stock": lambda: 900 + np.cumsum(rng.integers(-5, 7, DAYS)),
        "flow": lambda: rng.poisson(20, DAYS),
    }
    columns = {
        "series_id": np.repeat(list(NAMES), DAYS),
        "date": np.tile(np.arange(FIRST, FIRST + DAYS).astype("datetime64[D]"), len(NAMES)),
        "value": np.concatenate([values[kind]() for kind in NAMES.values()]).astype(float),
    }
    pq.write_table(pa.table(columns), folder / "series.parquet")
    pq.write_table(pa.table({"series_id": list(NAMES), "kind": list(NAMES.values())}), folder / "catalog.parquet")
    (folder / "card.json").write_text('{"name": "shared", "date": "2026-03-31", "scores": {"brier": 0.1}}')
    return folder


def learning(tool: Any, levels: Callable[..., Any], flows: Callable[..., Any]) -> None:
    """Let the tool learn by these, beside a hundredth of the flows that it makes up."""
    from outgrow.forecasting.training.flow_laws import with_made_up

    tool.fit_levels, tool.fit_flows, tool.with_made_up = levels, flows, partial(with_made_up, number=200)


def train(*words: str | Path) -> None:
    """The tool with its arguments, learning everything once."""
    from tools import train as tool

    from outgrow.forecasting.training.fit_flows import fit_flows
    from outgrow.forecasting.training.fit_levels import fit_levels

    learning(tool, partial(fit_levels, epochs=1), partial(fit_flows, epochs=1))
    sys.argv = ["train.py", *map(str, words)]
    tool.main()


def choose(*words: str | Path) -> None:
    """The same without learning anything: the networks are the shipped ones."""
    from tools import train as tool

    shipped = load_model()
    learning(tool, lambda _windows, progress: shipped.level[0], lambda _windows, _seed, progress: shipped.flow[0])
    sys.argv = ["train.py", *map(str, words)]
    tool.main()


@pytest.fixture(scope="module")
def made(process: ProcessPoolExecutor, folder: Path) -> Path:
    file = folder / "first.npz"
    process.submit(train, folder, "--out", file, "--card", folder / "card.json").result()
    return file


def test_the_same_folder_gives_the_same_bytes(process: ProcessPoolExecutor, folder: Path, made: Path) -> None:
    again = folder / "again.npz"
    process.submit(train, folder, "--out", again, "--card", folder / "card.json").result()

    assert again.read_bytes() == made.read_bytes()


def test_the_file_tells_what_it_was_trained_on(made: Path) -> None:
    card: dict[str, Any] = load_model(made).card

    assert (card["name"], card["date"], card["scores"]) == ("shared", "2026-03-31", {"brier": 0.1})
    assert card["series"] == {"plugins": 1, "shops": 3}
    assert card["windows"]["level"] > 0 < card["windows"]["flow"]


def test_what_was_trained_forecasts(made: Path) -> None:
    rows = 100 + np.cumsum(np.random.default_rng(1).poisson(4, (3, 200)), axis=1)
    for kind in ("level", "flow"):
        quantiles = forecast_panel(rows.astype(float), 30, kind, made).quantiles((0.1, 0.5, 0.9))
        assert np.isfinite(quantiles).all()
        assert (np.diff(quantiles, axis=1) >= 0).all()


@pytest.mark.parametrize(
    ("words", "series"),
    [
        ((), {"plugins": 1, "shops": 3}),
        (("--without-source", "plugins"), {"shops": 3}),
        (("--without-entities", "1"), {"plugins": 1, "shops": 1}),
    ],
)
def test_what_is_left_out_has_no_part_in_it(
    process: ProcessPoolExecutor, folder: Path, words: tuple[str, ...], series: dict[str, int]
) -> None:
    file = folder / f"chosen{''.join(words)}.npz"
    process.submit(choose, folder, "--out", file, *words).result()

    assert load_model(file).card["series"] == series
