"""What is filled within its first days and grows slowly from then on: the filling is no growth."""

import numpy as np

from outgrow.forecasting.kernels.faults import Days, count_known, steps
from outgrow.forecasting.kernels.normal import Array

FIRST_DAYS = 10
"""Changes from the beginning on that may be of a set-up; in a short history no more than a third of all."""
AFTERWARDS = 10
"""Changes that it takes after them to say how it lives."""
FASTER = 10.0
"""A day of a set-up moves by this multiple of what one of the days afterwards moves on average."""
MOST = 0.5
"""Share of all that ever came that a set-up brought."""


def set_up_until(values: Array) -> tuple[Days, Days, Days]:
    """The rows that were set up within their first days.

    Args:
        values: (n, t) levels, NaN where unknown.

    Returns:
        Of each such row its number, its first day above zero, and the day on which it was set up.
    """
    n, t = values.shape
    begun = ~np.isnan(values) & (values != 0)
    born = begun.argmax(axis=1)
    column = np.arange(t)
    lived = np.where(column >= born[:, None], values, np.nan)
    change, days = steps(lived)
    order = np.cumsum(days > 0, axis=1)
    total = count_known(lived) - 1
    first = np.minimum(FIRST_DAYS, total // 3)
    late = (days > 0) & (order > first[:, None])
    size = np.abs(change)
    span = np.where(late, days, 0).sum(axis=1)
    usual = np.where(late, size, 0.0).sum(axis=1) / np.maximum(span, 1)
    early = (days > 0) & ~late & (change > FASTER * usual[:, None] * days)
    last = np.where(early, column, -1).max(axis=1, initial=-1)
    filled = values[np.arange(n), last] - values[np.arange(n), born] if t else np.zeros(n)
    come = np.where(change > 0, change, 0.0).sum(axis=1)
    row = np.flatnonzero((last >= 0) & (total - first >= AFTERWARDS) & (filled > MOST * come))
    return row, born[row], last[row]
