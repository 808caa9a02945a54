"""What is for sale."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outgrow.sources.commerce.models.base import CommerceBase, Created, UtcDateTime
from outgrow.sources.commerce.models.tenancy import Platform, Store


class Product(Created, CommerceBase):
    """An article in a store's catalogue, until it is deleted."""

    __tablename__ = "products"

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id", ondelete="CASCADE"), index=True)
    sku: Mapped[str] = mapped_column(String(64), default="")
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    platform: Mapped[Platform] = relationship()
    store: Mapped[Store] = relationship()
