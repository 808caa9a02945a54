"""Pictures and other files that stores upload."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outgrow.sources.commerce.models.base import CommerceBase, Created, UtcDateTime
from outgrow.sources.commerce.models.tenancy import Platform, Store


class MediaFile(Created, CommerceBase):
    """A stored file of `bytes` bytes, until it is deleted."""

    __tablename__ = "media_files"

    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(String(500), default="")
    bytes: Mapped[int] = mapped_column(BigInteger)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    platform: Mapped[Platform] = relationship()
    store: Mapped[Store | None] = relationship()
