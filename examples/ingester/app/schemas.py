"""What callers send and get."""

import base64
from datetime import datetime
from typing import Annotated, List, Optional

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._-]+$")]


class ReadingIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    source: Name
    external_id: Name
    value: FiniteFloat
    taken_at: AwareDatetime


class Batch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    readings: List[ReadingIn] = Field(min_length=1, max_length=1000)


class Ingested(BaseModel):
    accepted: int
    duplicates: int


class ReadingOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    source: str
    external_id: str
    value: float
    taken_at: datetime


class Page(BaseModel):
    readings: List[ReadingOut]
    next: Optional[str]
    """The cursor of the page after this one; none on the last."""


def cursor_of(last_id: int) -> str:
    """An opaque name for the place after a reading."""
    return base64.urlsafe_b64encode(str(last_id).encode()).decode().rstrip("=")


def id_of(cursor: str) -> int:
    """The reading that a cursor stands after. Raises ValueError for anything that `cursor_of` did not make."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError as error:
        raise ValueError("not a cursor") from error
    if not text.isdigit() or cursor_of(int(text)) != cursor:
        raise ValueError("not a cursor")
    return int(text)
