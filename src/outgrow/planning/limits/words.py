"""What runs out first, in one sentence."""

from collections.abc import Sequence
from datetime import date, timedelta

from outgrow.domain.days import spoken, spoken_range
from outgrow.domain.forecast import DaysUntil, Status
from outgrow.domain.metric import PLATFORM
from outgrow.domain.words import counted, exact
from outgrow.planning.limits.urgency import LimitOutlook


def first_sentence(ordered: Sequence[LimitOutlook], today: date) -> str:
    """What runs out first and when, in one sentence."""
    limited = [o for o in ordered if o.limit is not None]
    if not limited:
        return "No limit is set for what is stored."
    dated = [(o.until.days.p50, o) for o in limited if o.until.days.p50 is not None]
    first = limited[0]
    if first.until.status is not Status.ALREADY_EXCEEDED and dated:
        first = min(dated, key=lambda pair: pair[0])[1]  # one that is nearly full may still last longer
    until = first.until
    limit = f"{exact(until.threshold or 0.0)} {until.metric.unit}"
    limit_name = first.limit.called if first.limit else first.name
    called = "" if limit_name.lower() == until.metric.label.lower() else f"{limit_name}, "
    whose = "" if first.limit is None or first.limit.scope == str(PLATFORM) else f" of {first.limit.scope}"
    what = f"{until.metric.label}{whose} ({called}{limit})"
    if until.status is Status.ALREADY_EXCEEDED:
        return f"{what}: the limit is reached, since {_ago(until)}."
    middle = until.date("p50")
    if middle is not None:
        span = spoken_range(until.date("p10") or middle, until.date("p90"))
        when = f"about {spoken(middle)}, {_ahead((middle - today).days)} ({span})"
        return f"First to run out: {what}, {when}{_counted(until)}."
    if all(o.until.status in {Status.INSUFFICIENT_DATA, Status.STALE} for o in limited):
        return f"Nothing can be said yet: {until.reason}."
    return f"No limit is likely to be reached within the horizon; nearest is {what}: {until.reason}."


def _counted(until: DaysUntil) -> str:
    """The committed projects that begin by a date and are counted in it."""
    middle = until.date("p50")
    names = [project.name for project in until.projects if middle is not None and project.on <= middle]
    return f"; committed: {', '.join(names)}" if names else ""


def _ahead(days: int) -> str:
    """How far ahead a date lies; forecasts count from the newest known day, so it may lie before today."""
    if days < 0:
        return f"{counted(-days, 'day')} ago"
    return f"in {counted(days, 'day')}" if days else "today"


def _ago(until: DaysUntil) -> str:
    assert until.as_of is not None and until.days_ago is not None, "an exceeded limit has its day"  # noqa: PT018, S101
    return spoken(until.as_of - timedelta(days=until.days_ago))
