"""Questions to what is stored, through the workspace, on every database."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, delete, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from tests.support.documents import plain
from tests.support.platforms import KnownPlatform, Thing, tables_of
from tests.support.snapshots import write_days, write_measurements

from outgrow import create_schema
from outgrow.documents.days_until import days_until_document
from outgrow.documents.forecast import forecast_document
from outgrow.documents.history import history_document
from outgrow.documents.import_ import import_document
from outgrow.documents.status import status_document
from outgrow.documents.trends import trends_document
from outgrow.domain.days import Clock, spoken
from outgrow.domain.errors import (
    BadThresholdError,
    DataError,
    SchemaError,
    UnknownMetricError,
    UnknownPlatformError,
    UsageError,
)
from outgrow.domain.metric import Kind, Scope
from outgrow.domain.snapshot import Provenance
from outgrow.planning.advice.recommendations import said_of
from outgrow.service.check import check
from outgrow.service.desk import Desk
from outgrow.service.findings import find, stored_use
from outgrow.service.forecast import forecast
from outgrow.service.history import history
from outgrow.service.import_ import ImportReport, import_file
from outgrow.service.limits import newest_use
from outgrow.service.status import status
from outgrow.service.trends import trends
from outgrow.service.when import when
from outgrow.setup.doctor import Finding, State, examine
from outgrow.setup.settings import Settings
from outgrow.setup.workspace import Workspace
from outgrow.store.tables import CapacitySnapshot, StoreBase

TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
Values = Callable[[int], float | None]
"""A value by the number of its day, from 0 on; None where the day is not known."""


Opener = Callable[..., Workspace]


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Opens workspaces, and closes their databases in the end."""
    made: list[Workspace] = []

    def open_workspace(clock: Clock = lambda: NOW, **settings: Any) -> Workspace:
        made.append(Workspace(Settings(**settings), clock=clock))
        return made[-1]

    yield open_workspace
    for workspace in made:
        for engine in (value for value in vars(workspace).values() if isinstance(value, Engine)):
            engine.dispose()


@pytest.fixture
def workspace(store_engine: Engine, database_url: str, opened: Opener) -> Workspace:
    return opened(database_url=database_url)


def month_to_date(begins_on: int, days: int = 200, last: date = TODAY) -> Values:
    """What 100 a day have come to since the last day of this number, or the last of a month without it."""
    first = last - timedelta(days=days - 1)

    def total(number: int) -> float:
        since, day = 1, first + timedelta(days=number)
        while day.day != begins_on and not ((day + timedelta(days=1)).day == 1 and day.day < begins_on):
            since, day = since + 1, day - timedelta(days=1)
        return 100.0 * since

    return total


def fill(
    workspace: Workspace,
    days: int,
    last: date = TODAY,
    provenance: str = "observed",
    scope: str = "platform",
    **values: Values,
) -> None:
    """Store as many days, up to the last."""
    dates = [last - timedelta(days=days - 1 - n) for n in range(days)]
    rows = [
        {
            "platform": "main",
            "metric": metric,
            "scope": scope,
            "day": day,
            "value": None if value is None else float(value),
            "reason": None if value is not None else "not known",
            "provenance": provenance,
        }
        for metric, of in values.items()
        for day, value in zip(dates, map(of, range(days)), strict=True)
    ]
    with workspace.store() as store:
        write_days(store, "main", dates)
        write_measurements(store, rows)


def days_until(workspace: Workspace, metric: str, threshold: float | None, as_of: date | None = None) -> dict[str, Any]:
    with workspace.desk(as_of) as view:
        return dict(days_until_document(when(view, metric, threshold)))


def noisy(n: int) -> float:
    """Some ten a day, give or take five."""
    return 1_000 + 10 * n + Random(n).uniform(-5, 5)


class TestWhen:
    def test_the_document_of_a_limit_that_will_be_reached(self, workspace: Workspace) -> None:
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
        self, workspace: Workspace, values: Values, threshold: float | None, expected: str
    ) -> None:
        fill(workspace, 60, total_products=values)
        document = days_until(workspace, "total_products", threshold)

        assert document["status"] == expected
        assert document["reason"]
        assert document["days"]["p50"] is None
        assert document["date"]["p50"] is None
        assert ("days_ago" in document) == (expected == "already_exceeded")
        assert ("have" in document) == ("need" in document) == (expected == "insufficient_data")

    def test_a_metric_without_a_limit_has_none(self, workspace: Workspace) -> None:
        fill(workspace, 60, total_team_members=lambda n: 100 + n)
        document = days_until(workspace, "team_members", None)

        assert (document["status"], document["threshold"]) == ("no_limit", None)

    def test_a_limit_that_was_passed_says_since_when(self, workspace: Workspace) -> None:
        fill(workspace, 60, total_products=lambda n: 100 + n)

        assert days_until(workspace, "total_products", 130)["days_ago"] == 29
        assert days_until(workspace, "total_products", 159)["days_ago"] == 0

    def test_too_little_says_what_there_is_and_what_it_takes(self, workspace: Workspace) -> None:
        fill(workspace, 9, total_products=lambda n: 100 + n)
        document = days_until(workspace, "total_products", 130)

        assert (document["have"], document["need"], document["current"]) == (9, 14, 108)

    def test_the_nearest_limit_is_asked_about_where_none_is_given(self, workspace: Workspace) -> None:
        fill(workspace, 60, storage_used_gb=lambda n: 600 + n, active_stores=lambda n: 150 + n)

        assert days_until(workspace, "storage_gb", None)["threshold"] == 1_000
        assert days_until(workspace, "stores", None)["threshold"] == 300

    def test_a_narrower_scope_is_its_own(self, workspace: Workspace) -> None:
        fill(workspace, 60, total_products=lambda n: 100 + n)
        fill(workspace, 60, total_products=lambda n: 10 + n, scope="store:17")
        with workspace.desk() as view:
            document = days_until_document(when(view, "products", 100, Scope("store", "17")))

        assert (document["scope"], document["current"]) == ("store:17", 69)
        assert document["days"]["p50"] == 31

    def test_a_month_s_total_is_forecast_from_its_daily_flow(self, workspace: Workspace) -> None:
        """March has thirty-one days, April thirty: a hundred a day makes 3,100 and 3,000."""
        fill(workspace, 80, last=date(2026, 3, 20), orders_per_day=lambda n: 100.0)
        before = days_until(workspace, "orders", 2_500, as_of=date(2026, 3, 20))

        assert before["current"] == 2_000
        assert before["days"]["p50"] == pytest.approx(5, abs=1)
        assert days_until(workspace, "orders", 3_300, as_of=date(2026, 3, 20))["status"] != "ok"

    @pytest.mark.parametrize("threshold", [0, -4, float("nan"), float("inf")])
    def test_a_threshold_is_positive(self, workspace: Workspace, threshold: float) -> None:
        with pytest.raises(BadThresholdError):
            days_until(workspace, "products", threshold)

    @pytest.mark.parametrize(
        ("first", "days", "threshold", "crossing"),
        [(100, 31, 200, 70), (100, 60, 200, 41), (300, 90, 399, 10), (0, 400, 500, 101)],
    )
    def test_a_straight_line_is_gone_on_with_to_the_day(
        self, workspace: Workspace, first: int, days: int, threshold: float, crossing: int
    ) -> None:
        fill(workspace, days, total_products=lambda n: first + n)

        assert days_until(workspace, "products", threshold)["days"]["p50"] == crossing


class TestFalling:
    """When would a smaller tier do?"""

    def fall(self, workspace: Workspace, threshold: float | None, metric: str = "products") -> dict[str, Any]:
        with workspace.desk() as view:
            return dict(days_until_document(when(view, metric, threshold, falling=True)))

    def test_a_limit_that_will_be_fallen_to(self, workspace: Workspace) -> None:
        fill(workspace, 90, total_products=lambda n: 1_000 - 2 * n)
        document = self.fall(workspace, 700)

        assert (document["status"], document["direction"], document["current"]) == ("ok", "falling", 822)
        assert document["days"]["p50"] == 61
        chances = list(document["probability_within"].values())
        assert chances == sorted(chances)

    def test_it_says_nothing_of_a_direction_otherwise(self, workspace: Workspace) -> None:
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
        self, workspace: Workspace, values: Values, threshold: float, expected: str, reason: str
    ) -> None:
        fill(workspace, 60, total_products=values)
        document = self.fall(workspace, threshold)

        assert (document["status"], document["direction"]) == (expected, "falling")
        assert reason in document["reason"]
        assert document["days"]["p50"] is None

    def test_a_counter_cannot_fall(self, workspace: Workspace) -> None:
        fill(workspace, 90, total_subscriptions=lambda n: 1_000 + n // 9 + Random(n).randint(0, 1))
        document = self.fall(workspace, 900, "total_subscriptions")

        assert document["status"] == "no_growth"
        assert document["probability_within"]["365"] == 0

    def test_a_flow_falls_to_a_quiet_day(self, workspace: Workspace) -> None:
        fill(workspace, 120, orders_per_day=lambda n: 100.0 + (Random(n).randint(-20, 20) if n < 119 else 0))
        document = self.fall(workspace, 85, "orders_per_day")

        assert (document["status"], document["direction"]) == ("ok", "falling")
        assert self.fall(workspace, 300, "orders_per_day")["status"] == "already_exceeded"

    def test_a_level_to_fall_to_is_the_caller_s_to_say(self, workspace: Workspace) -> None:
        with pytest.raises(UsageError, match="no level is given"):
            self.fall(workspace, None)

    def test_a_total_under_another_name_falls_every_month_too(self, workspace: Workspace) -> None:
        fill(workspace, 200, storage_used_gb=month_to_date(1))
        with pytest.raises(UsageError, match="storage_used_gb begins anew with every month") as caught:
            self.fall(workspace, 0, "storage_gb")
        assert "under a name of their own" in caught.value.mend

    def test_what_runs_out_does_so_at_nothing(self, workspace: Workspace) -> None:
        fill(workspace, 90, storage_used_gb=lambda n: 300 - 2 * n)
        document = self.fall(workspace, 0, "storage_gb")

        assert (document["status"], document["threshold"], document["days"]["p50"]) == ("ok", 0, 61)

    def test_a_month_s_total_falls_every_month(self, workspace: Workspace) -> None:
        with pytest.raises(UsageError, match="begins anew with every month") as caught:
            self.fall(workspace, 100, "orders")
        assert "orders_per_day" in caught.value.mend


class TestTotals:
    """Of months that begin on any day, under any name."""

    @pytest.mark.parametrize(("begins_on", "days", "so_far"), [(1, 31, 3_100), (15, 17, 1_700), (31, 1, 100)])
    @pytest.mark.parametrize("name", ["total_orders_month", "storage_used_gb"])
    def test_they_are_told_by_the_days_that_they_add_up(
        self, workspace: Workspace, name: str, begins_on: int, days: int, so_far: float
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

    def test_of_a_limit_in_the_settings_the_newest_total_counts(self, workspace: Workspace) -> None:
        fill(workspace, 200, total_orders_month=month_to_date(15))
        with workspace.desk() as view:
            (used,) = newest_use(view, {h.metric.name: h for h in view.histories(view.platform_metrics())}).values()
            (row,) = (r for r in status(view).rows if r.outlook.until.metric.name == "total_orders_month")

        assert used == 1_700
        assert row.recent[-1] == 1_700
        assert row.recent[-19:-16].tolist() == [2_700, 2_800, 100]

    def test_what_begins_on_no_fixed_day_is_refused(self, workspace: Workspace) -> None:
        fill(workspace, 200, total_orders_month=lambda n: 100.0 * (n % 28 + 1))
        document = days_until(workspace, "orders", 3_000)

        assert document["status"] == "insufficient_data"
        assert "which is no fixed day of the month: store what each day brings, as orders_per_day" in document["reason"]


class TestNotesAndReasons:
    def test_what_was_amiss_is_in_every_document(self, workspace: Workspace) -> None:
        fill(workspace, 200, total_products=lambda n: noisy(n) + (40_000 if n > 150 else 0))
        with workspace.desk() as view:
            made = forecast(view, "products")
            drawn = plain(forecast_document(made))
            report = status_document(status(view))
        (note,) = days_until(workspace, "products", 60_000)["notes"]

        assert (note["code"], note["first"]) == ("import", (TODAY - timedelta(days=48)).isoformat())
        assert note["text"].endswith("products and went on from there: taken as an import, not as growth")
        assert drawn["notes"] == [note]
        assert [row["notes"] for row in report["limits"] if row["metric"] == "total_products"] == [[note]]

    def test_a_refusal_has_neither(self, workspace: Workspace) -> None:
        fill(workspace, 5, total_products=noisy)
        with workspace.desk() as view:
            made = forecast(view, "products")

        assert plain(forecast_document(made)).keys() >= {"status", "have", "need"}
        assert days_until(workspace, "products", 9_000)["notes"] == []

    def test_why_a_level_goes_on_as_it_does(self, workspace: Workspace) -> None:
        fill(workspace, 400, total_products=lambda n: 3.0 * n)
        with workspace.desk() as view:
            made = forecast(view, "products")
            why = plain(forecast_document(made))["explanation"]

        assert why["paces"] == {"7": 3, "28": 3, "91": 3, "364": 3}
        assert why["growth_per_day"] == {"30": 3, "90": 3}
        # No noise says how it will end: the plain drift, and that it has held, are all there is to say.
        assert (why["plain_share"], why["steady_share"], why["amounts"]) == (0.5, 0.5, {})
        assert why["text"][:2] == [
            "It grew by 3 products a day over the last 7 days, 3 over 28, 3 over 91 and 3 over 364.",
            "The median grows by 3 products a day over the next 30 days and 3 over 90.",
        ]

    @pytest.mark.parametrize("metric", ["orders_per_day", "orders"])
    def test_why_a_flow_goes_on_as_it_does(self, workspace: Workspace, metric: str) -> None:
        fill(workspace, 100, orders_per_day=lambda n: 70.0)
        with workspace.desk() as view:
            made = forecast(view, metric)
            why = plain(forecast_document(made))["explanation"]

        assert why["amounts"] == {"7": 70, "28": 70, "91": 70}
        assert why["amounts_ahead"] == {"30": pytest.approx(70, rel=0.02), "90": pytest.approx(70, rel=0.02)}
        assert (why["paces"], why["plain_share"]) == ({}, None)
        assert "70 orders" in why["text"][0]
        assert why["text"][1].startswith("The forecast expects 70")

    def test_a_day_that_stands_out_moves_no_growth_of_a_flow(self, workspace: Workspace) -> None:
        """Five thousand orders on a single day are no month to come down from."""
        fill(workspace, 200, orders_per_day=lambda n: 5_000.0 if n == 190 else 100.0 + Random(n).randint(-5, 5))
        with workspace.desk() as view:
            told = trends_document(trends(view))["trends"]

        for metric in ("orders_per_day", "orders"):
            assert abs(days_until(workspace, metric, 100_000)["growth_per_30_days"]) < (
                300 if metric == "orders" else 10
            )
        assert told["orders_per_day"]["monthly_projection"] == pytest.approx(100, rel=0.05)
        assert told["orders"]["monthly_projection"] == pytest.approx(3_000, rel=0.05)


def as_own(view: Desk, *, storage: bool = False) -> Desk:
    """The same, as if somebody had set the example ladder, and the limit of storage: only what is set is checked."""
    own = view.config.as_own()
    return replace(view, config=own if storage else replace(own, limits=()))


def answers(workspace: Workspace, day: date) -> dict[str, Any]:
    """Everything that can be asked of a day."""
    with workspace.desk(day) as view:
        report = status(view)
        told: dict[str, Any] = {
            "status": status_document(report),
            "check": check(status(as_own(view))),
            "sparks": [row.recent.tolist() for row in report.rows],
            "trends": trends(view, 30),
            "recommend": said_of(find(view, stored_use(view))),
        }
        for metric, threshold in (("stores", 500), ("products", 20_000), ("orders", 3_000), ("storage_gb", None)):
            made = forecast(view, metric)
            told[metric] = (
                days_until_document(when(view, metric, threshold)),
                plain(forecast_document(made)),
                history_document(history(view, metric)),
            )
    return told


class TestAsOf:
    @pytest.mark.parametrize("silent", [0, 3, 20], ids=lambda days: f"{days} days without a snapshot")
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_no_answer_uses_what_came_later(self, workspace: Workspace, silent: int, seed: int) -> None:
        random, day = Random(seed), TODAY - timedelta(days=40)

        def wandering(start: float, step: float) -> list[float]:
            values = [start]
            while len(values) < 130:
                values.append(max(values[-1] + random.gauss(step, 3 * step), 0))
            return values

        walks: dict[str, Values] = {
            "active_stores": wandering(150, 1).__getitem__,
            "total_products": wandering(9_000, 30).__getitem__,
            "storage_used_gb": wandering(500, 3).__getitem__,
            "orders_per_day": wandering(90, 0.3).__getitem__,
        }
        wild: dict[str, Values] = {metric: lambda n: 10.0**6 * n for metric in [*walks, "total_stores"]}
        known = 130 - 40 - silent
        fill(workspace, known, day - timedelta(days=silent), "observed", "platform", **walks)
        before = answers(workspace, day)
        fill(workspace, 40, TODAY, "observed", "platform", **wild)

        after, now = answers(workspace, day), answers(workspace, TODAY)
        for question in before:
            assert repr(after[question]) == repr(before[question]), question
            assert repr(now[question]) != repr(before[question]), question

    def test_a_day_that_has_not_come_is_refused(self, workspace: Workspace) -> None:
        with pytest.raises(UsageError, match="2026-04-01 has not come yet"), workspace.desk(date(2026, 4, 1)):
            pass

    def test_today_is_the_platform_s_own(self, commerce_engine: Engine, database_url: str, opened: Opener) -> None:
        with Session(commerce_engine) as session, session.begin():
            KnownPlatform("Pacific/Auckland").put(session)
        with opened(database_url=database_url).view() as view:
            assert view.today == date(2026, 4, 1)


class TestForecast:
    def test_every_day_up_to_the_horizon_with_ordered_quantiles(self, workspace: Workspace) -> None:
        fill(workspace, 90, total_products=noisy)
        with workspace.desk() as view:
            made = forecast(view, "products")
            document = plain(forecast_document(made))

        assert set(document) == {
            "metric", "scope", "unit", "status", "reason", "model", "as_of", "current", "growth_per_30_days", "days",
            "history", "notes", "explanation", "events",
        }  # fmt: skip
        assert [entry["date"] for entry in document["days"]] == [
            (TODAY + timedelta(days=n)).isoformat() for n in range(1, 366)
        ]
        for entry in document["days"]:
            quantiles = [entry[key] for key in ("p05", "p10", "p25", "p50", "p75", "p90", "p95")]
            assert quantiles == sorted(quantiles)
        assert made.until.threshold == 10_000

    def test_too_little_is_a_refusal_with_what_it_takes(self, workspace: Workspace) -> None:
        fill(workspace, 5, total_products=noisy)
        with workspace.desk() as view:
            made = forecast(view, "products")
            document = plain(forecast_document(made))

        assert document["days"] == []
        assert (document["status"], document["have"], document["need"]) == ("insufficient_data", 5, 14)

    def test_the_nearest_limit_above_is_the_one_that_matters(self, workspace: Workspace) -> None:
        fill(workspace, 60, total_products=lambda n: 29_000 + n, active_stores=lambda n: 320 + n)
        with workspace.desk() as view:
            assert forecast(view, "products").until.threshold == 250_000
            assert forecast(view, "stores").until.threshold == 500
            assert forecast(view, "stores", limit="450").until.threshold == 450
            assert forecast(view, "team_members").until.threshold is None
            with pytest.raises(BadThresholdError):
                forecast(view, "stores", limit="soon")


class TestHistory:
    def test_the_daily_values_with_their_provenance(self, workspace: Workspace) -> None:
        fill(workspace, 3, last=date(2026, 3, 3), provenance="reconstructed", storage_used_gb=lambda n: 1.5 + n)
        fill(workspace, 2, last=date(2026, 3, 6), storage_used_gb=lambda n: 5.0 + n)
        with workspace.desk() as view:
            document = history_document(history(view, "storage_gb"))
            cut = history_document(history(view, "storage_gb", since=date(2026, 3, 2), until=date(2026, 3, 5)))
            nothing = history_document(history(view, "storage_gb", since=date(2026, 3, 20)))
            unheard = history_document(history(view, "stores"))

        assert document == {
            "metric": "storage_used_gb",
            "scope": "platform:main",
            "unit": "GB",
            "days": [
                {"date": "2026-03-01", "value": 1.5, "provenance": "reconstructed"},
                {"date": "2026-03-02", "value": 2.5, "provenance": "reconstructed"},
                {"date": "2026-03-03", "value": 3.5, "provenance": "reconstructed"},
                {"date": "2026-03-05", "value": 5, "provenance": "observed"},
                {"date": "2026-03-06", "value": 6, "provenance": "observed"},
            ],
        }
        assert cut["days"] == document["days"][1:4]
        assert nothing["days"] == unheard["days"] == []

    def test_an_unknown_metric_is_refused(self, workspace: Workspace) -> None:
        with workspace.desk() as view, pytest.raises(UnknownMetricError, match="did you mean"):
            history(view, "total_product")


class TestStatus:
    def test_the_document(self, workspace: Workspace) -> None:
        fill(
            workspace,
            60,
            active_stores=lambda n: 150 + n,
            total_products=lambda n: 5_000.0,
            storage_used_gb=lambda n: 700 + 3 * n,
            total_team_members=lambda n: 40 + n,
        )
        with workspace.desk() as view:
            document = plain(status_document(status(view)))

        limits = document.pop("limits")
        assert document == {
            "platform": "main",
            "as_of": "2026-03-31",
            "sentence": document["sentence"],
            "severity": "warning",
            "newest_snapshot": "2026-03-31",
            "newest_age_days": 0,
            "history": {"observed_days": 60, "reconstructed_days": 0, "missing_days": 0},
            "observed_share": 1.0,
            "projects": [],
        }
        assert document["sentence"].startswith("First to run out: Media storage (example limit, 1,000 GB), about ")
        assert [(row["name"], row["metric"], row["threshold"]) for row in limits[:3]] == [
            ("media storage", "storage_used_gb", 1_000),
            ("tier Medium", "active_stores", 300),
            ("tier Medium", "total_products", 100_000),
        ]
        assert [row["severity"] for row in limits] == ["warning", "warning", "ok", "ok"]
        assert limits[0]["why"] == "88% of it is in use, warning from 80% on"
        act_by = date.fromisoformat(limits[1]["act_by"])
        assert limits[1]["why"].startswith(f"the day to act by, {act_by.day} {act_by:%b %Y}, is ")
        assert [row["maximum"] for row in limits] == [1_000, 300, 100_000, None]
        assert (limits[3]["metric"], limits[3]["threshold"], limits[3]["status"]) == (
            "total_team_members",
            None,
            "no_limit",
        )
        with workspace.desk() as view:
            for row in limits[:3]:
                alone = days_until_document(when(view, row["metric"], row["threshold"]))
                assert {key: row[key] for key in alone} == alone

    def test_nothing_is_stored_yet(self, workspace: Workspace) -> None:
        with workspace.desk() as view:
            document = status_document(status(view))

        assert (document["newest_snapshot"], document["newest_age_days"], document["observed_share"]) == (None,) * 3
        assert (document["limits"], document["severity"]) == ([], "info")
        assert document["sentence"] == "Nothing is stored yet: import values first, with `outgrow import`."

    def test_what_runs_out_first_is_what_has_the_first_date(self, workspace: Workspace) -> None:
        """Storage is nearly full, and so is told first in the table; but it takes years, and the stores months."""
        fill(workspace, 60, active_stores=lambda n: 150 + n / 2, storage_used_gb=lambda n: 900 + n / 20)
        with workspace.desk() as view:
            report = status(view)

        assert [row.outlook.name for row in report.rows] == ["media storage", "tier Medium"]
        medium = "tier Medium of the example ladder, 300 stores"
        assert report.sentence.startswith(f"First to run out: Active stores ({medium}), about ")

    def test_the_age_of_what_is_stored(self, workspace: Workspace) -> None:
        fill(workspace, 60, last=TODAY - timedelta(days=5), active_stores=lambda n: 40.0)
        with workspace.desk() as view:
            report = status(view)

        assert (report.newest_snapshot, report.newest_age_days) == (date(2026, 3, 26), 5)

    def test_rows_stand_in_the_order_of_their_urgency(self, workspace: Workspace) -> None:
        fill(
            workspace,
            60,
            active_stores=lambda n: 45 + n * 0.03,
            total_products=lambda n: 3_000 + n,
            storage_used_gb=lambda n: 1_100.0,
        )
        with workspace.desk() as view:
            rows = status(view).rows

        severities = [row.outlook.severity for row in rows]
        assert severities == sorted(severities, reverse=True)
        assert rows[0].outlook.until.status == "already_exceeded"
        assert [len(row.recent) for row in rows] == [90] * len(rows)


class TestCheck:
    @pytest.mark.parametrize(
        ("stores", "state", "word"),
        [
            pytest.param(lambda n: 20.0, 0, "OK", id="far away"),
            pytest.param(lambda n: 42.0, 1, "WARNING", id="four fifths are in use"),
            pytest.param(lambda n: 20 + n / 4, 1, "WARNING", id="to be acted on within three months"),
            pytest.param(lambda n: 10 + n / 2, 2, "CRITICAL", id="to be acted on now"),
            pytest.param(lambda n: 48.5 - 59 + n, 2, "CRITICAL", id="within two weeks"),
            pytest.param(lambda n: None, 3, "UNKNOWN", id="nothing is known"),
            pytest.param(lambda n: 20.0 if n < 20 else None, 3, "UNKNOWN", id="stale"),
        ],
    )
    def test_the_worst_limit_decides(self, workspace: Workspace, stores: Values, state: int, word: str) -> None:
        fill(workspace, 60, active_stores=stores)
        with workspace.desk() as view:
            result = check(status(as_own(view)))

        assert result.state == state
        assert result.line.startswith(f"OUTGROW {word} - ")
        assert "\n" not in result.line
        assert ("|" in result.line) == (stores(0) is not None)

    def test_the_numbers_behind_the_bar(self, workspace: Workspace) -> None:
        fill(workspace, 60, active_stores=lambda n: 20.0, storage_used_gb=lambda n: 10.25)
        with workspace.desk() as view:
            _, numbers = check(as_own(view, storage=True)).line.split(" | ")

        assert sorted(numbers.split()) == ["'active_stores'=20;40;50;0", "'storage_used_gb'=10.25GB;800;1000;0"]

    def test_the_day_to_act_by_is_that_of_the_worst_limit(self, workspace: Workspace) -> None:
        fill(workspace, 60, active_stores=lambda n: 20 + n / 4, total_products=lambda n: 8_500.0)
        with workspace.desk() as view:
            report = status(as_own(view))
        early = next(row.outlook for row in report.rows if row.outlook.act_by)
        line = check(report).line
        assert f". Act by {spoken(early.act_by)} (tier Starter). | " in line
        assert early.act_by is not None
        assert early.until.date("p10") == early.act_by + timedelta(days=21)

        fill(workspace, 60, storage_used_gb=lambda n: 1_000.0)
        with workspace.desk() as view:
            assert "Act by" not in check(as_own(view, storage=True)).line

    def test_a_store_without_anything_is_unknown(self, workspace: Workspace) -> None:
        with workspace.desk() as view:
            assert check(as_own(view)).state == 3


class TestWorkspace:
    def test_tables_that_are_missing_are_named_with_the_mend(
        self, engine: Engine, database_url: str, opened: Opener
    ) -> None:
        engine.connect().close()  # makes the file
        workspace = opened(database_url=database_url)
        with pytest.raises(SchemaError, match="no outgrow tables") as caught, workspace.desk():
            pass

        assert "outgrow init" in caught.value.mend

    def test_an_error_within_takes_everything_back(self, workspace: Workspace) -> None:
        def fail_half_way() -> None:
            with workspace.store() as store:
                write_days(store, "main", [TODAY])
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail_half_way()
        with workspace.store() as store:
            assert store.query(CapacitySnapshot).count() == 0

    def test_what_is_stored_can_be_read_without_the_platform_s_database(
        self, commerce_engine: Engine, database_url: str, opened: Opener, tmp_path: Path
    ) -> None:
        elsewhere = f"sqlite:///{tmp_path / 'gone.db'}"
        first = opened(database_url=database_url)
        fill(first, 60, active_stores=lambda n: 20.0 + n)
        apart = opened(database_url=elsewhere, store_url=database_url)

        assert days_until(apart, "stores", 100) == days_until(first, "stores", 100)

    def test_the_platform_s_database_is_only_read_where_our_tables_are_elsewhere(
        self, commerce_engine: Engine, database_url: str, opened: Opener, tmp_path: Path
    ) -> None:
        apart = opened(database_url=database_url, store_url=f"sqlite:///{tmp_path / 'ours.db'}")
        apart.create_store()
        with apart.both() as both, pytest.raises(DBAPIError, match=r"readonly database|read-only transaction"):
            both.source.execute(text("DELETE FROM platforms"))

    def test_an_unknown_platform_names_those_there_are(
        self, workspace: Workspace, database_url: str, opened: Opener
    ) -> None:
        fill(workspace, 5, active_stores=lambda n: 20.0)
        wrong = opened(database_url=database_url, platform="mian")
        with pytest.raises(UnknownPlatformError, match="use one of: main"), wrong.view():
            pass

    def test_an_index_of_days_for_those_who_ask_again(self, workspace: Workspace) -> None:
        fill(workspace, 30, active_stores=lambda n: 20.0 + n)
        told = [days_until(workspace, "stores", 100) for _ in range(2)]

        assert told[0] == told[1]


def states(found: Sequence[Finding]) -> dict[str, State]:
    return {finding.check: finding.state for finding in found}


class TestDoctor:
    @pytest.fixture
    def healthy(self, commerce_engine: Engine, database_url: str, opened: Opener) -> Workspace:
        with Session(commerce_engine) as session, session.begin():
            KnownPlatform(stores=[Thing(NOW - timedelta(days=3))]).put(session)
        workspace = opened(database_url=database_url)
        fill(workspace, 60, active_stores=lambda n: 20.0 + n)
        return workspace

    def test_nothing_is_wrong(self, healthy: Workspace) -> None:
        found = examine(healthy)

        assert [finding for finding in found if finding.state is not State.GOOD] == []
        assert list(states(found)) == [
            "configuration", "model", "charts", "metric providers", "platform database", "commerce tables",
            "whole counts", "platform and time zone", "our database", "our tables", "right to write",
            "platform in store", "limits", "newest snapshot", "gaps", "newest values",
        ]  # fmt: skip

    def test_looking_changes_nothing(self, healthy: Workspace) -> None:
        with healthy.store() as store:
            before = tables_of(store, StoreBase)
        examine(healthy)
        with healthy.store() as store:
            assert tables_of(store, StoreBase) == before

    @pytest.mark.parametrize(
        ("age", "state"), [(0, State.GOOD), (1, State.GOOD), (2, State.NOTE), (7, State.NOTE), (8, State.BAD)]
    )
    def test_the_newest_snapshot_gets_old(self, healthy: Workspace, age: int, state: State) -> None:
        healthy.clock = lambda: NOW + timedelta(days=age)

        assert states(examine(healthy))["newest snapshot"] is state

    def test_a_snapshot_from_tomorrow(self, healthy: Workspace) -> None:
        healthy.clock = lambda: NOW - timedelta(days=1)

        assert states(examine(healthy))["newest snapshot"] is State.BAD

    def test_gaps_are_counted(self, healthy: Workspace) -> None:
        with healthy.store() as store:
            days = [TODAY - timedelta(days=n) for n in (3, 9, 10)]
            store.execute(delete(CapacitySnapshot).where(CapacitySnapshot.snapshot_date.in_(days)))
        gaps = next(finding for finding in examine(healthy) if finding.check == "gaps")

        assert gaps.state is State.NOTE
        assert gaps.message == "3 of the last 60 days have no snapshot"
        assert "outgrow backfill" in gaps.mend

    def test_missing_values_are_named(self, healthy: Workspace) -> None:
        fill(healthy, 1, db_size_mb=lambda n: None, orders_per_day=lambda n: None)
        newest = next(finding for finding in examine(healthy) if finding.check == "newest values")

        assert (newest.state, newest.message) == (State.NOTE, "missing: db_size_mb (not known)")

    def test_no_snapshots(self, commerce_engine: Engine, database_url: str, opened: Opener) -> None:
        with Session(commerce_engine) as session, session.begin():
            KnownPlatform().put(session)
        found = examine(opened(database_url=database_url))

        assert (found[-1].check, found[-1].state, found[-1].message) == ("snapshots", State.BAD, "there are none")
        assert "outgrow backfill" in found[-1].mend

    def test_no_tables_of_ours(self, engine: Engine, database_url: str, opened: Opener) -> None:
        create_schema(engine)
        with Session(engine) as session, session.begin():
            KnownPlatform().put(session)
            for table in reversed(StoreBase.metadata.sorted_tables):
                session.execute(text(f"DROP TABLE {table.name}"))
            session.execute(text("DROP TABLE outgrow_alembic_version"))
        found = examine(opened(database_url=database_url))

        assert (found[-1].check, found[-1].state) == ("our tables", State.BAD)
        assert "outgrow init" in found[-1].mend

    def test_no_commerce_tables(self, workspace: Workspace) -> None:
        found = examine(workspace)

        assert (found[-1].check, found[-1].state) == ("commerce tables", State.BAD)
        assert "lacks a table" in found[-1].message

    def test_a_time_zone_that_is_none(self, healthy: Workspace, commerce_engine: Engine) -> None:
        with commerce_engine.begin() as connection:
            connection.execute(text("UPDATE platforms SET time_zone = 'Mars/Olympus'"))
        found = examine(healthy)

        assert (found[-1].check, found[-1].state) == ("platform and time zone", State.BAD)
        assert "Mars/Olympus" in found[-1].message

    def test_nothing_is_configured(self, opened: Opener) -> None:
        found = examine(opened())

        assert (found[-1].check, found[-1].state) == ("address", State.BAD)
        assert "--database-url" in found[-1].mend


class TestImport:
    def take(self, workspace: Workspace, path: Path, text: str, **options: Any) -> ImportReport:
        path.write_text(text, encoding="utf-8")
        with workspace.store() as store:
            return import_file(store, workspace.platform(store), path, workspace.clock(), **options)

    def test_a_column_for_each_metric(self, workspace: Workspace, tmp_path: Path) -> None:
        report = self.take(
            workspace,
            tmp_path / "wide.csv",
            "date,total_products,storage_gb\n2026-03-29,100,1.5\n2026-03-30,,2.5\n2026-03-31,120,\n",
        )

        assert import_document(report) == {
            "file": str(tmp_path / "wide.csv"),
            "platform": "main",
            "first_day": "2026-03-29",
            "last_day": "2026-03-31",
            "metrics": ["storage_used_gb", "total_products"],
            "values": 4,
            "new": 4,
            "replaced": 0,
            "kept": 0,
            "new_metrics": {},
        }
        with workspace.desk() as view:
            stored = [history_document(history(view, name))["days"] for name in ("total_products", "storage_used_gb")]
        assert [[(day["date"][-2:], day["value"]) for day in days] for days in stored] == [
            [("29", 100), ("31", 120)],
            [("29", 1.5), ("30", 2.5)],
        ]

    def test_a_row_for_each_value(self, workspace: Workspace, tmp_path: Path) -> None:
        self.take(
            workspace,
            tmp_path / "long.csv",
            "date,metric,scope,value\n2026-03-30,total_products,,5\n2026-03-30,total_products,store:17,3\n",
            provenance=Provenance.RECONSTRUCTED,
        )
        with workspace.desk() as view:
            scoped = history_document(history(view, "products", Scope("store", "17")))

        assert scoped["days"] == [{"date": "2026-03-30", "value": 3, "provenance": "reconstructed"}]

    def test_a_second_time_changes_nothing(self, workspace: Workspace, tmp_path: Path) -> None:
        first = "date,total_products\n2026-03-30,100\n2026-03-31,110\n"
        self.take(workspace, tmp_path / "a.csv", first)
        with workspace.store() as store:
            before = tables_of(store, StoreBase)
        again = self.take(workspace, tmp_path / "a.csv", first)

        assert (again.values, again.new, again.replaced) == (2, 0, 0)
        with workspace.store() as store:
            assert tables_of(store, StoreBase) == before

    def test_new_metrics_are_what_was_said_of_them(self, workspace: Workspace, tmp_path: Path) -> None:
        rows = "".join(f"{date(2026, 1, 1) + timedelta(days=n)},{300 + n}\n" for n in range(90))
        self.take(workspace, tmp_path / "new.csv", f"date,vans\n{rows}", kind=Kind.CUMULATIVE, unit="vans")
        document = days_until(workspace, "vans", 399)

        assert (document["status"], document["unit"], document["days"]["p50"]) == ("ok", "vans", 10)
        with workspace.desk() as view:
            assert "vans" in trends_document(trends(view))["trends"]

    def test_one_wrong_row_and_nothing_is_stored(self, workspace: Workspace, tmp_path: Path) -> None:
        with workspace.store() as store:
            before = tables_of(store, StoreBase)
        with pytest.raises(DataError, match=r"row 3, total_products: 'many' is not a number"):
            self.take(workspace, tmp_path / "a.csv", "date,total_products\n2026-03-30,100\n2026-03-31,many\n")

        with workspace.store() as store:
            assert tables_of(store, StoreBase) == before


def test_the_answers_of_past_days_agree(workspace: Workspace) -> None:
    """Each looks further ahead to the same day."""
    fill(workspace, 90, total_products=noisy)
    told = [days_until(workspace, "products", 2_500, as_of=TODAY - timedelta(days=n)) for n in range(40, -1, -10)]

    assert all(a["as_of"] < b["as_of"] for a, b in pairwise(told))
    for document in told:
        reached = date.fromisoformat(document["date"]["p50"])
        assert abs((reached - date(2026, 5, 30)).days) <= 7
