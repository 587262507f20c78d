def test_would_pass():
    assert sum([1, 2, 3]) == 6
