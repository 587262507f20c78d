"""How readings come in: claimed in Redis, then kept in PostgreSQL, all of a batch or none of it."""

from typing import Sequence

from sqlalchemy.orm import Session

from app import db
from app.cache import Seen
from app.schemas import Ingested, ReadingIn


def ingest(session: Session, seen: Seen, readings: Sequence[ReadingIn]) -> Ingested:
    fresh = seen.claim(readings)
    try:
        accepted = db.keep(session, fresh)
        session.commit()
    except Exception:
        session.rollback()
        seen.release(fresh)
        raise
    return Ingested(accepted=accepted, duplicates=len(readings) - accepted)
