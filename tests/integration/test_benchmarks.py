"""The benchmarks run on small made-up input, and their scores are those that their texts promise."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from benchmarks import daily, engine, peers, replay, scoring, yardsticks
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
FIRST = 20_000
DAYS = 800
STEADY = ["shops|a|products", "shops|a|orders", "shops|b|products", "plugins|c|downloads"]
ORIGINS = (500, 600)


def run(script: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """A benchmark as a person starts it."""
    return subprocess.run(
        [sys.executable, BENCHMARKS / script, *map(str, words)], capture_output=True, text=True, check=False
    )


def document(script: str, *words: str | Path) -> Any:
    """What it prints with --json, which is JSON alone."""
    told = run(script, *words, "--json")
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four counters that grow by a half in a year, a flow, and questions about two days of each counter."""
    folder = tmp_path_factory.mktemp("daily")
    rng = np.random.default_rng(7)
    season = 2.2 + np.sin(np.arange(DAYS) / 15)  # a straight line is wrong about it
    values = {name: 600.0 + np.cumsum(rng.poisson(season)) for name in STEADY}
    everything = values | {"shops|a|sales": rng.poisson(9.0, DAYS).astype(float)}
    dates = np.arange(FIRST, FIRST + DAYS).astype("datetime64[D]")
    pq.write_table(
        pa.table(
            {
                "series_id": np.repeat(list(everything), DAYS),
                "date": np.tile(dates, len(everything)),
                "value": np.concatenate(list(everything.values())),
            }
        ),
        folder / "series.parquet",
    )
    kinds = ["flow" if name.endswith("sales") else "cumulative" for name in everything]
    pq.write_table(pa.table({"series_id": list(everything), "kind": kinds}), folder / "catalog.parquet")
    questions = []
    for name, row in values.items():
        for at in ORIGINS:
            for factor in (1.02, 1.1, 2.0):
                threshold = np.ceil(row[at] * factor)
                later = np.flatnonzero(row[at:] >= threshold)
                day = int(later[0]) if len(later) else None
                questions.append(
                    {
                        "series_id": name,
                        "origin": dates[at].item(),
                        "threshold": threshold,
                        "days_lo": day,
                        "days_to_cross": day,
                        "days_observed_after_origin": DAYS - 1 - at,
                    }
                )
    pq.write_table(pa.Table.from_pylist(questions), folder / "crossings.parquet")
    return folder


# ---------------------------------------------------------------- the data


def test_histories_and_futures_meet_at_the_origin_and_know_nothing_beyond_the_series(folder: Path) -> None:
    series = daily.read_series(folder)["shops|b|products"]
    assert (series.kind, series.first_day, len(series.values)) == ("cumulative", FIRST, DAYS)
    history, future = series.history(FIRST + 9), series.future(FIRST + 9, 1000)
    assert np.isnan(history[:-10]).all()
    assert history[-10:].tolist() == series.values[:10].tolist()
    assert future[: DAYS - 10].tolist() == series.values[10:].tolist()
    assert np.isnan(future[DAYS - 10 :]).all()


@given(st.lists(st.sampled_from(["s|a|m", "s|b|m", "s|b|n", "t|c|m"]), min_size=1, max_size=40), st.integers(0, 50))
def test_entities_of_a_source_take_turns_in_a_draw(names: list[str], count: int) -> None:
    drawn = daily.draw(names, count, seed=3)
    assert len(set(drawn.tolist())) == len(drawn) == (min(count, len(names)) or len(names))
    mine = [daily.entity_of(names[at]) for at in drawn]
    held = [daily.entity_of(name) for name in names]
    for one, other in (("s|a", "s|b"), ("s|b", "s|a")):
        assert mine.count(one) <= mine.count(other) + 1 or mine.count(other) == held.count(other)


def test_sources_are_drawn_in_proportion_to_their_entities() -> None:
    names = [f"big|{number}|m" for number in range(30)] * 3 + [f"small|{number}|m" for number in range(10)] * 20
    drawn = [daily.source_of(names[at]) for at in daily.draw(names, 20, seed=1)]
    assert (drawn.count("big"), drawn.count("small")) == (15, 5)


def test_gaps_are_filled_on_straight_lines_from_the_first_observed_day_on() -> None:
    nan = np.nan
    assert daily.filled(np.array([nan, 2.0, nan, nan, 8.0, nan])).tolist() == [2.0, 4.0, 6.0, 8.0, 8.0]


# ---------------------------------------------------------------- the yardsticks


def test_the_line_is_that_of_least_squares() -> None:
    rng = np.random.default_rng(5)
    values = np.cumsum(rng.normal(1.0, 2.0, (1, 120)), axis=1)
    values[0, 50:60] = np.nan
    x, y = np.arange(-89.0, 1.0), values[0, -90:]
    slope, level = np.polyfit(x[~np.isnan(y)], y[~np.isnan(y)], 1)
    assert yardsticks.line_day(values, np.array([500.0]))[0] == pytest.approx((500.0 - level) / slope)
    assert yardsticks.line_day(-values, np.array([500.0]))[0] == np.inf
    assert yardsticks.line_cdf(np.arange(90.0)[None, :], np.array([91.5]), 4).tolist() == [[0, 0, 1, 1]]


def test_the_walk_goes_on_as_it_went() -> None:
    low, middle, high = yardsticks.walk_quantiles(np.array([np.nan, 0.0, 1.0, 4.0, 5.0]), 2, (0.1, 0.5, 0.9))
    assert middle == pytest.approx([5 + 5 / 3, 5 + 10 / 3])
    assert high - middle == pytest.approx(middle - low)
    assert (np.diff(high - low) > 0).all()


# ---------------------------------------------------------------- the scores


def questions(names: list[str], reached: list[float], not_before: list[float], observed: list[float]) -> Any:
    n = len(names)
    ones = np.ones(n)
    return daily.Questions(
        np.array(names), ones.astype(np.int64), ones, np.array(not_before), np.array(reached), np.array(observed)
    )


def test_brier_averages_an_entity_first_and_leaves_out_what_is_not_known() -> None:
    nan = np.nan
    asked = questions(
        ["s|a|m", "s|a|n", "s|b|m", "s|c|m"],
        reached=[5, nan, 40, nan],
        not_before=[5, nan, 10, nan],  # the third was reached on a day from 10 to 40, no one saw which
        observed=[400, 400, 400, 20],
    )
    cdf = np.full((4, 365), 0.25)
    scores = scoring.brier(asked, cdf)
    assert scores.shape == (3, len(scoring.DAYS))
    reached_and_not = (0.75**2 + 0.25**2) / 2
    assert scores[0] == pytest.approx(np.full(7, reached_and_not))
    assert scores[1] == pytest.approx([0.0625, nan, nan, 0.5625, 0.5625, 0.5625, 0.5625], nan_ok=True)
    assert scores[2] == pytest.approx([0.0625, 0.0625, nan, nan, nan, nan, nan], nan_ok=True)
    assert scoring.brier_skill(scores, scores) == 0
    assert scoring.brier_skill(scores / 2, scores) == pytest.approx(0.5)
    assert np.isnan(scoring.brier_skill(scores, scores * 0))


def test_pinball_is_the_absolute_error_in_mean_daily_changes_when_all_quantiles_agree() -> None:
    history = np.array([[0.0, 2.0, 4.0]])
    futures, told = np.full((1, 180), 10.0), np.full((1, len(scoring.LEVELS), 180), 6.0)
    losses = scoring.pinball(np.array(["s|a|m"]), history, futures, told)
    assert losses == pytest.approx(np.full((1, 3), 2 * np.mean(scoring.LEVELS) * 4.0 / 2.0))
    futures[0, 60:] = np.nan
    assert np.isnan(scoring.pinball(np.array(["s|a|m"]), history, futures, told)).all()


def test_an_honest_forecaster_is_calibrated_and_a_boaster_is_not() -> None:
    n = 4000
    reached = np.where(np.arange(n) % 10 < 3, 3.0, np.nan)
    asked = questions(["s|a|m"] * n, reached.tolist(), reached.tolist(), [400.0] * n)
    assert scoring.calibration_error(asked, np.full((n, 365), 0.3)) == pytest.approx(0)
    assert scoring.calibration_error(asked, np.full((n, 365), 0.9)) == pytest.approx(0.6)


def test_what_is_not_known_is_null_in_a_document() -> None:
    told = scoring.for_json({"a": [1.5, float("nan")], "b": {"c": float("inf"), "d": "x"}, "e": None, "f": 3})
    assert told == {"a": [1.5, None], "b": {"c": None, "d": "x"}, "e": None, "f": 3}


# ---------------------------------------------------------------- the peers


def simulated_passage(drift: float, sigma: float, gap: float, days: int, paths: int) -> np.ndarray[Any, Any]:
    """Share of simulated Brownian motions that have reached the gap by each day, what happens within a day included."""
    rng = np.random.default_rng(11)
    ends = np.cumsum(rng.normal(drift, sigma, (paths, days)), axis=1)
    starts = np.concatenate([np.zeros((paths, 1)), ends[:, :-1]], axis=1)
    below = np.maximum(gap - starts, 0) * np.maximum(gap - ends, 0)
    not_within_the_day = 1 - np.exp(-2 * below / sigma**2)
    reached: np.ndarray[Any, Any] = 1 - np.cumprod(not_within_the_day, axis=1).mean(axis=0)
    return reached


@pytest.mark.parametrize(("drift", "sigma", "gap"), [(0.3, 2.0, 8.0), (-0.2, 1.5, 4.0), (0.0, 1.0, 5.0)])
def test_first_passage_is_that_of_a_simulated_brownian_motion(drift: float, sigma: float, gap: float) -> None:
    days = np.arange(1.0, 61.0)
    told = peers.first_passage(drift * days, sigma * np.sqrt(days), np.array(gap))
    assert told == pytest.approx(simulated_passage(drift, sigma, gap, 60, 40_000), abs=0.01)


finite = st.floats(-1e9, 1e9)


@given(arrays(np.float64, (2, 30), elements=finite), arrays(np.float64, (2, 30), elements=st.floats(0, 1e9)))
def test_first_passage_is_a_distribution_whatever_a_library_says(mean: Any, spread: Any) -> None:
    told = peers.first_passage(mean, spread, np.array([1.0, 1e6]))
    assert told.shape == (2, 30)
    assert ((told >= 0) & (told <= 1)).all()
    assert (np.diff(told, axis=1) >= 0).all()


def test_the_engine_is_scored_on_the_questions_of_the_drawn_windows(folder: Path) -> None:
    windows = peers.read_windows(folder, count=3, seed=0)
    assert len(windows.names) == 3
    assert len(windows.asked_of) == 9
    assert set(windows.days.tolist()) <= {FIRST + at for at in ORIGINS}
    newest = windows.histories[windows.asked_of, -1]
    assert (windows.questions.threshold > newest).all()
    ours = peers.ask_ours("engine", windows)
    same = peers.average([ours, ours])
    first, second = peers.score(windows, [ours, same], seed=0)
    assert first["engine_minus_skill"] is None
    assert second["engine_minus_skill"] == second["engine_minus_levels"] == [0, 0, 0]
    low, high = first["skill"][1:]
    assert low <= first["skill"][0] <= high <= 1
    assert first["brier_mean"] < 0.25  # what always saying one half would get


def test_a_library_that_fails_is_answered_for_and_counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    windows = peers.read_windows(folder, count=4, seed=0)
    asked = []

    def fails_once(history: Any, day: int) -> Any:
        asked.append(day)
        if len(asked) == 2:
            raise ValueError("no model able to be fitted")
        quantiles = yardsticks.walk_quantiles(history, peers.HORIZON, scoring.LEVELS)
        return quantiles[2], quantiles if len(asked) > 3 else quantiles * np.nan

    monkeypatch.setattr(peers, "statsforecast_model", lambda name: fails_once)
    told = peers.ask_peer("ets", windows)
    assert told.failures == 2
    drift = np.array([yardsticks.walk_quantiles(one, peers.HORIZON, scoring.LEVELS) for one in windows.histories])
    assert told.quantiles == pytest.approx(drift)
    assert told.cdf.shape == (12, peers.HORIZON)


# ---------------------------------------------------------------- the engine's speed


def test_the_engine_is_measured_in_both_modes_and_all_sizes() -> None:
    told = document("engine.py", "--series", "40", "--series", "600", "--ets-series", "0")
    assert [(row["mode"], row["series"]) for row in told["rows"]] == [
        ("full", 40),
        ("full", 600),
        ("lean", 40),
        ("lean", 600),
    ]
    for row in told["rows"]:
        assert row["of_ets"] is None
        assert min(row["series_per_second"], row["of_sum"], row["of_copy"], row["peak_mb"]) > 0
    assert [row["cost"] == 1 for row in told["rows"]] == [True, False, True, False]


def test_the_engine_s_table_has_a_line_a_size() -> None:
    told = run("engine.py", "--series", "40", "--mode", "lean", "--ets-series", "0")
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[-1].split()[:2] == ["lean", "40"]


@given(st.integers(1, 200_000))
def test_every_series_is_in_one_block_and_no_wave_is_large(n: int) -> None:
    waves = list(engine.waves(n))
    blocks = [block for wave in waves for block in wave]
    assert [number for number, _ in blocks] == list(range(len(blocks)))
    assert sum(series for _, series in blocks) == n
    assert max(sum(series for _, series in wave) for wave in waves) <= engine.WAVE
    assert max(series for _, series in blocks) <= engine.BLOCK


def test_made_up_counts_look_like_counts_and_stay_below_their_limits() -> None:
    panel, limits = engine.made_up_counts(300, (1, 2))
    assert panel.shape == (300, engine.HISTORY)
    assert 0 < np.isnan(panel).mean() < 0.01
    known = panel[~np.isnan(panel)]
    assert (known >= 0).all()
    assert (known == np.round(known)).all()
    assert (limits > panel[:, -1]).all()
    falls = (np.diff(panel) < 0).any(axis=1)
    assert 0.2 < falls.mean() < 0.6


# ---------------------------------------------------------------- the import


def test_an_import_is_measured_against_a_former_build() -> None:
    options = ("--database", "sqlite", "--form", "long", "--rows", "1000", "--rounds", "1")
    told = document("import.py", BENCHMARKS.parent, *options)  # here the same one
    (row,) = told["rows"]
    assert (told["values"], row["database"], row["form"]) == (1000, "sqlite", "long")
    assert row["ratio"] == pytest.approx(row["former_seconds"] / row["seconds"])
    assert 0.2 < row["ratio"] < 5
    assert 30 < row["peak_mb"] < 150


def test_an_import_that_fails_is_no_measurement(tmp_path: Path) -> None:
    told = run("import.py", tmp_path / "gone", "--database", "sqlite", "--form", "wide", "--rows", "-5")
    assert told.returncode == 1
    assert "ended with 3" in told.stderr


# ---------------------------------------------------------------- the replay


def test_a_replay_counts_every_day_once(folder: Path) -> None:
    told = document("replay.py", folder, "--series", "3", "--days", "60")
    assert (told["series"], told["entities"]) == (3, 3)
    assert told["days"] == 3 * 61
    assert told["after_the_limit"] == told["not_observed"] == 0
    undated = sum(told["without_date"].values())
    assert told["moves"] <= told["days"] - undated - 3
    assert told["moves"] > 60
    assert told["engine"]["median"] <= told["engine"]["p90"] <= told["engine"]["p99"]
    assert told["ratio"]["mean"] == pytest.approx(told["ratio_of_means"][0])


def test_the_replay_s_table_tells_the_ratio(folder: Path) -> None:
    told = run("replay.py", folder, "--series", "2", "--days", "40")
    assert told.returncode == 0, told.stderr
    assert "ratio of means" in told.stdout


def test_a_replay_that_finds_no_series_says_so(folder: Path) -> None:
    told = run("replay.py", folder, "--days", "700")
    assert told.returncode == 1
    assert "no series" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_series_ends_when_its_limit_is_reached(folder: Path) -> None:
    series = daily.read_series(folder)["shops|a|products"]
    one = replay.replay(series, FIRST + 400, 399, "drift")
    values = series.values[400:]
    assert one.limit == np.ceil(1.5 * values[0])
    reached = int(np.flatnonzero(values >= one.limit)[0])
    assert one.days.tolist() == list(range(FIRST + 400, FIRST + 400 + reached))
    assert one.left == 400 - reached
    assert np.nanmin(one.ours - one.days) > 0


def test_only_moves_between_days_in_a_row_with_both_dates_count() -> None:
    nan = np.nan
    one = replay.Replay(
        "s|a|m",
        10.0,
        days=np.array([1.0, 2.0, 4.0, 5.0, 6.0]),
        ours=np.array([50.0, 53.0, 60.0, 58.0, 59.0]),
        lines=np.array([70.0, 69.0, 80.0, 85.0, nan]),
        missing=1,
        left=0,
    )
    ours, lines = one.moves()
    assert ours.tolist() == [3.0, 2.0]
    assert lines.tolist() == [1.0, 5.0]


def test_the_median_day_lies_where_the_distribution_passes_one_half() -> None:
    days = replay.median_day(np.array([[0.25, 0.75, 0.9], [0.8, 0.9, 1.0], [0.1, 0.2, 0.4], [0.0, 0.0, 0.5]]))
    assert days == pytest.approx([1.5, 0.625, np.nan, 3.0], nan_ok=True)
