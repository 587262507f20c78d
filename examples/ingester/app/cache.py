"""Redis: remembers which readings were seen, so that most duplicates never reach the database."""

from typing import List, Sequence

from redis import Redis

from app.schemas import ReadingIn


def connect(url: str) -> "Redis[str]":
    return Redis.from_url(url, decode_responses=True)


def key_of(reading: ReadingIn) -> str:
    # Names hold no colon, so two readings share a key only when they share both names.
    return f"seen:{reading.source}:{reading.external_id}"


class Seen:
    """The memory of what was seen, which forgets after some time."""

    def __init__(self, redis: "Redis[str]", seconds: int) -> None:
        self._redis = redis
        self._seconds = seconds

    def claim(self, readings: Sequence[ReadingIn]) -> List[ReadingIn]:
        """Marks readings as seen and returns the ones that nobody had marked before, each once."""
        pipeline = self._redis.pipeline(transaction=False)
        for reading in readings:
            pipeline.set(key_of(reading), 1, nx=True, ex=self._seconds)
        return [reading for reading, fresh in zip(readings, pipeline.execute()) if fresh]

    def release(self, readings: Sequence[ReadingIn]) -> None:
        """Forgets readings that could not be kept, so that they may come again."""
        if readings:
            self._redis.delete(*map(key_of, readings))
