"""Amounts of money are decimal, and their quantiles are amounts that occur."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from outgrow.domain.money import MoneyBand, cents, written

amounts = st.lists(st.decimals(0, 10**9, places=2), min_size=1, max_size=60)


@given(amounts)
def test_quantiles_are_among_the_amounts(given_amounts: list[Decimal]) -> None:
    band = MoneyBand.of(given_amounts)
    n = len(given_amounts)

    for level, found in ((Fraction(1, 10), band.p10), (Fraction(1, 2), band.p50), (Fraction(9, 10), band.p90)):
        assert found in given_amounts
        assert sum(amount <= found for amount in given_amounts) >= level * n
        assert sum(amount < found for amount in given_amounts) < level * n or found == min(given_amounts)
    assert min(given_amounts) <= band.mean <= max(given_amounts)


@given(st.decimals(0, 10**9, places=4), st.integers(1, 50))
def test_what_is_certain_is_exact(amount: Decimal, n: int) -> None:
    assert MoneyBand.of([amount] * n) == MoneyBand(amount, amount, amount, amount)


def test_amounts_are_written_with_two_decimals_or_all_they_have() -> None:
    assert [written(Decimal(text)) for text in ("30", "0.5", "1150.00", "0.0125", "1E+3")] == [
        "30.00", "0.50", "1150.00", "0.0125", "1000.00",
    ]  # fmt: skip
    assert cents(Decimal("0.125")) == Decimal("0.12")
