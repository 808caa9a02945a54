"""Recommend: what someone should do, most severe first, and where each of it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from outgrow.domain.errors import UsageError
from outgrow.domain.recommendation import TrackedRecommendation
from outgrow.domain.scenario import Project
from outgrow.service.desk import Desk
from outgrow.service.findings import use_to_judge
from outgrow.service.tracking import SHOWN, acknowledge, recommendations, snooze


@dataclass(frozen=True, slots=True)
class RecommendReport:
    """All recommendations of a platform on a day.

    Attributes:
        lives: most severe first.
        acknowledged, put_off: those that were just changed.
        projects: committed ones that are still to come: the dates count them in.
    """

    platform: str
    today: date
    recommendations: tuple[TrackedRecommendation, ...]
    acknowledged: tuple[TrackedRecommendation, ...] = ()
    put_off: tuple[TrackedRecommendation, ...] = ()
    projects: tuple[Project, ...] = ()

    def shown(self, *, everything: bool = False) -> list[TrackedRecommendation]:
        """Those that are told of without being asked for; or all, also those put off and resolved."""
        return [tracked for tracked in self.recommendations if everything or tracked.state in SHOWN]


def recommend(
    desk: Desk, *, known: Sequence[str] = (), put_off: Sequence[str] = (), until: date | None = None
) -> RecommendReport:
    """Say what should be done; and before, that somebody knows of some of it, or puts it off, all or none.

    Args:
        known: keys of those that somebody knows of, or beginnings of keys that are those of one alone.
        put_off: the same of those that are put off.
        until: the day until which they are.

    Raises:
        UsageError: there is no such recommendation, or several begin so; the day is not given, or has come already;
            what was recommended on a past day is to be changed.
        ConfigurationError: a limit names a metric that does not exist.
    """
    if (known or put_off) and not desk.is_present:
        raise UsageError("what was recommended on a past day cannot be changed", "leave the day out")
    if bool(put_off) != (until is not None):
        raise UsageError("what is put off needs the day until which, and a day what it puts off", "give both")
    newest = use_to_judge(desk)
    acknowledged = acknowledge(desk, newest, known) if known else []
    later = snooze(desk, newest, put_off, until) if until is not None else []
    return RecommendReport(
        platform=desk.code,
        today=desk.today,
        recommendations=tuple(recommendations(desk, newest)),
        acknowledged=tuple(acknowledged),
        put_off=tuple(later),
        projects=desk.projects,
    )
