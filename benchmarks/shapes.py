"""How right the engine is on made-up series of the shapes that people report from their own systems.

    python benchmarks/shapes.py [--draws 60] [--seed 1] [--json]
    python benchmarks/shapes.py --picture docs/shapes.svg

Each kind has a law of its own (`benchmarks/shape_laws.py`), with 400 known days and 365 after them. Levels are asked
when a limit is reached: four limits for each series, 3 to 60 % of its range above the highest of the last 60 days, at
seven spans of up to a year. `skill` is the share of the Brier score of the better yardstick that is saved; yardsticks
are the straight line and the random walk with drift, the better one chosen for each kind. `bias` is the chance told
for 90 days less what happened, in points. Of flows, every day is told: `skill` is that of the pinball loss, over the
better of the same weekday of eight weeks and that with the straight trend of half a year; `bias` is how far the 90
days' sum of medians is off, and `cover` how many days lie in the 80 % range. 0 is as good as the yardstick, 1 is
perfect.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.shape_laws import AHEAD, FLOWS, LEVELS, PAST, draw
from benchmarks.yardsticks import line_cdf

from outgrow.evaluation import crossing_cdf, flow_quantiles
from outgrow.forecasting.baselines import RandomWalk

Array = NDArray[np.float64]

DAYS = (7, 14, 30, 60, 90, 180, 365)
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
ABOVE = (0.03, 0.12, 0.3, 0.6)
"""Limits, in ranges above the highest of the last `RECENT` days."""
RECENT, SOON, WEEKS, TREND_WEEKS = 60, 90, 8, 26
LEAST = 1e-3
"""A Brier score of a yardstick below this is taken for this: right is right, and needs no beating."""
NARROW = 0.05
"""A range is at least this share of the top."""


def limits_of(past: Array) -> Array:
    """Four limits above each series, (n, 4); zeros are no part of the range."""
    top = past[:, -RECENT:].max(axis=1)
    low = np.where(past > 0, past, np.inf).min(axis=1)
    span = np.maximum(past.max(axis=1) - low, NARROW * top)
    limits: Array = top[:, None] + span[:, None] * np.array(ABOVE)
    return limits


def brier(told: Array, happened: Array) -> float:
    return float(np.mean((told - happened) ** 2))


def score_levels(series: Array) -> dict[str, float]:
    """Skill and bias of the chances, over every series, limit and span."""
    past, future = series[:, :PAST], series[:, PAST:]
    limits = limits_of(past).ravel()
    rows = np.repeat(np.arange(len(past)), len(ABOVE))
    at = np.array(DAYS) - 1
    happened = (np.maximum.accumulate(future[rows], axis=1) >= limits[:, None])[:, at].astype(np.float64)
    asked = past[rows]
    told = np.nan_to_num(crossing_cdf(asked, limits, AHEAD)[:, at], nan=0.5)
    walk = RandomWalk.fit(asked, AHEAD).crossing_cdf(limits)[:, at]
    line = line_cdf(asked, limits, AHEAD)[:, at]
    best = max(min(brier(walk, happened), brier(line, happened)), LEAST)
    soon = DAYS.index(SOON)
    return {"skill": 1 - brier(told, happened) / best, "bias": float((told - happened)[:, soon].mean())}


def pinball(quantiles: Array, happened: Array) -> float:
    """Mean pinball loss of (n, n_levels, horizon) against (n, horizon)."""
    off = happened[:, None, :] - quantiles
    levels = np.array(QUANTILES)[:, None]
    return float(np.mean(np.maximum(levels * off, (levels - 1) * off)))


def weekday_quantiles(past: Array) -> Array:
    """The same weekday of the last eight weeks, (n, n_levels, ahead)."""
    weeks = past[:, -7 * WEEKS :].reshape(len(past), WEEKS, 7)
    week = np.quantile(weeks, QUANTILES, axis=1).transpose(1, 0, 2)
    return np.asarray(week[:, :, np.arange(AHEAD) % 7])


def trend_shares(past: Array) -> Array:
    """A straight line through the means of half a year's weeks, as shares of the last eight weeks, (n, ahead)."""
    means = past[:, -7 * TREND_WEEKS :].reshape(len(past), TREND_WEEKS, 7).mean(axis=2)
    slope, start = np.polyfit(np.arange(TREND_WEEKS), means.T, 1)
    week = TREND_WEEKS - 0.5 + (np.arange(AHEAD) + 0.5) / 7
    line = start[:, None] + slope[:, None] * week
    return np.asarray(np.maximum(line, 0.0) / np.maximum(means[:, -WEEKS:].mean(axis=1), NARROW)[:, None])


def score_flows(series: Array) -> dict[str, float]:
    """Skill of every day's quantiles, bias of the 90 days' sum, and cover of the 80 % range."""
    past, future = series[:, :PAST], series[:, PAST:]
    told = flow_quantiles(past, AHEAD, QUANTILES)
    weekdays = weekday_quantiles(past)
    # The random walk is no yardstick here: it takes each day's noise for a change that lasts.
    best = min(pinball(weekdays, future), pinball(weekdays * trend_shares(past)[:, None, :], future))
    low, middle, high = (told[:, QUANTILES.index(level)] for level in (0.1, 0.5, 0.9))
    total = future[:, :SOON].sum(axis=1)
    return {
        "skill": 1 - pinball(told, future) / best,
        "bias": float(np.median(middle[:, :SOON].sum(axis=1) / total - 1)),
        "cover": float(np.mean((future >= low) & (future <= high))),
    }


def score(draws: int, seed: int) -> dict[str, Any]:
    """Every kind's figures."""
    levels = {kind: score_levels(draw(kind, draws, seed)) for kind in LEVELS}
    flows = {kind: score_flows(draw(kind, draws, seed)) for kind in FLOWS}
    means = {
        name: float(np.mean([one["skill"] for one in group.values()]))
        for name, group in (("levels", levels), ("flows", flows), ("all", levels | flows))
    }
    return {"draws": draws, "seed": seed, "levels": levels, "flows": flows, "mean_skill": means}


def show(document: dict[str, Any]) -> None:
    """Print the table."""
    print(f"{'kind':18s} {'skill':>6s} {'bias':>7s} {'cover':>6s}")
    for group, unit in (("levels", " p"), ("flows", " %")):
        for kind, one in document[group].items():
            cover = f"{one['cover']:6.0%}" if "cover" in one else ""
            print(f"{kind:18s} {one['skill']:+6.2f} {100 * one['bias']:+5.0f}{unit} {cover}".rstrip())
        print(f"{'mean of ' + group:18s} {document['mean_skill'][group]:+6.2f}\n")
    print(f"{'mean of all':18s} {document['mean_skill']['all']:+6.2f}")


def main() -> None:
    """Score every kind, or draw one of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=60, help="series of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--picture", type=Path, help="draw one series of each kind into this SVG or PNG, and no table")
    options = parser.parse_args()
    if options.picture:
        from benchmarks.shape_picture import draw_picture

        draw_picture(options.picture, options.seed)
        return
    document = score(options.draws, options.seed)
    if options.json:
        print(json.dumps(document))
    else:
        show(document)


if __name__ == "__main__":
    main()
