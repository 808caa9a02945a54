"""How urgent a limit is, and which one comes first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from outgrow.domain.forecast import DaysUntil, Status
from outgrow.domain.limit import AlertPolicy, Limit, Severity


@dataclass(frozen=True, slots=True)
class LimitOutlook:
    """A limit, what is known of the day it is reached, and how urgent that is."""

    limit: Limit | None
    until: DaysUntil
    severity: Severity
    act_by: date | None = None
    """The last good day to start the mend: the early date of the crossing, less lead time and review interval."""

    @classmethod
    def of(cls, limit: Limit | None, until: DaysUntil, policy: AlertPolicy) -> Self:
        """Judge what is known of a limit."""
        early = until.date("p10")
        ahead = timedelta(days=policy.lead_time_days + policy.review_interval_days)
        return cls(limit, until, severity_of(until, policy), early - ahead if early else None)

    @property
    def name(self) -> str:
        """What runs out."""
        return self.limit.name if self.limit else self.until.metric.label


def severity_of(until: DaysUntil, policy: AlertPolicy) -> Severity:
    """How urgent a limit is.

    CRITICAL: reached, or likelier than not within the lead time. WARNING: likelier than not within the warning
    time, or the warning share of it is in use. INFO: nothing can be said of it. Else OK.
    """
    if until.status is Status.NO_LIMIT:
        return Severity.OK
    share, p50 = until.used_share or 0.0, until.days.p50
    if share >= 1 or until.status is Status.ALREADY_EXCEEDED or (p50 is not None and p50 <= policy.lead_time_days):
        return Severity.CRITICAL
    if share >= policy.warning_share or (p50 is not None and p50 <= policy.warning_days):
        return Severity.WARNING
    return Severity.INFO if until.status in {Status.INSUFFICIENT_DATA, Status.STALE} else Severity.OK


def by_urgency(outlooks: Iterable[LimitOutlook]) -> list[LimitOutlook]:
    """The most urgent first: by severity, then by date, then by share in use; those without a limit last, as given."""

    def key(outlook: LimitOutlook) -> tuple[bool, int, float, float]:
        until = outlook.until
        return (
            outlook.limit is None,
            -outlook.severity,
            until.days.p50 if until.days.p50 is not None else float("inf"),
            -(until.used_share or 0.0) if outlook.limit else 0.0,
        )

    return sorted(outlooks, key=key)
