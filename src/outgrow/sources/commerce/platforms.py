"""The platforms of a commerce database: which there are, and each one's time zone."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Connection, MetaData, Table, inspect, select
from sqlalchemy.engine import ObjectKind
from sqlalchemy.exc import SAWarning

from outgrow.domain.days import time_zone
from outgrow.domain.errors import SchemaError, UnknownPlatformError
from outgrow.domain.platform import SourcePlatform
from outgrow.domain.text import cleaned, cleaned_key

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PLATFORMS = Table("platforms", MetaData(), *(Column(name) for name in ("id", "code", "name", "time_zone")))
"""What is read here of the table, said again: the models take a tenth of a command's start, and nothing else here
needs them."""

OF_PLATFORMS = {
    "stores": {"id", "platform_id", "merchant_id", "created_at", "deactivated_at", "deleted_at"},
    "products": {"id", "platform_id", "store_id", "created_at", "deleted_at"},
}
"""Tables of the commerce schema, with the columns that are read, of which one has to stand beside `platforms`: many a
host has a table of that name."""


@dataclass(frozen=True, slots=True)
class PlatformRef:
    """A platform as its own tables know it: by a number."""

    id: int
    code: str
    name: str
    zone: ZoneInfo

    @property
    def known(self) -> SourcePlatform:
        """As it is known everywhere else."""
        return SourcePlatform(self.code, self.name, self.zone, str(self.id))


def find_platform(db: "Session | Connection", asked: str | int | None = None) -> PlatformRef:
    """The platform of this code or id; the first one if none is asked for.

    Raises:
        SchemaError: the database has no commerce schema.
        UnknownPlatformError: there is none of this code or id, or none at all.
        UnknownTimeZoneError: its time zone is not an IANA name.
    """
    check_commerce(db)
    return _of(_rows(db), asked)


def known_platform(db: "Session | Connection", asked: str | int | None = None) -> PlatformRef | None:
    """The same; None where there is no commerce schema, or no platform in it.

    Raises:
        UnknownPlatformError: there are platforms, and none of this code or id.
        UnknownTimeZoneError: its time zone is not an IANA name.
    """
    rows = _rows(db) if has_commerce(db) else []
    return _of(rows, asked) if rows else None


def _rows(db: "Session | Connection") -> Sequence[Any]:
    columns = PLATFORMS.c.id, PLATFORMS.c.code, PLATFORMS.c.name, PLATFORMS.c.time_zone
    return db.execute(select(*columns).order_by(PLATFORMS.c.id)).all()


def _of(rows: Sequence[Any], asked: str | int | None) -> PlatformRef:
    for row in rows:
        code = cleaned_key(row.code)
        if asked is None or str(asked) in {row.code, code, str(row.id)}:
            zone = time_zone(row.time_zone, f"platform '{code}'")
            return PlatformRef(row.id, code, cleaned(row.name) or code, zone)
    raise UnknownPlatformError(None if asked is None else str(asked), [cleaned_key(row.code) for row in rows])


def has_commerce(db: "Session | Connection") -> bool:
    """Whether the database has the commerce schema, told by its tables and their columns and not by one name."""
    connection = db if isinstance(db, Connection) else db.connection()
    schema = (connection.get_execution_options().get("schema_translate_map") or {}).get(None)
    wanted = {PLATFORMS.name: {*PLATFORMS.columns.keys()}, **OF_PLATFORMS}
    with warnings.catch_warnings(category=SAWarning, action="ignore"):  # a host's columns may be of any type
        told = inspect(connection).get_multi_columns(schema, filter_names=[*wanted], kind=ObjectKind.ANY)
    found = {name: {column["name"] for column in columns} for (_, name), columns in told.items()}
    there = {name for name, columns in wanted.items() if columns <= found.get(name, set())}
    return PLATFORMS.name in there and len(there) > 1


def check_commerce(db: "Session | Connection") -> None:
    """See that there is a commerce schema to count.

    Raises:
        SchemaError: there is none.
    """
    if not has_commerce(db):
        raise SchemaError(
            "there is nothing to count: the database lacks a table of the commerce schema, platforms or stores",
            "check by `outgrow doctor` that this is the platform's database; numbers of your own are handed over by "
            "outgrow.record, or as a file",
        )


def has_platforms(db: "Session | Connection") -> bool:
    """Whether the database has the commerce schema with a platform in it."""
    return has_commerce(db) and bool(platform_codes(db))


def platform_codes(db: "Session | Connection") -> list[str]:
    """The codes of all platforms, the first one first."""
    return [cleaned_key(code) for code in db.scalars(select(PLATFORMS.c.code).order_by(PLATFORMS.c.id))]
