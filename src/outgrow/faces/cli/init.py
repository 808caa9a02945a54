"""`outgrow init`."""

from typing import TYPE_CHECKING

import typer

from outgrow.faces.cli.command import confirm, with_workspace

if TYPE_CHECKING:
    from outgrow.setup.workspace import Workspace


def init(workspace: "Workspace") -> None:
    """Create outgrow's own tables, or bring them up to date.

    Running it again does nothing.
    """
    address = workspace.create_store()
    confirm(f"outgrow's tables are ready in {address}.")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_workspace(init))
