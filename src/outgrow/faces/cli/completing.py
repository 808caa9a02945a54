"""What the shell offers at the tab key. It must be quick and say nothing: whatever goes wrong, less is offered."""

import contextlib
import io
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from outgrow.setup.settings import Settings

WHERE = ("database_url", "store_url", "platform")


def metric_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Metrics that begin so, by name and short name."""

    def known(settings: "Settings") -> list[str]:
        from outgrow.setup.completion import metric_names

        return metric_names(settings)

    from outgrow.domain.metric import ALIASES, CAPTURED

    return _offered(ctx, incomplete, known, [*(metric.name for metric in CAPTURED), *ALIASES])


def scope_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Scopes that begin so."""

    def known(settings: "Settings") -> list[str]:
        from outgrow.setup.completion import scope_names

        return scope_names(settings)

    return _offered(ctx, incomplete, known, ["platform"])


def scenario_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Scenarios of the file that begin so; after `A+`, those that may be added."""

    def known(settings: "Settings") -> list[str]:
        from outgrow.setup.completion import scenario_names

        return scenario_names(settings)

    before, plus, begun = incomplete.rpartition("+")
    return [f"{before}{plus}{name}" for name in _offered(ctx, begun, known, [])]


def _offered(
    ctx: typer.Context, incomplete: str, known: "Callable[[Settings], Iterable[str]]", always: Iterable[str]
) -> list[str]:
    """The names that begin so: those that the settings lead to, or those that are always there.

    Args:
        ctx: of the command line so far, of which the options that say where the data are count.
    """
    names = list(always)
    with contextlib.suppress(Exception), contextlib.redirect_stderr(io.StringIO()):
        from pathlib import Path

        from outgrow.setup.settings import load_settings

        given = {name: value for name in WHERE if (value := ctx.params.get(name)) is not None}
        config = ctx.params.get("config")
        names += known(load_settings(Path(config) if config else None, **given))
    begun = incomplete.casefold()
    return [name for name in dict.fromkeys(names) if name.casefold().startswith(begun)]
