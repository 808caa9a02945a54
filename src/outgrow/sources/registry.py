"""The kinds of sources there are, by name: those of this package, and those that other packages register."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from zoneinfo import ZoneInfo

from outgrow.domain.days import Clock, system_clock
from outgrow.domain.errors import ConfigurationError, OutgrowError
from outgrow.sources.contract import Source
from outgrow.sources.guarded import guarded

ENTRY_POINTS = "outgrow.sources"
"""Group under which other packages register a callable that makes a `Source` from a `SourceRequest`."""

BUILT_IN: Mapping[str, str] = {
    "commerce": "outgrow.sources.commerce.opening:make_source",
    "none": "outgrow.sources.null:make_source",
    "sql": "outgrow.sources.sql.opening:make_source",
}
"""By kind, where what makes it is: imported when it is first asked for."""


MEND = "mend or remove the package that registers it"


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """What a source is made from.

    Attributes:
        platform: which of its platforms, by code or id; None: its first or only one.
        zone: the time zone of its days, where the source knows none itself.
        address: where it is, such as `https://metrics.example:9090`; None where only options say it.
        options: whatever else its kind asks for, by name; they may hold secrets.
        connection: what the caller has opened at the address and will close; None where the source opens it itself.
        clock: gives the present instant.
    """

    platform: str | int | None
    zone: ZoneInfo
    address: str | None = field(default=None, repr=False)
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    connection: object = field(default=None, repr=False)
    clock: Clock = system_clock


MakesSource = Callable[[SourceRequest], Source]
"""Makes a source, or raises one of our errors that says why it cannot."""


def kinds() -> Sequence[str]:
    """The kinds that can be asked for, the built-in ones first."""
    return tuple(dict.fromkeys((*BUILT_IN, *sorted(point.name for point in entry_points(group=ENTRY_POINTS)))))


def make_source(kind: str, request: SourceRequest) -> Source:
    """A source of a kind.

    Raises:
        ConfigurationError: there is no such kind, or the package that registered it is broken.
        OutgrowError: the source cannot be made from what was given.
    """
    if kind in BUILT_IN:
        module, _, name = BUILT_IN[kind].partition(":")
        built_in: MakesSource = getattr(import_module(module), name)
        return built_in(request)
    make, where = _registered(kind)
    try:
        return guarded(make(request), f"the source of the kind '{kind}' ({where})")
    except OutgrowError:
        raise
    except Exception as error:
        raise _broken(kind, where, "failed", error) from error


def _registered(kind: str) -> tuple[MakesSource, str]:
    """What another package registered, and where it is."""
    found: Sequence[EntryPoint] = [point for point in entry_points(group=ENTRY_POINTS) if point.name == kind]
    if not found:
        raise ConfigurationError(f"there is no source of the kind '{kind}'", f"use one of: {', '.join(kinds())}")
    if len(found) > 1:
        values = ", ".join(sorted(point.value for point in found))
        raise ConfigurationError(
            f"several packages register a source of the kind '{kind}': {values}", "keep one of them installed"
        )
    where = found[0].value
    try:
        made: MakesSource = found[0].load()
    except Exception as error:  # whatever a plug-in's import raises is its own; we say which one it was
        raise _broken(kind, where, "cannot be loaded", error) from error
    if not callable(made):
        raise ConfigurationError(f"the source of the kind '{kind}' ({where}) is no callable", MEND)
    return made, where


def _broken(kind: str, where: str, how: str, error: Exception) -> ConfigurationError:
    said = next(iter(str(error).splitlines()), "")
    return ConfigurationError(f"the source of the kind '{kind}' ({where}) {how}: {type(error).__name__}: {said}", MEND)
