"""The tables, as the migrations leave them."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Float,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """What every table has in common: nothing yet."""


class Reading(Base):
    """One value that one source took at one time. A source gives each of its readings an id of its own."""

    __tablename__ = "readings"
    __table_args__ = (
        UniqueConstraint("source", "external_id", name="readings_source_external_id_key"),
        CheckConstraint("source <> ''", name="readings_source_not_empty"),
        Index("readings_source_id_idx", "source", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    value: Mapped[float] = mapped_column(Float)
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
