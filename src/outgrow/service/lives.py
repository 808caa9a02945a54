"""Recommendations as they live from day to day: kept by captures, shown as of today, acknowledged and put off."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from outgrow.domain.errors import UsageError
from outgrow.domain.recommendation import Life, LifeState
from outgrow.planning.advice.lifecycle import acknowledged, advance, snoozed
from outgrow.planning.advice.recommendations import said_of
from outgrow.service.desk import Desk
from outgrow.service.findings import NewestUse, find

SHOWN = {LifeState.OPEN, LifeState.ACKNOWLEDGED}
"""The states that are told of without being asked for."""


def keep_lives(desk: Desk, newest: NewestUse) -> list[Life]:
    """Let all lives take the look of today, and keep them. Part of the caller's transaction.

    Raises:
        ConfigurationError: a limit names a metric that does not exist.
    """
    findings = find(desk, newest)
    desk.store.claim_lives(desk.code)
    before = desk.store.lives(desk.code)
    now = advance(before, findings, desk.today)
    desk.store.write_lives(desk.code, [life for key, life in now.items() if life != before.get(key)])
    return list(now.values())


def lives(desk: Desk, newest: NewestUse) -> list[Life]:
    """All lives as the look of the desk's day leaves them, most severe first, without keeping them.

    For a past day, those that were looked at or changed later are left out, for nobody knows what they were then:
    what was found on that day is told as if it had been opened on it.
    """
    now = advance(desk.store.lives(desk.code, desk.today), find(desk, newest), desk.today)
    return _most_severe_first(now.values())


def _most_severe_first(some: Iterable[Life]) -> list[Life]:
    return sorted(some, key=lambda life: -life.severity)


def acknowledge(desk: Desk, newest: NewestUse, keys: Sequence[str]) -> list[Life]:
    """Say that somebody knows of these: they are quiet until their severity rises or they are resolved.

    Args:
        keys: or beginnings of keys that are those of one alone.

    Raises:
        UsageError: there is no such recommendation, or several begin so.
    """
    return _change(desk, newest, keys, lambda life: acknowledged(life, desk.today))


def snooze(desk: Desk, newest: NewestUse, keys: Sequence[str], until: date) -> list[Life]:
    """Put these off until a day, on which they are open again.

    Raises:
        UsageError: as for `acknowledge`, or the day has come already.
    """
    if until <= desk.today:
        raise UsageError(f"{until} is not after today, {desk.today}", "give --until a day that is still to come")
    return _change(desk, newest, keys, lambda life: snoozed(life, until, desk.today))


def _change(desk: Desk, newest: NewestUse, keys: Sequence[str], change: Callable[[Life], Life]) -> list[Life]:
    """Change the lives of these keys and keep them, all or none. Gives them as they are now."""
    findings = find(desk, newest)
    desk.store.claim_lives(desk.code)
    now = advance(desk.store.lives(desk.code), findings, desk.today)
    changed = {life.key: change(life) for life in (_named(now.values(), key) for key in keys)}
    desk.store.write_lives(desk.code, changed.values())
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


def found_now(desk: Desk, newest: NewestUse) -> list[Life]:
    """What this look alone finds, as it finds it, most severe first, each with where its life stands."""
    findings = find(desk, newest)
    now = advance(desk.store.lives(desk.code, desk.today), findings, desk.today)
    return [replace(now[said.key], said=said, severity=said.severity) for said in said_of(findings)]
