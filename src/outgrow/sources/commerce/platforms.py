"""The platforms of a commerce database: which there are, and each one's time zone."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import column, inspect, select, table
from sqlalchemy.orm import Session

from outgrow.domain.days import time_zone
from outgrow.domain.errors import UnknownPlatformError
from outgrow.domain.text import cleaned, cleaned_key

PLATFORMS = table("platforms", column("id"), column("code"), column("name"), column("time_zone"))
"""What is read here of the table, said again: the models take a tenth of a command's start, and nothing else here
needs them."""


@dataclass(frozen=True, slots=True)
class PlatformRef:
    """A platform as the source knows it."""

    id: int
    code: str
    name: str
    zone: ZoneInfo


def find_platform(db: Session, asked: str | int | None = None) -> PlatformRef:
    """The platform of this code or id; the first one if none is asked for.

    Raises:
        UnknownPlatformError: there is none of this code or id, or none at all.
        UnknownTimeZoneError: its time zone is not an IANA name.
    """
    columns = select(PLATFORMS.c.id, PLATFORMS.c.code, PLATFORMS.c.name, PLATFORMS.c.time_zone).order_by(PLATFORMS.c.id)
    rows = db.execute(columns).all()
    for row in rows:
        code = cleaned_key(row.code)
        if asked is None or str(asked) in {row.code, code, str(row.id)}:
            zone = time_zone(row.time_zone, f"platform '{code}'")
            return PlatformRef(row.id, code, cleaned(row.name) or code, zone)
    raise UnknownPlatformError(None if asked is None else str(asked), [cleaned_key(row.code) for row in rows])


def has_platforms(db: Session) -> bool:
    """Whether the session's database has the commerce schema with a platform in it."""
    return inspect(db.connection()).has_table(PLATFORMS.name) and bool(platform_codes(db))


def platform_codes(db: Session) -> list[str]:
    """The codes of all platforms, the first one first."""
    return [cleaned_key(code) for code in db.scalars(select(PLATFORMS.c.code).order_by(PLATFORMS.c.id))]
