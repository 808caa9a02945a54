"""Joint futures of everything that a ladder or a limit limits, with what committed projects take of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from outgrow.domain.errors import DataError
from outgrow.domain.forecast import Refusal
from outgrow.domain.history import History, allowed_age
from outgrow.domain.ladder import Ladder
from outgrow.domain.metric import PLATFORM
from outgrow.domain.paths import Paths
from outgrow.domain.resource import COMMERCE
from outgrow.domain.scenario import Project
from outgrow.forecasting.asked import LONGEST_HORIZON
from outgrow.forecasting.joint import simulate_paths
from outgrow.forecasting.projection import ForecastRules, Projection, project_all
from outgrow.planning.ladder.scenarios import adds_to, with_projects
from outgrow.service.limits import configured_limits
from outgrow.service.view import View

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


def joint_future(view: View, ladders: Sequence[Ladder] = (), asked: Levels | None = None) -> JointFuture:
    """Joint futures of everything that a ladder or a configured limit limits, committed projects included.

    The same futures are simulated once for a view.

    Args:
        ladders: whose maxima are to be dated exactly, too, besides the configured one's.
        asked: further metrics and levels.

    Raises:
        ConfigurationError: a limit or a project names a metric that does not exist.
        DataError: nothing is known of any of them.
    """
    levels = _levels(view, ladders, asked or {})
    key = tuple((name, tuple(sorted(set(some)))) for name, some in levels.items())
    if key not in view.futures:
        view.futures[key] = _simulated(view, levels)
    found = view.futures[key]
    assert isinstance(found, JointFuture)  # noqa: S101
    return found


def projects_of(view: View, name: str) -> tuple[Project, ...]:
    """The committed projects that take room of one of the platform's metrics within the horizon."""
    ahead = view.config.rules.horizon_days
    return tuple(
        project
        for project in view.projects
        if (project.on - view.today).days <= ahead and name in adds_to(project, view.metrics)
    )


def limited_metrics(view: View) -> set[str]:
    """The metrics that some tier limits."""
    return set(view.config.ladder.metrics)


def nothing_known(view: View, refused: Mapping[str, str]) -> DataError:
    """That no plan can be made."""
    limited = limited_metrics(view)
    reasons = "; ".join(f"{name}: {why}" for name, why in refused.items() if name in limited)
    return DataError(
        f"no plan of platform '{view.platform}' can be made for {view.today}: {reasons}",
        "capture daily, or rebuild the past with `outgrow backfill`" if view.has_source else view.first_step,
    )


def _simulated(view: View, levels: Levels) -> JointFuture:
    metrics = [view.metrics.resolve(name) for name in levels]
    histories = {h.metric.name: h for h in view.forecastables(metrics)}
    asked = [(history, _for_a_year(view, history)) for history in histories.values()]
    made = dict(zip(histories, project_all(asked, view.today), strict=True))
    refused = {name: each.reason for name, each in made.items() if isinstance(each, Refusal)}
    ready = {name: each for name, each in made.items() if isinstance(each, Projection)}
    if not ready:
        raise nothing_known(view, refused)
    seed = view.config.plan.seed
    n_days = max(view.config.rules.horizon_days, YEAR)
    # Those whose day has come add nothing, but which futures hold another one hangs on its place among all.
    paths = simulate_paths(ready, histories, levels, view.today, n_days=n_days, seed=seed)
    return JointFuture(with_projects(paths, view.committed, seed, view.metrics), paths, refused)


def _for_a_year(view: View, history: History) -> ForecastRules:
    rules = view.rules(history.metric)
    # A projection may rest on a day a little before today, and a year counts from today.
    before = allowed_age(history.usual_gap, rules.stale_after_days)
    return replace(rules, horizon_days=min(max(rules.horizon_days, YEAR) + before, LONGEST_HORIZON))


def _levels(view: View, ladders: Sequence[Ladder], asked: Levels) -> dict[str, list[float]]:
    """The levels that matter, by metric: tiers' maxima and configured limits. A month's total brings its flow."""
    levels: dict[str, list[float]] = {resource.metric.name: [] for resource in COMMERCE}
    levels |= {resource.flow.name: [] for resource in COMMERCE if resource.flow}
    for tier in chain(view.config.ladder, *ladders):
        for name, top in tier.maxima.items():
            levels.setdefault(name, []).append(float(top))
    totals = [view.metrics.resolve(name).month_total_of for name in levels]
    levels |= {flow: [] for flow in totals if flow and flow not in levels}
    for limit in configured_limits(view):
        if limit.scope == str(PLATFORM):
            levels.setdefault(limit.metric, []).append(limit.usable)
    for name, some in asked.items():
        levels.setdefault(name, []).extend(some)
    return levels
