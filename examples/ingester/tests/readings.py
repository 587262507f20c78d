"""Readings for tests."""

from app.schemas import ReadingIn


def reading(external_id: str, source: str = "roof", value: float = 21.5) -> ReadingIn:
    return ReadingIn(source=source, external_id=external_id, value=value, taken_at="2026-11-20T14:30:22Z")


def body(*external_ids: str, source: str = "roof") -> dict:
    return {"readings": [reading(name, source).model_dump(mode="json") for name in external_ids]}
