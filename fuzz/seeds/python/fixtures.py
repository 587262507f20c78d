import pytest, unittest
from unittest import mock
@pytest.fixture(params=[1, 2], scope="module", autouse=True, name="other")
def made(request, other): return request.param
class Case(unittest.TestCase):
    def test_a(self): mock.patch("app.redis.Redis")
class TestTwo(Case, metaclass=type): __test__ = True
def test_b(other, *args, k=1, **kw): import late; importlib.import_module(name)
test_c = lambda: FakeRedis(":memory:")
match 1:
    case {"a": [x, *y]}: pass
