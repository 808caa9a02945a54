"""`outgrow tenants`: who outgrows a plan and who shrinks, as tables, as a document, and as pictures."""

import io
import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.support.cli import TODAY, Cli, Told
from tests.support.known_merchants import KnownMerchant, State, put
from tests.support.platforms import Thing
from tests.support.tenants import drawn, plan_of, report_of, tenants_of

from outgrow import create_schema
from outgrow.faces.cli import tenants_text
from outgrow.faces.cli.tenants_text import print_tenants
from outgrow.planning.tenants.upsell import tenant_offers

HERE = ("tenants", "--database-url", "sqlite:///shop.db")
PNG, SVG = b"\x89PNG\r\n", "<svg"


def ago(days: float) -> datetime:
    """Noon so many days ago."""
    return datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC) - timedelta(days=days)


def merchant(joined: int, products: Sequence[float], plan: str = "free", orders: Sequence[float] = ()) -> KnownMerchant:
    """One who joined so many days ago, with products and orders of so many days ago."""
    return KnownMerchant(
        ago(joined),
        states=[State(ago(joined), plan, "active")],
        products=[Thing(ago(day)) for day in products],
        team=[],
        orders=[ago(day) for day in orders],
    )


def shops() -> list[KnownMerchant]:
    """One is full, one nearly, one new, one sells less and less, one is on the largest plan, and many stand still."""
    return [
        merchant(200, [200 - n for n in range(10)]),
        merchant(200, [200, 180, 150, 120, 90, 60, 40, 20, 1]),
        merchant(9, [9, 9, 8, 8, 7, 6, 5, 4]),
        merchant(300, [300], "pro", orders=[day / 2 for day in range(200, 400)]),
        merchant(300, [day / 2 for day in range(600)], "unlimited"),
        *(merchant(250, [250, 250 - n]) for n in range(20)),
    ]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("tenants") / "shop.db"
    engine = create_engine(f"sqlite:///{file}")
    create_schema(engine)
    with Session(engine) as session, session.begin():
        put(session, shops(), code="shop")
    engine.dispose()
    return file


@pytest.fixture
def shop(cli: Cli, built: Path, tmp_path: Path) -> Cli:
    shutil.copy(built, tmp_path / "shop.db")
    return cli


def refused(told: Told, status: int, *parts: str) -> None:
    assert (told.status, told.out) == (status, "")
    assert "\n  mend: " in told.err
    for part in parts:
        assert part in told.err


def lines_of(told: Told) -> list[list[str]]:
    """Cells of the lines that look like rows of a table."""
    return [re.split(r" {2,}", line.strip()) for line in told.out.splitlines() if re.search(r"\S {2,}\S", line)]


# ---------------------------------------------------------------- what is said


def test_the_table_tells_who_outgrows_a_plan_and_what_the_next_one_brings(shop: Cli) -> None:
    told = shop(*HERE)
    assert (told.status, told.err) == (0, "")
    assert re.match(r"\d+ of 25 merchants outgrow their plan or may within 90 days, 1 of them already", told.out)
    rows = lines_of(told)
    full = next(row for row in rows if row[0] == "Shop 0")
    assert full == ["Shop 0", "Free", "products", "10 / 10", "100%", "100%", "reached", "Pro", "+79.50", "+79.50"]
    nearly = next(row for row in rows if row[0] == "Shop 1")
    assert nearly[1:4] == ["Free", "products", "9 / 10"]
    assert nearly[-3:-1] == ["Pro", "+79.50"]
    new = next(row for row in rows if row[0] == "Shop 2")
    assert new[1:] == ["Free", "products", "8 / 10", "–", "–", "10 of 14 days", "Pro", "+79.50"]
    assert not any(row[0] == "Shop 4" for row in rows)


def test_those_who_shrink_are_listed_apart_with_what_they_pay(shop: Cli) -> None:
    told = shop(*HERE)
    assert "1 merchant uses less and less, and pays 79.50 EUR a month:" in told.out
    row = next(row for row in lines_of(told) if row[0] == "Shop 3")
    assert row[:5] == ["Shop 3", "Pro", "79.50", "orders in 90 days", "160"]
    assert row[-1] == "-100%"


def test_the_last_line_says_what_was_looked_at(shop: Cli) -> None:
    assert (
        shop(*HERE)
        .out.rstrip()
        .endswith("Platform shop on 31 Mar 2026: 25 merchants, 25 with a subscription, 1 too new for a forecast.")
    )


def test_the_document_holds_everybody_and_its_totals_are_exact(shop: Cli) -> None:
    told = shop(*HERE, "--json")
    assert (told.status, told.err) == (0, "")
    document = told.document()
    assert {key: document[key] for key in ("platform", "as_of", "currency", "tenants", "subscribed", "too_new")} == {
        "platform": "shop", "as_of": "2026-03-31", "currency": "EUR", "tenants": 25, "subscribed": 25, "too_new": 1,
    }  # fmt: skip
    assert (document["newest_change"], document["stale"]) == ("2026-03-31", False)
    full = next(one for one in document["upsell"] if one["name"] == "Shop 0")
    assert full["resources"][0]["status"] == "already_exceeded"
    assert full["resources"][0]["probability_within"] == {"30": 1.0, "90": 1.0}
    for key in ("revenue_change", "expected_revenue_change"):
        amounts = [Decimal(one[key]) for one in document["upsell"] if one[key] is not None]
        assert Decimal(document["totals"][key]) == sum(amounts)
    assert [one["name"] for one in document["shrinking"]] == ["Shop 3"]


def test_fewer_lines_on_demand_and_totals_of_all(shop: Cli) -> None:
    whole, short = shop(*HERE, "--json").document(), shop(*HERE, "--limit", "1", "--json").document()
    assert (len(short["upsell"]), len(short["shrinking"])) == (1, 1)
    assert short["totals"] == whole["totals"]
    number = whole["totals"]["upsell"]
    assert f"and {number - 1} more (--limit {number} shows all)" in shop(*HERE, "--limit", "1").out


def test_one_resource_alone_by_any_of_its_names(shop: Cli) -> None:
    for name in ("orders_month", "orders", "total_orders_month"):
        document = shop(*HERE, "--resource", name, "--json").document()
        assert document["resources"] == ["orders_month"]
        assert {need["resource"] for one in document["upsell"] for need in one["resources"]} <= {"orders_month"}
        assert [one["name"] for one in document["shrinking"]] == ["Shop 3"]


def test_a_past_day_is_seen_as_it_was(shop: Cli) -> None:
    document = shop(*HERE, "--as-of", "2025-12-31", "--json").document()
    assert (document["as_of"], document["tenants"]) == ("2025-12-31", 24)
    assert not document["shrinking"]
    assert document["newest_change"] <= "2025-12-31"


def test_an_old_copy_of_a_database_is_told_of(cli: Cli, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    create_schema(engine)
    with Session(engine) as session, session.begin():
        put(session, [merchant(200, [200, 150, 30])], code="shop")
    engine.dispose()
    told = cli(*HERE)
    assert "nothing has changed at any merchant since 2026-03-01" in told.err
    assert cli(*HERE, "--as-of", "2026-03-01").err == ""


# ---------------------------------------------------------------- pictures


def test_pictures_are_drawn_beside_table_and_document(shop: Cli, tmp_path: Path) -> None:
    told = shop(*HERE, "--png", "tenants.png", "--svg", "tenants.svg", "--json")
    assert (told.status, told.err) == (0, "drew tenants.png\ndrew tenants.svg\n")
    assert told.document()["platform"] == "shop"
    assert (tmp_path / "tenants.png").read_bytes().startswith(PNG)
    assert (tmp_path / "tenants.svg").read_text().startswith(SVG)


# ---------------------------------------------------------------- refusals


def test_what_cannot_be_asked(shop: Cli, tmp_path: Path) -> None:
    refused(shop(*HERE, "--resource", "camels"), 2, "no resource 'camels'", "products, orders_month")
    refused(shop(*HERE, "--as-of", "2026-04-01"), 2, "2026-04-01 has not come yet")
    assert shop(*HERE, "--limit", "0").status == 2
    refused(shop("tenants"), 3, "database_url is not set")
    engine = create_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    create_schema(engine, commerce=False)
    engine.dispose()
    refused(shop("tenants", "--database-url", "sqlite:///empty.db"), 3, "platform's own database", "--database-url")
    refused(shop("tenants", "--store-url", "sqlite:///empty.db"), 3, "database_url is not set")


# ---------------------------------------------------------------- on a terminal


def printed(monkeypatch: pytest.MonkeyPatch, report: Any, width: int, limit: int = 20) -> str:
    out = io.StringIO()
    monkeypatch.setattr(tenants_text, "console", lambda: Console(file=out, width=width, highlight=False))
    print_tenants(report, limit)
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 92, 100, 114, 124, 137, 149, 160, 200])
@pytest.mark.parametrize("seed", range(4))
def test_no_line_of_a_table_is_wider_than_the_terminal_and_none_is_cut(
    monkeypatch: pytest.MonkeyPatch, width: int, seed: int
) -> None:
    plan = tenant_offers(*drawn(seed, n=60), "EUR")
    said = printed(monkeypatch, report_of(plan), width)
    tables = [line for line in said.splitlines() if re.search(r"\S {3,}\S", line)]
    assert len(tables) > 20
    assert max(map(len, tables)) <= width
    assert "…" not in said


def test_long_names_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    names = np.array(["A merchant with a name that goes on and on"])
    plan = plan_of(tenants_of([0], [(60, 0, 0, 0)], names=names), [((1, 1), *((0, 0),) * 3)])
    assert "A merchant with a n…   Free" in printed(monkeypatch, report_of(plan), 160)


def test_nobody_is_one_calm_line(monkeypatch: pytest.MonkeyPatch) -> None:
    said = printed(monkeypatch, report_of(plan_of(tenants_of([0], [(1, 0, 0, 0)]), [((0, 0),) * 4])), 100)
    assert said.splitlines()[0] == "None of 1 merchant is likely to outgrow a plan within 90 days."
    assert "Merchant" not in said
