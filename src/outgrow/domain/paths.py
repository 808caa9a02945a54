"""Simulated futures of several metrics at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Equally likely futures; what one path says of all metrics belongs together.

    Day d = 1 ... n_days after `as_of` stands at index d - 1.

    Attributes:
        metrics: names, in the order of the first axis.
        current: (n_metrics,) the newest known values; of a month's total, the total so far.
        values: (n_metrics, n_paths, n_days) the value on each day.
        peaks: the same, the highest value up to and including each day, the current one included.
    """

    as_of: date
    metrics: tuple[str, ...]
    current: Array
    values: Array
    peaks: Array

    @property
    def n_paths(self) -> int:
        """How many futures."""
        return int(self.values.shape[1])

    @property
    def n_days(self) -> int:
        """How many days ahead."""
        return int(self.values.shape[2])

    def now(self) -> Mapping[str, float]:
        """The newest known values by metric."""
        return dict(zip(self.metrics, self.current.tolist(), strict=True))

    def of(self, metric: str) -> tuple[Array, Array]:
        """Values and peaks of one metric, (n_paths, n_days) each."""
        at = self.metrics.index(metric)
        return self.values[at], self.peaks[at]

    def first_days(self, metric: str, level: float) -> NDArray[np.int64]:
        """The first day ahead on which each path is at a level or above, (n_paths,).

        0 where it is there by now, `n_days` + 1 for never.
        """
        if self.now()[metric] >= level:
            return np.zeros(self.n_paths, dtype=np.int64)
        # Peaks never fall: the days below the level are those before the first at it.
        below: NDArray[np.int64] = (self.of(metric)[1] < level).sum(axis=1)
        return below + 1

    def grown(self, metric: str, factor: float) -> Self:
        """The same with every distance of a metric from its current value times a factor, 0 or more."""
        at = self.metrics.index(metric)
        values, peaks = self.values.copy(), self.peaks.copy()
        for part in (values, peaks):
            part[at] = self.current[at] + factor * (part[at] - self.current[at])
        return replace(self, values=values, peaks=peaks)
