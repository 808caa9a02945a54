"""What the shell offers at the tab key. It must be quick and say nothing: whatever goes wrong, less is offered."""

import contextlib
import io
from collections.abc import Iterable

import typer

from outgrow.faces.cli.program import program

WHERE = ("database_url", "store_url", "platform")


def metric_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Metrics that begin so, by name and short name."""
    from outgrow.domain.metric import ALIASES, CAPTURED

    return _offered(ctx, incomplete, "metrics", [*(metric.name for metric in CAPTURED), *ALIASES])


def scope_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Scopes that begin so."""
    return _offered(ctx, incomplete, "scopes", ["platform"])


def scenario_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Scenarios of the file that begin so; after `A+`, those that may be added."""
    before, plus, begun = incomplete.rpartition("+")
    return [f"{before}{plus}{name}" for name in _offered(ctx, begun, "scenarios", [])]


def _offered(ctx: typer.Context, incomplete: str, what: str, always: Iterable[str]) -> list[str]:
    """The names that begin so: those that the settings lead to, or those that are always there.

    Args:
        ctx: of the command line so far, of which the options that say where the data are count.
    """
    names = list(always)
    with contextlib.suppress(Exception), contextlib.redirect_stderr(io.StringIO()):
        from pathlib import Path

        given = {name: value for name in WHERE if (value := ctx.params.get(name)) is not None}
        config = ctx.params.get("config")
        names += program().names(what, Path(config) if config else None, **given)
    begun = incomplete.casefold()
    return [name for name in dict.fromkeys(names) if name.casefold().startswith(begun)]
