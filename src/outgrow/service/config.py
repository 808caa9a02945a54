"""What the verbs need to know besides the data, as plain values: see `settings` for where they are read from."""

from dataclasses import dataclass, field, replace
from typing import Self

from outgrow.domain.event import CalendarRules
from outgrow.domain.ladder import DEFAULT_LADDER, Ladder
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.limit import AlertPolicy, Limit
from outgrow.domain.metric import STORAGE_USED_GB
from outgrow.domain.scenario import Project
from outgrow.forecasting.projection import ForecastRules

DEFAULT_LIMITS: tuple[Limit, ...] = (Limit(STORAGE_USED_GB.name, 1_000, "media storage", example="example limit"),)
"""One terabyte of media, an example: it stands in until somebody sets theirs."""


@dataclass(frozen=True, slots=True)
class CapacityConfig:
    """Ladder, limits, when they are worth a word, and what else the plan rests on."""

    ladder: Ladder = DEFAULT_LADDER
    limits: tuple[Limit, ...] = DEFAULT_LIMITS
    policy: AlertPolicy = field(default_factory=AlertPolicy)
    rules: ForecastRules = field(default_factory=ForecastRules)
    plan: LadderRules = field(default_factory=LadderRules)
    calendar: CalendarRules = field(default_factory=CalendarRules)
    projects: tuple[Project, ...] = ()
    read_from: str = "the configuration"
    """Where it was read, for messages."""

    def as_own(self) -> Self:
        """The same, with what outgrow brings as an example taken for the user's own."""
        limits = tuple(replace(limit, example="") for limit in self.limits)
        return replace(self, ladder=replace(self.ladder, example=False), limits=limits)
