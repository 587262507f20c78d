import time

import pytest


def test_quick():
    assert time.monotonic() > 0


@pytest.mark.parametrize("number", range(4))
def test_slow(number):
    time.sleep(30)
    assert number >= 0
