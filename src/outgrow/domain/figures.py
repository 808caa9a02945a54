"""How values of a metric are written for people: with as many decimals as tell them apart."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from outgrow.domain.metric import Metric
from outgrow.domain.words import HUGE, MOST_DIGITS

MOST_DECIMALS = 6
"""A number that needs more is written with its power of ten."""
NOISE = 1e-3
"""Values that lie nearer to each other than this share of all that lies between them need not be told apart."""
WHOLE_FROM = 10
"""Means of so many whole things a day are told without decimals."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How values of a metric that stand beside each other are written: with as many decimals as tell them apart."""

    decimals: int

    @classmethod
    def of(cls, metric: Metric, values: Iterable[float | None]) -> Self:
        """The decimals that some values are worth.

        Args:
            values: the measured one first: where it is a whole number of whole things, so are all others.
        """
        known = [float(value) for value in values if value is not None and math.isfinite(value)]
        if not known or (metric.is_count and _is_whole(known[0], metric)):
            return cls(metric.decimals)
        top, spread = max(map(abs, known)), max(known) - min(known)
        if not top:
            return cls(metric.decimals)
        magnitude, ordered = _power(top), sorted(known)
        wanted = [metric.decimals, 1 - magnitude]
        if spread > top * 10.0**-MOST_DIGITS:
            gaps = [above - below for below, above in pairwise(ordered) if above - below > NOISE * spread]
            wanted += [1 - _power(spread), -_power(min(gaps))]
        return cls(max(min(max(wanted), MOST_DIGITS - magnitude), 0))

    def write(self, value: float | None, sign: str = "") -> str:
        """A value, `29,342`, `933.39`, `1.8e-06`; a dash where there is none.

        Args:
            sign: `+` to write it before what is above zero.
        """
        if value is None or not math.isfinite(value):
            return "–"
        if value and (self.decimals > MOST_DECIMALS or abs(value) >= HUGE):
            digits = max(self.decimals + _power(value) + 1, 2)
            return f"{value:{sign}.{min(digits, MOST_DIGITS)}g}"
        text = f"{value:{sign},.{self.decimals}f}"
        return text if float(text.replace(",", "")) else "0"


def figure(value: float | None, metric: Metric, *beside: float | None) -> str:
    """One value as people write it, told apart from those that stand beside it."""
    return Figures.of(metric, (value, *beside)).write(value)


def _power(value: float) -> int:
    """Of ten: 2 for 933, -6 for 1.8e-06."""
    return math.floor(math.log10(abs(value)))


def _is_whole(value: float, metric: Metric) -> bool:
    """Whether a count counts whole things: a mean of a flow's days may have decimals all the same."""
    return value.is_integer() or (metric.kind == "flow" and abs(value) >= WHOLE_FROM)
