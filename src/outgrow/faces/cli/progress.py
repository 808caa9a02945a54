"""A progress bar on standard error, where that is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from outgrow.faces.cli.command import is_quiet


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that is told the step, how much of it is done, and how much there is."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:24}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    screen = Console(file=sys.stderr)
    with Progress(
        *columns, TimeElapsedColumn(), console=screen, disable=is_quiet() or not screen.is_terminal, transient=True
    ) as bar:
        task = bar.add_task("starting", total=None)

        def tell(step: str, done: int, of: int) -> None:
            bar.update(task, description=step, completed=done, total=of)

        yield tell
