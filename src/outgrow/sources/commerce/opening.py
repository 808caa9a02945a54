"""Finds the platform that is meant in an open database, and makes a source of it."""

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from outgrow.domain.days import Clock, system_clock
from outgrow.domain.errors import ConfigurationError
from outgrow.sources.commerce.platforms import find_platform, known_platform
from outgrow.sources.commerce.source import CommerceSource
from outgrow.sources.registry import SourceRequest

if TYPE_CHECKING:
    from outgrow.sources.commerce.aggregator import StatsAggregator


def open_source(
    db: Session,
    asked: str | int | None = None,
    aggregator: "StatsAggregator | None" = None,
    clock: Clock = system_clock,
) -> CommerceSource:
    """The platform of a code or id, the first one if none is asked for; to be captured, it has to be there.

    Args:
        db: a session on the platform's database, closed by whoever opened it. Where it is not ours too,
            `see_every_row` is called on it before.

    Raises:
        SchemaError: the database has no commerce schema.
        UnknownPlatformError: there is none of this code or id, or none at all.
        UnknownTimeZoneError: its time zone is not an IANA name.
    """
    return CommerceSource(db, find_platform(db, asked), aggregator, clock)


def source_at_hand(
    db: Session,
    asked: str | int | None = None,
    aggregator: "StatsAggregator | None" = None,
    clock: Clock = system_clock,
) -> CommerceSource | None:
    """The same; None where the database has no commerce schema, or no platform in it.

    Raises:
        UnknownPlatformError: there are platforms, and none of this code or id.
        UnknownTimeZoneError: its time zone is not an IANA name.
    """
    found = known_platform(db, asked)
    return None if found is None else CommerceSource(db, found, aggregator, clock)


def make_source(request: SourceRequest) -> CommerceSource:
    """Of the platform that is asked for, in the session that was opened; for the registry.

    Raises:
        ConfigurationError: no session was given.
        SchemaError, UnknownPlatformError, UnknownTimeZoneError: as `open_source` does.
    """
    if not isinstance(request.connection, Session):
        raise ConfigurationError(
            "a commerce platform is read in an open SQLAlchemy session, and none was given",
            "give it as the request's connection",
        )
    return open_source(request.connection, request.platform, clock=request.clock)
