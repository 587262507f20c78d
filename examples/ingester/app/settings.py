"""What the service is told by its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Optional


class SettingsError(ValueError):
    """A variable is missing or cannot be understood."""


@dataclass(frozen=True)
class Settings:
    database_url: str
    redis_url: str
    seen_seconds: int = 24 * 60 * 60
    """How long a reading is remembered as seen."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        missing = [name for name in ("DATABASE_URL", "REDIS_URL") if not environment.get(name)]
        if missing:
            raise SettingsError(f"not set: {', '.join(missing)}")
        return cls(
            database_url=environment["DATABASE_URL"],
            redis_url=environment["REDIS_URL"],
            seen_seconds=_seconds(environment.get("SEEN_SECONDS")),
        )


def _seconds(text: Optional[str]) -> int:
    if not text:
        return Settings.seen_seconds
    if not text.isdigit() or int(text) == 0:
        raise SettingsError(f"SEEN_SECONDS must be a positive number, not {text!r}")
    return int(text)
