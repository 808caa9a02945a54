"""Whether chances move from day to day by no more than what is learned: a year replayed day by day.

    python benchmarks/movement.py DATA_FOLDER [--series 150] [--seed 0]

What is asked of each series is the chance that a limit has been reached by one fixed day, a year after the start; the
limit lies 0.2 to 2 times the growth of the last 400 days above the value at the start. Every day until the limit is
reached, or until the year is over, the engine is shown the 400 days up to it.

Chances that are right have to move: from p on the first day to 0 or 1 on the last their squared moves add up, on
average, to p (1 - p), however smoothly or suddenly the truth comes out (N. Augenblick and M. Rabin, Belief movement,
uncertainty reduction, and rational updating, 2021). More than that is restlessness, less is deafness. The ratio of the
two sums is told, with a 95% interval from resampling entities. A median date inherits this: where the range of dates is
wide, the smallest news moves its middle by days.

A run takes some seconds: a series' days are one panel call.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from benchmarks.daily import HISTORY, DailySeries, entity_of, read_series
from benchmarks.scoring import interval
from numpy.typing import NDArray

from outgrow.forecasting import forecast_panel

YEAR = 365
MOST_MISSING = 0.1
"""Share of the history and of the year that may be unobserved."""
NEAREST, FARTHEST = 0.2, 2.0
"""How far the limit lies above the start, in the growth of the history."""


def movement(series: DailySeries, rng: np.random.Generator) -> tuple[float, float] | None:
    """The sum of squared moves, and what it should be; None where the series cannot be replayed."""
    latest = series.first_day + len(series.values) - 1 - YEAR
    earliest = series.first_day + HISTORY - 1
    if series.kind == "flow" or latest < earliest:
        return None
    start = int(rng.integers(earliest, latest + 1))
    past, year = series.history(start), series.future(start, YEAR)
    if max(np.isnan(past).mean(), np.isnan(year).mean()) > MOST_MISSING:
        return None
    grown = past[-1] - past[~np.isnan(past)][0]
    if not grown > 0:
        return None
    limit = past[-1] + grown * rng.uniform(NEAREST, FARTHEST)
    reached = np.flatnonzero(year >= limit)
    days = np.arange(int(reached[0]) + 1 if len(reached) else YEAR)
    histories = np.array([series.history(start + int(day)) for day in days])
    cdf = forecast_panel(histories, YEAR, series.kind).crossing_cdf(np.full(len(days), limit))
    told = np.append(cdf[days, YEAR - days - 1], float(len(reached) > 0))
    return float((np.diff(told) ** 2).sum()), float(told[0] * (1.0 - told[0]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--series", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng = np.random.default_rng(asked.seed)
    found: dict[str, list[tuple[float, float]]] = {}
    series = list(read_series(asked.folder).values())
    for at in rng.permutation(len(series)):
        one = movement(series[at], rng)
        if one is not None:
            found.setdefault(entity_of(series[at].name), []).append(one)
        if sum(map(len, found.values())) == asked.series:
            break
    sums = np.array([np.sum(own, axis=0) for own in found.values()]).T

    def ratio(rows: NDArray[np.int64]) -> float:
        moved, learned = sums[:, rows].sum(axis=1)
        return float(moved / learned)

    low, high = interval(sums.shape[1], ratio, asked.seed)
    told = ratio(np.arange(sums.shape[1]))
    print(f"{sum(map(len, found.values()))} series of {len(found)} entities")
    print(f"squared moves beside what is learned: {told:.2f} [{low:.2f}, {high:.2f}]; 1 is right")


if __name__ == "__main__":
    main()
