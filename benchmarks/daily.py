"""A folder of real daily series, as arrays: what the accuracy benchmarks read.

`series.parquet` (series_id `source|entity|metric`, date, value) and `catalog.parquet` (source, entity, metric, kind)
hold the series, `crossings.parquet` the questions: origin, threshold, and the day on which it was first reached.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

Array = NDArray[np.float64]

HISTORY = 400
"""Days that a forecaster is shown, newest last."""
KINDS = {"cumulative": "cumulative", "stock": "level", "flow": "flow"}
"""The catalogue's words for a kind, and ours."""


@dataclass(frozen=True, slots=True, eq=False)
class DailySeries:
    """One series.

    Attributes:
        name: `source|entity|metric`.
        kind: `level`, `cumulative` or `flow`.
        first_day: days since 1970-01-01.
        values: (n_days,), NaN where not observed.
    """

    name: str
    kind: str
    first_day: int
    values: Array

    def history(self, day: int) -> Array:
        """The 400 days up to and including `day`, (HISTORY,); NaN before the first."""
        seen = self.values[max(day - self.first_day + 1 - HISTORY, 0) : day - self.first_day + 1]
        return np.concatenate([np.full(HISTORY - len(seen), np.nan), seen])

    def future(self, day: int, horizon: int) -> Array:
        """The days after `day`, (horizon,); NaN after the last."""
        seen = self.values[day - self.first_day + 1 : day - self.first_day + 1 + horizon]
        return np.concatenate([seen, np.full(horizon - len(seen), np.nan)])


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """When is the threshold reached? All arrays are (n,), days count from the origin.

    Attributes:
        name: of the series.
        origin: days since 1970-01-01; what came later is not to be used.
        threshold: strictly above the value at the origin.
        not_before, reached: the true day lies in [not_before, reached]; NaN where it was not seen to come.
        observed: days after the origin that the series was watched.
    """

    name: NDArray[np.str_]
    origin: NDArray[np.int64]
    threshold: Array
    not_before: Array
    reached: Array
    observed: Array

    def take(self, rows: NDArray[np.int64]) -> "Questions":
        """Some of the questions."""
        return Questions(
            self.name[rows],
            self.origin[rows],
            self.threshold[rows],
            self.not_before[rows],
            self.reached[rows],
            self.observed[rows],
        )


def source_of(name: str) -> str:
    """Where a series was found."""
    return name.split("|", 1)[0]


def entity_of(name: str) -> str:
    """Whose series it is: those of one entity rise and fall together."""
    return name.rsplit("|", 1)[0]


def read_series(folder: Path) -> dict[str, DailySeries]:
    """All series of the folder, by name."""
    catalog = pq.read_table(folder / "catalog.parquet", columns=["series_id", "kind"])
    kinds = dict(zip(_text(catalog, "series_id"), _text(catalog, "kind"), strict=True))
    table = pq.read_table(folder / "series.parquet", columns=["series_id", "date", "value"])
    coded = table["series_id"].cast(pa.string()).combine_chunks().dictionary_encode()
    names, number = coded.dictionary.to_pylist(), coded.indices.to_numpy()
    day, value = _days(table, "date"), _numbers(table, "value")
    order = np.argsort(number, kind="stable")
    bounds = np.searchsorted(number[order], np.arange(len(names) + 1))
    found: dict[str, DailySeries] = {}
    for at, name in enumerate(names):
        rows = order[bounds[at] : bounds[at + 1]]
        first = int(day[rows].min())
        dense = np.full(int(day[rows].max()) - first + 1, np.nan)
        dense[day[rows] - first] = value[rows]
        found[name] = DailySeries(name, KINDS[kinds[name]], first, dense)
    return dict(sorted(found.items()))


def read_questions(folder: Path) -> Questions:
    """All questions of the folder."""
    table = pq.read_table(folder / "crossings.parquet")
    return Questions(
        name=_text(table, "series_id"),
        origin=_days(table, "origin"),
        threshold=_numbers(table, "threshold"),
        not_before=_numbers(table, "days_lo"),
        reached=_numbers(table, "days_to_cross"),
        observed=_numbers(table, "days_observed_after_origin"),
    )


def draw(names: Sequence[str], count: int, seed: int) -> NDArray[np.int64]:
    """Which of many windows to look at, one name a window: positions in `names`, ascending.

    Every source gives in proportion to its number of entities (Webster's method), and its entities take turns: none
    gives a second window before each of its source has given one.
    """
    chance = np.random.default_rng(seed).permutation(len(names))
    turns: dict[str, int] = {}
    by_source: dict[str, list[tuple[int, int, int]]] = {}
    for at in np.argsort(chance).tolist():
        entity = entity_of(names[at])
        turns[entity] = turns.get(entity, -1) + 1
        by_source.setdefault(source_of(names[at]), []).append((turns[entity], int(chance[at]), at))
    claims = []
    for windows in by_source.values():
        entities = sum(turn == 0 for turn, _, _ in windows)
        claims += [((place + 0.5) / entities, window[2]) for place, window in enumerate(sorted(windows))]
    return np.sort(np.array([at for _, at in sorted(claims)[: count or None]], dtype=np.int64))


def filled(history: Array) -> Array:
    """One history without gaps: from its first observed day on, straight lines between observed days."""
    seen = np.flatnonzero(~np.isnan(history))
    return np.interp(np.arange(seen[0], len(history)), seen, history[seen])


def _text(table: pa.Table, column: str) -> NDArray[np.str_]:
    return np.array(table[column].cast(pa.string()).to_pylist(), dtype=np.str_)


def _days(table: pa.Table, column: str) -> NDArray[np.int64]:
    days: NDArray[np.int64] = table[column].to_numpy().astype("datetime64[D]").astype(np.int64)
    return days


def _numbers(table: pa.Table, column: str) -> Array:
    numbers: Array = table[column].cast(pa.float64()).to_numpy()  # null becomes NaN
    return numbers
