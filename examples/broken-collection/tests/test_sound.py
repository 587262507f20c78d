def test_words_are_split():
    assert "a b".split() == ["a", "b"]
