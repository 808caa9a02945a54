"""How numbers, shares and counts are written for people: one style for terminal, messages and charts.

Days are written by `outgrow.domain.days`, values of a metric by `outgrow.domain.figures`, amounts of money by
`outgrow.planning.ladder.words`.
"""

HUGE = 1e15
"""From here on, numbers are too long to be read digit by digit, and no longer exact."""
MOST_DIGITS = 14
"""Significant digits that are more than noise."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 day`, `1,204 days`, `2 merchants`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def percent(share: float | None) -> str:
    """A share of one as people write it, `80%`; a dash where it is not known."""
    return "–" if share is None else f"{share:,.0%}"


def exact(value: float, sign: str = "") -> str:
    """A number that somebody gave, such as a limit, with all its digits: `30,000`, `0.25`, `2.2e-06`.

    Args:
        sign: `+` to write it before what is above zero.
    """
    whole = abs(value) < HUGE and float(value).is_integer()
    return f"{value:{sign},.0f}" if whole else f"{value:{sign},.{MOST_DIGITS}g}"


def rounded(value: float, decimals: int) -> float:
    """A number with so many decimals; one that these would make nothing of keeps four digits."""
    small = 0 < abs(value) < 10.0**-decimals
    return float(f"{value:.4g}") if small else round(float(value), decimals)
