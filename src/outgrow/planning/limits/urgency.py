"""How urgent a limit is and why, and which one comes first."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self

from outgrow.domain.days import spoken
from outgrow.domain.forecast import DaysUntil, Status
from outgrow.domain.limit import AlertPolicy, Limit, Severity
from outgrow.domain.words import percent

UNKNOWN = {Status.INSUFFICIENT_DATA, Status.STALE}
"""Where nothing is said of the future."""


@dataclass(frozen=True, slots=True)
class Margin:
    """How much worse than it is a limit is taken to be.

    Attributes:
        share: so much of the limit counts as all of it.
        nearer: the early date comes so many times sooner.
    """

    share: float = 1.0
    nearer: float = 1.0


EXACT = Margin()
HELD = Margin(share=0.9, nearer=1.5)
"""What once was found has to be left by this before it counts as less."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A severity, and why it is that one, as it would follow a "because"; `lost`: for an outage alone."""

    severity: Severity
    why: str = ""
    lost: bool = False


@dataclass(frozen=True, slots=True)
class LimitOutlook:
    """A limit, what is known of the day it is reached, and how urgent that is.

    Attributes:
        why: the reason for the severity.
        with_margin: the severity if it were worse by the margin `HELD`.
        act_by: the last good day to start the mend: the early date of the crossing, less lead time and review
            interval; None where there is no early date within the horizon.
        policy: what holds for this limit.
        lost: whether it is a warning for an outage's zeros alone: then no more capacity is needed, but values.
    """

    limit: Limit | None
    until: DaysUntil
    severity: Severity
    why: str
    with_margin: Severity
    act_by: date | None
    policy: AlertPolicy
    lost: bool = False

    @classmethod
    def of(cls, limit: Limit | None, until: DaysUntil, policy: AlertPolicy, today: date) -> Self:
        """Judge what is known of a limit.

        Args:
            policy: the general one, of which the limit may have its own shares and days.
        """
        own = limit.policy(policy) if limit else policy
        until = replace(until, example=bool(limit and limit.example))
        exact, held = judge(until, own, today), judge(until, own, today, HELD)
        return cls(limit, until, exact.severity, exact.why, held.severity, act_by_date(until, own), own, exact.lost)

    @property
    def name(self) -> str:
        """What runs out."""
        return self.limit.name if self.limit else self.until.metric.label

    @property
    def known(self) -> bool:
        """Whether anything is said of its future."""
        return self.until.status not in UNKNOWN


def act_by_date(until: DaysUntil, policy: AlertPolicy, margin: Margin = EXACT) -> date | None:
    """The last good day to act; None where the early date lies beyond the horizon."""
    if until.as_of is None or until.days.p10 is None:
        return None
    return policy.act_by(until.as_of + timedelta(days=int(until.days.p10 / margin.nearer)))


def judge(until: DaysUntil, policy: AlertPolicy, today: date, margin: Margin = EXACT) -> Judgement:
    """How urgent a limit is.

    CRITICAL: reached, or the critical share of it is in use, or the day to act by has passed or comes within the
    review interval. WARNING: the warning share is in use, or the day to act by comes within the warning time, or the
    newest days are an outage's zeros. INFO: nothing can be said of it. Else OK. Shares count even where nothing is said
    of the future.
    """
    if until.status is Status.NO_LIMIT:
        return Judgement(Severity.OK)
    if until.status is Status.ALREADY_EXCEEDED:
        return Judgement(Severity.CRITICAL, "the limit is reached")
    share = None if until.used_share is None else until.used_share / margin.share
    found = pressing(share, act_by_date(until, policy, margin), policy, today)
    return found or _unpressed(until)


def pressing(share: float | None, act_by: date | None, policy: AlertPolicy, today: date) -> Judgement | None:
    """Whether so much in use, or the day to act by, is a warning or worse; None where neither is, or is known."""
    left = None if act_by is None else (act_by - today).days
    for severity, least, most in (
        (Severity.CRITICAL, policy.critical_share, policy.review_interval_days),
        (Severity.WARNING, policy.warning_share, policy.warning_days),
    ):
        if share is not None and share >= least:
            return Judgement(severity, f"{percent(share)} of it is in use, {severity.word} from {percent(least)} on")
        if left is not None and left <= most:
            return Judgement(severity, f"the day to act by, {spoken(act_by)}, {_left(left)}")
    return None


def sold_severity(share: float | None, policy: AlertPolicy, margin: Margin = EXACT) -> Severity:
    """How urgent it is that so much of what was sold is used: more than the warning share, and all of it."""
    if share is None or share / margin.share <= policy.warning_share:
        return Severity.OK
    return Severity.CRITICAL if share / margin.share >= 1 else Severity.WARNING


def _unpressed(until: DaysUntil) -> Judgement:
    """What is said of a limit that neither a share nor a day makes urgent."""
    lost = lost_since(until)
    if lost is not None:
        return Judgement(Severity.WARNING, lost, lost=True)
    if until.status in UNKNOWN:
        return Judgement(Severity.INFO, until.reason or "nothing is known of it")
    return Judgement(Severity.OK, until.reason or "there is time enough")


def lost_since(until: DaysUntil) -> str | None:
    """The outage on the newest days, with the last good value and its day; None where there is none."""
    if until.outage is None or until.as_of is None:
        return None
    return f"{until.outage.sentence(until.metric.unit)} on {spoken(until.as_of)}"


def _left(days: int) -> str:
    if days < 0:
        return "has passed"
    return "is today" if days == 0 else f"is {days} {'day' if days == 1 else 'days'} away"


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
