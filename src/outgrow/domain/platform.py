"""Whose numbers they are: a platform, as it is known everywhere."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

DEFAULT_PLATFORM = "main"
"""Whose snapshots they are when nobody said so and no platform is known."""


@dataclass(frozen=True, slots=True)
class SourcePlatform:
    """A platform as its source knows it.

    Attributes:
        code: by which it is found; its rows are stored under it.
        name: as it is shown.
        zone: the time zone of its days.
        source_id: its id in the source, as a text; None where the source knows none.
    """

    code: str
    name: str
    zone: ZoneInfo
    source_id: str | None = None
