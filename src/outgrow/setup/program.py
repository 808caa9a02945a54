"""What the command line is started with: it opens platforms by their settings."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outgrow.domain.discovery import Discovery
    from outgrow.service.opening import Demo, Opening
    from outgrow.sources.contract import Progress


class SettingsProgram:
    """Keeps `Program`; what each method needs is imported when it is called."""

    def open(self, config: Path | None, **options: object) -> "Opening":
        """What settings and options describe."""
        from outgrow.setup.settings import load_settings
        from outgrow.setup.workspace import Workspace

        return Workspace(load_settings(config, **options))

    def demo_today(self) -> date:
        """The running day where the demo platform lives."""
        from outgrow.setup.demo import demo_today

        return demo_today()

    def demo(self, url: str, today: date, seed: int, progress: "Progress") -> "Demo":
        """Build the synthetic platform, rebuild its history, and capture today."""
        from outgrow.setup.demo import make_demo

        return make_demo(url, today, seed, progress)

    def open_demo(self, url: str, demo: "Demo") -> "Opening":
        """What was built, by no other settings."""
        from outgrow.setup.settings import Settings
        from outgrow.setup.workspace import Workspace

        return Workspace(Settings(database_url=url, store_url=None, platform=demo.platform))

    def discover(self, url: str) -> "Discovery":
        """What may be counted in a database that was never seen before."""
        from outgrow.domain.days import system_clock
        from outgrow.setup.discovery import discover

        return discover(url, system_clock())

    def write_settings(self, file: Path, text: str) -> None:
        """Write a settings file that is not there yet."""
        from outgrow.setup.discovery import write_settings

        write_settings(file, text)

    def names(self, what: str, config: Path | None, **options: object) -> Sequence[str]:
        """The names that a shell may offer."""
        from outgrow.setup.completion import names
        from outgrow.setup.settings import load_settings

        return names(what, load_settings(config, **options))
