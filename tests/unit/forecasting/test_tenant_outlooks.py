"""All tenants, block by block: the answers hang neither on the blocks nor on the order of the changes."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from tests.support.cloud import CLOUD
from tests.support.tenants import HISTORY, RESOURCES, TODAY, histories

from outgrow.domain.tenant import UseChanges
from outgrow.forecasting import tenant_outlooks as module
from outgrow.forecasting.projection import ForecastRules
from outgrow.forecasting.tenant_outlooks import tenant_outlooks

RULES = ForecastRules()


@pytest.fixture(scope="module")
def world() -> Any:
    tenants, changes = histories(3, 90)
    gone = np.where(np.arange(90) % 10 == 0, -1, tenants.plan)
    tenants = replace(tenants, plan=gone, limits=np.where(gone[:, None] < 0, np.nan, tenants.limits))
    return tenants, changes, tenant_outlooks(tenants, changes, RULES)


def same(one: Any, other: Any) -> bool:
    return all(
        np.array_equal(getattr(one, f.name), getattr(other, f.name), equal_nan=f.name != "horizon_days")
        for f in fields(one)
    )


@pytest.mark.parametrize("block", [13, 90])
def test_blocks_do_not_matter(world: Any, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    tenants, changes, told = world
    monkeypatch.setattr(module, "BLOCK", block)
    assert same(told, tenant_outlooks(tenants, changes, RULES))


def test_the_order_of_the_changes_does_not_matter(world: Any) -> None:
    tenants, changes, told = world
    shuffled = {}
    for name, change in changes.items():
        order = np.random.default_rng(1).permutation(len(change.day))
        shuffled[name] = UseChanges.of(TODAY, HISTORY, change.tenant[order], change.day[order], change.amount[order])
    assert same(told, tenant_outlooks(tenants, shuffled, RULES))


def test_who_has_no_plan_or_too_few_days_is_not_spoken_of(world: Any) -> None:
    tenants, _, told = world
    silent = (tenants.plan < 0) | (told.known < RULES.need_days)
    assert 0 < silent.sum() < len(tenants)
    for name in ("probability", "days", "outgrows", "before", "now", "later", "chance"):
        assert np.isnan(getattr(told, name)[silent]).all()
    limited = np.isfinite(tenants.limits) & ~silent[:, None]
    assert not np.isnan(told.probability[limited]).any()
    assert np.isnan(told.probability[~limited]).all()
    assert not np.isnan(told.outgrows[~silent]).any()


def test_known_days_are_those_since_joining_as_far_as_is_looked_back(world: Any) -> None:
    tenants, _, told = world
    age = (np.datetime64(TODAY, "D") - tenants.joined).astype(int) + 1
    assert told.known.tolist() == np.minimum(age, HISTORY).tolist()


def test_the_answers_agree_with_each_other(world: Any) -> None:
    tenants, _, told = world
    with np.errstate(invalid="ignore"):
        assert not (told.probability[..., 1] < told.probability[..., 0]).any()
        early, middle, late = (told.days[..., k] for k in range(3))
        assert not (early > middle).any()
        assert not (middle > late).any()
        assert ((told.days >= 1) | np.isnan(told.days)).all()
        assert not (told.days > told.horizon_days).any()
        assert ((middle <= 90) == (told.probability[..., 1] >= 0.5)).all()
        # Whoever is on a plan outgrows it as likely as its limits are reached.
        own = told.outgrows[np.arange(len(tenants)), np.maximum(tenants.plan, 0)]
        known = ~np.isnan(told.probability[..., 1])
        assert own[known] == pytest.approx(told.probability[..., 1][known], abs=1e-12)
        assert (np.diff(told.outgrows, axis=1) <= 1e-9)[~np.isnan(told.now[:, 0])].all()


def test_unlimited_plans_are_never_outgrown(world: Any) -> None:
    tenants, _, told = world
    said = ~np.isnan(told.now).any(axis=1)
    for place, plan in enumerate(tenants.plans):
        for column in range(len(RESOURCES)):
            if np.isinf(plan.limits[column]):
                assert (told.outgrows[said, place, column] == 0).all()


@pytest.mark.parametrize(("asked", "looked"), [(30, 90), (120, 120), (365, 180)])
def test_it_looks_90_to_180_days_ahead(asked: int, looked: int) -> None:
    tenants, changes = histories(5, 20)
    assert tenant_outlooks(tenants, changes, replace(RULES, horizon_days=asked)).horizon_days == looked


def test_nobody_is_no_error() -> None:
    tenants, changes = histories(5, 0)
    assert tenant_outlooks(tenants, changes, RULES).probability.shape == (0, 4, 2)


def test_resources_of_other_names_are_forecast_the_same() -> None:
    tenants, changes = histories(3, 12)
    names = dict(zip(RESOURCES, (resource.name for resource in CLOUD.by_plan), strict=True))
    expected = tenant_outlooks(tenants, changes, RULES)
    found = tenant_outlooks(
        replace(tenants, resources=CLOUD), {names[name]: each for name, each in changes.items()}, RULES
    )

    for field in fields(expected):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(expected, field.name))
