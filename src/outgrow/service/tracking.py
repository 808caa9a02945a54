"""Recommendations as they live from day to day: kept by captures, shown as of today, acknowledged and put off."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from outgrow.domain.errors import UsageError
from outgrow.domain.recommendation import RecommendationState, TrackedRecommendation
from outgrow.planning.advice.lifecycle import acknowledged, advance, snoozed
from outgrow.planning.advice.recommendations import said_of
from outgrow.service.desk import Desk
from outgrow.service.findings import NewestUse, find

SHOWN = {RecommendationState.OPEN, RecommendationState.ACKNOWLEDGED}
"""The states that are told of without being asked for."""


def track(desk: Desk, newest: NewestUse) -> list[TrackedRecommendation]:
    """Let all lives take the look of today, and keep them. Part of the caller's transaction.

    Raises:
        ConfigurationError: a limit names a metric that does not exist.
    """
    findings = find(desk, newest)
    desk.store.claim_recommendations(desk.code)
    before = desk.store.recommendations(desk.code)
    now = advance(before, findings, desk.today)
    desk.store.write_recommendations(desk.code, [tracked for key, tracked in now.items() if tracked != before.get(key)])
    return list(now.values())


def recommendations(desk: Desk, newest: NewestUse) -> list[TrackedRecommendation]:
    """All lives as the look of the desk's day leaves them, most severe first, without keeping them.

    For a past day, those that were looked at or changed later are left out, for nobody knows what they were then:
    what was found on that day is told as if it had been opened on it.
    """
    now = advance(desk.store.recommendations(desk.code, desk.today), find(desk, newest), desk.today)
    return _most_severe_first(now.values())


def _most_severe_first(some: Iterable[TrackedRecommendation]) -> list[TrackedRecommendation]:
    return sorted(some, key=lambda tracked: -tracked.severity)


def acknowledge(desk: Desk, newest: NewestUse, keys: Sequence[str]) -> list[TrackedRecommendation]:
    """Say that somebody knows of these: they are quiet until their severity rises or they are resolved.

    Args:
        keys: or beginnings of keys that are those of one alone.

    Raises:
        UsageError: there is no such recommendation, or several begin so.
    """
    return _change(desk, newest, keys, lambda tracked: acknowledged(tracked, desk.today))


def snooze(desk: Desk, newest: NewestUse, keys: Sequence[str], until: date) -> list[TrackedRecommendation]:
    """Put these off until a day, on which they are open again.

    Raises:
        UsageError: as for `acknowledge`, or the day has come already.
    """
    if until <= desk.today:
        raise UsageError(f"{until} is not after today, {desk.today}", "give --until a day that is still to come")
    return _change(desk, newest, keys, lambda tracked: snoozed(tracked, until, desk.today))


def _change(
    desk: Desk, newest: NewestUse, keys: Sequence[str], change: Callable[[TrackedRecommendation], TrackedRecommendation]
) -> list[TrackedRecommendation]:
    """Change the lives of these keys and keep them, all or none. Gives them as they are now."""
    findings = find(desk, newest)
    desk.store.claim_recommendations(desk.code)
    now = advance(desk.store.recommendations(desk.code), findings, desk.today)
    changed = {tracked.key: change(tracked) for tracked in (_named(now.values(), key) for key in keys)}
    desk.store.write_recommendations(desk.code, changed.values())
    return list(changed.values())


def _named(known: Iterable[TrackedRecommendation], key: str) -> TrackedRecommendation:
    """The one that is not resolved and bears this key, or alone begins so."""
    alive = {
        tracked.key: tracked
        for tracked in _most_severe_first(known)
        if tracked.state is not RecommendationState.RESOLVED
    }
    if key in alive:
        return alive[key]
    begun = [each for each in alive if each.startswith(key)]
    if len(begun) == 1:
        return alive[begun[0]]
    if begun:
        raise UsageError(f"several recommendations begin with '{key}'", f"give one of: {', '.join(begun)}")
    mend = f"use one of: {', '.join(alive)}" if alive else "there is none to be named now"
    raise UsageError(f"there is no recommendation '{key}'", mend)


def found_now(desk: Desk, newest: NewestUse) -> list[TrackedRecommendation]:
    """What this look alone finds, as it finds it, most severe first, each with where its life stands."""
    findings = find(desk, newest)
    now = advance(desk.store.recommendations(desk.code, desk.today), findings, desk.today)
    return [replace(now[said.key], said=said, severity=said.severity) for said in said_of(findings)]
