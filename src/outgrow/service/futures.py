"""Joint futures of everything that a ladder or a limit limits, with what committed projects take of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from outgrow.domain.errors import DataError
from outgrow.domain.forecast import Refusal
from outgrow.domain.history import History, allowed_age
from outgrow.domain.ladder import Ladder
from outgrow.domain.metric import PLATFORM
from outgrow.domain.panel import HistoryPanel
from outgrow.domain.paths import Paths
from outgrow.domain.scenario import Project
from outgrow.forecasting.asked import LONGEST_HORIZON
from outgrow.forecasting.joint import simulate_paths
from outgrow.forecasting.projection import Projection, project_panel
from outgrow.forecasting.rules import ForecastRules
from outgrow.planning.ladder.scenarios import adds_to, with_projects
from outgrow.service.desk import Desk
from outgrow.service.limits import configured_limits, resource_metrics

YEAR = 365
"""Twelve months are planned, however short the forecasts are that are shown otherwise."""
Levels = Mapping[str, Sequence[float]]
"""By metric, the levels at which futures have to be exact."""


@dataclass(frozen=True, slots=True)
class JointFuture:
    """Simulated futures, and why metrics are missing from them.

    Attributes:
        paths: with the committed projects.
        alone: without them.
    """

    paths: Paths
    alone: Paths
    refused: Mapping[str, str]


def joint_future(desk: Desk, ladders: Sequence[Ladder] = (), asked: Levels | None = None) -> JointFuture:
    """Joint futures of everything that a ladder or a configured limit limits, committed projects included.

    The same futures are simulated once for a question.

    Args:
        ladders: whose maxima are to be dated exactly, too, besides the configured one's.
        asked: further metrics and levels.

    Raises:
        ConfigurationError: a limit or a project names a metric that does not exist.
        DataError: nothing is known of any of them.
    """
    levels = _levels(desk, ladders, asked or {})
    key = ("future", *((name, tuple(sorted(set(some)))) for name, some in levels.items()))
    if key not in desk.remembered:
        desk.remembered[key] = _simulated(desk, levels)
    found = desk.remembered[key]
    assert isinstance(found, JointFuture)  # noqa: S101
    return found


def projects_of(desk: Desk, name: str) -> tuple[Project, ...]:
    """The committed projects that take room of one of the platform's metrics within the horizon."""
    ahead = desk.config.rules.horizon_days
    return tuple(
        project
        for project in desk.projects
        if (project.on - desk.today).days <= ahead and name in _touched(desk, project)
    )


def _touched(desk: Desk, project: Project) -> frozenset[str]:
    """What a project takes room of, worked out once: it looks at every metric, and is asked for every one."""
    key = ("touched", frozenset(project.sizes))
    if key not in desk.remembered:
        desk.remembered[key] = adds_to(project, desk.metrics)
    found = desk.remembered[key]
    assert isinstance(found, frozenset)  # noqa: S101
    return found


def limited_metrics(desk: Desk) -> set[str]:
    """The metrics that some tier limits."""
    return set(desk.ladder.metrics)


def nothing_known(desk: Desk, refused: Mapping[str, str]) -> DataError:
    """That no plan can be made."""
    limited = limited_metrics(desk)
    reasons = "; ".join(f"{name}: {why}" for name, why in refused.items() if name in limited)
    mend = "capture daily, or rebuild the past with `outgrow backfill`" if desk.captures else desk.first_step
    other = "; or set a [[ladder]] over metrics that the platform has" if desk.config.ladder.example else ""
    return DataError(f"no plan of platform '{desk.code}' can be made for {desk.today}: {reasons}", mend + other)


def _simulated(desk: Desk, levels: Levels) -> JointFuture:
    metrics = [desk.metrics.resolve(name) for name in levels]
    histories = {h.metric.name: h for h in desk.forecastables(metrics)}
    rules = [_for_a_year(desk, history) for history in histories.values()]
    made = dict(zip(histories, project_panel(HistoryPanel.of([*histories.values()]), rules, desk.today), strict=True))
    refused = {name: each.reason for name, each in made.items() if isinstance(each, Refusal)}
    ready = {name: each for name, each in made.items() if isinstance(each, Projection)}
    if not ready:
        raise nothing_known(desk, refused)
    seed = desk.config.plan.seed
    n_days = max(desk.config.rules.horizon_days, YEAR)
    # Those whose day has come add nothing, but which futures hold another one hangs on its place among all.
    paths = simulate_paths(ready, histories, levels, desk.today, n_days=n_days, seed=seed)
    return JointFuture(with_projects(paths, desk.committed, seed, desk.metrics), paths, refused)


def _for_a_year(desk: Desk, history: History) -> ForecastRules:
    rules = desk.rules(history.metric)
    # A projection may rest on a day a little before today, and a year counts from today.
    before = allowed_age(history.usual_gap, rules.stale_after_days)
    return replace(rules, horizon_days=min(max(rules.horizon_days, YEAR) + before, LONGEST_HORIZON))


def _levels(desk: Desk, ladders: Sequence[Ladder], asked: Levels) -> dict[str, list[float]]:
    """The levels that matter, by metric: tiers' maxima and configured limits. Orders a day drive their months."""
    held = [*resource_metrics(desk), *(desk.metrics.resolve(name) for ladder in ladders for name in ladder.metrics)]
    flows = [metric.month_total_of for metric in held if metric.month_total_of]
    levels: dict[str, list[float]] = {name: [] for name in (*(metric.name for metric in held), *flows)}
    for tier in chain(desk.ladder, *ladders):
        for name, top in tier.maxima.items():
            levels[name].append(top)
    for limit in configured_limits(desk):
        if limit.scope == str(PLATFORM):
            levels.setdefault(limit.metric, []).append(limit.usable)
    for name, some in asked.items():
        levels.setdefault(name, []).extend(some)
    return levels
