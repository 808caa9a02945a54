"""Reading the reasons off a forecast."""

from datetime import date, timedelta

import numpy as np

from outgrow.domain.explanation import Cause, Explanation, Pattern
from outgrow.domain.forecast import BAND, Forecast
from outgrow.forecasting.correction import Correction
from outgrow.forecasting.flows import FlowForecast
from outgrow.forecasting.kernels.mixture import moments
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.series import bridge_gaps
from outgrow.forecasting.kernels.steady import N_LAWS
from outgrow.forecasting.laws import Law
from outgrow.forecasting.levels import LevelForecast
from outgrow.forecasting.months import MonthTotalForecast
from outgrow.forecasting.panel import PanelForecast

LOOK_BACK = (7, 28, 91, 364)
LOOK_AHEAD = (30, 90)
FAR = 90
"""Days ahead for which the doubt is taken apart."""


def explain(
    panel: PanelForecast,
    row: int,
    past: Array,
    forecast: Forecast,
    *,
    correction: Correction,
) -> Explanation:
    """Why a row's forecast is what it is.

    Args:
        panel: the forecast.
        row: which of its rows.
        past: (n_days,) what it rests on, mended, newest day last; of a month's total, the flow that it adds up.
        forecast: what is said of it.
        correction: what was applied.
    """
    low, middle, high = (forecast.quantile(level) for level in BAND)
    model = forecast.model
    ahead = [day for day in LOOK_AHEAD if day <= len(middle)]
    width80 = {day: float(high[day - 1] - low[day - 1]) for day in ahead}
    if isinstance(panel, LevelForecast):
        filled = bridge_gaps(past[None, :])[0]
        known = filled[~np.isnan(filled)]
        law = panel.structure.laws.get(row)
        causes, plain, steady = _causes(panel, row) if law is None else ({}, None, None)
        return Explanation(
            model,
            paces={days: _change(known[-1 - days], known[-1]) / days for days in LOOK_BACK if len(known) > days},
            growth_per_day={day: _change(known[-1], middle[day - 1]) / day for day in ahead},
            width80=width80,
            causes=causes,
            plain_share=plain,
            steady_share=steady,
            pattern=None if law is None else _pattern(law, forecast.as_of),
            width=correction.width,
            correction_series=correction.series,
            correction_outcomes=correction.outcomes,
        )
    flow = panel.flow if isinstance(panel, MonthTotalForecast) else panel
    assert isinstance(flow, FlowForecast), "a forecast is of levels, of flows, or of their totals"  # noqa: S101
    spans = [days for days in LOOK_BACK if len(past) >= days and not np.isnan(past[-days:]).all()]
    return Explanation(
        model,
        amounts={days: float(np.nanmean(past[-days:])) for days in spans},
        amounts_ahead={day: float(flow.mean[row, :day].mean()) for day in ahead},
        width80=width80,
    )


def _change(before: np.float64, after: np.float64) -> float:
    """What is more than rounding of it."""
    return 0.0 if np.isclose(before, after, rtol=1e-12, atol=0.0) else float(after - before)


def _pattern(law: Law, last_day: date) -> Pattern:
    """What a law of its own says in words."""
    following = last_day + timedelta(days=max(1, round(float(law.ahead[0]))))
    size = law.sign * float(law.size[0])
    if law.teeth:
        end = law.sign * law.floor + (size if law.follow else 0.0)
        return Pattern(law.every, law.seen, following, start=size, end=end)
    return Pattern(law.every, law.seen, following, size=size)


def _causes(panel: LevelForecast, row: int) -> tuple[dict[Cause, float], float, float]:
    """Shares of the variance 90 days ahead, and the weights of the plain drift and of constant growth."""
    c = panel.future_of(row)
    mean, walk, doubt = moments(c, np.float64(FAR))
    middle = (c.weight * mean).sum()
    parts = {
        Cause.DAYS_VARY: float((c.weight * walk).sum()),
        Cause.PACE_UNKNOWN: float((c.weight * doubt * doubt).sum()),
        Cause.COURSES: float((c.weight * (mean - middle) ** 2).sum()),
    }
    total = sum(parts.values())
    causes = {cause: part / total for cause, part in parts.items()} if total > 0 else {}
    return causes, float(c.weight[0, 0]), float(c.weight[1:][-N_LAWS:].sum())
