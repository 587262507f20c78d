from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import db
from app.models import Base, Reading
from tests.readings import reading

ROOT = Path(__file__).parents[2]


def test_is_postgresql(session):
    assert session.scalar(text("SELECT version()")).startswith("PostgreSQL")


def test_stands_at_the_newest_migration(engine):
    newest = ScriptDirectory.from_config(Config(ROOT / "alembic.ini")).get_current_head()
    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == newest


def test_models_say_what_the_migrations_made(engine):
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_pages_have_their_index(engine):
    names = {index["name"] for index in inspect(engine).get_indexes("readings")}
    assert "readings_source_id_idx" in names


def test_the_same_reading_cannot_be_kept_twice(session):
    row = reading("a").model_dump()
    session.add(Reading(**row))
    session.commit()
    session.add(Reading(**row))
    with pytest.raises(IntegrityError, match="readings_source_external_id_key"):
        session.commit()


def test_a_source_needs_a_name(session):
    session.add(Reading(**{**reading("a").model_dump(), "source": ""}))
    with pytest.raises(IntegrityError, match="readings_source_not_empty"):
        session.commit()


def test_a_value_is_needed(session):
    session.add(Reading(**{**reading("a").model_dump(), "value": None}))
    with pytest.raises(IntegrityError, match="value"):
        session.commit()


def test_duplicates_are_left_out_of_the_count(session):
    assert db.keep(session, [reading("a"), reading("b")]) == 2
    assert db.keep(session, [reading("b"), reading("c")]) == 1
    assert db.keep(session, []) == 0


def test_nothing_stays_of_a_transaction_that_is_rolled_back(engine, session):
    db.keep(session, [reading("a")])
    session.rollback()
    with Session(engine) as other:
        assert other.scalar(select(func.count(Reading.id))) == 0


def test_others_do_not_see_what_is_not_committed(engine, session):
    db.keep(session, [reading("a")])
    with Session(engine) as other:
        assert other.scalar(select(func.count(Reading.id))) == 0
    session.commit()
    with Session(engine) as other:
        assert other.scalar(select(func.count(Reading.id))) == 1


def test_times_come_back_with_their_zone(session):
    db.keep(session, [reading("a")])
    kept = session.scalars(select(Reading)).one()
    assert kept.taken_at == reading("a").taken_at
    assert kept.received_at.tzinfo is not None
