import enum, pytest
from app import helper
class Color(enum.Enum):
    RED = 1
@pytest.mark.parametrize("a, b", [(1, 2.5), pytest.param(None, b"x", id="own")], ids=["one", None])
@pytest.mark.parametrize("c", [Color.RED, len, "é" * 3, -1, (1,), {"k": 1}])
class TestOne:
    pytestmark = [pytest.mark.anyio, pytest.mark.integration]
    async def test_x(self, a, b, c, tmp_path): pass
