"""Two issued forecasts of a metric, and what between them moved the date on which it reaches its limit.

The earlier forecast is made again, and what has changed since is taken into account one thing after the other. Each
moves the date by whole days, which add up to the movement.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from outgrow.domain.days import spoken
from outgrow.domain.event import Event
from outgrow.domain.forecast import Status
from outgrow.domain.history import History
from outgrow.domain.issued import IssuedForecast
from outgrow.domain.metric import PLATFORM, Metric
from outgrow.domain.movement import LimitStatement, Movement, Mover, NamedLevel, Part
from outgrow.domain.words import exact
from outgrow.forecasting.crossing import Crossing, expected_path, find_crossing
from outgrow.forecasting.projection import ForecastRules
from outgrow.planning.why import causes
from outgrow.planning.why.attribution import DatedMover, telescope
from outgrow.planning.why.surprise import at_level_of, level_of, on_course
from outgrow.service.assumptions import assumed, between, file_of, model_id, with_kept
from outgrow.service.desk import Desk


class _Stage(NamedTuple):
    """One more thing taken into account, and when the limit is reached with it."""

    mover: Mover
    history: History
    limit: NamedLevel
    rules: ForecastRules

    def crossing(self) -> Crossing:
        return find_crossing(self.history, self.limit[1], self.rules)


@dataclass(frozen=True)
class Comparison:
    """Two forecasts of a metric, and the limits that they are held against."""

    desk: Desk
    metric: Metric
    before: IssuedForecast
    now: IssuedForecast
    old: NamedLevel
    new: NamedLevel

    @cached_property
    def came(self) -> History:
        """What the newer forecast rests on, as it is known now."""
        return self.desk.forecastable(self.metric).between(None, self.now.as_of).to_known()

    @cached_property
    def then(self) -> History:
        """What the earlier forecast rests on, as it is known now."""
        return self.came.between(None, self.before.as_of).to_known()

    @cached_property
    def course(self) -> History | None:
        """What the newer forecast would rest on, had all come as the earlier one said.

        None where nothing is known any more that the earlier one could rest on.
        """
        days = (self.came.last_day - self.then.last_day).days
        path = expected_path(self.then, days, self.rules_between)
        return None if path is None else on_course(self.then, path, self.came)

    @cached_property
    def at_hand(self) -> tuple[bool, bool]:
        """Whether the two models can still be asked."""
        return self._file(self.before) is not None, self._file(self.now) is not None

    @cached_property
    def rules_then(self) -> ForecastRules:
        """The earlier forecast's."""
        return self._rules(self.before, self.before)

    @cached_property
    def rules_between(self) -> ForecastRules:
        """Of the earlier day, with the newer forecast's model."""
        return self._rules(self.before, self.now)

    @cached_property
    def rules_now(self) -> ForecastRules:
        """The newer forecast's, with what the earlier one assumed of the days ahead."""
        return self._rules(self.now, self.now)

    @cached_property
    def ahead(self) -> tuple[dict[str, Any] | None, dict[str, Any]]:
        """Events and projects of the days ahead of the earlier forecast: as they were known then, and for the newer."""
        projects, horizon = self.desk.config.projects, self.desk.config.rules.horizon_days
        today = assumed(self.metric, self._events, projects, self.before.as_of, horizon)
        then = self.before.assumptions
        until = date.fromisoformat((then or today)["until"])
        passed = between(today, self.before.as_of, self.now.as_of)  # which the newer forecast no longer has ahead
        now = passed | between(self.now.assumptions or today, self.before.as_of, until)
        return None if then is None else between(then, self.before.as_of, until), now

    @cached_property
    def _events(self) -> tuple[Event, ...]:
        """The events as they are now."""
        return self.desk.rules(self.metric).events

    def events_of(self, issued: IssuedForecast) -> tuple[Event, ...]:
        """The events that a forecast heeded: as they are now, save that those ahead of it are what it assumed."""
        return with_kept(self._events, issued.assumptions, issued.as_of)

    def _rules(self, on: IssuedForecast, asked: IssuedForecast) -> ForecastRules:
        rules = self.desk.config.rules
        config = replace(self.desk.config, rules=replace(rules, model_file=self._file(asked) or rules.model_file))
        made = self.desk.on(on.issued_on).with_config(config).rules(self.metric, PLATFORM, asked.model)
        return replace(made, events=self.events_of(self.before))

    def _file(self, issued: IssuedForecast) -> Path | None:
        return file_of(issued.model_id, self.desk.config.rules.model_file)

    def stages(self, course: History) -> Iterator[_Stage]:
        """From the earlier forecast, made again, to the newer one; each takes one more thing into account."""
        if self.at_hand[0]:
            yield _Stage(Mover.REVISED, self.then, self.old, self.rules_then)
        yield _Stage(Mover.MODEL, self.then, self.old, self.rules_between)
        yield _Stage(Mover.ON_COURSE, course, self.old, self.rules_between)
        yield _Stage(Mover.LEVEL, at_level_of(self.came, course), self.old, self.rules_between)
        yield _Stage(Mover.SLOPE, self.came, self.old, self.rules_between)
        yield _Stage(Mover.MODEL, self.came, self.old, self.rules_now)
        yield _Stage(Mover.LIMIT, self.came, self.new, self.rules_now)
        assuming = replace(self.rules_now, events=self.events_of(self.now))
        yield _Stage(Mover.ASSUMPTIONS, self.came, self.new, assuming)

    def movement(self, nothing: Movement) -> Movement:
        """The movement and its parts; without parts where one of the dates is not known."""
        course = self.course
        if course is None:
            lost = f"what the forecast of {spoken(self.before.issued_on)} rested on is not stored any more"
            return replace(nothing, reason=lost)
        stages = list(self.stages(course))
        crossings = _crossings(stages)
        before, after = _said(self.before, self.old, crossings[0]), _said(self.now, self.new, crossings[-1])
        both = replace(nothing, before=before, after=after)
        if before.status is Status.ALREADY_EXCEEDED:
            reached = f"{exact(self.old[1])} {self.metric.unit} were reached on {spoken(before.median)}"
            late = f"{reached}, before the forecast of {spoken(before.issued_on)}"
            return replace(both, status=before.status, reason=late)
        if before.median is None or after.median is None:
            said, crossing = (before, crossings[0]) if before.median is None else (after, crossings[-1])
            reason = f"on {spoken(said.issued_on)} there was no date, {crossing.reason or said.status.value}"
            return replace(both, status=said.status, reason=reason)
        steps = [DatedMover(stage.mover, crossing.day) for stage, crossing in zip(stages, crossings, strict=True)]
        rest = Mover.REVISED if self.at_hand[1] else Mover.MODEL  # what was issued may differ from what is found now
        moved = telescope(before.median, [*steps, DatedMover(rest, after.median)])
        growth = {stage.mover: crossing.growth for stage, crossing in zip(stages, crossings, strict=True)}
        parts = self._parts(moved, level_of(course), (growth[Mover.LEVEL], growth[Mover.SLOPE]))
        return replace(both, status=Status.OK, parts=tuple(parts))

    def _parts(
        self, moved: Mapping[Mover, int | None], forecast: float, growth: tuple[float | None, float | None]
    ) -> Iterator[Part]:
        """Each part with its cause in words.

        Args:
            forecast: the level that was forecast.
            growth: over 30 days, had all come as forecast but for the level, and as it came.
        """
        new_days = self.came.between(self.then.last_day + timedelta(days=1), None).known_days
        asked = ((self.before, self.rules_then), (self.now, self.rules_now))
        then, now = (issued.model_id or model_id(issued.model, rules.model_file) for issued, rules in asked)
        widths = self.rules_between.correction.width, self.rules_now.correction.width
        words = {
            Mover.REVISED: causes.revised(moved[Mover.REVISED]),
            Mover.MODEL: causes.model(moved[Mover.MODEL], (then, now), at_hand=all(self.at_hand), widths=widths),
            Mover.ON_COURSE: causes.on_course(new_days),
            Mover.LEVEL: causes.level(self.metric, level_of(self.came), forecast),
            Mover.SLOPE: causes.slope(moved[Mover.SLOPE], self.metric, *growth),
            Mover.LIMIT: causes.limit(self.old, self.new),
            Mover.ASSUMPTIONS: causes.assumptions(*self.ahead),
        }
        for mover, days in moved.items():
            yield Part(mover, days, *words[mover])


def _crossings(stages: Sequence[_Stage]) -> list[Crossing]:
    """When the limit is reached at each stage; the same question is asked once."""
    found: dict[tuple[int, float, ForecastRules], Crossing] = {}
    for stage in stages:
        key = (id(stage.history), stage.limit[1], stage.rules)
        if key not in found:
            found[key] = stage.crossing()
    return [found[id(stage.history), stage.limit[1], stage.rules] for stage in stages]


def _said(issued: IssuedForecast, limit: NamedLevel, again: Crossing) -> LimitStatement:
    """What was said of a limit: the date that was kept, or where none was, the one that is found now."""
    kept = next((one.days.dates(issued.as_of)["p50"] for one in issued.limits if one.threshold == limit[1]), None)
    return LimitStatement(
        issued_on=issued.issued_on,
        as_of=issued.as_of,
        status=again.status if kept is None else Status.OK,
        median=kept or again.day,
        kept=kept is not None,
        limit=limit,
        value=issued.value,
        model=issued.model,
        model_id=issued.model_id,
    )
