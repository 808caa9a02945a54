"""What is told of notes and reasons, of past days, of every coming day, and of the days that were."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from tests.support.documents import plain
from tests.support.reading import TODAY, Values, days_until, fill, in_memory, noisy

from outgrow.documents.days_until import days_until_document
from outgrow.documents.forecast import forecast_document
from outgrow.documents.history import history_document
from outgrow.documents.status import status_document
from outgrow.documents.trends import trends_document
from outgrow.domain.errors import (
    BadThresholdError,
    UnknownMetricError,
    UsageError,
)
from outgrow.door.opened import Beside
from outgrow.planning.advice.recommendations import said_of
from outgrow.service.check import check
from outgrow.service.desk import Desk
from outgrow.service.findings import find, stored_use
from outgrow.service.forecast import forecast
from outgrow.service.history import history
from outgrow.service.status import status
from outgrow.service.trends import trends
from outgrow.service.when import when


@pytest.fixture
def workspace() -> Beside:
    return in_memory()


class TestNotesAndReasons:
    def test_what_was_amiss_is_in_every_document(self, workspace: Beside) -> None:
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

    def test_a_refusal_has_neither(self, workspace: Beside) -> None:
        fill(workspace, 5, total_products=noisy)
        with workspace.desk() as view:
            made = forecast(view, "products")

        assert plain(forecast_document(made)).keys() >= {"status", "have", "need"}
        assert days_until(workspace, "products", 9_000)["notes"] == []

    def test_why_a_level_goes_on_as_it_does(self, workspace: Beside) -> None:
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
    def test_why_a_flow_goes_on_as_it_does(self, workspace: Beside, metric: str) -> None:
        fill(workspace, 100, orders_per_day=lambda n: 70.0)
        with workspace.desk() as view:
            made = forecast(view, metric)
            why = plain(forecast_document(made))["explanation"]

        assert why["amounts"] == {"7": 70, "28": 70, "91": 70}
        assert why["amounts_ahead"] == {"30": pytest.approx(70, rel=0.02), "90": pytest.approx(70, rel=0.02)}
        assert (why["paces"], why["plain_share"]) == ({}, None)
        assert "70 orders" in why["text"][0]
        assert why["text"][1].startswith("The forecast expects 70")

    def test_a_day_that_stands_out_moves_no_growth_of_a_flow(self, workspace: Beside) -> None:
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


def answers(workspace: Beside, day: date) -> dict[str, Any]:
    """Everything that can be asked of a day."""
    with workspace.desk(day) as view:
        report = status(view)
        told: dict[str, Any] = {
            "status": status_document(report),
            "check": check(as_own(view)),
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
    def test_no_answer_uses_what_came_later(self, workspace: Beside, silent: int, seed: int) -> None:
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

    def test_a_day_that_has_not_come_is_refused(self, workspace: Beside) -> None:
        with pytest.raises(UsageError, match="2026-04-01 has not come yet"), workspace.desk(date(2026, 4, 1)):
            pass


class TestForecast:
    def test_every_day_up_to_the_horizon_with_ordered_quantiles(self, workspace: Beside) -> None:
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

    def test_too_little_is_a_refusal_with_what_it_takes(self, workspace: Beside) -> None:
        fill(workspace, 5, total_products=noisy)
        with workspace.desk() as view:
            made = forecast(view, "products")
            document = plain(forecast_document(made))

        assert document["days"] == []
        assert (document["status"], document["have"], document["need"]) == ("insufficient_data", 5, 14)

    def test_the_nearest_limit_above_is_the_one_that_matters(self, workspace: Beside) -> None:
        fill(workspace, 60, total_products=lambda n: 29_000 + n, active_stores=lambda n: 320 + n)
        with workspace.desk() as view:
            assert forecast(view, "products").until.threshold == 250_000
            assert forecast(view, "stores").until.threshold == 500
            assert forecast(view, "stores", limit="450").until.threshold == 450
            assert forecast(view, "team_members").until.threshold is None
            with pytest.raises(BadThresholdError):
                forecast(view, "stores", limit="soon")


class TestHistory:
    def test_the_daily_values_with_their_provenance(self, workspace: Beside) -> None:
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

    def test_an_unknown_metric_is_refused(self, workspace: Beside) -> None:
        with workspace.desk() as view, pytest.raises(UnknownMetricError, match="did you mean"):
            history(view, "total_product")
