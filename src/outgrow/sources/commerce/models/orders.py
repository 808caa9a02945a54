"""What was bought."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outgrow.sources.commerce.models.base import CommerceBase, Created
from outgrow.sources.commerce.models.tenancy import Platform, Store


class Order(Created, CommerceBase):
    """An order. It is counted on the day of `created_at`, whatever becomes of it: the work was caused."""

    __tablename__ = "orders"

    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id", ondelete="CASCADE"), index=True)
    """None while no store has taken the order."""
    status: Mapped[str] = mapped_column(String(32), default="created")

    platform: Mapped[Platform] = relationship()
    store: Mapped[Store | None] = relationship()
