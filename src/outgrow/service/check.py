"""Check: one line and a state, as monitoring plugins answer."""

from dataclasses import dataclass

from outgrow.domain.days import spoken
from outgrow.domain.limit import Severity
from outgrow.planning.urgency import LimitOutlook
from outgrow.service.status import StatusReport

STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
"""Words of the exit codes 0 to 3."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A state (0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN) and its line."""

    state: int
    line: str


def check(report: StatusReport) -> CheckResult:
    """Judge a status report: the worst limit decides; nothing known is UNKNOWN, never OK."""
    limited = [row.outlook for row in report.rows if row.outlook.limit is not None]
    unknown = [o for o in limited if not o.known]
    worst = max((o.severity for o in limited), default=Severity.OK)
    if worst >= Severity.WARNING:
        state = 2 if worst is Severity.CRITICAL else 1
    else:
        state = 3 if unknown or not limited else 0
    names = [o.until.metric.name for o in limited]
    shares = " ".join(
        f"'{_label(o, names)}'={o.until.current:.6g};;{o.until.threshold:g};0"
        for o in limited
        if o.until.current is not None and o.until.threshold is not None
    )
    said = f"{report.sentence}{_act_by(limited)}".replace("|", "/")
    return CheckResult(state, f"OUTGROW {STATES[state]} - {said}" + (f" | {shares}" if shares else ""))


def _act_by(limited: list[LimitOutlook]) -> str:
    """The day to act by of the worst limit, if it has one: that of which the state is said."""
    worst = limited[0] if limited else None
    if worst is None or worst.act_by is None:
        return ""
    return f" Act by {spoken(worst.act_by)} ({worst.name})."


def _label(outlook: LimitOutlook, names: list[str]) -> str:
    """A label that stands once in the line: the metric, with its limit's name where it has several limits."""
    name = outlook.until.metric.name
    return name if names.count(name) == 1 else f"{name} of {outlook.name}".replace("'", "")
