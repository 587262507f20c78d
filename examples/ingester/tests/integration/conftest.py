"""Real services: the database is migrated once, and both are emptied before each test."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import cache, db
from app.main import create_app
from app.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def settings():
    return Settings.from_environment()


@pytest.fixture(scope="session")
def engine(settings):
    # Does nothing when the migrations have run already.
    command.upgrade(Config(ROOT / "alembic.ini"), "head")
    engine = db.connect(settings.database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def redis(settings):
    client = cache.connect(settings.redis_url)
    yield client
    client.close()


@pytest.fixture(autouse=True)
def empty(engine, redis):
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE readings RESTART IDENTITY"))
    redis.flushdb()


@pytest.fixture
def session(engine):
    with Session(engine) as session:
        yield session


@pytest.fixture
def seen(redis):
    return cache.Seen(redis, seconds=60)


@pytest.fixture
def client(settings):
    with TestClient(create_app(settings)) as client:
        yield client
