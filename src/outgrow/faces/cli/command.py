"""What every command shares: the options that say where the data are, and the platform that they open."""

import gc
import inspect
import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from outgrow.domain.errors import UsageError
from outgrow.domain.text import clean_document, cleaned_lines
from outgrow.faces.cli.completing import metric_names, scope_names
from outgrow.faces.cli.program import program

if TYPE_CHECKING:
    from outgrow.service.opening import Opening

R = TypeVar("R")
_quiet: ContextVar[bool] = ContextVar("quiet", default=False)

DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database-url", metavar="URL", help="The platform's database."),
]
StoreUrl = Annotated[
    str | None,
    typer.Option("--store-url", metavar="URL", help="Our own tables (default: in the platform's database)."),
]
PlatformName = Annotated[
    str | None, typer.Option("--platform", metavar="CODE", help="Code or id (default: the first platform).")
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings file (default: outgrow.toml).")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Tell nothing but answers and errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print the JSON document on standard output, and nothing else.")]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="Use only what was known on that day."),
]
WithoutProjects = Annotated[bool, typer.Option("--without-projects", help="Leave committed projects out.")]
ScopeName = Annotated[
    str,
    typer.Option("--scope", metavar="SCOPE", help="Whose metric, such as store:17.", autocompletion=scope_names),
]
MetricName = Annotated[
    str,
    typer.Argument(
        metavar="METRIC",
        help="Name, short name or title of a metric: total_products, stores, ...",
        autocompletion=metric_names,
    ),
]
MetricNames = Annotated[
    list[str] | None,
    typer.Argument(metavar="METRIC", help="Names, short names or titles (default: all).", autocompletion=metric_names),
]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE")]

_SHARED = {"database_url": DatabaseUrl, "store_url": StoreUrl, "platform": PlatformName, "config": ConfigFile}


def drawing(suffix: str, help_: str) -> Any:  # noqa: ANN401 - what typer's own function gives
    """An option that names a picture's file, refused before anything is computed where it is of another kind."""

    def checked(option: typer.CallbackParam, file: Path | None) -> Path | None:
        if file is not None and file.suffix.lower() != suffix:
            what = f"{option.opts[0]} {file}: the file's name does not end in {suffix}"
            raise UsageError(what, f"name it {file.stem}{suffix}")
        return file

    return typer.Option(metavar="FILE", help=help_, callback=checked)


@dataclass(frozen=True, slots=True)
class Deferred:
    """Opens the platform that options describe, when it is called."""

    config: Path | None
    database_url: str | None
    store_url: str | None
    platform: str | None

    def __call__(self) -> "Opening":
        return open_platform(self.config, self.database_url, self.store_url, self.platform)


def with_opening(command: Callable[..., R], *, deferred: bool = False) -> Callable[..., R]:
    """Give a command the options that say where the data are, and hand it what they open.

    A deferred one is handed what opens it, to look at its own options first. The options stand on every
    command, so that they can be written after it; written out in each signature they would be the larger part of
    this package.
    """

    @wraps(command)
    def run(**options: Any) -> R:  # noqa: ANN401
        where = {name: options.pop(name) for name in _SHARED}
        with quietly(options.pop("quiet")):
            if deferred:
                return command(Deferred(**where), **options)
            with reader_may_leave(), closing(open_platform(**where)) as opening:
                return command(opening, **options)

    signature = inspect.signature(command)
    own = list(signature.parameters.values())[1:]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for name, kind in _SHARED.items()
    ]
    shared.append(inspect.Parameter("quiet", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Quiet))
    keyword_only = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    run.__signature__ = signature.replace(parameters=[*keyword_only, *shared])  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in (*own, *shared)}
    return run


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """A reader that has seen enough, such as `head`, is no error: what is left to print goes nowhere."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None


def open_platform(
    config: Path | None, database_url: str | None, store_url: str | None, platform: str | None
) -> "Opening":
    """What settings and options describe."""
    opening = program().open(config, database_url=database_url, store_url=store_url, platform=platform)
    started()
    return opening


def started() -> None:
    """All that is large is imported: from here on, rubbish is collected again, among what comes now."""
    gc.freeze()
    gc.enable()


def as_date(moment: datetime | None) -> date | None:
    """An option's value as a day.

    Raises:
        UsageError: it lies too far away.
    """
    from outgrow.domain.bounds import sensible_day

    return None if moment is None else sensible_day(moment.date())


def print_json(document: Mapping[str, object] | Sequence[Mapping[str, object]]) -> None:
    """A document on standard output; JSON knows no number that is infinite or none, so these are null."""
    clean = clean_document(document)
    try:
        text = json.dumps(clean, indent=2, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(clean), indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(text + "\n")


def _finite(document: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(document, dict):
        return {key: _finite(value) for key, value in document.items()}
    if isinstance(document, list | tuple):
        return [_finite(value) for value in document]
    return None if isinstance(document, float) and not math.isfinite(document) else document


@contextmanager
def quietly(quiet: bool) -> Iterator[None]:
    """Keep messages, progress and warnings back, if so asked; errors are told all the same."""
    if not quiet:
        yield
        return
    import logging
    import warnings

    before = logging.root.manager.disable
    token = _quiet.set(True)
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
        _quiet.reset(token)


def is_quiet() -> bool:
    """Whether only errors may be told."""
    return _quiet.get()


def say(message: str) -> None:
    """A message for the person, on standard error, unless only errors are to be told."""
    if not is_quiet():
        complain(message)


def confirm(message: str) -> None:
    """That something was done, on standard output, unless only errors are to be told."""
    if not is_quiet():
        sys.stdout.write(cleaned_lines(message) + "\n")


def complain(message: str) -> None:
    """What failed without ending the command, on standard error."""
    sys.stderr.write(cleaned_lines(message) + "\n")
