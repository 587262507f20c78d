"""Prices, with a mistake in them."""


def discounted(price: int, percent: int) -> int:
    """The price in cents after a discount, rounded down."""
    rebate = price * percent // 100
    # The mistake that the tests find: the rebate is taken twice.
    return price - rebate - rebate
