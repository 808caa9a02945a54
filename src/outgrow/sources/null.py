"""The source of a platform whose database is not at hand: its numbers are imported, and nothing more can be asked."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NoReturn

from outgrow.domain.diagnosis import Diagnosis
from outgrow.domain.errors import ConfigurationError
from outgrow.domain.metric import Metric
from outgrow.domain.platform import DEFAULT_PLATFORM, SourcePlatform
from outgrow.domain.resource import COMMERCE, Resources
from outgrow.domain.snapshot import Measurement
from outgrow.sources.contract import Past, Progress, every_metric
from outgrow.sources.registry import SourceRequest


class NullSource:
    """Keeps `Source`: it measures nothing, and nothing is wrong with it.

    Args:
        platform: as it is stored.
        resources: what is limited of what is stored.
    """

    def __init__(self, platform: SourcePlatform, resources: Resources = COMMERCE) -> None:
        self._platform, self._resources = platform, resources

    @property
    def platform(self) -> SourcePlatform:
        """Who it is, and the time zone of its days."""
        return self._platform

    @property
    def resources(self) -> Resources:
        """What its tiers hold and its plans allow."""
        return self._resources

    def metrics(self) -> Sequence[Metric]:
        """None."""
        return ()

    def measure(self, day: date, wanted: Callable[[Metric], bool] = every_metric) -> Sequence[Measurement]:
        """Nothing can be measured.

        Raises:
            ConfigurationError: always.
        """
        self._refuse(day, wanted)

    def past(self, since: date | None, until: date, wanted: Callable[[Metric], bool], tell: Progress) -> Past:
        """Nothing is told.

        Raises:
            ConfigurationError: always.
        """
        self._refuse(since, until, wanted, tell)

    def diagnose(self) -> Sequence[Diagnosis]:
        """Nothing."""
        return ()

    @staticmethod
    def _refuse(*_asked: object) -> NoReturn:
        raise ConfigurationError(
            "database_url is not set",
            "give --database-url, set OUTGROW_DATABASE_URL, or write it into outgrow.toml; or try `outgrow demo`; "
            "numbers without a platform's database come in by `outgrow import`",
        )


def make_source(request: SourceRequest) -> NullSource:
    """Of the platform that is asked for; for the registry."""
    code = DEFAULT_PLATFORM if request.platform is None else str(request.platform)
    return NullSource(SourcePlatform(code, code, request.zone))
