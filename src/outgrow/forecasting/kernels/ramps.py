"""Shares that rise or fall along a straight line: nothing is believed all at once."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Real = TypeVar("Real", NDArray[np.float32], NDArray[np.float64])
Ends = tuple[float, float]


def rising(value: Real, ends: Ends) -> Real:
    """0 up to the first, 1 from the second on, a straight line between; in the precision of the values."""
    result: Real = np.clip((value - ends[0]) / (ends[1] - ends[0]), 0.0, 1.0)
    return result


def falling(value: Real, ends: Ends) -> Real:
    """1 up to the first, 0 from the second on, a straight line between."""
    result: Real = 1.0 - rising(value, ends)
    return result
