"""Judges what was said of months' order totals while the months were running, on what they came to.

    python examples/olist/judge_months.py DATABASE_URL [--country BR] [--from 2017-03] [--to 2018-02]

On the 5th, 10th, 15th and 20th of each month the total at its end is forecast from what was known on that day, and held
against the plain rule "so far, divided by the share of the days that have passed". The history has to be there:
`outgrow backfill` brings it.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from outgrow import CalendarRules, CapacityConfig, Outgrow, OutgrowError
from outgrow.domain.days import month_end, next_month
from outgrow.domain.errors import DataError
from outgrow.domain.forecast import Refusal

DAYS = (5, 10, 15, 20)
"""Days of the month on which its total is forecast."""
LEVELS = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Judged:
    """One forecast of a month's total, and what came."""

    seen_on: date
    low: float
    middle: float
    high: float
    by_rule: float
    came: float

    @property
    def error(self) -> float:
        """Orders by which the forecast was off."""
        return abs(self.middle - self.came)

    @property
    def error_by_rule(self) -> float:
        """Orders by which the plain rule was off."""
        return abs(self.by_rule - self.came)

    @property
    def held(self) -> bool:
        """Whether the 80 % interval holds what came."""
        return self.low <= self.came <= self.high


def judge(platform: Outgrow, first: date, last: date) -> Iterator[Judged]:
    """Every forecast of the months from one to another, both given by any of their days.

    Raises:
        DataError: a month's orders are not known to its end.
    """
    orders = platform.history("orders_per_day")
    month = first.replace(day=1)
    while month <= last:
        end = month_end(month)
        daily = orders.between(month, end).values
        if len(daily) < end.day or np.isnan(daily).any():
            raise DataError(f"the orders of {month:%B %Y} are not all known", "backfill them, or leave that month out")
        for day in DAYS:
            seen_on = month.replace(day=day)
            said = platform.forecast("total_orders_month", as_of=seen_on).projection
            if isinstance(said, Refusal) or said.forecast.as_of != seen_on:
                raise DataError(f"nothing could be said on {seen_on}", "begin with a later month: --from")
            low, middle, high = said.at_days((end.day - day,), LEVELS)[:, 0].tolist()
            by_rule = float(daily[:day].sum()) / day * end.day
            yield Judged(seen_on, low, middle, high, by_rule, float(daily.sum()))
        month = next_month(month)


def table(judged: Sequence[Judged]) -> Iterator[str]:
    """The mean errors by the day of the month, and of all."""
    yield f"{'seen on the':<12}{'months':>7}{'outgrow':>9}{'so far / share':>16}{'80 % interval holds':>21}"
    for day in (*DAYS, None):
        some = [one for one in judged if day in {None, one.seen_on.day}]
        errors, by_rule, held = (
            float(np.mean([getattr(one, name) for one in some])) for name in ("error", "error_by_rule", "held")
        )
        yield f"{f'{day}th' if day else 'all':<12}{len(some):>7}{errors:>9.1f}{by_rule:>16.1f}{held:>21.0%}"


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Judge forecasts of months' order totals on what came.")
    parser.add_argument("database_url", help="a platform with its history, for example sqlite:///olist.db")
    parser.add_argument("--country", help="whose public holidays are events, such as BR (default: none)")
    parser.add_argument("--from", dest="first", type=_month, default=date(2017, 3, 1), help="default: 2017-03")
    parser.add_argument("--to", dest="last", type=_month, default=date(2018, 2, 1), help="default: 2018-02")
    parser.add_argument("--platform", help="code or id (default: the first platform)")
    asked = parser.parse_args(arguments)
    try:
        config = CapacityConfig(calendar=CalendarRules(country=asked.country))
        with Outgrow(platform=asked.platform, config=config, database_url=asked.database_url) as platform:
            judged = list(judge(platform, asked.first, asked.last))
    except OutgrowError as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    if not judged:
        print("error: the last month lies before the first", file=sys.stderr)
        return 2
    print("\n".join(table(judged)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
