"""What every table of the commerce schema shares."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Integer, String
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from outgrow.domain.text import cleaned, cleaned_key

Id = BigInteger().with_variant(Integer, "sqlite")
"""Row ids: 64 bits; SQLite numbers rows by itself only in a column that is plainly INTEGER."""


def as_utc(value: datetime) -> datetime:
    """The same instant, aware and in UTC; a naive value is taken as UTC."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Stored in UTC on every database, given back aware; a naive value is taken as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        aware = as_utc(value)
        # Only PostgreSQL keeps the zone; elsewhere a naive UTC value says the same and sorts as text.
        return aware if dialect.name == "postgresql" else aware.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else as_utc(value)


class Name(TypeDecorator[str]):
    """What something is called: given back cleaned, because anybody may have written it."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else cleaned(value)


class Code(TypeDecorator[str]):
    """A name by which things are told apart: given back cleaned, and still different where they differ."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else cleaned_key(value)


def utc_now() -> datetime:
    """The present instant, the default of every `created_at`."""
    return datetime.now(UTC)


class CommerceBase(DeclarativeBase):
    """Base of the commerce schema."""


class OfPlatform:
    """A row that belongs to one platform.

    Each table names its platform itself, as row-level tenancy does, so that counting one platform's rows
    never needs a join.
    """

    __tablename__: str

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platforms.id", ondelete="CASCADE"))


class Created(OfPlatform):
    """A row that began to exist at an instant."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return (Index(f"ix_{cls.__tablename__}_platform_created", "platform_id", "created_at"),)
