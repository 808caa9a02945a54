"""What the batch interface is handed, checked where it comes in: what cannot be meant is refused with our errors."""

from collections.abc import Iterable
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.errors import UsageError, quoted

LONGEST_HORIZON = 3650
"""Days; ten years ahead nothing honest can be said."""
LARGEST, SMALLEST = 1e30, 1e-30
"""Of amounts, in any unit: beyond, squares of single precision end. What is smaller is nothing."""


def checked_panel(values: Any) -> NDArray[np.float64]:  # noqa: ANN401 - whatever the caller has
    """Values as (n_series, n_days) float64; what is too large to be counted with is infinite.

    Raises:
        UsageError: they are no numbers, or of another shape.
    """
    panel = _numbers(values, "values", "give (n_series, n_days), one row a series")
    if panel.ndim != 2 or panel.shape[1] == 0:  # noqa: PLR2004
        raise UsageError(f"values have the shape {panel.shape}", "give (n_series, n_days), one row a series")
    size = np.abs(panel)
    if not size.size:
        return panel
    if np.fmax.reduce(size, axis=None) > LARGEST:
        panel = np.where(size > LARGEST, np.copysign(np.inf, panel), panel)
    if np.fmin.reduce(size, axis=None, where=size > 0, initial=np.inf) < SMALLEST:
        panel = np.where(size < SMALLEST, 0.0, panel)
    return panel


def countable(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same values, NaN where they are too large to be counted with."""
    return np.where(np.abs(values) > LARGEST, np.nan, values)


def checked_horizon(horizon: Any) -> int:  # noqa: ANN401
    """A number of days ahead.

    Raises:
        UsageError: it is no whole number from 1 to `LONGEST_HORIZON`.
    """
    try:
        days = index(horizon)
    except TypeError:
        days = 0
    if not 1 <= days <= LONGEST_HORIZON:
        raise UsageError(f"a horizon of {quoted(horizon)} days cannot be forecast", f"use 1 to {LONGEST_HORIZON}")
    return days


def checked_levels(levels: Any) -> tuple[float, ...]:  # noqa: ANN401
    """Levels of quantiles.

    Raises:
        UsageError: there is none, or one does not lie between 0 and 1.
    """
    given = tuple(levels) if isinstance(levels, Iterable) and not isinstance(levels, str) else ()
    if not given or any(isinstance(level, str) or not _is_share(level) for level in given):
        raise UsageError(
            f"{quoted(levels)} are no levels of quantiles", "give numbers between 0 and 1: (0.1, 0.5, 0.9)"
        )
    return tuple(float(level) for level in given)


def checked_thresholds(thresholds: Any, rows: int) -> NDArray[np.float64]:  # noqa: ANN401
    """A threshold for each row, (n,); those too large to be counted with are as large as may be.

    Raises:
        UsageError: they are no numbers, or not one a row.
    """
    limits = _numbers(thresholds, "thresholds", f"give one number a row, {rows} in all")
    if limits.shape != (rows,):
        raise UsageError(f"thresholds have the shape {limits.shape}", f"give one number a row, {rows} in all")
    return np.where(np.isfinite(limits), np.clip(limits, -LARGEST, LARGEST), limits)


def _numbers(given: Any, what: str, mend: str) -> NDArray[np.float64]:  # noqa: ANN401
    try:
        found = np.asarray(given)
        if found.dtype.kind in "biufO":
            return np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        pass
    raise UsageError(f"{what} are no numbers: {quoted(given)}", mend)


def _is_share(level: Any) -> bool:  # noqa: ANN401
    try:
        return bool(0 < level < 1)
    except (TypeError, ValueError):
        return False
