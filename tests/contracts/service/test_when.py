"""When a metric reaches a level, or falls to one: every status, and the months of totals."""

from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from tests.support.reading import TODAY, Values, days_until, fill, in_memory, noisy

from outgrow.documents.days_until import days_until_document
from outgrow.domain.errors import (
    BadThresholdError,
    UsageError,
)
from outgrow.domain.metric import Scope
from outgrow.door.opened import Beside
from outgrow.service.limits import newest_use
from outgrow.service.status import status
from outgrow.service.when import when


@pytest.fixture
def workspace() -> Beside:
    return in_memory()


def month_to_date(begins_on: int, days: int = 200, last: date = TODAY) -> Values:
    """What 100 a day have come to since the last day of this number, or the last of a month without it."""
    first = last - timedelta(days=days - 1)

    def total(number: int) -> float:
        since, day = 1, first + timedelta(days=number)
        while day.day != begins_on and not ((day + timedelta(days=1)).day == 1 and day.day < begins_on):
            since, day = since + 1, day - timedelta(days=1)
        return 100.0 * since

    return total


class TestWhen:
    def test_the_document_of_a_limit_that_will_be_reached(self, workspace: Beside) -> None:
        fill(workspace, 20, last=TODAY - timedelta(days=70), provenance="reconstructed", total_products=noisy)
        fill(workspace, 60, total_products=lambda n: noisy(n + 30))
        document = days_until(workspace, "products", 2_000)

        assert set(document) == {
            "metric", "scope", "unit", "threshold", "status", "reason", "current", "as_of", "days", "date",
            "probability_within", "growth_per_30_days", "history", "notes",
        }  # fmt: skip
        said = {
            "metric": "total_products",
            "scope": "platform:main",
            "unit": "products",
            "threshold": 2_000,
            "status": "ok",
            "reason": None,
            "as_of": "2026-03-31",
        }
        assert {key: document[key] for key in said} == said
        assert document["current"] == pytest.approx(noisy(89))
        assert document["history"] == {"observed_days": 60, "reconstructed_days": 20, "missing_days": 10}
        assert document["growth_per_30_days"] == pytest.approx(300, rel=0.1)
        early, middle, late = (document["days"][key] for key in ("p10", "p50", "p90"))
        assert 0 < early <= middle <= late
        assert middle == pytest.approx(11, abs=2)
        for key, days in document["days"].items():
            assert document["date"][key] == (TODAY + timedelta(days=days)).isoformat()
        chances = [document["probability_within"][days] for days in ("30", "90", "180", "365")]
        assert chances == sorted(chances)
        assert chances[0] > 0.9

    @pytest.mark.parametrize(
        ("values", "threshold", "expected"),
        [
            pytest.param(lambda n: 100 + n, 130, "already_exceeded", id="thirty days ago"),
            pytest.param(lambda n: 100 + n, 10_000, "beyond_horizon", id="in decades"),
            pytest.param(lambda n: 500.0, 600, "no_growth", id="it stands still"),
            pytest.param(lambda n: 900 - 5 * n, 1_000, "declining", id="it falls"),
            pytest.param(lambda n: None if n > 12 else 5.0, 10, "stale", id="long ago"),
            pytest.param(lambda n: 5.0 if n > 50 else None, 10, "insufficient_data", id="nine days"),
            pytest.param(lambda n: None, 10, "insufficient_data", id="nothing"),
        ],
    )
    def test_no_date_is_a_status_with_its_reason(
        self, workspace: Beside, values: Values, threshold: float | None, expected: str
    ) -> None:
        fill(workspace, 60, total_products=values)
        document = days_until(workspace, "total_products", threshold)

        assert document["status"] == expected
        assert document["reason"]
        assert document["days"]["p50"] is None
        assert document["date"]["p50"] is None
        assert ("days_ago" in document) == (expected == "already_exceeded")
        assert ("have" in document) == ("need" in document) == (expected == "insufficient_data")

    def test_a_metric_without_a_limit_has_none(self, workspace: Beside) -> None:
        fill(workspace, 60, total_team_members=lambda n: 100 + n)
        document = days_until(workspace, "team_members", None)

        assert (document["status"], document["threshold"]) == ("no_limit", None)

    def test_a_limit_that_was_passed_says_since_when(self, workspace: Beside) -> None:
        fill(workspace, 60, total_products=lambda n: 100 + n)

        assert days_until(workspace, "total_products", 130)["days_ago"] == 29
        assert days_until(workspace, "total_products", 159)["days_ago"] == 0

    def test_too_little_says_what_there_is_and_what_it_takes(self, workspace: Beside) -> None:
        fill(workspace, 9, total_products=lambda n: 100 + n)
        document = days_until(workspace, "total_products", 130)

        assert (document["have"], document["need"], document["current"]) == (9, 14, 108)

    def test_the_nearest_limit_is_asked_about_where_none_is_given(self, workspace: Beside) -> None:
        fill(workspace, 60, storage_used_gb=lambda n: 600 + n, active_stores=lambda n: 150 + n)

        assert days_until(workspace, "storage_gb", None)["threshold"] == 1_000
        assert days_until(workspace, "stores", None)["threshold"] == 300

    def test_a_narrower_scope_is_its_own(self, workspace: Beside) -> None:
        fill(workspace, 60, total_products=lambda n: 100 + n)
        fill(workspace, 60, total_products=lambda n: 10 + n, scope="store:17")
        with workspace.desk() as view:
            document = days_until_document(when(view, "products", 100, Scope("store", "17")))

        assert (document["scope"], document["current"]) == ("store:17", 69)
        assert document["days"]["p50"] == 31

    def test_a_month_s_total_is_forecast_from_its_daily_flow(self, workspace: Beside) -> None:
        """March has thirty-one days, April thirty: a hundred a day makes 3,100 and 3,000."""
        fill(workspace, 80, last=date(2026, 3, 20), orders_per_day=lambda n: 100.0)
        before = days_until(workspace, "orders", 2_500, as_of=date(2026, 3, 20))

        assert before["current"] == 2_000
        assert before["days"]["p50"] == pytest.approx(5, abs=1)
        assert days_until(workspace, "orders", 3_300, as_of=date(2026, 3, 20))["status"] != "ok"

    @pytest.mark.parametrize("threshold", [0, -4, float("nan"), float("inf")])
    def test_a_threshold_is_positive(self, workspace: Beside, threshold: float) -> None:
        with pytest.raises(BadThresholdError):
            days_until(workspace, "products", threshold)

    @pytest.mark.parametrize(
        ("first", "days", "threshold", "crossing"),
        [(100, 31, 200, 70), (100, 60, 200, 41), (300, 90, 399, 10), (0, 400, 500, 101)],
    )
    def test_a_straight_line_is_gone_on_with_to_the_day(
        self, workspace: Beside, first: int, days: int, threshold: float, crossing: int
    ) -> None:
        fill(workspace, days, total_products=lambda n: first + n)

        assert days_until(workspace, "products", threshold)["days"]["p50"] == crossing


class TestFalling:
    """When would a smaller tier do?"""

    def fall(self, workspace: Beside, threshold: float | None, metric: str = "products") -> dict[str, Any]:
        with workspace.desk() as view:
            return dict(days_until_document(when(view, metric, threshold, falling=True)))

    def test_a_limit_that_will_be_fallen_to(self, workspace: Beside) -> None:
        fill(workspace, 90, total_products=lambda n: 1_000 - 2 * n)
        document = self.fall(workspace, 700)

        assert (document["status"], document["direction"], document["current"]) == ("ok", "falling", 822)
        assert document["days"]["p50"] == 61
        chances = list(document["probability_within"].values())
        assert chances == sorted(chances)

    def test_it_says_nothing_of_a_direction_otherwise(self, workspace: Beside) -> None:
        fill(workspace, 90, total_products=noisy)

        assert "direction" not in days_until(workspace, "products", 2_000)

    @pytest.mark.parametrize(
        ("values", "threshold", "expected", "reason"),
        [
            pytest.param(lambda n: 900 - 5 * n, 650, "already_exceeded", "at or below 650 since", id="below it"),
            pytest.param(lambda n: 100_000 - n, 50, "beyond_horizon", "beyond the horizon", id="in decades"),
            pytest.param(lambda n: 500.0, 400, "no_growth", "it does not fall (0% within 365 days)", id="it stands"),
            pytest.param(lambda n: 900 + 5 * n, 400, "no_growth", "it grows by 150 in 30 days", id="it grows"),
            pytest.param(lambda n: 5.0 if n > 50 else None, 1, "insufficient_data", "9 days are known", id="nine days"),
        ],
    )
    def test_no_date_is_a_status_with_its_reason(
        self, workspace: Beside, values: Values, threshold: float, expected: str, reason: str
    ) -> None:
        fill(workspace, 60, total_products=values)
        document = self.fall(workspace, threshold)

        assert (document["status"], document["direction"]) == (expected, "falling")
        assert reason in document["reason"]
        assert document["days"]["p50"] is None

    def test_a_counter_cannot_fall(self, workspace: Beside) -> None:
        fill(workspace, 90, total_subscriptions=lambda n: 1_000 + n // 9 + Random(n).randint(0, 1))
        document = self.fall(workspace, 900, "total_subscriptions")

        assert document["status"] == "no_growth"
        assert document["probability_within"]["365"] == 0

    def test_a_flow_falls_to_a_quiet_day(self, workspace: Beside) -> None:
        fill(workspace, 120, orders_per_day=lambda n: 100.0 + (Random(n).randint(-20, 20) if n < 119 else 0))
        document = self.fall(workspace, 85, "orders_per_day")

        assert (document["status"], document["direction"]) == ("ok", "falling")
        assert self.fall(workspace, 300, "orders_per_day")["status"] == "already_exceeded"

    def test_a_level_to_fall_to_is_the_caller_s_to_say(self, workspace: Beside) -> None:
        with pytest.raises(UsageError, match="no level is given"):
            self.fall(workspace, None)

    def test_a_total_under_another_name_falls_every_month_too(self, workspace: Beside) -> None:
        fill(workspace, 200, storage_used_gb=month_to_date(1))
        with pytest.raises(UsageError, match="storage_used_gb begins anew with every month") as caught:
            self.fall(workspace, 0, "storage_gb")
        assert "under a name of their own" in caught.value.mend

    def test_what_runs_out_does_so_at_nothing(self, workspace: Beside) -> None:
        fill(workspace, 90, storage_used_gb=lambda n: 300 - 2 * n)
        document = self.fall(workspace, 0, "storage_gb")

        assert (document["status"], document["threshold"], document["days"]["p50"]) == ("ok", 0, 61)

    def test_a_month_s_total_falls_every_month(self, workspace: Beside) -> None:
        with pytest.raises(UsageError, match="begins anew with every month") as caught:
            self.fall(workspace, 100, "orders")
        assert "orders_per_day" in caught.value.mend


class TestTotals:
    """Of months that begin on any day, under any name."""

    @pytest.mark.parametrize(("begins_on", "days", "so_far"), [(1, 31, 3_100), (15, 17, 1_700), (31, 1, 100)])
    @pytest.mark.parametrize("name", ["total_orders_month", "storage_used_gb"])
    def test_they_are_told_by_the_days_that_they_add_up(
        self, workspace: Beside, name: str, begins_on: int, days: int, so_far: float
    ) -> None:
        values: dict[str, Any] = {name: month_to_date(begins_on)}
        fill(workspace, 200, **values)
        document = days_until(workspace, name, 3_050)

        assert document["current"] == so_far
        if begins_on == 1:
            assert (document["status"], document["days_ago"]) == ("already_exceeded", 0)
        else:
            # The day on which 31 days are over, in the first month that has them.
            assert document["status"] == "ok"
            assert document["days"]["p50"] in {31 - days, 61 - days}
        told = [note["text"] for note in document["notes"] if note["code"] == "restarts"]
        assert len(told) == (begins_on != 1 or name == "storage_used_gb")

    def test_of_a_limit_in_the_settings_the_newest_total_counts(self, workspace: Beside) -> None:
        fill(workspace, 200, total_orders_month=month_to_date(15))
        with workspace.desk() as view:
            (used,) = newest_use(view, {h.metric.name: h for h in view.histories(view.platform_metrics())}).values()
            (row,) = (r for r in status(view).rows if r.outlook.until.metric.name == "total_orders_month")

        assert used == 1_700
        assert row.recent[-1] == 1_700
        assert row.recent[-19:-16].tolist() == [2_700, 2_800, 100]

    def test_what_begins_on_no_fixed_day_is_refused(self, workspace: Beside) -> None:
        fill(workspace, 200, total_orders_month=lambda n: 100.0 * (n % 28 + 1))
        document = days_until(workspace, "orders", 3_000)

        assert document["status"] == "insufficient_data"
        assert "which is no fixed day of the month: store what each day brings, as orders_per_day" in document["reason"]


def test_the_answers_of_past_days_agree(workspace: Beside) -> None:
    """Each looks further ahead to the same day."""
    fill(workspace, 90, total_products=noisy)
    told = [days_until(workspace, "products", 2_500, as_of=TODAY - timedelta(days=n)) for n in range(40, -1, -10)]

    assert all(a["as_of"] < b["as_of"] for a, b in pairwise(told))
    for document in told:
        reached = date.fromisoformat(document["date"]["p50"])
        assert abs((reached - date(2026, 5, 30)).days) <= 7
