"""The data sets of a forecast chart."""

from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.forecast import Forecast
from outgrow.domain.history import MISSING, OBSERVED, RECONSTRUCTED, History
from outgrow.faces.charts.captions import Crossing
from outgrow.faces.charts.layout import Days, Frame

Rows = list[dict[str, Any]]

LEVELS = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}


def history_rows(shown: History) -> Rows:
    """One row a day: its value as `observed` or `reconstructed`, or neither.

    A day that borders on the other tone carries both, so that the line does not break where the tone changes; a day
    with unknown neighbours also carries `single`, because a line of one point has no length.
    """
    around = np.pad(shown.provenance, 1, constant_values=MISSING)
    before, now, after = around[:-2], around[1:-1], around[2:]
    faint = (now == RECONSTRUCTED) | ((now == OBSERVED) & ((before == RECONSTRUCTED) | (after == RECONSTRUCTED)))
    alone = (now != MISSING) & (before == MISSING) & (after == MISSING)
    columns = {"observed": now == OBSERVED, "reconstructed": faint, "single": alone}
    return [
        {
            "day": shown.day(i).isoformat(),
            **{name: short(value) if on[i] else None for name, on in columns.items()},
        }
        for i, value in enumerate(shown.values)
    ]


def newest_rows(past: History) -> Rows:
    """The newest known day, if any."""
    if past.newest is None:
        return []
    day, value = past.newest
    return [{"day": day.isoformat(), "value": short(value)}]


def daily_rows(daily: History) -> Rows:
    """One row for each single day of a flow."""
    return [
        {"day": daily.day(i).isoformat(), "value": None if np.isnan(value) else short(value)}
        for i, value in enumerate(daily.values)
    ]


def forecast_rows(forecast: Forecast, daily_median: NDArray[np.float64] | None, days: Days) -> Rows:
    """One row a day up to the last day shown: the quantiles, and for a flow the median of the single day."""
    columns = {key: forecast.quantile(level) for key, level in LEVELS.items()}
    if daily_median is not None:
        columns["daily"] = daily_median
    return [
        {
            "day": (forecast.as_of + timedelta(days=i + 1)).isoformat(),
            **{key: short(column[i]) for key, column in columns.items()},
        }
        for i in range((days.last - forecast.as_of).days)
    ]


def crossing_row(crossing: Crossing, frame: Frame, limit: float | None) -> dict[str, Any]:
    """The crossing range, cut at the last day shown; without `limit` where that lies outside the picture."""
    last = frame.days.last
    middle = crossing.middle if crossing.middle is not None and crossing.middle <= last else None
    return {
        "start": min(crossing.start, last).isoformat(),
        "middle": middle.isoformat() if middle else None,
        "end": min(crossing.end or last, last).isoformat(),
        "limit": limit if limit is not None and frame.holds(limit) else None,
    }


def short(value: float) -> float:
    """Six significant digits: more than a pixel can show."""
    return float(f"{value:.6g}")
