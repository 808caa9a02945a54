"""What users construct refuses numbers and days that make no sense, with our errors."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outgrow.domain.bounds import AMOUNT, DAYS, EARLIEST_DAY, LATEST_DAY, sensible_day
from outgrow.domain.errors import ConfigurationError, OutgrowError, UsageError, quoted
from outgrow.domain.event import CalendarRules, Event
from outgrow.domain.ladder import Tier
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.limit import AlertPolicy, Headroom, Limit
from outgrow.domain.scenario import Project
from outgrow.forecasting.projection import ForecastRules

TODAY = date(2026, 3, 31)
SENSELESS = (float("inf"), float("-inf"), float("nan"), -1, 10**30, 10**5000, -(10**5000), 1e308, "many")
MADE: dict[str, Callable[[Any], object]] = {
    "a limit's maximum": lambda n: Limit("products", n, "shelf"),
    "a limit's share": lambda n: Limit("products", 5, "shelf", warning_share=n),
    "a limit's lead time": lambda n: Limit("products", 5, "shelf", lead_time_days=n),
    "a policy's share": lambda n: AlertPolicy(critical_share=n),
    "a policy's growth": lambda n: AlertPolicy(growth_percent=n),
    "a policy's days": lambda n: AlertPolicy(warning_days=n),
    "a share to keep free": lambda n: Headroom(keep_free=n),
    "nodes": lambda n: Headroom(nodes=n),
    "spare nodes": lambda n: Headroom(spare=n),
    "a tier's maximum": lambda n: Tier.of("One", Decimal(5), stores=n),
    "a tier's price": lambda n: Tier.of("One", n, stores=5),
    "a tier's lead time": lambda n: Tier.of("One", Decimal(5), stores=5, lead_time_days=n),
    "a horizon": lambda n: ForecastRules(horizon_days=n),
    "a history": lambda n: ForecastRules(history_days=n),
    "days needed": lambda n: ForecastRules(need_days=n),
    "days until stale": lambda n: ForecastRules(stale_after_days=n),
    "a seed": lambda n: LadderRules(seed=n),
    "a day above the limit": lambda n: LadderRules(day_over_cost=n),
    "a campaign's multiplier": lambda n: CalendarRules(events=(Event("sale", TODAY, TODAY, multiplier=n),)),
    "a project's chance": lambda n: Project("move", TODAY, n, {"products": 5}),
    "a project's size": lambda n: Project("move", TODAY, 1.0, {"products": n}),
}


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
@pytest.mark.parametrize("number", SENSELESS, ids=lambda number: quoted(number)[:12])
def test_senseless_numbers_are_refused_in_one_line(made: Callable[[Any], object], number: object) -> None:
    with pytest.raises(ConfigurationError) as error:
        made(number)

    assert error.value.mend
    assert all(len(line) < 200 for line in str(error.value).splitlines())


@pytest.mark.parametrize("far", [date.min, date.max, EARLIEST_DAY - timedelta(days=1), LATEST_DAY + timedelta(days=1)])
def test_days_that_are_too_far_away_are_refused(far: date) -> None:
    with pytest.raises(UsageError):
        sensible_day(far)
    with pytest.raises(ConfigurationError):
        Project("move", far, 1.0, {"products": 5})
    with pytest.raises(ConfigurationError):
        CalendarRules(events=(Event("sale", far, far),))


@pytest.mark.parametrize("near", [EARLIEST_DAY, TODAY, LATEST_DAY])
def test_days_in_between_are_taken_as_they_are(near: date) -> None:
    assert sensible_day(near) == near
    assert Project("move", near, 1.0, {"products": 5}).on == near


def test_a_campaign_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="before the first"):
        CalendarRules(events=(Event("sale", TODAY, TODAY - timedelta(days=1)),))


@pytest.mark.parametrize("headroom", [{"nodes": 3, "spare": 3}, {"keep_free": 1.0}])
def test_a_headroom_that_leaves_nothing_is_refused(headroom: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="is left"):
        Headroom(**headroom)


@given(st.one_of(st.floats(), st.integers(), st.decimals(), st.text(), st.binary()))
def test_whatever_is_given_either_holds_or_is_refused_with_our_error(number: object) -> None:
    for made in MADE.values():
        try:
            made(number)
        except OutgrowError as error:
            assert len(error.what) < 200  # noqa: PT017 - whether it is raised is not known


@given(st.floats(AMOUNT.least, AMOUNT.most))
def test_every_amount_between_the_bounds_is_taken(maximum: float) -> None:
    assert Limit("products", maximum, "shelf").usable == maximum


@given(st.integers(0, int(DAYS.most)))
def test_every_span_between_the_bounds_is_taken(days: int) -> None:
    assert AlertPolicy(lead_time_days=days).lead_time_days == days
