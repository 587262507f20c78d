"""The HTTP interface."""

from typing import Annotated, Iterator, Optional

from fastapi import APIRouter, Depends, HTTPException, Query, Request, status
from sqlalchemy.orm import Session

from app import db
from app.cache import Seen
from app.ingest import ingest
from app.schemas import Batch, Ingested, Page, ReadingOut, cursor_of, id_of

router = APIRouter()


def session(request: Request) -> Iterator[Session]:
    with Session(request.app.state.engine) as open_session:
        yield open_session


def seen(request: Request) -> Seen:
    return request.app.state.seen


@router.get("/health")
def health(request: Request) -> dict:
    state = request.app.state
    return {"database": db.answers(state.engine), "cache": bool(state.redis.ping())}


@router.post("/readings", status_code=status.HTTP_202_ACCEPTED)
def post_readings(
    batch: Batch,
    session: Annotated[Session, Depends(session)],
    seen: Annotated[Seen, Depends(seen)],
) -> Ingested:
    return ingest(session, seen, batch.readings)


@router.get("/readings")
def get_readings(
    session: Annotated[Session, Depends(session)],
    source: Optional[str] = None,
    after: Optional[str] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page:
    try:
        after_id = id_of(after) if after else 0
    except ValueError as error:
        raise HTTPException(status.HTTP_400_BAD_REQUEST, str(error)) from error
    # One more than asked for tells whether there is a next page.
    rows = db.page(session, source, after_id, limit + 1)
    shown = [ReadingOut.model_validate(row) for row in rows[:limit]]
    return Page(readings=shown, next=cursor_of(shown[-1].id) if len(rows) > limit else None)
