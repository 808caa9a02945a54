"""Who lives on the platform: merchants, their stores, the stores' team members."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, String, and_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outgrow.sources.commerce.models.base import Code, CommerceBase, Created, Id, Name, UtcDateTime, utc_now


class Platform(CommerceBase):
    """A platform that hosts many shops."""

    __tablename__ = "platforms"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(Code(64), unique=True)
    name: Mapped[str] = mapped_column(Name(200), default="")
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    """IANA name; days begin and end at this zone's midnight."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class Merchant(Created, CommerceBase):
    """A business that sells through one or more stores and pays for a plan."""

    __tablename__ = "merchants"

    name: Mapped[str] = mapped_column(Name(200), default="")
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    platform: Mapped[Platform] = relationship()
    stores: Mapped[list["Store"]] = relationship(back_populates="merchant")


class Store(Created, CommerceBase):
    """A shop. It is active until it is deactivated or deleted."""

    __tablename__ = "stores"

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchants.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(Code(64), default="")
    name: Mapped[str] = mapped_column(Name(200), default="")
    deactivated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    platform: Mapped[Platform] = relationship()
    merchant: Mapped[Merchant] = relationship(back_populates="stores")

    @hybrid_property
    def is_active(self) -> bool:
        """Neither deactivated nor deleted."""
        return self.deactivated_at is None and self.deleted_at is None

    @is_active.inplace.expression
    @classmethod
    def _is_active(cls) -> ColumnElement[bool]:
        return and_(cls.deactivated_at.is_(None), cls.deleted_at.is_(None))


class StoreUser(Created, CommerceBase):
    """A team member of a store, active until deactivated."""

    __tablename__ = "store_users"

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    deactivated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    platform: Mapped[Platform] = relationship()
    store: Mapped[Store] = relationship()

    @hybrid_property
    def is_active(self) -> bool:
        """Not deactivated."""
        return self.deactivated_at is None

    @is_active.inplace.expression
    @classmethod
    def _is_active(cls) -> ColumnElement[bool]:
        return cls.deactivated_at.is_(None)
