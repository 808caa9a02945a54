"""What a forecast rests on besides the past: named, kept as JSON, and read back."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from outgrow.domain.event import Event, EventKind
from outgrow.domain.metric import ORDERS_PER_DAY, TOTAL_PRODUCTS
from outgrow.domain.scenario import Project
from outgrow.forecasting.model import SHIPPED, load_model, save_model
from outgrow.service.assumptions import assumed, between, file_of, model_id, with_kept

TODAY = date(2026, 11, 1)
SALE = Event("Black Friday", date(2026, 11, 27), date(2026, 11, 27), EventKind.SALE)
RUNNING = Event("Autumn", date(2026, 10, 25), date(2026, 11, 3), EventKind.CAMPAIGN, 1.5)
PAST = Event("Summer", date(2026, 8, 1), date(2026, 8, 9))
FAR = Event("Black Friday", date(2027, 11, 26), date(2027, 11, 26), EventKind.SALE)
MOVE = Project("Big merchant", date(2026, 12, 1), 0.8, {"products": 5_000, "storage_used_gb": 90})


@pytest.fixture
def other(tmp_path: Path) -> Path:
    shipped = load_model()
    file = tmp_path / "other.npz"
    save_model(replace(shipped, flow=[{k: w * np.float32(2) for k, w in net.items()} for net in shipped.flow]), file)
    return file


class TestModels:
    def test_the_shared_model_is_named_by_what_is_in_its_file(self, other: Path) -> None:
        assert model_id("shared", SHIPPED) == f"shared:{load_model().checksum[:16]}"
        assert model_id("shared", SHIPPED) != model_id("shared", other)
        assert len(model_id("shared", SHIPPED)) <= 64

    def test_the_drift_has_no_file(self) -> None:
        assert model_id("drift", Path("nowhere.npz")) == "drift"

    def test_a_model_is_found_while_it_is_in_use_or_shipped(self, other: Path) -> None:
        assert file_of(model_id("shared", other), other) == other
        assert file_of(model_id("shared", SHIPPED), other) == SHIPPED
        assert file_of(model_id("shared", other), SHIPPED) is None

    @pytest.mark.parametrize("name", [None, "drift"])
    def test_what_needs_no_file_or_did_not_keep_it_takes_the_one_in_use(self, name: str | None) -> None:
        assert file_of(name, SHIPPED) == SHIPPED


class TestAssumed:
    def test_the_events_that_lie_ahead(self) -> None:
        kept = assumed(ORDERS_PER_DAY, (PAST, RUNNING, SALE, FAR), (), TODAY, 365)

        assert [event["name"] for event in kept["events"]] == ["Autumn", "Black Friday"]
        assert kept["until"] == "2027-11-01"
        assert kept["events"][0] == {
            "name": "Autumn", "first": "2026-10-25", "last": "2026-11-03", "kind": "campaign", "multiplier": 1.5,
        }  # fmt: skip

    def test_the_projects_that_size_the_metric(self) -> None:
        kept = assumed(TOTAL_PRODUCTS, (), (MOVE,), TODAY, 365)

        assert kept["projects"] == [{"name": "Big merchant", "on": "2026-12-01", "probability": 0.8, "size": 5_000}]
        assert assumed(ORDERS_PER_DAY, (), (MOVE,), TODAY, 365)["projects"] == []
        assert assumed(TOTAL_PRODUCTS, (), (MOVE,), TODAY, 29)["projects"] == []
        assert assumed(TOTAL_PRODUCTS, (), (MOVE,), MOVE.on, 29)["projects"] == []

    def test_a_level_has_no_events(self) -> None:
        assert assumed(TOTAL_PRODUCTS, (RUNNING, SALE), (), TODAY, 365)["events"] == []

    def test_what_lies_between_two_days_by_name_and_day(self) -> None:
        kept = assumed(ORDERS_PER_DAY, (RUNNING, SALE), (replace(MOVE, sizes={"orders_per_day": 5}),), TODAY, 365)

        assert list(between(kept, TODAY, date(2026, 12, 1))) == [
            "Autumn (25 Oct 2026)",
            "Black Friday (27 Nov 2026)",
            "Big merchant (1 Dec 2026)",
        ]
        assert list(between(kept, date(2026, 11, 3), date(2026, 11, 30))) == ["Black Friday (27 Nov 2026)"]


class TestWithKept:
    """The events of now, with those that were kept in the place of those ahead."""

    def test_what_was_kept_is_ahead(self) -> None:
        kept = assumed(ORDERS_PER_DAY, (RUNNING, SALE), (), TODAY, 365)
        moved = replace(SALE, multiplier=3.0)

        assert with_kept((PAST, moved, FAR), kept, TODAY) == (PAST, RUNNING, SALE, FAR)

    def test_what_was_not_kept_is_as_it_is_now(self) -> None:
        assert with_kept((SALE, PAST), None, TODAY) == (PAST, SALE)

    def test_nothing_that_changed_changes_nothing(self) -> None:
        everything = (PAST, RUNNING, SALE, FAR)

        assert with_kept(everything, assumed(ORDERS_PER_DAY, everything, (), TODAY, 365), TODAY) == everything
