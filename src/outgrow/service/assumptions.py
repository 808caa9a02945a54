"""What a forecast rests on besides the past: which model, and which events and projects lie ahead."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from outgrow.domain.days import spoken
from outgrow.domain.event import Event, EventKind
from outgrow.domain.metric import ALIASES, Kind, Metric
from outgrow.domain.scenario import Project
from outgrow.forecasting.model import SHIPPED, load_model
from outgrow.forecasting.panel import SHARED

DIGITS = 16
"""Of a model's checksum that are kept: enough that no two models are alike in them."""


def model_id(model: str, file: Path) -> str:
    """A name for what is asked: of the shared model with the checksum of its file, of any other its name alone."""
    return f"{model}:{load_model(file).checksum[:DIGITS]}" if model == SHARED else model


def file_of(name: str | None, configured: Path) -> Path | None:
    """The file of a model by the name that it was kept under; None where it is not at hand any more.

    Args:
        name: as `model_id` gives it; None where it was not kept, which the configured file stands for.
        configured: the file in use; the one that is shipped is at hand too.
    """
    if name is None or not name.startswith(f"{SHARED}:"):
        return configured
    return next((file for file in (configured, SHIPPED) if model_id(SHARED, file) == name), None)


def assumed(
    metric: Metric, events: Iterable[Event], projects: Iterable[Project], as_of: date, horizon: int
) -> dict[str, Any]:
    """The events and committed projects that lie ahead of a forecast, as JSON.

    Events change what happens each day, so of a level there are none.

    Args:
        as_of: the newest known day.
        horizon: days ahead.
    """
    until = as_of + timedelta(days=horizon)
    heeded = events if metric.kind is Kind.FLOW else ()
    sized = [(project, _size(project, metric)) for project in projects if as_of < project.on <= until]
    return {
        "until": until.isoformat(),
        "events": [_encoded(event) for event in heeded if event.last > as_of and event.first <= until],
        "projects": [
            {"name": project.name, "on": project.on.isoformat(), "probability": project.probability, "size": size}
            for project, size in sized
            if size is not None
        ],
    }


def _size(project: Project, metric: Metric) -> float | None:
    """What a project adds to a metric, under either of its names."""
    return next((size for name, size in project.sizes.items() if ALIASES.get(name, name) == metric.name), None)


def between(assumptions: Mapping[str, Any], after: date, until: date) -> dict[str, Mapping[str, Any]]:
    """What of a kept document lies on the days after one up to and with another, by name and first day."""
    events = [(kept["first"], kept["last"], kept) for kept in assumptions["events"]]
    projects = [(kept["on"], kept["on"], kept) for kept in assumptions["projects"]]
    return {
        f"{kept['name']} ({spoken(date.fromisoformat(first))})": kept
        for first, last, kept in (*events, *projects)
        if date.fromisoformat(last) > after and date.fromisoformat(first) <= until
    }


def _encoded(event: Event) -> dict[str, Any]:
    """An event as it is kept."""
    return {
        "name": event.name,
        "first": event.first.isoformat(),
        "last": event.last.isoformat(),
        "kind": event.kind.value,
        "multiplier": event.multiplier,
    }


def with_kept(events: Iterable[Event], assumptions: Mapping[str, Any] | None, as_of: date) -> tuple[Event, ...]:
    """The events of now, save that those ahead of a forecast are the ones that were kept with it.

    Args:
        assumptions: as `assumed` gives them; None where they were not kept, which the events of now stand for.
        as_of: the newest day that the forecast knew.
    """
    found = list(events)
    if assumptions is not None:
        until = date.fromisoformat(assumptions["until"])
        found = [event for event in found if event.last <= as_of or event.first > until]
        found += [_event(kept) for kept in assumptions["events"]]
    return tuple(sorted(found, key=lambda event: (event.first, event.last, event.name)))


def _event(kept: Mapping[str, Any]) -> Event:
    first, last = (date.fromisoformat(kept[key]) for key in ("first", "last"))
    return Event(kept["name"], first, last, EventKind(kept["kind"]), kept["multiplier"])
