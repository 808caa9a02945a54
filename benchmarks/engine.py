"""How many series a second the engine forecasts, against AutoETS and against one pass over the same memory.

    python benchmarks/engine.py [--million] [--processes 2] [--ets-series 40] [--json]
    python benchmarks/engine.py --series 200 --ets-series 0        # a quick look

Made-up counts with 400 days of history: Poisson arrivals and, for four in ten, departures, with a weekly rhythm,
growth, and gaps in every tenth. Two modes: `full` tells five quantiles of each of 90 days and the whole distribution
of the day on which a limit is reached, over 365 days; `lean`, for fleets, three quantiles and the probability of the
limit at 30, 90, 180 and 365 days.

The series are shared out to two processes, one a core, as a fleet's workers share them; each takes a few hundred at a
time. A panel is made and forecast 16,384 series at a time, so that memory does not grow with their number; only
forecasting is timed. The larger peak memory of the processes is told, libraries included.

`cost` is the time a series takes against the smallest panel of the mode. `of sum` and `of copy` say how many times
longer the forecast takes than `np.sum` and a copy of the same panel by the same processes: how far it is from what
memory allows. `of ETS` is against statsforecast's AutoETS (365 days ahead, 80 % and 95 % intervals), on a few series
of the same kind, in as many processes at once; it needs the dependency group `peers`. AutoETS is
timed with a season of 7 days, as daily data ask for, and without one, which is several times faster: the ratio is to
the latter. All figures are of the same run on the same machine; only their ratios say anything.
"""

import argparse
import importlib.util
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting import forecast_panel

Array = NDArray[np.float64]

LEVELS = (0.05, 0.1, 0.5, 0.9, 0.95)
LEAN_LEVELS = (0.1, 0.5, 0.9)
DAYS_SHOWN, DAYS_WATCHED = 90, 365
AT_DAYS = (30, 90, 180, 365)


def full(panel: Array, limits: Array) -> tuple[Array, Array]:
    """What a dashboard needs: (n, 5, 90) quantiles and (n, 365) probabilities of having reached the limit."""
    forecast = forecast_panel(panel, DAYS_WATCHED)
    return forecast.until(DAYS_SHOWN).quantiles(LEVELS), forecast.crossing_cdf(limits)


def lean(panel: Array, limits: Array) -> tuple[Array, Array]:
    """What a fleet needs: (n, 3, 4) quantiles, median and 80 % interval, and (n, 4) probabilities, at four days."""
    forecast = forecast_panel(panel, max(AT_DAYS))
    return forecast.at_days(AT_DAYS, LEAN_LEVELS), forecast.crossing_at(limits, AT_DAYS)


MODES: dict[str, Callable[[Array, Array], tuple[Array, Array]]] = {"full": full, "lean": lean}
HISTORY = 400
WAVE = 16_384
"""Series that are in memory at once."""
BLOCK = 256
"""Series that are forecast at a time: their working arrays stay near the processor."""
SIZES, MILLION = (1_000, 10_000, 100_000), 1_000_000
MANY = 10_000
"""Up to here a measurement is the fastest of several rounds."""
ROUNDS = 5
SEASONS = (7, 1)
SEED = 7


def made_up_counts(n: int, seed: tuple[int, ...]) -> tuple[Array, Array]:
    """Counts of n series, (n, 400), and a limit above each, (n,)."""
    rng = np.random.default_rng(seed)
    day = np.arange(HISTORY)
    weekday = 1 + 0.3 * np.sin(2 * np.pi * day / 7)
    rate = np.exp(rng.normal(1.0, 1.5, (n, 1)).clip(-3, 6))
    growth = np.exp(rng.normal(0.2, 0.4, (n, 1)) * day / 365)
    leaving = np.where(rng.random((n, 1)) < 0.4, rng.uniform(0.3, 1.0, (n, 1)), 0.0)
    start = np.round(rate * np.exp(rng.normal(4.0, 1.0, (n, 1))))
    change = rng.poisson(rate * growth * weekday) - rng.poisson(rate * leaving, (n, HISTORY))
    counts = np.maximum(start + np.cumsum(change, axis=1), 0.0)
    limits = np.ceil(counts[:, -1] * rng.uniform(1.02, 2.0, n)) + 1
    gappy = counts[::10, :-1]
    gappy[rng.random(gappy.shape) < 0.02] = np.nan
    return counts, limits


def waves(n: int) -> Iterator[list[tuple[int, int]]]:
    """Blocks (number, series) of n series, as many at a time as fit a wave."""
    blocks = [(number, min(BLOCK, n - start)) for number, start in enumerate(range(0, n, BLOCK))]
    for at in range(0, len(blocks), WAVE // BLOCK):
        yield blocks[at : at + WAVE // BLOCK]


def measure(mode: str, n: int, number: int) -> dict[str, float]:
    """Seconds of the forecast, of a sum and of a copy of n series on one core, and this process's peak memory."""
    work, rounds = MODES[mode], ROUNDS if n <= MANY else 1
    spent = {"forecast": 0.0, "sum": 0.0, "copy": 0.0}
    work(*made_up_counts(min(n, 64), (SEED,)))

    def seconds(job: Callable[[Array, Array], object], others: Sequence[Array], rounds: int = ROUNDS) -> float:
        def once() -> float:
            started = time.perf_counter()
            for panel, other in zip(panels, others, strict=True):
                job(panel, other)
            return time.perf_counter() - started

        return min(once() for _ in range(rounds))  # others on the machine only ever slow it down

    for wave in waves(n):
        panels, limits = zip(*(made_up_counts(size, (SEED, number, block)) for block, size in wave), strict=True)
        spent["sum"] += seconds(lambda panel, _: np.sum(panel), limits)
        spent["copy"] += seconds(lambda panel, copy: np.copyto(copy, panel), [panel.copy() for panel in panels])
        spent["forecast"] += seconds(lambda panel, limit: work(panel, limit)[1].sum(), limits, rounds)
    return spent | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}


def measure_ets(n: int, number: int) -> dict[str, float]:
    """Seconds that AutoETS takes for n series on one core, with a weekly season and without."""
    from statsforecast.models import AutoETS

    panel, _ = made_up_counts(n + 1, (SEED, number))
    first, *known = [row[~np.isnan(row)] for row in panel]
    spent = {}
    for season in SEASONS:
        model = AutoETS(season_length=season)
        model.forecast(y=first, h=DAYS_WATCHED, level=[80, 95])  # what is loaded at first use is not counted
        started = time.perf_counter()
        for row in known:
            model.forecast(y=row, h=DAYS_WATCHED, level=[80, 95])
        spent[str(season)] = time.perf_counter() - started
    return spent


def in_processes(jobs: list[tuple[str, int, int]]) -> list[dict[str, float]]:
    """Measure each job in a process of its own, all at once."""
    one_core_each = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    commands = [[sys.executable, __file__, "--one", *map(str, job)] for job in jobs]
    running = [subprocess.Popen(one, stdout=subprocess.PIPE, text=True, env=one_core_each) for one in commands]
    told = []
    for command, process in zip(commands, running, strict=True):
        output, _ = process.communicate()
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
        told.append(json.loads(output))
    return told


def ets_per_second(n: int, processes: int) -> dict[str, float] | None:
    """Series a second of AutoETS by season, in as many processes; None without the library."""
    if n == 0:
        return None
    if importlib.util.find_spec("statsforecast") is None:
        print("AutoETS is left out: install the dependency group `peers`", file=sys.stderr)
        return None
    each = max(n // processes, 1)
    told = in_processes([("ets", each, number) for number in range(processes)])
    return {str(season): sum(each / one[str(season)] for one in told) for season in SEASONS}


def row(mode: str, n: int, processes: int, ets: dict[str, float] | None) -> dict[str, Any]:
    """One line of the table."""
    print(f"{mode}: {n:,} series", file=sys.stderr)
    each = max(n // processes, 1)
    parts = in_processes([(mode, each, number) for number in range(processes)])
    told = {name: max(part[name] for part in parts) for name in parts[0]}
    rate = sum(each / part["forecast"] for part in parts)
    return {
        "mode": mode,
        "series": n,
        "series_per_second": rate,
        "microseconds_per_series": 1e6 / rate,
        "of_sum": told["forecast"] / told["sum"],
        "of_copy": told["forecast"] / told["copy"],
        "of_ets": None if ets is None else rate / max(ets.values()),
        "peak_mb": told["peak_mb"],
    }


def show(document: dict[str, Any]) -> None:
    """Print the table."""
    ets = document["ets_series_per_second"]
    print(f"{document['processes']} processes")
    for season, rate in (ets or {}).items():
        print(f"AutoETS, season of {season}: {rate:,.1f} series a second in {document['processes']} processes")
    print(
        f"{'mode':5s} {'series':>9s} {'series/s':>10s} {'us/series':>10s} {'cost':>6s} "
        f"{'of sum':>8s} {'of copy':>8s} {'of ETS':>8s} {'peak MB':>8s}"
    )
    for one in document["rows"]:
        against = "" if one["of_ets"] is None else f"{one['of_ets']:,.0f}"
        print(
            f"{one['mode']:5s} {one['series']:9,d} {one['series_per_second']:10,.0f} "
            f"{one['microseconds_per_series']:10.1f} {one['cost']:6.2f} "
            f"{one['of_sum']:8.1f} {one['of_copy']:8.1f} {against:>8s} {one['peak_mb']:8.0f}"
        )


def main() -> None:
    """Measure every size in both modes, or the sizes that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, action="append", help="size of a panel; default 1,000 to 100,000")
    parser.add_argument("--million", action="store_true", help="also a panel of 1,000,000")
    parser.add_argument("--mode", choices=tuple(MODES), action="append", help="default both")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--ets-series", type=int, default=40, help="series that AutoETS is measured on; 0 for none")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        mode, n, other = options.one[0], int(options.one[1]), int(options.one[2])
        print(json.dumps(measure_ets(n, other) if mode == "ets" else measure(mode, n, other)))
        return
    sizes = sorted(options.series or SIZES) + [MILLION] * options.million
    ets = ets_per_second(options.ets_series, options.processes)
    rows = [row(mode, n, options.processes, ets) for mode in options.mode or MODES for n in sizes]
    for one in rows:
        smallest = next(other for other in rows if other["mode"] == one["mode"])
        one["cost"] = one["microseconds_per_series"] / smallest["microseconds_per_series"]
    document = {"processes": options.processes, "ets_series_per_second": ets, "rows": rows}
    if options.json:
        print(json.dumps(document))
    else:
        show(document)


if __name__ == "__main__":
    main()
