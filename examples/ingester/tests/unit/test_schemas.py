import pytest
from pydantic import ValidationError

from app.cache import key_of
from app.schemas import Batch, ReadingIn, cursor_of, id_of

READING = {"source": "roof", "external_id": "a-1", "value": 21.5, "taken_at": "2026-11-20T14:30:22+01:00"}


def test_a_reading_keeps_its_time_zone():
    assert ReadingIn(**READING).taken_at.utcoffset().total_seconds() == 3600


@pytest.mark.parametrize(
    "change",
    [
        {"source": ""},
        {"source": "a:b"},
        {"external_id": "x" * 201},
        {"value": float("nan")},
        {"taken_at": "2026-11-20T14:30:22"},
        {"colour": "red"},
    ],
    ids=lambda change: next(iter(change)) + "=" + str(next(iter(change.values())))[:12],
)
def test_refuses(change):
    with pytest.raises(ValidationError):
        ReadingIn(**{**READING, **change})


@pytest.mark.parametrize("size", [0, 1001])
def test_a_batch_has_its_bounds(size):
    with pytest.raises(ValidationError):
        Batch(readings=[READING] * size)


@pytest.mark.parametrize("number", [0, 1, 255, 2**63 - 1])
def test_cursors_lead_back(number):
    assert id_of(cursor_of(number)) == number


@pytest.mark.parametrize("cursor", ["?", "abc", "LTE", cursor_of(7) + "=", "é"])
def test_refuses_other_cursors(cursor):
    with pytest.raises(ValueError, match="not a cursor"):
        id_of(cursor)


def test_keys_tell_readings_apart():
    one = ReadingIn(**READING)
    other = ReadingIn(**{**READING, "source": "roof-a", "external_id": "1"})
    assert key_of(one) == "seen:roof:a-1"
    assert key_of(one) != key_of(other)
