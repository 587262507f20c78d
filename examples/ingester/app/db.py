"""PostgreSQL: keeps readings and gives them back page by page."""

from typing import List, Optional, Sequence

from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import Reading
from app.schemas import ReadingIn


def connect(url: str) -> Engine:
    return create_engine(url, pool_pre_ping=True)


def answers(engine: Engine) -> bool:
    with engine.connect() as connection:
        return connection.execute(text("SELECT 1")).scalar_one() == 1


def keep(session: Session, readings: Sequence[ReadingIn]) -> int:
    """Inserts readings and says how many were new. The unique constraint has the last word on duplicates."""
    if not readings:
        return 0
    rows = [reading.model_dump() for reading in readings]
    statement = insert(Reading).values(rows).on_conflict_do_nothing().returning(Reading.id)
    return len(session.execute(statement).all())


def page(session: Session, source: Optional[str], after: int, limit: int) -> List[Reading]:
    """At most `limit` readings after the one with the id `after`, oldest first."""
    statement = select(Reading).where(Reading.id > after).order_by(Reading.id).limit(limit)
    if source is not None:
        statement = statement.where(Reading.source == source)
    return list(session.scalars(statement))
