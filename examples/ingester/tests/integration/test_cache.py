from app.cache import Seen, key_of
from tests.readings import reading


def test_is_redis(redis):
    assert redis.info("server")["redis_version"]


def test_only_what_is_new_is_claimed(seen):
    assert seen.claim([reading("a"), reading("b")]) == [reading("a"), reading("b")]
    assert seen.claim([reading("b"), reading("c")]) == [reading("c")]


def test_a_batch_cannot_claim_the_same_twice(seen):
    assert seen.claim([reading("a"), reading("a", value=3.0)]) == [reading("a")]


def test_what_is_released_may_come_again(seen):
    seen.claim([reading("a"), reading("b")])
    seen.release([reading("a")])
    assert seen.claim([reading("a"), reading("b")]) == [reading("a")]


def test_releasing_nothing_is_nothing(seen):
    seen.release([])


def test_memory_ends(redis):
    Seen(redis, seconds=60).claim([reading("a")])
    assert 0 < redis.ttl(key_of(reading("a"))) <= 60
