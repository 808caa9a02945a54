"""What a fit reads of a store, and what a model file of one's own changes."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.desks import Ours, desk_of, store_of
from tests.support.snapshots import store_days, write_days, write_measurements

from outgrow.documents.backtest import backtest_document
from outgrow.domain.errors import DataError, MissingExtraError, ModelFileError
from outgrow.domain.forecast import DaysUntil, Refusal
from outgrow.domain.metric import ACTIVE_STORES, ORDERS_PER_DAY, PLATFORM, TOTAL_PRODUCTS, Scope
from outgrow.forecasting.model import SHIPPED, load_model, save_model
from outgrow.forecasting.rules import ForecastRules
from outgrow.service.backtest import backtest
from outgrow.service.config import CapacityConfig
from outgrow.service.fit import _series, fit
from outgrow.service.when import when
from outgrow.store.memory import MemoryStore

TODAY = date(2026, 3, 31)
STORE = Scope("store", "7")


def put(
    session: Ours, platform: str, metric: str, values: list[float], scope: Scope = PLATFORM, *, ago: int = 0
) -> None:
    """Store daily values, the newest so many days ago; NaN as missing."""
    last = TODAY - timedelta(days=ago)
    days = [last - timedelta(days=len(values) - 1 - n) for n in range(len(values))]
    rows: list[dict[str, Any]] = [
        {
            "platform": platform,
            "metric": metric,
            "scope": str(scope),
            "day": day,
            "value": None if np.isnan(value) else value,
            "reason": "not known" if np.isnan(value) else None,
            "provenance": "observed",
        }
        for day, value in zip(days, values, strict=True)
    ]
    write_days(session, platform, days)
    write_measurements(session, rows)


def test_every_platform_and_scope_is_read(memory: MemoryStore) -> None:
    put(memory, "b", TOTAL_PRODUCTS.name, [1.0, 2.0])
    put(memory, "a", TOTAL_PRODUCTS.name, [3.0, np.nan, 5.0])
    put(memory, "a", TOTAL_PRODUCTS.name, [6.0], STORE)
    put(memory, "a", ACTIVE_STORES.name, [7.0], ago=1)
    put(memory, "a", ORDERS_PER_DAY.name, [np.nan])
    found = list(store_of(memory).fleet())

    assert [(h.platform, h.scope, h.metric) for h in found] == [
        ("a", PLATFORM, ACTIVE_STORES),
        ("a", PLATFORM, TOTAL_PRODUCTS),
        ("a", STORE, TOTAL_PRODUCTS),
        ("b", PLATFORM, TOTAL_PRODUCTS),
    ]
    np.testing.assert_array_equal(found[1].values, [3, np.nan, 5])
    assert found[0].last_day == TODAY - timedelta(days=1)


def test_series_end_on_one_day_and_related_ones_are_one_entity(memory: MemoryStore) -> None:
    put(memory, "a", TOTAL_PRODUCTS.name, [3.0, 4.0, 5.0])
    put(memory, "a", TOTAL_PRODUCTS.name, [6.0, 7.0], STORE, ago=1)
    put(memory, "a", "tier_subscriptions", [2.0], Scope("plan", "pro"))
    put(memory, "a", "total_orders_month", [10.0, 20.0])
    put(memory, "a", ORDERS_PER_DAY.name, [10.0, 10.0])
    found = list(_series(list(store_of(memory).fleet())))

    assert [(one.entity, one.kind, one.source) for one in found] == [
        ("a", "level", "a"), ("a", "level", "a"), ("a|store:7", "level", "a"), ("a", "flow", "a"),
    ]  # fmt: skip
    np.testing.assert_array_equal(found[0].values[-3:], [np.nan, np.nan, 2])
    np.testing.assert_array_equal(found[1].values[-3:], [3, 4, 5])
    np.testing.assert_array_equal(found[2].values[-3:], [6, 7, np.nan])
    np.testing.assert_array_equal(found[3].values[-3:], [np.nan, 10, 10][-len(found[3].values) :])


def test_nothing_stored_is_nothing_to_learn_from(memory: MemoryStore) -> None:
    assert list(store_of(memory).fleet()) == []
    assert list(_series([])) == []


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A model that expects much faster growth than the shipped one."""
    shipped = load_model()
    faster = [{**net, "b2": net["b2"] + np.float32(1.5)} for net in shipped.level]
    save_model(replace(shipped, level=faster), tmp_path / "own.npz")
    return tmp_path / "own.npz"


def config(file: Path) -> CapacityConfig:
    return CapacityConfig(rules=ForecastRules(model_file=file))


def test_a_model_of_ones_own_is_asked_under_the_name_of_the_shared_one(memory: MemoryStore, own: Path) -> None:
    store_days(memory, 200, lambda n: 1000.0 + 3 * n + 40 * np.sin(n / 40), TODAY)

    def ask(file: Path) -> DaysUntil:
        return when(desk_of(memory, "main", TODAY, config(file)), "products", 2500.0)

    assert ask(own).days != ask(SHIPPED).days
    assert ask(SHIPPED).days == when(desk_of(memory, "main", TODAY), "products", 2500.0).days
    assert desk_of(memory, "main", TODAY, config(own)).model(TOTAL_PRODUCTS) == "shared"


def test_a_backtest_asks_it_too(memory: MemoryStore, own: Path) -> None:
    store_days(memory, 200, lambda n: 1000.0 + 3 * n + 40 * np.sin(n / 40), TODAY)
    mine, shipped = (
        backtest_document(backtest(desk_of(memory, "main", TODAY, config(file)), ["products"]))
        for file in (own, SHIPPED)
    )

    assert mine["model"] == shipped["model"] == "shared"
    assert mine["metrics"][0]["forecasters"]["engine"] != shipped["metrics"][0]["forecasters"]["engine"]
    assert mine["metrics"][0]["forecasters"]["straight_line"] == shipped["metrics"][0]["forecasters"]["straight_line"]


def _shorter(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _altered(content: bytes) -> bytes:
    at = len(content) // 2
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize("damage", [_shorter, _altered, lambda _: b"", None])
def test_a_file_that_is_not_what_was_written_is_not_asked(
    memory: MemoryStore, own: Path, damage: Callable[[bytes], bytes] | None
) -> None:
    store_days(memory, 200, lambda n: 1000.0 + 3 * n, TODAY)
    file = own.with_name("damaged.npz")
    if damage is not None:
        file.write_bytes(damage(own.read_bytes()))

    with pytest.raises(ModelFileError, match=r"the model file .*damaged\.npz cannot be used"):
        when(desk_of(memory, "main", TODAY, config(file)), "products", 2500.0)


@pytest.mark.parametrize("package", ["jax", "optax"])
def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(MissingExtraError, match="fitting the model") as error:
        fit([], tmp_path / "own.npz", TODAY)
    assert error.value.mend == "pip install 'jax>=0.7' 'optax>=0.2.5'"


def test_a_refusal_needs_no_jax(tmp_path: Path) -> None:
    """It forbids its process to fork, and closes what others write to."""
    assert isinstance(fit([], tmp_path / "own.npz", TODAY).result, Refusal)
    assert "jax" not in sys.modules


def test_a_place_that_cannot_be_written_is_told_before_anything_is_learned(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it is a folder"):
        fit([], tmp_path, TODAY)
    with pytest.raises(DataError, match="no such folder") as error:
        fit([], tmp_path / "gone" / "own.npz", TODAY)
    assert "create the folder" in error.value.mend
