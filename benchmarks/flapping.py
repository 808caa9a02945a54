"""How often recommendations change state: a year replayed day by day, with and without what keeps them from flapping.

    python benchmarks/flapping.py DATA_FOLDER [--series 0] [--json]
    python benchmarks/flapping.py DATA_FOLDER --series 20 --days 90        # a quick look

Series: all with 400 days of history and a year after them, both nearly without gaps, of every kind; the year is the
newest. The limit of a series is the highest value of its year and 5 % more, so that it comes near within the year and
is not reached. Neither the series nor the limit hang on what any rule says of them. The same is told of limits that
are reached on the highest day, and of ones 10 % and 20 % above it.

Each day the engine is shown the 400 days up to it, and `outgrow.planning` judges the limit by the default policy. A
day without an observation is not looked at. *Plain* is the severity of each look by itself. *Held* is the severity of
the recommendation's life, as captures keep it. A change is any from one look to the next: opened, closed, risen or
fallen; where both begin is none. *Ratchet* rises with the plain rule and never falls: no rule that opens and rises as
the plain one does has fewer changes.

Delays are days from an opening or a rise by the plain rule to the day on which the recommendation is as severe. A
closing is late by the days from the last look on which the plain rule found anything.

The aim: at most a quarter of the changes, and no opening more than three days late.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from benchmarks.daily import HISTORY, DailySeries, draw, entity_of, read_series, source_of
from benchmarks.scoring import for_json
from numpy.typing import NDArray

from outgrow.domain.forecast import DayBand, DaysUntil, HistoryNote, Status
from outgrow.domain.history import MISSING, OBSERVED
from outgrow.domain.limit import AlertPolicy, Limit, Severity
from outgrow.domain.metric import Kind, Metric
from outgrow.domain.recommendation import RecommendationState, TrackedRecommendation
from outgrow.forecasting import forecast_panel
from outgrow.forecasting.faults import find_faults
from outgrow.planning.advice.lifecycle import advance
from outgrow.planning.advice.recommendations import find_limits
from outgrow.planning.limits.urgency import HELD, LimitOutlook

Array = NDArray[np.float64]
Days = NDArray[np.int64]

YEAR = 365
POLICY = AlertPolicy()
HORIZON = 180
"""Days ahead that are asked about: no severity hangs on a later date, margin included."""
ABOVE = (0.0, 0.05, 0.1, 0.2)
"""How far limits lie above the highest value of the year, as a share of it."""
MAIN = 0.05
MOST_MISSING = 0.1
"""Share of the history and of the year that may be unobserved."""
EPOCH = date(1970, 1, 1)

assert HELD.nearer * (POLICY.warning_days + POLICY.lead_time_days + POLICY.review_interval_days) < HORIZON


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One limit's year, n looks.

    Attributes:
        days: (n,) days since 1970-01-01.
        plain, held: (n,) severities.
    """

    name: str
    kind: str
    above: float
    days: Days
    plain: Days
    held: Days

    def changes(self) -> list[int]:
        """Changes from one look to the next: plain, held, and of the highest plain severity so far."""
        ratchet = np.maximum.accumulate(self.plain)
        return [int(np.count_nonzero(np.diff(rule))) for rule in (self.plain, self.held, ratchet)]

    def delays(self, severity: Severity) -> Days:
        """Days from each rise of the plain rule to this severity until the held one is there, (m,); -1 for never."""
        there = self.plain >= severity
        rises = np.flatnonzero(there & ~np.append(False, there[:-1]))
        as_severe = np.flatnonzero(self.held >= severity)
        at = np.searchsorted(as_severe, rises)
        came = np.append(as_severe, -1)[at]
        return np.where(came >= 0, self.days[came] - self.days[rises], -1)

    def closings(self) -> Days:
        """Days from the last look that found anything to each closing, (m,)."""
        open_ = self.held > Severity.OK
        closed = np.flatnonzero(~open_[1:] & open_[:-1]) + 1
        found = np.flatnonzero(self.plain > Severity.OK)
        return self.days[closed] - self.days[found[np.searchsorted(found, closed) - 1]]


def start_of(series: DailySeries, days: int) -> int | None:
    """The day before the newest year, if it and the history before it are known well enough."""
    start = series.first_day + len(series.values) - 1 - days
    if start < series.first_day + HISTORY - 1:
        return None
    history, year = series.history(start), series.future(start, days)
    gaps = max(np.isnan(history).mean(), np.isnan(year).mean())
    return start if gaps <= MOST_MISSING and np.nanmax(year) > 0 else None


def replay(series: DailySeries, start: int, days: int) -> list[Track]:
    """Look at a series on every observed day, for each of its limits."""
    year = series.future(start, days)
    looked = start + 1 + np.flatnonzero(~np.isnan(year))
    histories = np.array([series.history(int(day)) for day in looked])
    provenance = np.where(np.isnan(histories), MISSING, OBSERVED).astype(np.int8)
    panel = forecast_panel(find_faults(histories, series.kind, provenance).mended, HORIZON, series.kind)
    newest = histories[:, -1]
    # As `outgrow.forecasting.outlook` has it: a flow is told as its last seven days, but reached by a single one.
    current = np.nanmean(histories[:, -7:], axis=1) if series.kind == "flow" else newest
    metric = Metric("metric", Kind(series.kind), "units", "Metric")
    tracks = []
    for above in ABOVE:
        limit = Limit(metric.name, float(np.nanmax(year) * (1 + above)), "limit")
        cdf = panel.crossing_at(np.full(len(looked), limit.usable), tuple(range(1, HORIZON + 1)))
        # Days until each quantile; beyond the horizon where a distribution does not come to it.
        days_to = np.stack([(cdf < level).sum(axis=1) + 1 for level in (0.1, 0.5, 0.9)], axis=1)
        outlooks = []
        for at, day in enumerate(looked.tolist()):
            band = None if newest[at] >= limit.usable else days_to[at].tolist()
            until = _until(metric, limit.usable, float(current[at]), EPOCH + timedelta(days=day), band)
            outlooks.append(LimitOutlook.of(limit, until, POLICY, EPOCH + timedelta(days=day)))
        tracks.append(Track(series.name, series.kind, above, looked, *_severities(outlooks)))
    return tracks


def _until(metric: Metric, threshold: float, current: float, day: date, band: list[int] | None) -> DaysUntil:
    """What is known of the limit on a day; a limit without a band is reached."""
    p10, p50, p90 = (None if days > HORIZON else days for days in band) if band else (None, None, None)
    status = Status.OK if p50 is not None else Status.BEYOND_HORIZON
    return DaysUntil(
        metric=metric,
        scope_name="platform:main",
        threshold=threshold,
        status=status if band else Status.ALREADY_EXCEEDED,
        reason=None,
        current=current,
        as_of=day,
        history=HistoryNote(HISTORY, 0, 0),
        days=DayBand(p10, p50, p90),
        days_ago=None if band else 0,
    )


def _severities(outlooks: Sequence[LimitOutlook]) -> tuple[Days, Days]:
    """What each look says by itself, and what the life says after it."""
    plain, held, recommendations = [], [], dict[str, TrackedRecommendation]()
    for outlook in outlooks:
        (finding,) = find_limits([outlook])
        assert outlook.until.as_of is not None
        recommendations = advance(recommendations, [finding], outlook.until.as_of)
        tracked = recommendations.get(finding.key)
        plain.append(finding.severity)
        held.append(
            Severity.OK if tracked is None or tracked.state is RecommendationState.RESOLVED else tracked.severity
        )
    return np.array(plain, dtype=np.int64), np.array(held, dtype=np.int64)


def summary(tracks: Sequence[Track]) -> dict[str, Any]:
    """Changes of state by each rule, and delays."""
    plain, held, ratchet = np.array([one.changes() for one in tracks]).sum(axis=0).tolist()
    late = {
        "opened": np.concatenate([one.delays(Severity.WARNING) for one in tracks]),
        "critical": np.concatenate([one.delays(Severity.CRITICAL) for one in tracks]),
        "closed": np.concatenate([one.closings() for one in tracks]),
    }
    return {
        "limits": len(tracks),
        "plain": plain,
        "held": held,
        "ratio": held / plain if plain else None,
        "ratchet": ratchet / plain if plain else None,
        "late": {name: _distribution(days) for name, days in late.items()},
    }


def _distribution(days: Days) -> dict[str, float | None]:
    """How many, and how late; -1 among them is one that never came."""
    if not len(days):
        return {"number": 0, "median": None, "most": None, "never": 0}
    return {
        "number": len(days),
        "median": float(np.median(days)),
        "most": int(days.max()),
        "never": int((days < 0).sum()),
    }


def show(told: dict[str, Any]) -> None:
    """Print the table."""
    sources = ", ".join(f"{count} {name}" for name, count in told["sources"].items())
    print(f"{told['series']} series of {told['entities']} entities ({sources}); {told['looks']:,} looks at each limit")
    print(f"\n{'changes of state in a year':34s} {'plain':>7s} {'held':>7s} {'ratio':>7s} {'ratchet':>8s}   aim 0.250")
    for name, row in told["rows"].items():
        shares = [" " * 7 if row[key] is None else f"{row[key]:7.3f}" for key in ("ratio", "ratchet")]
        print(f"{name:34s} {row['plain']:7,d} {row['held']:7,d} {shares[0]}  {shares[1]}")
    main = told["rows"][MAIN_ROW]
    print(f"\n{'days late, ' + MAIN_ROW:44s} {'number':>7s} {'median':>7s} {'most':>7s} {'never':>7s}   aim 3 at most")
    for name, late in main["late"].items():
        days = [" " * 7 if late[key] is None else f"{late[key]:7,.0f}" for key in ("median", "most")]
        print(f"{name:44s} {late['number']:7,d} {days[0]} {days[1]} {late['never']:7,d}")
    print(f"\n{told['seconds']:.0f} s")


MAIN_ROW = f"limit {MAIN:.0%} above the highest day"


def report(tracks: Sequence[Track]) -> dict[str, Any]:
    """The main row first, then by kind, then limits at other distances."""
    main = [one for one in tracks if one.above == MAIN]
    rows = {MAIN_ROW: main}
    for kind in ("flow", "level", "cumulative"):
        rows[f"  of kind {kind}"] = [one for one in main if one.kind == kind]
    for above in ABOVE:
        if above != MAIN:
            rows[f"limit {above:.0%} above it"] = [one for one in tracks if one.above == above]
    rows["all four limits"] = list(tracks)
    sources = [source_of(one.name) for one in main]
    return {
        "series": len(main),
        "entities": len({entity_of(one.name) for one in main}),
        "sources": {name: sources.count(name) for name in sorted(set(sources))},
        "looks": sum(len(one.days) for one in main),
        "rows": {name: summary(some) for name, some in rows.items() if some},
    }


def main() -> None:
    """Replay and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DATA_FOLDER")
    parser.add_argument("--series", type=int, default=0, help="series drawn; 0 for all")
    parser.add_argument("--days", type=int, default=YEAR, help="days replayed, up to the newest")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    started = time.perf_counter()
    starts = {one: start_of(one, options.days) for one in read_series(options.folder).values()}
    able = [(one, start) for one, start in starts.items() if start is not None]
    if not able:
        raise SystemExit(f"no series in {options.folder} is known for so long: name another folder, or fewer --days")
    kept = [able[at] for at in draw([one.name for one, _ in able], options.series, options.seed)]
    print(f"{len(able)} series are known for so long", file=sys.stderr)
    tracks = [track for series, start in kept for track in replay(series, start, options.days)]
    document = {"seed": options.seed, **report(tracks), "seconds": time.perf_counter() - started}
    if options.json:
        print(json.dumps(for_json(document)))
    else:
        show(document)


if __name__ == "__main__":
    main()
