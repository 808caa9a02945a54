"""`scenarios.toml`: what is read from it, and where its faults are."""

from pathlib import Path
from textwrap import dedent

import pytest

from outgrow.documents.scenario import scenarios_document
from outgrow.domain.errors import ConfigurationError, UsageError
from outgrow.service.scenario_file import ScenarioFile, read_scenarios
from outgrow.setup.settings import load_settings

WHOLE = """
[scenario.spring]
description = "all that there is"
growth = { total_products = 1.5 }

[[scenario.spring.stores]]
plan = "pro"
count = 40
on = 2027-02-01
over_days = 30

[[scenario.spring.stores]]
count = 1
on = 2027-02-01
sizes = { products = 200 }

[[scenario.spring.merchants]]
name = "Giant"
on = 2027-01-15
sizes = { products = 5_000, orders_per_day = 80.5 }

[[scenario.spring.events]]
name = "sale"
first = 2027-03-26
last = 2027-03-29
multiplier = 3

[[scenario.spring.steps]]
metric = "storage_gb"
on = 2027-01-10
amount = -120

[[scenario.spring.plans]]
code = "pro"
products_limit = 2000
orders_limit = "unlimited"

[[scenario.spring.ladder]]
name = "One"
cost_monthly = 10.5
max_stores = 10

[[scenario.spring.prices]]
tier = "One"
cost_monthly = "12.25"

[scenario."with blanks"]
growth = 2
"""


def read(folder: Path, text: str) -> ScenarioFile:
    file = folder / "scenarios.toml"
    file.write_text(dedent(text), encoding="utf-8")
    return read_scenarios(file, must_exist=True)


def refused(folder: Path, text: str, *parts: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(folder, text)
    assert caught.value.mend
    for part in (f"{folder / 'scenarios.toml'}", *parts):
        assert part in str(caught.value)


def test_everything_that_may_stand_in_it(tmp_path: Path) -> None:
    file = read(tmp_path, WHOLE)
    spring = file.table("spring")

    assert list(file.tables) == ["spring", "with blanks"]
    assert [store.over_days for store in spring.stores] == [30, 1]
    assert spring.stores[1].sizes == {"products": 200}
    assert spring.plans[0].limits() == {"products": 2_000, "orders_month": float("inf")}
    assert str(spring.prices[0].cost_monthly) == "12.25"
    assert spring.growth == {"total_products": 1.5}
    assert file.table("with blanks").growth == {"*": 2}
    assert scenarios_document(file)["scenarios"] == [
        {
            "name": "spring",
            "description": "all that there is",
            "changes": ["stores", "merchants", "events", "steps", "plans", "ladder", "prices", "growth"],
        },
        {"name": "with blanks", "description": "", "changes": ["growth"]},
    ]


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("count = 40", "count = 0", ("line 8:", "scenario.spring.stores.0.count", "a whole number from 1 to", "not 0")),
        ("count = 1", "coutn = 1", ("line 13:", "scenario.spring.stores.1.coutn", "not known", "`count`")),
        ("count = 1", "", ("line 12:", "scenario.spring.stores.1.count", "is required")),
        ("count = 1", "count = 1\nrepeat = 1", ("line 14:", "stores.1.repeat", "not known", "remove it")),
        ("over_days = 30", "over_days = -1", ("line 10:", "over_days", "a whole number from 1 to", "not -1")),
        ("2027-01-15", '"soon"', ("line 19:", "merchants.0.on", "has to be a day", "not 'soon'")),
        ("2027-01-15", "2027-13-15", ("line 19", "correct that line")),
        ("80.5", "-80.5", ("line 20:", "sizes.orders_per_day", "a number from 0 to", "not -80.5")),
        ("80.5", "inf", ("line 20:", "sizes.orders_per_day", "a number from 0 to", "not inf")),
        ("last = 2027-03-29", "last = 2027-03-20", ("line 22:", "events.0", "lies before the first")),
        ("multiplier = 3", "multiplier = -3", ("line 26:", "events.0.multiplier")),
        ("multiplier = 3", "", ("line 22:", "events.0.multiplier", "required")),
        ("amount = -120", "amount = nan", ("line 31:", "steps.0.amount", "has to be a number", "not nan")),
        (
            '"unlimited"',
            '"unlimted"',
            ("line 36:", "plans.0.orders_limit", "not 'unlimted'", 'or "unlimited"'),
        ),
        ("1.5 }", "-1.5 }", ("line 4:", "growth.total_products", "a number from 0 to", "not -1.5")),
        ("growth = 2", "growth = -2", ("line 48:", "with blanks.growth", "a number from 0 to", "not -2")),
        ("growth = 2", 'growth = "much"', ("line 48:", "with blanks.growth", "number")),
        ("cost_monthly = 10.5", "cost_monthly = -1", ("line 40:", "ladder.0.cost_monthly")),
        ('"12.25"', '"twelve"', ("line 45:", "prices.0.cost_monthly", "an amount", "not 'twelve'")),
        ('plan = "pro"\ncount', "count", ("line 6:", "stores.0", "give either `plan`")),
        ("sizes = { products = 200 }", 'sizes = { products = 200 }\nplan = "pro"', ("line 12:", "give either `plan`")),
        ('products_limit = 2000\norders_limit = "unlimited"', "", ("line 33:", "plans.0", "no limit is given")),
        ("[scenario.spring]", "[scenarios.spring]", ("scenarios: ", "not known", "`scenario`")),
        ('"Giant"', "Giant", ("line 18", "correct that line")),
    ],
)
def test_whatever_is_wrong_is_named_with_its_line_and_key(
    tmp_path: Path, old: str, new: str, parts: tuple[str, ...]
) -> None:
    assert old in WHOLE
    refused(tmp_path, WHOLE.replace(old, new, 1), *parts)


def test_tables_written_in_one_line_are_found_by_that_line(tmp_path: Path) -> None:
    refused(
        tmp_path, "\n[scenario]\na.stores = [{ count = 0, on = 2027-02-01, plan = 'pro' }]", "line 3:", "a.stores.0"
    )


def test_a_scenario_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    file = read(tmp_path, WHOLE)

    with pytest.raises(UsageError, match=r"holds no scenario 'sprng'\n  mend: use one of: spring$"):
        file.table("sprng")
    with pytest.raises(UsageError, match="use one of: spring, with blanks"):
        file.table("xyz")
    with pytest.raises(UsageError, match=r"write it, in a table \[scenario.xyz\]"):
        read(tmp_path, "").table("xyz")


def test_a_file_that_need_not_exist_holds_none(tmp_path: Path) -> None:
    file = read_scenarios(tmp_path / "none.toml", must_exist=False)

    assert file.tables == {}
    with pytest.raises(
        ConfigurationError, match=r"there is no scenarios file .*none\.toml, and so no scenario 'spring'"
    ):
        file.table("spring")


def test_a_file_that_was_asked_for_has_to_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no scenarios file"):
        read_scenarios(tmp_path / "none.toml", must_exist=True)


def test_it_stands_beside_the_settings_or_where_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings().scenarios_path == Path("scenarios.toml")
    (tmp_path / "shop").mkdir()
    settings = tmp_path / "shop" / "outgrow.toml"
    settings.write_text("")
    assert load_settings(settings).scenarios_path == tmp_path / "shop" / "scenarios.toml"
    settings.write_text('scenarios_file = "other.toml"')
    assert load_settings(settings).scenarios_path == tmp_path / "shop" / "other.toml"
