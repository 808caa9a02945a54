"""Ladder: which tier is needed when, by when it has to be ordered, and what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass

from outgrow.domain.limit import Severity
from outgrow.domain.scenario import Project
from outgrow.planning.ladder_plan import LadderPlan, plan_ladder
from outgrow.planning.ladder_words import plan_severity, sentence
from outgrow.service.futures import joint_future, limited_metrics, nothing_known
from outgrow.service.view import View


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


def ladder(view: View) -> LadderReport:
    """Plan the infrastructure of the twelve months ahead.

    Raises:
        ConfigurationError: the rented tier, a limit or a project names what does not exist.
        DataError: nothing is known of any metric that the ladder limits.
    """
    future = joint_future(view)
    limited = limited_metrics(view)
    if not limited & set(future.paths.metrics):
        raise nothing_known(view, future.refused)
    plan = plan_ladder(future.paths, view.config.ladder, view.config.plan, view.config.policy)
    return LadderReport(
        platform=view.platform,
        plan=plan,
        severity=plan_severity(plan, view.config.policy),
        projects=view.projects,
        unknown={name: why for name, why in future.refused.items() if name in limited},
    )
