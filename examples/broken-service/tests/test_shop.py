import psycopg
import pytest

URL = "postgresql://tester:tester-secret@localhost:55433/shop"


@pytest.fixture
def database():
    with psycopg.connect(URL, connect_timeout=3) as connection:
        yield connection


def test_answers(database):
    assert database.execute("SELECT 1").fetchone() == (1,)


def test_is_the_shop(database):
    assert database.execute("SELECT current_database()").fetchone() == ("shop",)
