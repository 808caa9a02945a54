"""The example that judges the tenants' probabilities: its outcomes and rules against a count by hand."""

import importlib.util
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.support.known_merchants import KnownMerchant, State, put
from tests.support.platforms import Thing

from outgrow.forecasting.rules import ForecastRules
from outgrow.sources.commerce.platforms import find_platform

SCRIPT = Path(__file__).parents[3] / "examples" / "olist" / "judge_tenants.py"
DAY = date(2026, 4, 15)
AHEAD = 90


@pytest.fixture(scope="module")
def judging() -> Any:
    spec = importlib.util.spec_from_file_location("olist_judge_tenants", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def noon(days: float) -> datetime:
    """So many days after the day."""
    return datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC) + timedelta(days=days)


def merchant(joined: int, products: list[int], orders: list[int], plan: str = "free") -> KnownMerchant:
    return KnownMerchant(
        noon(-joined),
        states=[State(noon(-joined), plan, "active")],
        products=[Thing(noon(day)) for day in products],
        team=[],
        orders=[noon(day) for day in sorted(orders)],
    )


SHOPS = [
    merchant(100, [-100 + 12 * n for n in range(17)], []),  # steadily to ten products: on day 8
    merchant(100, [-50] * 9 + [60], []),  # nearly full, and the last one comes late
    merchant(100, [-50] * 9, []),  # nearly full, and nothing comes
    merchant(100, [-90] * 10, []),  # full already: no case
    merchant(5, [-5] * 9, []),  # too new: no case
    merchant(200, [-200], [*range(-180, 0)] + [20] * 49 + [21]),  # fifty in May
    merchant(200, [-200], [-1, 0] + [1] * 47 + [30] * 5),  # forty-nine in April, five in May
    merchant(300, [-300 + n for n in range(390)], [90], "unlimited"),
]


@pytest.fixture
def db(commerce_engine: Engine) -> Any:
    with Session(commerce_engine) as session:
        put(session, SHOPS)
        yield session


def test_what_came_and_what_the_rules_said(judging: Any, db: Session) -> None:
    cases = judging.judge(db, find_platform(db), DAY, ForecastRules())
    by = {(case.days, case.resource): case for case in cases}
    assert set(by) == {
        (days, name) for days in (30, 90) for name in ("products", "orders_month", "team_members", "storage_gb")
    }
    products, later = by[30, "products"], by[90, "products"]
    assert products.came.tolist() == [1, 0, 0, 0, 0]
    assert later.came.tolist() == [1, 1, 0, 0, 0]
    assert products.forecasts["above 80 %"].tolist() == [1, 1, 1, 0, 0]
    assert products.forecasts["line"].tolist()[0] == 1
    assert products.forecasts["line"].tolist()[3:] == [0, 0]
    orders = by[30, "orders_month"]
    assert orders.came.tolist() == [0, 0, 0, 0, 1, 0]
    assert orders.forecasts["line"].tolist() == [0, 0, 0, 0, 0, 0]
    for case in cases:
        assert ((case.forecasts["outgrow"] >= 0) & (case.forecasts["outgrow"] <= 1)).all()


def test_scores_are_those_of_the_books(judging: Any) -> None:
    case = judging.Judged(
        30, "products", np.array([1.0, 0.0]), {"it": np.array([0.8, 0.4]), "rule": np.array([0.0, 0.0])}
    )
    assert case.brier("it") == pytest.approx((0.2**2 + 0.4**2) / 2)
    assert case.log_loss("it") == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2)
    assert case.brier("rule") == 0.5
    assert np.isfinite(case.log_loss("rule"))
    both = judging.together([case, case])
    assert (both.resource, len(both.came), both.brier("it")) == ("all", 4, case.brier("it"))


def test_months_totals_begin_anew_on_every_first(judging: Any) -> None:
    told = judging.month_totals(np.ones((1, 20)), np.array([7.0]), date(2026, 4, 25))
    assert told[0].tolist() == [8, 9, 10, 11, 12, *range(1, 16)]


def test_the_table_is_printed(judging: Any, db: Session, capsys: pytest.CaptureFixture[str]) -> None:
    db.commit()
    url = db.get_bind().engine.url.render_as_string(hide_password=False)
    assert judging.main([url, "--day", DAY.isoformat()]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Platform main, seen on 2026-04-15, judged by the 90 days after."
    assert [line.split()[2] for line in said if line.startswith("90 days")] == [
        "products", "orders_month", "team_members", "storage_gb", "all",
    ]  # fmt: skip
    assert "Brier outgrow" in said[2]


def test_what_cannot_be_judged(judging: Any, db: Session, capsys: pytest.CaptureFixture[str]) -> None:
    db.commit()
    url = db.get_bind().engine.url.render_as_string(hide_password=False)
    assert judging.main([url, "--day", "2026-07-01"]) == 3
    assert "the data end on 2026-07-16" in capsys.readouterr().err
    assert judging.main([url, "--day", "2025-01-01"]) == 3
    assert "nobody on platform 'main' had a plan" in capsys.readouterr().err
    assert judging.main([url, "--platform", "camel"]) == 3
    assert "there is no platform 'camel'" in capsys.readouterr().err
