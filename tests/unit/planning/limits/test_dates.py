"""When futures reach a limit."""

from datetime import date, timedelta

import numpy as np
import pytest
from tests.support.scenarios import TODAY, of

from outgrow.documents.whatif import limit_date_document
from outgrow.domain.forecast import DayBand, Status
from outgrow.domain.limit import AlertPolicy, Headroom, Limit
from outgrow.domain.paths import Paths
from outgrow.planning.limits.dates import LimitDate, limit_date

POLICY = AlertPolicy(lead_time_days=14, review_interval_days=7)


def futures(*slopes: float, start: float = 0.0, n_days: int = 100) -> Paths:
    """Straight lines."""
    days = np.arange(1.0, n_days + 1)
    return of({"total_products": start + np.outer(slopes, days)}, {"total_products": start})


def reached(paths: Paths, maximum: float, **limit: object) -> LimitDate:
    return limit_date(paths, Limit("total_products", maximum, "it", **limit), POLICY)  # type: ignore[arg-type]


def test_quantiles_are_first_days_of_so_many_futures() -> None:
    ten = futures(*(1000 / day for day in range(10, 101, 10)))  # one reaches 1,000 on day 10, one on day 20, ...

    found = reached(ten, 1_000)
    assert (found.status, found.days, found.probability) == (Status.OK, DayBand(10, 50, 90), 1.0)
    assert found.dates["p50"] == TODAY + timedelta(days=50)


def test_the_day_to_act_by_is_before_the_early_date() -> None:
    ten = futures(*(1000 / day for day in range(10, 101, 10)))

    assert reached(ten, 1_000).act_by == TODAY + timedelta(days=10 - 14 - 7)
    assert reached(ten, 1_000, lead_time_days=2, review_interval_days=1).act_by == TODAY + timedelta(days=7)


def test_only_what_may_be_used_counts() -> None:
    free = Headroom(keep_free=0.2)

    assert reached(futures(10.0), 1_000, headroom=free).days == reached(futures(10.0), 800).days == DayBand(80, 80, 80)
    assert limit_date_document(reached(futures(10.0), 1_000, headroom=free), None)["limit"] == 800


def test_beyond_the_horizon_there_is_a_chance_alone() -> None:
    found = reached(futures(20.0, 20.0, 1.0, 1.0, 1.0), 1_000)

    assert (found.status, found.days, found.probability) == (Status.BEYOND_HORIZON, DayBand(50, None, None), 0.4)


def test_what_is_reached_already_has_no_day_ahead() -> None:
    found = reached(futures(1.0, start=1_000), 1_000)

    assert (found.status, found.days, found.probability, found.act_by) == (
        Status.ALREADY_EXCEEDED, DayBand(), 1.0, None
    )  # fmt: skip


@pytest.mark.parametrize(("slope", "days"), [(20.0, -50), (5.0, None), (10.0, 0), (12.5, -20)])
def test_how_much_later_a_day_is(slope: float, days: int | None) -> None:
    assert reached(futures(slope), 1_000).later_than(reached(futures(10.0), 1_000)) == days


def test_the_document() -> None:
    found = reached(futures(*(1000 / day for day in range(20, 201, 20))), 1_000)

    assert limit_date_document(found, found) == {
        "name": "it",
        "metric": "total_products",
        "example": False,
        "limit": 1_000,
        "status": "ok",
        "days": {"p10": 20, "p50": 100, "p90": None},
        "date": {"p10": date(2026, 12, 12).isoformat(), "p50": "2027-03-02", "p90": None},
        "probability": 0.5,
        "act_by": "2026-11-21",
        "later_by_days": 0,
    }
