"""Amounts of money: decimal, never binary."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    """An amount rounded to a hundredth."""
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)


def written(amount: Decimal) -> str:
    """An amount as documents write it, with at least two decimals and all that it has."""
    exponent = amount.as_tuple().exponent
    return str(amount if isinstance(exponent, int) and exponent < -2 else cents(amount))  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class MoneyBand:
    """Early, middle and late quantile of an amount, and what is to be expected on average."""

    p10: Decimal
    p50: Decimal
    p90: Decimal
    mean: Decimal

    @classmethod
    def of(cls, amounts: Sequence[Decimal]) -> "MoneyBand":
        """Of equally likely amounts: each quantile is one of them, so that what is certain is exact."""
        ordered, n = sorted(amounts), len(amounts)
        p10, p50, p90 = (ordered[-(-n * tenths // 10) - 1] for tenths in (1, 5, 9))
        return cls(p10, p50, p90, ordered[0] if ordered[0] == ordered[-1] else cents(sum(ordered, Decimal(0)) / n))
