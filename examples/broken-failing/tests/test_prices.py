from prices import discounted


def test_no_discount():
    assert discounted(1000, 0) == 1000


def test_nothing_costs_nothing():
    assert discounted(0, 50) == 0


def test_a_quarter_off():
    assert discounted(1000, 25) == 750
