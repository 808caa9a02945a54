"""What is filled within its first days and grows slowly from then on: the filling is no growth."""

import numpy as np

from outgrow.forecasting.kernels.faults import Days, count_known, steps
from outgrow.forecasting.kernels.normal import Array

FIRST_DAYS = 10
"""Days from the beginning on that may be of a set-up; in a short history no more than a third of its changes."""
AFTERWARDS, HALF_A_YEAR = 7, 182
"""Changes after them that it takes to say how it lives, and days after which a set-up does not matter any more."""
FASTER = 10.0
"""A day of a set-up moves by this multiple of what one of the days afterwards moves on average."""
EMPTY = 0.25
"""Share of what it came to that it begins below: a step is no set-up."""
MOST = 0.5
"""Share of all that ever came that a set-up brought."""
LIVELY = 0.5
"""Share of the days afterwards that have to move, and of the filling that none of them comes near."""


def set_up_until(values: Array) -> tuple[Days, Days, Days]:
    """The rows that were set up within their first days.

    Args:
        values: (n, t) levels, NaN where unknown.

    Returns:
        Of each such row its number, its first day above zero, and the day on which it was set up.
    """
    n, t = values.shape
    if not t:
        return (np.zeros(0, dtype=np.int64),) * 3
    begun = ~np.isnan(values) & (values != 0)
    born = begun.argmax(axis=1)
    column = np.arange(t)
    age = column - born[:, None]
    lived = np.where(age >= 0, values, np.nan)
    change, days = steps(lived)
    total = count_known(lived) - 1
    first = (days > 0) & (age <= FIRST_DAYS) & (np.cumsum(days > 0, axis=1) <= total[:, None] // 3)
    late = (days > 0) & ~first
    size = np.where(late, np.abs(change), 0.0)
    usual = size.sum(axis=1) / np.maximum(np.where(late, days, 0).sum(axis=1), 1)
    early = first & (change > FASTER * usual[:, None] * days)
    last = np.where(early, column, -1).max(axis=1)
    begin, end = (values[np.arange(n), at] for at in (born, last))
    come = np.where(change > 0, change, 0.0).sum(axis=1)
    filled = (begin <= EMPTY * end) & (end - begin > MOST * come) & (size.max(axis=1) < LIVELY * (end - begin))
    lively = np.count_nonzero(size, axis=1) >= np.maximum(AFTERWARDS, LIVELY * late.sum(axis=1))
    row = np.flatnonzero((last >= 0) & filled & lively & (age[:, -1] <= HALF_A_YEAR))
    return row, born[row], last[row]
