"""Ladder: which tier is needed when, by when it has to be ordered, and what it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from outgrow.domain.errors import ConfigurationError, DataError, UnknownMetricError
from outgrow.domain.forecast import Refusal
from outgrow.domain.ladder import LADDER_METRICS, Ladder
from outgrow.domain.limit import Severity
from outgrow.domain.metric import ORDERS_PER_DAY, PLATFORM, Metric
from outgrow.domain.paths import Paths
from outgrow.domain.scenario import Project
from outgrow.forecasting.joint import simulate_paths
from outgrow.forecasting.projection import ForecastRules, Projection, project_all
from outgrow.planning.ladder_plan import LadderPlan, plan_ladder
from outgrow.planning.ladder_words import plan_severity, sentence
from outgrow.planning.scenarios import with_projects
from outgrow.service.limits import configured_limits
from outgrow.service.view import View

YEAR = 365
"""Twelve months are planned, however short the forecasts are that are shown otherwise."""


@dataclass(frozen=True, slots=True)
class LadderReport:
    """The plan, and what it could not take into account.

    Attributes:
        projects: those that are reserved.
        unknown: by metric that the ladder limits, why nothing is known of its future.
    """

    platform: str
    plan: LadderPlan
    severity: Severity
    projects: tuple[Project, ...]
    unknown: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """How long the tier lasts, by when to order the next one, and what all months cost."""
        return sentence(self.plan)

    def to_document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "platform": self.platform,
            "sentence": self.sentence,
            "severity": self.severity.word,
            **self.plan.to_document(),
            "projects": [project.to_document() for project in self.projects],
            "unknown": dict(self.unknown),
        }


@dataclass(frozen=True, slots=True)
class JointFuture:
    """Simulated futures, the metrics of which committed projects take some, and why metrics are missing."""

    paths: Paths
    reserved: frozenset[str]
    refused: Mapping[str, str]


def ladder(view: View) -> LadderReport:
    """Plan the infrastructure of the twelve months ahead.

    Raises:
        ConfigurationError: the rented tier, a limit or a project names what does not exist.
        DataError: nothing is known of any metric that the ladder limits.
    """
    future = joint_future(view)
    limited = _limited(view)
    if not limited & set(future.paths.metrics):
        raise _nothing_known(view, future.refused)
    plan = plan_ladder(future.paths, view.config.ladder, view.config.plan, view.config.policy)
    return LadderReport(
        platform=view.platform,
        plan=plan,
        severity=plan_severity(plan, view.config.policy),
        projects=tuple(project for project in view.config.projects if project.on > view.today),
        unknown={name: why for name, why in future.refused.items() if name in limited},
    )


def joint_future(view: View, ladders: Sequence[Ladder] = ()) -> JointFuture:
    """Joint futures of everything that a ladder or a configured limit limits, committed projects included.

    Args:
        ladders: whose maxima are to be dated exactly, too, besides the configured one's.

    Raises:
        ConfigurationError: a limit or a project names a metric that does not exist.
        DataError: nothing is known of any of them.
    """
    projects, levels = _projects(view), _levels(view, ladders)
    metrics = [view.metrics.resolve(name) for name in levels]
    histories = {h.metric.name: h for h in view.forecastables(metrics)}
    asked = [(history, _for_a_year(view, history.metric)) for history in histories.values()]
    made = dict(zip(histories, project_all(asked, view.today), strict=True))
    refused = {name: each.reason for name, each in made.items() if isinstance(each, Refusal)}
    ready = {name: each for name, each in made.items() if isinstance(each, Projection)}
    if not ready:
        raise _nothing_known(view, refused)
    paths = simulate_paths(
        ready,
        histories,
        levels,
        view.today,
        n_days=max(view.config.rules.horizon_days, YEAR),
        seed=view.config.plan.seed,
    )
    fuller = with_projects(paths, projects, view.config.plan.seed, view.metrics)
    pairs = zip(paths.metrics, paths.peaks, fuller.peaks, strict=True)
    reserved = frozenset(name for name, before, after in pairs if before is not after and (before != after).any())
    return JointFuture(fuller, reserved, refused)


def _nothing_known(view: View, refused: Mapping[str, str]) -> DataError:
    limited = _limited(view)
    reasons = "; ".join(f"{name}: {why}" for name, why in refused.items() if name in limited)
    return DataError(
        f"no plan of platform '{view.platform}' can be made for {view.today}: {reasons}",
        "capture daily, or rebuild the past with `outgrow backfill`" if view.has_source else view.first_step,
    )


def _projects(view: View) -> list[Project]:
    """The committed projects, by the metrics' full names."""
    found = []
    for project in view.config.projects:
        try:
            sizes = {view.metrics.resolve(name).name: size for name, size in project.sizes.items()}
        except UnknownMetricError as error:
            what = f"{view.config.read_from}: [[projects]] '{project.name}', sizes: {error.what}"
            raise ConfigurationError(what, error.mend) from error
        found.append(replace(project, sizes=sizes))
    return found


def _for_a_year(view: View, metric: Metric) -> ForecastRules:
    rules = view.rules(metric)
    # A projection may rest on a day a little before today, and a year counts from today.
    return replace(rules, horizon_days=max(rules.horizon_days, YEAR) + rules.stale_after_days)


def _limited(view: View) -> set[str]:
    """The metrics that some tier limits."""
    return {name for tier in view.config.ladder for name, top in tier.maxima().items() if top is not None}


def _levels(view: View, ladders: Sequence[Ladder]) -> dict[str, list[float]]:
    """The levels that matter, by metric: tiers' maxima and configured limits. Orders a day drive their months."""
    levels: dict[str, list[float]] = {name: [] for name in (*LADDER_METRICS.values(), ORDERS_PER_DAY.name)}
    for tier in chain(view.config.ladder, *ladders):
        for name, top in tier.maxima().items():
            levels[name] += [float(top)] if top is not None else []
    for limit in configured_limits(view):
        if limit.scope == str(PLATFORM):
            levels.setdefault(limit.metric, []).append(limit.usable)
    return levels
