"""Recommendations as they live from day to day: kept by captures, shown as of today, acknowledged and put off."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from outgrow.domain.errors import UsageError
from outgrow.domain.recommendation import Life, LifeState, with_state
from outgrow.planning.advice.lifecycle import acknowledged, advance, snoozed
from outgrow.planning.advice.recommendations import said_of
from outgrow.service.recommend import Present, find
from outgrow.service.view import View
from outgrow.store.recommendations import claim_lives, read_lives, write_lives

SHOWN = {LifeState.OPEN, LifeState.ACKNOWLEDGED}
"""The states that are told of without being asked for."""


def keep_lives(view: View, present: Present) -> list[Life]:
    """Let all lives take the look of today, and keep them. Part of the caller's transaction.

    Raises:
        ConfigurationError: a limit names a metric that does not exist.
    """
    findings = find(view, present)
    claim_lives(view.store, view.platform)
    before = read_lives(view.store, view.platform)
    now = advance(before, findings, view.today)
    write_lives(view.store, view.platform, [life for key, life in now.items() if life != before.get(key)])
    return list(now.values())


def lives(view: View, present: Present) -> list[Life]:
    """All lives as the look of the view's day leaves them, most severe first, without keeping them.

    For a past day, those that were looked at or changed later are left out, for nobody knows what they were then:
    what was found on that day is told as if it had been opened on it.
    """
    now = advance(read_lives(view.store, view.platform, view.today), find(view, present), view.today)
    return _most_severe_first(now.values())


def _most_severe_first(some: Iterable[Life]) -> list[Life]:
    return sorted(some, key=lambda life: -life.severity)


def acknowledge(view: View, present: Present, keys: Sequence[str]) -> list[Life]:
    """Say that somebody knows of these: they are quiet until their severity rises or they are resolved.

    Args:
        keys: or beginnings of keys that are those of one alone.

    Raises:
        UsageError: there is no such recommendation, or several begin so.
    """
    return _change(view, present, keys, lambda life: acknowledged(life, view.today))


def snooze(view: View, present: Present, keys: Sequence[str], until: date) -> list[Life]:
    """Put these off until a day, on which they are open again.

    Raises:
        UsageError: as for `acknowledge`, or the day has come already.
    """
    if until <= view.today:
        raise UsageError(f"{until} is not after today, {view.today}", "give --until a day that is still to come")
    return _change(view, present, keys, lambda life: snoozed(life, until, view.today))


def _change(view: View, present: Present, keys: Sequence[str], change: Callable[[Life], Life]) -> list[Life]:
    """Change the lives of these keys and keep them, all or none. Gives them as they are now."""
    findings = find(view, present)
    claim_lives(view.store, view.platform)
    now = advance(read_lives(view.store, view.platform), findings, view.today)
    changed = {life.key: change(life) for life in (_named(now.values(), key) for key in keys)}
    write_lives(view.store, view.platform, changed.values())
    return list(changed.values())


def _named(known: Iterable[Life], key: str) -> Life:
    """The one that is not resolved and bears this key, or alone begins so."""
    alive = {life.key: life for life in _most_severe_first(known) if life.state is not LifeState.RESOLVED}
    if key in alive:
        return alive[key]
    begun = [each for each in alive if each.startswith(key)]
    if len(begun) == 1:
        return alive[begun[0]]
    if begun:
        raise UsageError(f"several recommendations begin with '{key}'", f"give one of: {', '.join(begun)}")
    mend = f"use one of: {', '.join(alive)}" if alive else "there is none to be named now"
    raise UsageError(f"there is no recommendation '{key}'", mend)


def found_documents(view: View, present: Present) -> list[dict[str, Any]]:
    """What this look alone finds, most severe first, as JSON, each with where its life stands."""
    findings = find(view, present)
    now = advance(read_lives(view.store, view.platform, view.today), findings, view.today)
    return [with_state(said.to_document(), now[said.key]) for said in said_of(findings)]
