"""`outgrow init`."""

from typing import TYPE_CHECKING

import typer

from outgrow.faces.cli.command import confirm, with_opening

if TYPE_CHECKING:
    from outgrow.service.opening import Opening


def init(opening: "Opening") -> None:
    """Create outgrow's own tables, or bring them up to date.

    Running it again does nothing.
    """
    address = opening.create_store()
    confirm(f"outgrow's tables are ready in {address}.")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_opening(init))
