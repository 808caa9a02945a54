"""Scenarios in plain words."""

from datetime import date
from decimal import Decimal

import pytest
from tests.support.cloud import METRICS

from outgrow.domain.event import Event, EventKind
from outgrow.domain.ladder import DEFAULT_LADDER
from outgrow.domain.scenario import Arrival, GrowthChange, LevelStep, NewStores, PlanChange, Scenario
from outgrow.domain.tenant import UNLIMITED

ON = date(2027, 2, 1)


def joining(name: str, sizes: dict[str, float]) -> Scenario:
    return Scenario("s", merchants=(Arrival(name, ON, sizes),))


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (Scenario("s"), []),
        (Scenario("s", stores=(NewStores(1, ON, 1, "pro"),)), ["1 new store of plan pro on 1 Feb 2027"]),
        (
            Scenario("s", stores=(NewStores(40, ON, 30, "pro"),)),
            ["40 new stores of plan pro from 1 Feb 2027 to 2 Mar 2027"],
        ),
        (
            Scenario("s", stores=(NewStores(2, ON, 1, None, {"total_products": 200.0, "orders_per_day": 3.5}),)),
            ["2 new stores with 200 products and 3.5 orders a day each on 1 Feb 2027"],
        ),
        (
            Scenario(
                "s", merchants=(Arrival("", ON, {"active_stores": 2, "storage_used_gb": 12, "total_orders_month": 9}),)
            ),
            ["a merchant joins with 2 stores, 12 GB of media storage and 9 orders a month on 1 Feb 2027"],
        ),
        (joining("Giant", {}), ["Giant joins with nothing on 1 Feb 2027"]),
        (
            Scenario("s", merchants=(Arrival("", ON, {"visitors": 5}),)),
            ["a merchant joins with 5 visitors on 1 Feb 2027"],
        ),
        (
            Scenario("s", steps=(LevelStep("storage_used_gb", ON, -120.0), LevelStep("visitors", ON, 7))),
            ["Media storage -120 GB from 1 Feb 2027 on", "visitors +7 from 1 Feb 2027 on"],
        ),
        (
            Scenario("s", steps=(LevelStep("orders_per_day", ON, 9),)),
            ["Orders per day +9 orders a day from 1 Feb 2027 on"],
        ),
        (
            Scenario("s", events=(Event("sale", ON, ON, EventKind.CAMPAIGN, 3.0),)),
            ["sale: orders × 3 on 1 Feb 2027"],
        ),
        (
            Scenario("s", plans=(PlanChange("pro", {"products": 2_000.0, "orders_month": UNLIMITED}),)),
            ["plan pro with 2,000 products and unlimited orders a month"],
        ),
        (
            Scenario(
                "s", growth=(GrowthChange(1.5), GrowthChange(2.0, "total_products"), GrowthChange(0.0, "visitors"))
            ),
            ["growth of every metric × 1.5", "growth of products × 2", "growth of visitors × 0"],
        ),
        (
            Scenario("s", ladder=DEFAULT_LADDER, prices={"Medium": Decimal("180.50")}),
            ["the ladder Starter, Small, Medium, Large, Scale, Enterprise", "tier Medium at 180.50 a month"],
        ),
    ],
)
def test_every_change_is_a_sentence(scenario: Scenario, said: list[str]) -> None:
    assert scenario.sentences() == said


def test_metrics_of_ones_own_are_told_by_their_titles_where_they_are_known() -> None:
    scenario = Scenario(
        "s",
        merchants=(Arrival("Giant", ON, {"gpus": 5, "api_calls": 90}),),
        steps=(LevelStep("room_gb", ON, -20),),
        growth=(GrowthChange(2.0, "gpus"),),
    )

    assert scenario.sentences(METRICS) == [
        "growth of GPUs in use × 2",
        "Giant joins with 5 GPUs and 90 calls a day on 1 Feb 2027",
        "Room -20 GB from 1 Feb 2027 on",
    ]
