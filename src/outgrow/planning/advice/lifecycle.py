"""Recommendations from day to day: opened at once, closed slowly, so that they do not flap.

The rule, in one sentence: a recommendation is as severe as the most severe finding of the last four weeks, where
findings that have to hold a severity up are made with a margin.

Opening and rising wait for nothing, because a real limit does not wait either; that costs hardly a change of state
more than waiting for a second day would (`benchmarks/flapping.py`), and needs no memory of days on which nothing was
open. All that damps is falling: at least HOLD_DAYS days on which every look found less, margin included. A look that
could judge nothing is none, and where no look was taken for more than LONGEST_GAP_DAYS days, the count begins anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from outgrow.domain.limit import Severity
from outgrow.domain.recommendation import Finding, Life, LifeState, Recommendation

HOLD_DAYS = 28
"""Days for which less has to be found before a severity falls, or a recommendation is resolved."""
LONGEST_GAP_DAYS = 7
"""Days between two looks beyond which those between them are not known to have been quiet."""


def advance(lives: Mapping[str, Life], findings: Iterable[Finding], day: date) -> dict[str, Life]:
    """What a look on a day makes of all lives, by key, those of the findings first and in their order.

    A second look on the same day that finds the same changes nothing, nor does one that comes after a later one.
    What no finding speaks of any more, such as a limit that was taken out of the settings, is resolved.
    """
    found = {finding.key: finding for finding in findings}
    looked = {key: look(lives.get(key), finding, day) for key, finding in found.items()}
    gone = {key: _withdrawn(life, day) for key, life in lives.items() if key not in found}
    return {key: life for key, life in looked.items() if life is not None} | gone


def look(life: Life | None, finding: Finding, day: date) -> Life | None:
    """What one finding makes of its life; None where nothing was ever to recommend."""
    if life is not None and day < life.looked_on:
        return life
    if life is None or life.state is LifeState.RESOLVED:
        return life if finding.said is None else _opened(finding, finding.said, day)
    life = _awake(life, day)
    if not finding.known and finding.severity < life.severity:
        return life
    return _judged(_heard(life, finding, day), finding, day)


def acknowledged(life: Life, day: date) -> Life:
    """Somebody knows of it."""
    if life.state is LifeState.ACKNOWLEDGED:
        return life
    return replace(life, state=LifeState.ACKNOWLEDGED, changed_on=day, snoozed_until=None)


def snoozed(life: Life, until: date, day: date) -> Life:
    """Put off until a day that is still to come."""
    return replace(life, state=LifeState.SNOOZED, changed_on=day, snoozed_until=until)


def _opened(finding: Finding, said: Recommendation, day: date) -> Life:
    return Life(
        said=said,
        basis=finding.basis,
        state=LifeState.OPEN,
        severity=finding.severity,
        opened_on=day,
        changed_on=day,
        seen_on=day,
        looked_on=day,
    )


def _awake(life: Life, day: date) -> Life:
    """A snoozed one whose day has come is open again."""
    if life.snoozed_until is None or day < life.snoozed_until:
        return life
    changed_on = max(life.changed_on, life.snoozed_until)
    return replace(life, state=LifeState.OPEN, changed_on=changed_on, snoozed_until=None)


def _heard(life: Life, finding: Finding, day: date) -> Life:
    """With what is said of it now, if anything is."""
    return life if finding.said is None else replace(life, said=finding.said, seen_on=day)


def _judged(life: Life, finding: Finding, day: date) -> Life:
    """With the severity that follows: risen at once, fallen after HOLD_DAYS quiet days, or as it was."""
    if finding.basis != life.basis:  # a raised limit has not to be quiet for weeks
        return _at(replace(life, basis=finding.basis), finding.severity, day)
    if finding.severity > life.severity:
        return _at(life, finding.severity, day)
    if finding.with_margin >= life.severity:
        return replace(life, looked_on=day, quiet_since=None, quiet_severity=Severity.OK)
    since, most = life.quiet_since, max(life.quiet_severity, finding.with_margin)
    if since is None or (day - life.looked_on).days > LONGEST_GAP_DAYS:
        since, most = day, finding.with_margin
    if (day - since).days < HOLD_DAYS:
        return replace(life, looked_on=day, quiet_since=since, quiet_severity=most)
    fallen = _at(life, most, day)
    if fallen.state is LifeState.RESOLVED or finding.with_margin >= fallen.severity:
        return fallen
    return replace(fallen, quiet_since=day, quiet_severity=finding.with_margin)


def _at(life: Life, severity: Severity, day: date) -> Life:
    """At another severity, from today on; resolved where that is none."""
    if severity is Severity.OK:
        return _withdrawn(replace(life, looked_on=day), day)
    state = LifeState.OPEN if severity > life.severity and life.state is LifeState.ACKNOWLEDGED else life.state
    return replace(
        life,
        state=state,
        severity=severity,
        changed_on=life.changed_on if (state, severity) == (life.state, life.severity) else day,
        looked_on=day,
        quiet_since=None,
        quiet_severity=Severity.OK,
    )


def _withdrawn(life: Life, day: date) -> Life:
    """Resolved, as severe as it last was."""
    if life.state is LifeState.RESOLVED or day < life.looked_on:
        return life
    return replace(
        life,
        state=LifeState.RESOLVED,
        changed_on=day,
        looked_on=day,
        quiet_since=None,
        quiet_severity=Severity.OK,
        snoozed_until=None,
    )
