"""What moved a date, in words: a cause as it would follow a "because", and its numbers."""

from collections.abc import Mapping
from typing import Any

from outgrow.domain.figures import Figures
from outgrow.domain.metric import Kind, Metric
from outgrow.domain.movement import NamedLevel
from outgrow.domain.words import counted, exact

LARGE = 100
"""Larger numbers are told without decimals."""
Words = tuple[str, str]
"""A cause, and its numbers; empty where there are none."""


def revised(days: int | None) -> Words:
    """The same model, asked again about the same day."""
    if not days:
        return "the past is known as it was then", ""
    return "the past was revised", "the same model says another date for the same day from what is known of it now"


def model(days: int | None, ids: tuple[str, str], *, at_hand: bool, widths: tuple[float, float]) -> Words:
    """Another model, or other ranges.

    Args:
        ids: names of the models, then and now.
        at_hand: whether both can still be asked.
        widths: factor of the ranges' width, then and now.
    """
    if ids[0] != ids[1]:
        apart = "" if at_hand else ", in which revisions of the past are counted too: one is no longer at hand"
        return "the model was changed", f"from {ids[0]} to {ids[1]}{apart}"
    if days and widths[0] != widths[1]:
        return "the ranges' width was corrected", f"{widths[1]:.2f} times the model's instead of {widths[0]:.2f}"
    return "the model is the same", ""


def on_course(known_days: int) -> Words:
    """Days that came as they were forecast."""
    if not known_days:
        return "no new day is known", ""
    return (
        "time went by in line with the forecast",
        f"{counted(known_days, 'new day')}, had they come as forecast",
    )


def level(metric: Metric, came: float, forecast: float) -> Words:
    """The level that came against the forecast one: the newest value, of a flow the amounts of four weeks."""
    what = "the amount of four weeks" if metric.kind is Kind.FLOW else "the newest value"
    if came == forecast:
        return f"{what} is as forecast", ""
    values = Figures.of(metric, (came, forecast))
    numbers = f"{values.write(came)} {metric.unit}, forecast {values.write(forecast)}"
    return f"{what} is {'above' if came > forecast else 'below'} the forecast", numbers


def slope(days: int | None, metric: Metric, then: float | None, now: float | None) -> Words:
    """The growth that is expected by what came, against that by what was forecast."""
    if not days:
        return "growth is as forecast", ""
    cause = f"growth was {'faster' if days < 0 else 'slower'} than forecast"
    if now is None or then is None or (now > then) != (days < 0):
        return cause, ""  # days that vary more or less move the date too
    told = [f"{growth:+,.0f}" if abs(growth) >= LARGE else f"{growth:+.3g}" for growth in (now, then)]
    return cause, f"{told[0]} {metric.unit} expected in 30 days instead of {told[1]}" if told[0] != told[1] else ""


def limit(old: NamedLevel, new: NamedLevel) -> Words:
    """Another level."""
    if old[1] == new[1]:
        return "the limit is the same", ""
    way = "raised" if new[1] > old[1] else "lowered"
    called = [exact(level) + (f" ({name})" if name else "") for name, level in (new, old)]
    return f"the limit was {way}", f"{called[0]} instead of {called[1]}"


def assumptions(then: Mapping[str, Any] | None, now: Mapping[str, Any]) -> Words:
    """What lies ahead, as it was known then and is now.

    Args:
        then, now: events and projects by what they are called; None where they were not kept.
    """
    if then is None:
        return "what lies ahead is taken as it is now", "what was known of it then was not kept"
    changes = {
        "added": [name for name in now if name not in then],
        "taken out": [name for name in then if name not in now],
        "changed": [name for name in now if name in then and now[name] != then[name]],
    }
    told = [f"{verb} {', '.join(names)}" for verb, names in changes.items() if names]
    return ("what lies ahead was changed", "; ".join(told)) if told else ("what lies ahead is the same", "")
