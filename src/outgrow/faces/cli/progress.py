"""A progress bar on standard error, where that is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from outgrow.faces.cli.command import is_quiet


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that is told the step, how much of it is done, and how much there is."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from outgrow.faces.cli.tables import console

    named = TextColumn("{task.description:24}", markup=False)
    columns = (named, BarColumn(), TextColumn("{task.completed}/{task.total}"))
    screen = console(sys.stderr)
    off = is_quiet() or not screen.is_terminal
    with Progress(*columns, TimeElapsedColumn(), console=screen, disable=off, transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def tell(step: str, done: int, of: int) -> None:
            bar.update(task, description=step, completed=done, total=of)

        yield tell
