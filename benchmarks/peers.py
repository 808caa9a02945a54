"""How good the engine's crossing dates and levels are, against the forecasting libraries that people use.

    python benchmarks/peers.py DATA_FOLDER [--windows 300] [--peer ets --peer theta ...] [--json]
    python benchmarks/peers.py DATA_FOLDER --windows 20 --peer theta        # a quick look

Needs the dependency group `peers`. The four peers together take about 1 s of one core a window, one after another.

Data: windows are drawn from the questions of the folder (`crossings.parquet`: a series, a day, up to six limits),
every source in proportion to its entities, entities in turn. Everyone sees the same 400 days up to that day.

The shipped model was trained on series like these. To be fair to the peers, train one without a fifth of the entities
(`python tools/train.py DATA_FOLDER --without-entities 0 --out FILE`) and ask only about those: `--model FILE --fold 0`.

Peers, at the settings their makers recommend for daily data: statsforecast's AutoETS, AutoTheta and AutoARIMA with
`season_length=7` (each tests whether there is a week and goes without if not), Prophet as it comes (weekly rhythm,
linear trend with change points, 1,000 samples). They get gaps filled on straight lines, Prophet leaves them out, as
its manual says. Where a library fails, a random walk with drift answers for it, and that is counted. `mean` averages
the probabilities and the quantiles of ETS, Theta and ARIMA.

Their crossing probabilities: a Brownian motion with drift whose mean m(d) and spread s(d) are their own mean and
80 % interval of day d has reached the limit g with probability Phi((m-g)/s) + exp(2mg/s^2) Phi((-m-g)/s); made
non-decreasing in d.

Scores: `skill` is 1 - Brier score / that of the straight line through 90 days, the Brier score of "reached by then"
at 7, 14, 30, 60, 90, 180 and 365 days, averaged within an entity, then over entities. `levels` is 1 - geometric mean
over entities of the pinball loss / that of a random walk with drift, for days 1 to 30, 90 and 180. `engine -` is the
engine's skill minus the other's. All intervals are 95 %, from resampling entities, the same for both of a pair.
"""

import argparse
import json
import logging
import resource
import sys
import time
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from benchmarks.daily import DailySeries, Questions, draw, entity_of, filled, read_questions, read_series, source_of
from benchmarks.scoring import (
    DAYS,
    HORIZONS,
    LEVELS,
    brier,
    brier_skill,
    calibration_error,
    coverage,
    for_json,
    interval,
    mean_seen,
    pinball,
    pinball_skill,
)
from benchmarks.yardsticks import line_cdf, walk_quantiles
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

from outgrow import evaluation
from outgrow.forecasting import forecast_panel

Array = NDArray[np.float64]

HORIZON = max(DAYS)
WEEK = 7
PEERS = ("ets", "theta", "arima", "prophet")
AVERAGED = ("ets", "theta", "arima")
SEED = 7
NEVER, FOLDS = ("olist",), 5
"""As in tools/train.py: sources that no model has seen, and the parts that entities are divided into."""


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """What is asked: n windows, and the m questions about them.

    Attributes:
        names, days: (n,) series, and the day of the newest value (days since 1970-01-01).
        histories: (n, 400), futures: (n, 180): NaN where not observed.
        questions: m of them; asked_of: (m,) the window of each.
    """

    names: NDArray[np.str_]
    days: NDArray[np.int64]
    histories: Array
    futures: Array
    questions: Questions
    asked_of: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a forecaster says: (m, 365) probabilities, (n, n_levels, 365) quantiles, and what it cost."""

    name: str
    cdf: Array
    quantiles: Array
    cpu_seconds: float
    failures: int = 0


Model = Callable[[Array, int], tuple[Array, Array]]
"""One history (t,) and its newest day -> mean (365,) and quantiles (n_levels, 365)."""


def first_passage(mean: Array, spread: Array, gap: Array) -> Array:
    """P(a forecast's path has risen by `gap` by day d), non-decreasing in d.

    For each day alone, the reflection principle with drift (Borodin and Salminen, Handbook of Brownian Motion, 2002,
    formula 2.1.1.4) for the Brownian motion that has this mean and this spread on that day.

    Args:
        mean: (..., horizon) expected rise since the newest value.
        spread: (..., horizon) standard deviation of it.
        gap: (...,) rise to the limit, positive.
    """
    g, s = gap[..., None], np.maximum(spread, 1e-9)
    ends_above = ndtr((mean - g) / s)
    touched = np.exp(np.minimum(2 * mean * g / s**2 + log_ndtr((-mean - g) / s), 0.0))
    return np.maximum.accumulate(np.clip(ends_above + touched, 0.0, 1.0), axis=-1)


def statsforecast_model(name: str) -> Model:
    """AutoETS, AutoTheta or AutoARIMA with a weekly season."""
    from statsforecast.models import AutoARIMA, AutoETS, AutoTheta

    model = {"ets": AutoETS, "theta": AutoTheta, "arima": AutoARIMA}[name](season_length=WEEK)

    def forecast(history: Array, day: int) -> tuple[Array, Array]:  # noqa: ARG001
        told = model.forecast(y=filled(history), h=HORIZON, level=[80, 95])
        keys = ("lo-95", "lo-80", "mean", "hi-80", "hi-95")
        quantiles = np.array([np.asarray(told[key], dtype=np.float64) for key in keys])
        return quantiles[2], quantiles

    return forecast


def prophet_model() -> Model:
    """Prophet with its own defaults."""
    for noisy in ("cmdstanpy", "prophet.plot"):  # one tells of every fit, the other that charts are not installed
        logging.getLogger(noisy).disabled = True
    import pandas as pd
    from prophet import Prophet

    def forecast(history: Array, day: int) -> tuple[Array, Array]:
        dates = pd.to_datetime(np.arange(day - len(history) + 1, day + HORIZON + 1), unit="D")
        past = pd.DataFrame({"ds": dates[: len(history)], "y": history}).dropna()
        np.random.seed(SEED)
        samples = Prophet().fit(past).predictive_samples(pd.DataFrame({"ds": dates[len(history) :]}))["yhat"]
        return samples.mean(axis=1), np.quantile(samples, LEVELS, axis=1)

    return forecast


def ask_peer(name: str, windows: Windows) -> Answers:
    """A library's answers, one window after another on one core."""
    model = prophet_model() if name == "prophet" else statsforecast_model(name)
    model(windows.histories[0], int(windows.days[0]))  # what is compiled or loaded at first use is not counted
    means, quantiles = np.empty((len(windows.names), HORIZON)), np.empty((len(windows.names), len(LEVELS), HORIZON))
    failures, started = 0, cpu_seconds()
    for at, history in enumerate(windows.histories):
        if at % 50 == 0:
            print(f"{name}: {at} of {len(windows.names)} windows", file=sys.stderr)
        try:
            means[at], quantiles[at] = model(history, int(windows.days[at]))
        except Exception as error:  # the libraries raise bare exceptions
            print(f"{name}: {windows.names[at]}: {error}", file=sys.stderr)
            means[at] = np.nan
        if not (np.isfinite(means[at]).all() and np.isfinite(quantiles[at]).all()):
            failures += 1
            quantiles[at] = walk_quantiles(history, HORIZON, LEVELS)
            means[at] = quantiles[at, LEVELS.index(0.5)]
    took = cpu_seconds() - started
    newest = np.array([filled(history)[-1] for history in windows.histories])
    low, high = quantiles[:, LEVELS.index(0.1)], quantiles[:, LEVELS.index(0.9)]
    spread = (high - low) / (2 * NormalDist().inv_cdf(0.9))
    rows = windows.asked_of
    cdf = first_passage((means - newest[:, None])[rows], spread[rows], windows.questions.threshold - newest[rows])
    return Answers(name, cdf, np.sort(quantiles, axis=1), took, failures)


def ask_ours(name: str, windows: Windows, model: Path | None = None) -> Answers:
    """The engine as users get it or with another model, or the plain drift that it has to beat."""
    rows, started = windows.asked_of, cpu_seconds()
    if name == "engine" and model is None:
        cdf = evaluation.crossing_cdf(windows.histories[rows], windows.questions.threshold, HORIZON)
        quantiles = evaluation.quantiles(windows.histories, HORIZON, LEVELS)
    else:
        asked = model or "drift"
        cdf = forecast_panel(windows.histories[rows], HORIZON, model=asked).crossing_cdf(windows.questions.threshold)
        quantiles = forecast_panel(windows.histories, HORIZON, model=asked).quantiles(LEVELS)
    return Answers(name, cdf, quantiles, cpu_seconds() - started)


def average(answers: list[Answers]) -> Answers:
    """The mean of what several say."""
    return Answers(
        "mean",
        np.mean([one.cdf for one in answers], axis=0),
        np.mean([one.quantiles for one in answers], axis=0),
        sum(one.cpu_seconds for one in answers),
        sum(one.failures for one in answers),
    )


def unseen(name: str, fold: int) -> bool:
    """Whether a model that was trained without a fold (tools/train.py) has never seen a series' entity."""
    return source_of(name) in NEVER or zlib.crc32(entity_of(name).encode()) % FOLDS == fold


def read_windows(folder: Path, count: int, seed: int, fold: int | None = None) -> Windows:
    """Draw windows and their questions from the folder; only of the entities of a fold, if one is given."""
    series, questions = read_series(folder), read_questions(folder)
    pairs = list(zip(questions.name.tolist(), questions.origin.tolist(), strict=True))
    windows = sorted(pair for pair in set(pairs) if fold is None or unseen(pair[0], fold))
    kept = [windows[at] for at in draw([name for name, _ in windows], count, seed)]
    number = {pair: at for at, pair in enumerate(kept)}
    rows = np.array([row for row, pair in enumerate(pairs) if pair in number], dtype=np.int64)
    seen: list[tuple[DailySeries, int]] = [(series[name], day) for name, day in kept]
    return Windows(
        names=np.array([name for name, _ in kept]),
        days=np.array([day for _, day in kept]),
        histories=np.array([one.history(day) for one, day in seen]),
        futures=np.array([one.future(day, max(HORIZONS)) for one, day in seen]),
        questions=questions.take(rows),
        asked_of=np.array([number[pairs[row]] for row in rows]),
    )


def score(windows: Windows, everyone: list[Answers], seed: int) -> list[dict[str, Any]]:
    """One row for each forecaster; the first is the engine, which the others are held against."""
    asked, names = windows.questions, windows.names
    reference = brier(asked, line_cdf(windows.histories[windows.asked_of], asked.threshold, HORIZON))
    if not mean_seen(reference) > 0:
        raise SystemExit("the straight line answers all of these right: draw more --windows")
    walks = np.array([walk_quantiles(history, max(HORIZONS), LEVELS) for history in windows.histories])
    walked = pinball(names, windows.histories, windows.futures, walks)
    errors = [brier(asked, one.cdf) for one in everyone]
    losses = [pinball(names, windows.histories, windows.futures, one.quantiles) for one in everyone]

    def paired(skill: Callable[[Array, Array], float], one: Array, other: Array | None, against: Array) -> list[float]:
        def difference(rows: NDArray[np.int64]) -> float:
            mine = skill(one[rows], against[rows])
            return mine if other is None else mine - skill(other[rows], against[rows])

        return [difference(np.arange(len(one))), *interval(len(one), difference, seed)]

    told = []
    for one, error, loss in zip(everyone, errors, losses, strict=True):
        own = one is everyone[0]
        row = {
            "name": one.name,
            "skill": paired(brier_skill, error, None, reference),
            "levels": paired(pinball_skill, loss, None, walked),
            "engine_minus_skill": None if own else paired(brier_skill, errors[0], error, reference),
            "engine_minus_levels": None if own else paired(pinball_skill, losses[0], loss, walked),
            "brier": dict(zip(map(str, DAYS), mean_seen(error, axis=0).tolist(), strict=True)),
            "brier_mean": float(mean_seen(mean_seen(error, axis=0))),
            "calibration_error": calibration_error(asked, one.cdf),
            "covered80": coverage(names, windows.futures, one.quantiles),
            "failures": one.failures,
            "windows_per_cpu_second": len(names) / max(one.cpu_seconds, 1e-9),
        }
        told.append(row)
    return told


def show(document: dict[str, Any]) -> None:
    """Print the tables."""

    def with_interval(three: list[float] | None) -> str:
        return "" if three is None else "{:+.3f} [{:+.3f}, {:+.3f}]".format(*three)

    rows = document["forecasters"]
    print("{windows} windows of {entities} entities, {questions} questions; {seconds:.0f} s".format(**document))
    print(f"{'':8s} {'skill over line':25s} {'engine -':25s} {'levels over walk':25s} {'engine -':25s}")
    for row in rows:
        keys = ("skill", "engine_minus_skill", "levels", "engine_minus_levels")
        print(f"{row['name']:8s} " + " ".join(f"{with_interval(row[key]):25s}" for key in keys).rstrip())
    days = " ".join(f"{f'at {day}':>6s}" for day in DAYS)
    print(f"\n{'Brier':8s} {'mean':>6s} {days} {'calib.':>7s} {'in 80%':>7s} {'failed':>7s} {'windows/CPU s':>14s}")
    for row in rows:
        figures = " ".join(f"{value:6.3f}" for value in (row["brier_mean"], *row["brier"].values()))
        rest = f"{row['calibration_error']:7.3f} {row['covered80']:7.2f} {row['failures']:7d}"
        print(f"{row['name']:8s} {figures} {rest} {row['windows_per_cpu_second']:14,.1f}")


def cpu_seconds() -> float:
    """Of this process and its children: Prophet works in a process of its own."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Ask everyone the same questions and print the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DATA_FOLDER")
    parser.add_argument("--windows", type=int, default=300, help="windows drawn; 0 for all")
    parser.add_argument("--peer", choices=PEERS, action="append", help="only these; default all")
    parser.add_argument("--seed", type=int, default=0, help="of the draw and of the resampling")
    parser.add_argument("--model", type=Path, help="the engine's model; default the shipped one, which saw the data")
    parser.add_argument("--fold", type=int, help="only entities that `tools/train.py --without-entities FOLD` left out")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # the libraries warn of every flat series
    started = time.perf_counter()
    windows = read_windows(options.folder, options.windows, options.seed, options.fold)
    everyone = [ask_ours("engine", windows, options.model), ask_ours("drift", windows)]
    everyone += [ask_peer(name, windows) for name in options.peer or PEERS]
    averaged = [one for one in everyone if one.name in AVERAGED]
    if len(averaged) == len(AVERAGED):
        everyone.append(average(averaged))
    document = {
        "windows": len(windows.names),
        "entities": len({entity_of(name) for name in windows.names.tolist()}),
        "questions": len(windows.asked_of),
        "seed": options.seed,
        "forecasters": score(windows, everyone, options.seed),
        "seconds": time.perf_counter() - started,
    }
    if options.json:
        print(json.dumps(for_json(document)))
    else:
        show(document)


if __name__ == "__main__":
    main()
