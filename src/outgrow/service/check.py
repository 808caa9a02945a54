"""Check: one line and a state, as monitoring plugins answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from outgrow.domain import monitoring
from outgrow.domain.days import spoken
from outgrow.domain.forecast import Status
from outgrow.domain.limit import Limit, Severity, checked_threshold
from outgrow.domain.metric import PLATFORM, Metric
from outgrow.domain.monitoring import CRITICAL, OK, UNKNOWN, WARNING, Performance
from outgrow.domain.note import RESTARTING
from outgrow.planning.limits.alarm_levels import AlarmLevel, AlarmLevels, Measure, days_left
from outgrow.planning.limits.urgency import LimitOutlook, lost_since
from outgrow.planning.limits.words import first_sentence
from outgrow.service.desk import Desk
from outgrow.service.outlooks import until_level
from outgrow.service.survey import survey

BY_URGENCY = (OK, UNKNOWN, WARNING, CRITICAL)
"""What is known to be wrong is worse than what is not known."""
AS_POLICY = AlarmLevels()
NONE_SET = "set one as [[limits]] in outgrow.toml"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A state (0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN) and its line."""

    state: int
    line: str


@dataclass(frozen=True, slots=True)
class _Judged:
    """A limit, its state, and the rule that made it so."""

    outlook: LimitOutlook
    state: int
    rule: str


def check(desk: Desk, name: str | None = None, alarms: AlarmLevels = AS_POLICY) -> CheckResult:
    """Judge a platform's limits: the worst one decides; nothing known is UNKNOWN, never OK.

    Examples alarm nobody: nobody set them. Without a limit of one's own nothing is judged, so the answer is UNKNOWN.

    Args:
        name: of a metric, which alone is judged, by its limits; where values are given, the critical one is its limit.
        alarms: from where on a limit is a warning or critical, instead of as its policy says.

    Raises:
        UnknownMetricError: there is no such metric.
    """
    metric = None if name is None else desk.metrics.resolve(name)
    ordered = survey(desk).ordered
    if metric is not None:
        return _check_metric(desk, metric, [one for one in ordered if one.until.metric.name == metric.name], alarms)
    limited = [outlook for outlook in ordered if outlook.limit is not None]
    if not limited:
        sentence = first_sentence(ordered, desk.today) if ordered else f"Nothing is stored yet: {desk.first_step}."
        return _result(UNKNOWN, sentence)
    judged = _judgeable(limited)
    if not judged:
        return _result(UNKNOWN, f"no limit is set, and examples alarm nobody; mend: {NONE_SET}")
    return _check(judged, alarms, desk.today)


def _check_metric(desk: Desk, metric: Metric, mine: Sequence[LimitOutlook], alarms: AlarmLevels) -> CheckResult:
    limited = _judgeable([outlook for outlook in mine if outlook.limit is not None])
    value = alarms.value
    if value is not None and (not limited or _is_value(alarms.critical)):
        alarms = replace(alarms, never_critical=alarms.critical is None)
        limit, until = Limit(metric.name, value, metric.label), until_level(desk, metric, checked_threshold(value))
        limited = [LimitOutlook.of(limit, until, desk.config.policy, desk.today)]
    if not limited:
        return _result(UNKNOWN, f"{metric.label}: no limit is set; mend: {NONE_SET}, or give --critical VALUE")
    return _check(limited, alarms, desk.today)


def _judgeable(limited: Sequence[LimitOutlook]) -> list[LimitOutlook]:
    """The limits that somebody set, and examples whose metric has an outage: that is amiss whatever the limit is."""
    return [one for one in limited if not one.until.example or lost_since(one.until) is not None]


def _is_value(alarm: AlarmLevel | None) -> bool:
    return alarm is not None and alarm.measure is Measure.VALUE


def _check(limited: Sequence[LimitOutlook], alarms: AlarmLevels, today: date) -> CheckResult:
    judged = [_judge(outlook, alarms, today) for outlook in limited]
    worst = max(judged, key=lambda each: BY_URGENCY.index(each.state))  # of equals, the most urgent
    said = [] if worst.state == OK else [f"{_named(worst.outlook)}: {worst.rule}."]
    if worst.outlook.known:
        said.append(first_sentence(limited, today))
    said += _newest_notes(limited, worst)
    if worst.outlook.act_by is not None:
        said.append(f"Act by {spoken(worst.outlook.act_by)} ({worst.outlook.name}).")
    if worst.state in {WARNING, CRITICAL}:
        said += [f"Unknown: {_named(each.outlook)}, {each.rule}." for each in judged if each.state == UNKNOWN]
    return _result(worst.state, " ".join(said), _numbers(limited, alarms, today))


def _result(state: int, text: str, numbers: Sequence[Performance] = ()) -> CheckResult:
    return CheckResult(state, monitoring.plugin_line(state, text, numbers))


def _judge(outlook: LimitOutlook, alarms: AlarmLevels, today: date) -> _Judged:
    """The state of a limit. Stale data say nothing, not even that a share of it is in use."""
    until = outlook.until
    if until.status is Status.STALE:
        return _Judged(outlook, UNKNOWN, f"stale: {until.reason}")
    lost = lost_since(until)
    if until.example and lost is not None:
        return _Judged(outlook, WARNING, lost)
    blind = False
    for state, alarm, severity in (
        (CRITICAL, alarms.critical, Severity.CRITICAL),
        (WARNING, alarms.warning, Severity.WARNING),
    ):
        if state == CRITICAL and alarms.never_critical:
            continue
        met = outlook.severity >= severity if alarm is None else alarm.met(until, today)
        if met:
            return _Judged(outlook, state, outlook.why if alarm is None else alarm.why(until, today, severity.word))
        blind = blind or met is None
    if lost is not None:
        return _Judged(outlook, WARNING, lost)
    asked = all(alarm is not None and alarm.measure is not Measure.DAYS for alarm in (alarms.warning, alarms.critical))
    if blind or not (outlook.known or asked):
        return _Judged(outlook, UNKNOWN, f"too little is known: {until.reason}")
    return _Judged(outlook, OK, outlook.why)


def _named(outlook: LimitOutlook) -> str:
    """The metric, with its limit's name and whose it is where that says more."""
    metric, limit = outlook.until.metric, outlook.limit
    more = [] if outlook.name.lower() in {metric.label.lower(), metric.name} else [outlook.name]
    more += [] if limit is None or limit.scope == str(PLATFORM) else [limit.scope]
    return f"{metric.label} ({', '.join(more)})" if more else metric.label


def _of_whom(outlook: LimitOutlook) -> str:
    """The metric, with whose it is where that is not the platform."""
    limit, label = outlook.limit, outlook.until.metric.label
    return label if limit is None or limit.scope == str(PLATFORM) else f"{label} of {limit.scope}"


def _newest_notes(limited: Sequence[LimitOutlook], worst: _Judged) -> Iterator[str]:
    """What is amiss in the newest days of any limited metric, if it was not the rule already; once for each metric."""
    series = {outlook.until.scope_name + outlook.until.metric.name: outlook for outlook in limited}
    for outlook in series.values():
        until = outlook.until
        for note in until.notes:
            newest = note is until.outage or (note.last == until.as_of and note.code not in RESTARTING)
            if newest and not worst.rule.startswith(note.sentence(until.metric.unit)):
                yield f"{_of_whom(outlook)}: {note.sentence(until.metric.unit)}."


def _numbers(limited: Sequence[LimitOutlook], alarms: AlarmLevels, today: date) -> list[Performance]:
    """The value of each limit, and the days to its middle date.

    Days have no thresholds: those would be lower bounds, which some readers drop.
    """
    names = [outlook.until.metric.name for outlook in limited]
    found = []
    for outlook in limited:
        until, policy = outlook.until, outlook.policy
        if until.current is None or until.threshold is None:
            continue
        label = until.metric.name if names.count(until.metric.name) == 1 else f"{until.metric.name} of {outlook.name}"
        levels = [
            policy_share * until.threshold if alarm is None else alarm.value_at(until.threshold)
            for alarm, policy_share in (
                (alarms.warning, policy.warning_share),
                (alarms.critical, policy.critical_share),
            )
        ]
        warning, critical = levels
        critical = None if alarms.never_critical else critical
        found.append(Performance(label, until.current, until.metric.unit, warning, critical))
        left = days_left(until, today)
        if left is not None and left > 0:
            found.append(Performance(f"{label} days left", left))
    return found
