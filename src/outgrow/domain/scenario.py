"""What may come besides growth: committed projects, and whatever a scenario asks about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Project:
    """Something committed that takes capacity from a day on.

    Attributes:
        on: the first day.
        probability: that it comes, 0 to 1.
        sizes: what it adds, by metric name, in the metric's unit; to a flow, per day.
    """

    name: str
    on: date
    probability: float
    sizes: Mapping[str, float]
