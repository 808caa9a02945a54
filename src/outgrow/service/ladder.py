"""Ladder: which tier is needed when, by when it has to be ordered, and what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass

from outgrow.domain.limit import Severity
from outgrow.domain.metric import Metric
from outgrow.domain.scenario import Project
from outgrow.planning.ladder.plan import LadderPlan, plan_ladder
from outgrow.planning.ladder.words import plan_severity, sentence
from outgrow.service.desk import Desk
from outgrow.service.futures import joint_future, limited_metrics, nothing_known
from outgrow.service.sold import ExposureReport, exposed


@dataclass(frozen=True, slots=True)
class LadderReport:
    """The plan, and what it could not take into account.

    Attributes:
        projects: those that are reserved.
        unknown: by metric that the ladder limits, why nothing is known of its future.
        sold: what was sold to tenants against what they use and what the rented tier holds.
        metrics: those that the ladder limits, by name.
    """

    platform: str
    plan: LadderPlan
    severity: Severity
    projects: tuple[Project, ...]
    unknown: Mapping[str, str]
    sold: ExposureReport
    metrics: Mapping[str, Metric]

    @property
    def sentence(self) -> str:
        """How long the tier lasts, by when to order the next one, and what all months cost."""
        return sentence(self.plan)


def ladder(desk: Desk) -> LadderReport:
    """Plan the infrastructure of the twelve months ahead, and hold what was sold against it.

    Raises:
        ConfigurationError: the rented tier, a limit or a project names what does not exist.
        DataError: nothing is known of any metric that the ladder limits.
    """
    future = joint_future(desk)
    limited = limited_metrics(desk)
    if not limited & set(future.paths.metrics):
        raise nothing_known(desk, future.refused)
    plan = plan_ladder(future.paths, desk.ladder, desk.config.plan, desk.config.policy)
    return LadderReport(
        platform=desk.code,
        plan=plan,
        severity=plan_severity(plan, desk.config.policy),
        projects=desk.projects,
        unknown={name: why for name, why in future.refused.items() if name in limited},
        sold=exposed(desk),
        metrics={name: desk.metrics.resolve(name) for name in limited},
    )
