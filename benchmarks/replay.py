"""How calm the date is: a year replayed day by day, the engine's crossing date against the straight line's.

    python benchmarks/replay.py DATA_FOLDER [--series 50] [--model shared|drift] [--json]
    python benchmarks/replay.py DATA_FOLDER --series 5 --days 60        # a quick look

Series: levels and counters with 400 days of history and a year after them, both nearly without gaps. The limit of
each is its value at the start times 1.5, rounded up, and stays. The start of a series is the newest from which the
limit was in truth reached after 270 to 450 days, so that there is a date to tell on most days of the year; neither
contender's own forecast has a say in that. Every source gives series in proportion to its entities.

Each day both are shown the 400 days up to it. The engine's date is the median of its crossing distribution, the
line's that of a least-squares line through 90 days; both as fractions of a day, and none beyond 365 days. A move is
the absolute change of the date from one day to the next, counted where both have a date on both days. Days without
a date are counted apart, as are days without an observation; a series ends when its limit is reached.

The aim is a tenth: the engine's moves are a tenth of the line's. The interval of the ratio of means is 95 %, from
resampling entities. A run takes seconds: a series' days are one panel call.
"""

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from benchmarks.daily import HISTORY, DailySeries, draw, entity_of, read_series, source_of
from benchmarks.scoring import for_json, interval
from benchmarks.yardsticks import line_day
from numpy.typing import NDArray

from outgrow.forecasting import forecast_panel

Array = NDArray[np.float64]

YEAR = HORIZON = 365
FACTOR = 1.5
SOONEST, LATEST = 270, 450
"""Days from the start to the day on which the limit was in truth reached."""
STEP = 30
"""Days between the starts that are tried."""
MOST_MISSING = 0.1
"""Share of the history and of the year that may be unobserved."""


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """One series' year: dates as days since 1970-01-01 of the n days that were observed before the limit was reached.

    Attributes:
        limit: what was to be reached.
        days: (n,) the days of the forecasts; ours, lines: (n,) the dates told, NaN for none.
        missing: days of the year without an observation; left: days of it after the limit was reached.
    """

    name: str
    limit: float
    days: Array
    ours: Array
    lines: Array
    missing: int
    left: int

    def moves(self) -> tuple[Array, Array]:
        """Absolute day-to-day changes of both dates, where both have them."""
        ours, lines = np.abs(np.diff(self.ours)), np.abs(np.diff(self.lines))
        both = (np.diff(self.days) == 1) & ~np.isnan(ours) & ~np.isnan(lines)
        return ours[both], lines[both]


def start_of(series: DailySeries, days: int) -> int | None:
    """The newest day from which the limit was in sight and `days` more were watched; None without one."""
    if series.kind == "flow":
        return None
    last = series.first_day + len(series.values) - 1
    for start in range(last - days, series.first_day + HISTORY - 2, -STEP):
        history, year = series.history(start), series.future(start, days)
        gaps = max(np.isnan(history).mean(), np.isnan(year).mean())
        if gaps <= MOST_MISSING and history[-1] > 0:  # false for a day that is not known
            reached = np.flatnonzero(series.future(start, LATEST) >= limit_of(history[-1]))
            if len(reached) and reached[0] + 1 >= SOONEST:
                return start
    return None


def limit_of(value: float) -> float:
    """What is watched for: half as much again."""
    return float(np.ceil(FACTOR * value))


def replay(series: DailySeries, start: int, days: int, model: str) -> Replay:
    """Ask both on every observed day from the start until the limit is reached, the engine in one call."""
    limit = limit_of(series.history(start)[-1])
    values = np.append(series.history(start)[-1], series.future(start, days))
    reached = np.flatnonzero(values >= limit)
    end = int(reached[0]) if len(reached) else len(values)
    observed = np.flatnonzero(~np.isnan(values[:end]))
    histories = np.array([series.history(start + int(day)) for day in observed])
    limits = np.full(len(observed), limit)
    cdf = forecast_panel(histories, HORIZON, series.kind, model).crossing_cdf(limits)
    line = line_day(histories, limits)
    told = start + observed.astype(np.float64)
    return Replay(
        series.name,
        limit,
        told,
        told + median_day(cdf),
        told + np.where(line <= HORIZON, line, np.nan),
        missing=end - len(observed),
        left=len(values) - end,
    )


def median_day(cdf: Array) -> Array:
    """Where distributions (n, horizon) pass one half, (n,), straight between days; NaN where they do not."""
    after = (cdf < 0.5).sum(axis=1)
    padded = np.concatenate([np.zeros((len(cdf), 1)), cdf, np.ones((len(cdf), 1))], axis=1)
    rows = np.arange(len(cdf))
    low, high = padded[rows, after], padded[rows, after + 1]
    day = after + (0.5 - low) / np.where(high > low, high - low, 1.0)
    return np.where(after < cdf.shape[1], day, np.nan)


def summary(replays: list[Replay], seed: int) -> dict[str, Any]:
    """The distributions of the moves, their ratios, and what was not counted."""
    moves = [one.moves() for one in replays]
    ours, lines = (np.concatenate(parts) for parts in zip(*moves, strict=True))
    if not len(ours):
        raise SystemExit("on no two days in a row had both a date: take more series or days")
    engine, line = _distribution(ours), _distribution(lines)
    entities, number = np.unique([entity_of(one.name) for one in replays], return_inverse=True)
    sums = np.array([[one.sum(), other.sum()] for one, other in moves])
    totals = np.array([np.bincount(number, column) for column in sums.T])

    def ratio(rows: NDArray[np.int64]) -> float:
        mine, theirs = totals[:, rows].sum(axis=1)
        return float(mine / theirs) if theirs > 0 else float("nan")

    no_ours = np.isnan(np.concatenate([one.ours for one in replays]))
    no_lines = np.isnan(np.concatenate([one.lines for one in replays]))
    sources = [source_of(one.name) for one in replays]
    return {
        "series": len(replays),
        "entities": len(entities),
        "sources": {name: sources.count(name) for name in sorted(set(sources))},
        "days": len(no_ours),
        "moves": len(ours),
        "engine": engine,
        "line": line,
        "ratio": {key: engine[key] / line[key] if line[key] else None for key in engine},
        "ratio_of_means": [ratio(np.arange(len(entities))), *interval(len(entities), ratio, seed)],
        "without_date": {
            "engine_only": int((no_ours & ~no_lines).sum()),
            "line_only": int((no_lines & ~no_ours).sum()),
            "both": int((no_ours & no_lines).sum()),
        },
        "not_observed": sum(one.missing for one in replays),
        "after_the_limit": sum(one.left for one in replays),
        "limits_reached": sum(one.left > 0 for one in replays),
    }


def _distribution(moves: Array) -> dict[str, float]:
    median, p90, p99 = np.quantile(moves, (0.5, 0.9, 0.99)).tolist()
    return {"median": median, "p90": p90, "p99": p99, "mean": float(moves.mean())}


def show(told: dict[str, Any]) -> None:
    """Print the table."""
    sources = ", ".join(f"{count} {name}" for name, count in told["sources"].items())
    print(f"{told['series']} series of {told['entities']} entities ({sources}); {told['seconds']:.0f} s")
    print(f"{told['days']:,} days asked; {told['limits_reached']} limits were reached")
    print(f"\n{'days that the date moves in one':34s} {'engine':>8s} {'line':>8s} {'ratio':>8s}   aim 0.100")
    for key in ("median", "p90", "p99", "mean"):
        ratio = "" if told["ratio"][key] is None else f"{told['ratio'][key]:8.3f}"
        print(f"{key:34s} {told['engine'][key]:8.3f} {told['line'][key]:8.3f} {ratio}")
    print("{:34s} {:26.3f}   [{:.3f}, {:.3f}]".format("ratio of means", *told["ratio_of_means"]))
    print(f"\n{'moves counted':34s} {told['moves']:8,d}")
    for key, name in (("engine_only", "engine"), ("line_only", "line"), ("both", "both")):
        share = told["without_date"][key] / told["days"]
        print(f"{f'days without a date: {name}':34s} {told['without_date'][key]:8,d}   {share:.1%}")
    print(f"{'days not observed':34s} {told['not_observed']:8,d}")
    print(f"{'days after the limit was reached':34s} {told['after_the_limit']:8,d}")


def main() -> None:
    """Replay and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DATA_FOLDER")
    parser.add_argument("--series", type=int, default=50, help="series drawn; 0 for all")
    parser.add_argument("--days", type=int, default=YEAR, help="days replayed after the start")
    parser.add_argument("--model", choices=("shared", "drift"), default="shared")
    parser.add_argument("--seed", type=int, default=0, help="of the draw and of the resampling")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    started = time.perf_counter()
    starts = {one: start_of(one, options.days) for one in read_series(options.folder).values()}
    able = [(one, start) for one, start in starts.items() if start is not None]
    if not able:
        raise SystemExit(f"no series in {options.folder} reached such a limit: name another folder, or fewer --days")
    print(f"{len(able)} series reached such a limit", file=sys.stderr)
    kept = [able[at] for at in draw([one.name for one, _ in able], options.series, options.seed)]
    replays = [replay(one, start, options.days, options.model) for one, start in kept]
    document = {"model": options.model, "seed": options.seed, **summary(replays, options.seed)}
    document["seconds"] = time.perf_counter() - started
    if options.json:
        print(json.dumps(for_json(document)))
    else:
        show(document)


if __name__ == "__main__":
    main()
