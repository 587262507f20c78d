import pytest

from app.settings import Settings, SettingsError

COMPLETE = {"DATABASE_URL": "postgresql+psycopg://db/x", "REDIS_URL": "redis://cache/0"}


def test_reads_both_urls():
    settings = Settings.from_environment(COMPLETE)
    assert (settings.database_url, settings.redis_url) == ("postgresql+psycopg://db/x", "redis://cache/0")


def test_names_everything_that_is_missing():
    with pytest.raises(SettingsError, match="not set: DATABASE_URL, REDIS_URL"):
        Settings.from_environment({"DATABASE_URL": ""})


@pytest.mark.parametrize(("text", "seconds"), [("60", 60), ("", 86_400)])
def test_how_long_readings_are_remembered(text, seconds):
    assert Settings.from_environment({**COMPLETE, "SEEN_SECONDS": text}).seen_seconds == seconds


@pytest.mark.parametrize("text", ["0", "-1", "soon"])
def test_refuses_a_time_that_is_none(text):
    with pytest.raises(SettingsError, match="SEEN_SECONDS"):
        Settings.from_environment({**COMPLETE, "SEEN_SECONDS": text})
