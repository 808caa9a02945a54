"""The program: the command line, started with what opens platforms by their settings."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outgrow.service.opening import Program


def main() -> None:
    """Run the command line and leave the process with its exit status."""
    from outgrow.faces.cli.run import main as run

    run(_settings_program)


def _settings_program() -> "Program":
    from outgrow.setup.program import SettingsProgram

    return SettingsProgram()


if __name__ == "__main__":
    main()
