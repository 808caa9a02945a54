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
from outgrow.domain.recommendation import Finding, Recommendation, RecommendationState, TrackedRecommendation

HOLD_DAYS = 28
"""Days for which less has to be found before a severity falls, or a recommendation is resolved."""
LONGEST_GAP_DAYS = 7
"""Days between two looks beyond which those between them are not known to have been quiet."""


def advance(
    recommendations: Mapping[str, TrackedRecommendation], findings: Iterable[Finding], day: date
) -> dict[str, TrackedRecommendation]:
    """What a look on a day makes of all lives, by key, those of the findings first and in their order.

    A second look on the same day that finds the same changes nothing, nor does one that comes after a later one.
    What no finding speaks of any more, such as a limit that was taken out of the settings, is resolved.
    """
    found = {finding.key: finding for finding in findings}
    looked = {key: look(recommendations.get(key), finding, day) for key, finding in found.items()}
    gone = {key: _withdrawn(tracked, day) for key, tracked in recommendations.items() if key not in found}
    return {key: tracked for key, tracked in looked.items() if tracked is not None} | gone


def look(tracked: TrackedRecommendation | None, finding: Finding, day: date) -> TrackedRecommendation | None:
    """What one finding makes of its life; None where nothing was ever to recommend."""
    if tracked is not None and day < tracked.looked_on:
        return tracked
    if tracked is None or tracked.state is RecommendationState.RESOLVED:
        return tracked if finding.said is None else _opened(finding, finding.said, day)
    tracked = _awake(tracked, day)
    if not finding.known and finding.severity < tracked.severity:
        return tracked
    return _judged(_heard(tracked, finding, day), finding, day)


def acknowledged(tracked: TrackedRecommendation, day: date) -> TrackedRecommendation:
    """Somebody knows of it."""
    if tracked.state is RecommendationState.ACKNOWLEDGED:
        return tracked
    return replace(tracked, state=RecommendationState.ACKNOWLEDGED, changed_on=day, snoozed_until=None)


def snoozed(tracked: TrackedRecommendation, until: date, day: date) -> TrackedRecommendation:
    """Put off until a day that is still to come."""
    return replace(tracked, state=RecommendationState.SNOOZED, changed_on=day, snoozed_until=until)


def _opened(finding: Finding, said: Recommendation, day: date) -> TrackedRecommendation:
    return TrackedRecommendation(
        said=said,
        basis=finding.basis,
        state=RecommendationState.OPEN,
        severity=finding.severity,
        opened_on=day,
        changed_on=day,
        seen_on=day,
        looked_on=day,
    )


def _awake(tracked: TrackedRecommendation, day: date) -> TrackedRecommendation:
    """A snoozed one whose day has come is open again."""
    if tracked.snoozed_until is None or day < tracked.snoozed_until:
        return tracked
    changed_on = max(tracked.changed_on, tracked.snoozed_until)
    return replace(tracked, state=RecommendationState.OPEN, changed_on=changed_on, snoozed_until=None)


def _heard(tracked: TrackedRecommendation, finding: Finding, day: date) -> TrackedRecommendation:
    """With what is said of it now, if anything is."""
    return tracked if finding.said is None else replace(tracked, said=finding.said, seen_on=day)


def _judged(tracked: TrackedRecommendation, finding: Finding, day: date) -> TrackedRecommendation:
    """With the severity that follows: risen at once, fallen after HOLD_DAYS quiet days, or as it was."""
    if finding.basis != tracked.basis:  # a raised limit has not to be quiet for weeks
        return _at(replace(tracked, basis=finding.basis), finding.severity, day)
    if finding.severity > tracked.severity:
        return _at(tracked, finding.severity, day)
    if finding.with_margin >= tracked.severity:
        return replace(tracked, looked_on=day, quiet_since=None, quiet_severity=Severity.OK)
    since, most = tracked.quiet_since, max(tracked.quiet_severity, finding.with_margin)
    if since is None or (day - tracked.looked_on).days > LONGEST_GAP_DAYS:
        since, most = day, finding.with_margin
    if (day - since).days < HOLD_DAYS:
        return replace(tracked, looked_on=day, quiet_since=since, quiet_severity=most)
    fallen = _at(tracked, most, day)
    if fallen.state is RecommendationState.RESOLVED or finding.with_margin >= fallen.severity:
        return fallen
    return replace(fallen, quiet_since=day, quiet_severity=finding.with_margin)


def _at(tracked: TrackedRecommendation, severity: Severity, day: date) -> TrackedRecommendation:
    """At another severity, from today on; resolved where that is none."""
    if severity is Severity.OK:
        return _withdrawn(replace(tracked, looked_on=day), day)
    state = (
        RecommendationState.OPEN
        if severity > tracked.severity and tracked.state is RecommendationState.ACKNOWLEDGED
        else tracked.state
    )
    return replace(
        tracked,
        state=state,
        severity=severity,
        changed_on=tracked.changed_on if (state, severity) == (tracked.state, tracked.severity) else day,
        looked_on=day,
        quiet_since=None,
        quiet_severity=Severity.OK,
    )


def _withdrawn(tracked: TrackedRecommendation, day: date) -> TrackedRecommendation:
    """Resolved, as severe as it last was."""
    if tracked.state is RecommendationState.RESOLVED or day < tracked.looked_on:
        return tracked
    return replace(
        tracked,
        state=RecommendationState.RESOLVED,
        changed_on=day,
        looked_on=day,
        quiet_since=None,
        quiet_severity=Severity.OK,
        snoozed_until=None,
    )
