import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app.ingest import ingest
from app.models import Reading
from app.schemas import Ingested
from tests.readings import reading


def kept(session):
    return session.scalar(select(func.count(Reading.id)))


def test_new_readings_are_kept(session, seen):
    assert ingest(session, seen, [reading("a"), reading("b")]) == Ingested(accepted=2, duplicates=0)
    assert kept(session) == 2


def test_the_database_knows_duplicates_that_redis_forgot(session, seen, redis):
    ingest(session, seen, [reading("a")])
    redis.flushdb()
    assert ingest(session, seen, [reading("a")]) == Ingested(accepted=0, duplicates=1)
    assert kept(session) == 1


def test_the_first_of_two_in_one_batch_wins(session, seen):
    ingest(session, seen, [reading("a", value=1.0), reading("a", value=2.0)])
    assert session.scalars(select(Reading.value)).all() == [1.0]


def test_a_batch_that_cannot_be_kept_may_come_again(session, seen):
    # PostgreSQL's text cannot hold a zero byte; the check on names is left out to get one there.
    broken = reading("b").model_copy(update={"external_id": "b\0"})
    with pytest.raises((SQLAlchemyError, ValueError)):
        ingest(session, seen, [reading("a"), broken])
    assert kept(session) == 0
    assert ingest(session, seen, [reading("a")]) == Ingested(accepted=1, duplicates=0)
