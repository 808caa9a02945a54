"""Levels with structure: teeth that climb and fall back again and again, and steps that recur.

A mixture of random walks knows neither. Each such row gets a small law of its own, fitted to its events, and is
answered by paths of it that are drawn from fixed numbers: quantiles and crossings then agree by construction.
"""

from dataclasses import dataclass, replace
from itertools import groupby
from typing import Self

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.past import LENGTH
from outgrow.forecasting.law_fit import candidates, read_law
from outgrow.forecasting.laws import Law


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """The laws of the rows that have one, by row."""

    laws: dict[int, Law]

    @classmethod
    def find(cls, values: Array, *, falls: bool) -> Self:
        """Read the laws off the histories (n, t), whose rows are finite or unknown."""
        laws: dict[int, Law] = {}
        recent = values[:, -LENGTH:]
        for row in candidates(recent):
            law = read_law(recent[row], falls=falls)
            if law is not None:
                laws[int(row)] = law
        return cls(laws)

    def pick(self, rows: NDArray[np.int64]) -> "Structure":
        """Those of some of the rows, in any order, each as often as it is named."""
        if not self.laws:
            return self
        return Structure({at: self.laws[row] for at, row in enumerate(rows.tolist()) if row in self.laws})

    def at_days(self, days: tuple[int, ...], levels: tuple[float, ...]) -> dict[int, Array]:
        """Quantiles of the values of some days, (n_levels, n_days) each."""
        return {row: law.quantiles(days, levels) for row, law in self.laws.items()}

    def crossing_at(self, limits: Array, days: tuple[int, ...], *, falling: bool) -> dict[int, Array]:
        """P(reached by each of the days), (n_days,) each."""
        found: dict[int, Array] = {}
        # Paths are drawn once for all limits that one law is asked about in a row.
        for law, rows in groupby(self.laws, key=self.laws.__getitem__):
            some = list(rows)
            found |= zip(some, law.reached([float(limits[row]) for row in some], days, falling=falling), strict=True)
        return found

    def below(self, values: Array, day: int) -> dict[int, float]:
        """P(the value lies below) by row."""
        return {row: law.below(float(values[row]), day) for row, law in self.laws.items()}

    def widened(self, width: float) -> "Structure":
        """The same with more doubt."""
        return Structure({row: replace(law, width=law.width * width) for row, law in self.laws.items()})
