"""Events in a forecast chart: where their lines stand, and which names find room."""

from datetime import date, timedelta
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from tests.faces.charts.test_forecast_chart import AS_OF, chart, forecast, history, layer, names, until, words

from outgrow.domain.event import Event, EventEffect, EventKind
from outgrow.domain.metric import ORDERS_PER_DAY, TOTAL_ORDERS_MONTH
from outgrow.faces.charts.events import ROWS, EventMarks
from outgrow.faces.charts.forecast_chart import forecast_chart
from outgrow.faces.charts.labels import Label
from outgrow.faces.charts.layout import Days, Frame, Values

UPLIFT = (2.0, 3.0, 4.0)
SPAN = Days(AS_OF - timedelta(days=270), AS_OF, AS_OF + timedelta(days=180))
FRAME = Frame(SPAN, Values(0, 100, 20), 700, 0)


def ahead(days: int, name: str = "Black Friday", lasting: int = 1, **more: Any) -> EventEffect:
    first = AS_OF + timedelta(days=days)
    kind = more.pop("kind", EventKind.SALE)
    return EventEffect(Event(name, first, first + timedelta(days=lasting - 1), kind), **{"uplift": UPLIFT, **more})


def drawn(*effects: EventEffect, metric: Any = TOTAL_ORDERS_MONTH) -> dict[str, Any]:
    past = history(metric=metric)
    return forecast_chart(past, forecast(past), until(past), "Orders", "Platform main", events=effects)


def marks(*effects: EventEffect, crossing: date | None = None) -> EventMarks:
    return EventMarks.of(effects, FRAME, 760, crossing)


def test_a_line_behind_everything_that_is_measured() -> None:
    spec = drawn(ahead(10), ahead(20, "Fair", 5))

    order = names(spec)
    assert order.index("crossing-range") < order.index("events") < order.index("band-90")
    assert spec["datasets"]["events"] == [
        {"name": "Black Friday", "first": "2026-12-01", "last": "2026-12-01", "top": -2},
        {"name": "Fair", "first": "2026-12-11", "last": "2026-12-15", "top": -2},
    ]
    encoding = layer(spec, "events")["encoding"]
    assert (encoding["x"]["field"], encoding["x2"]["field"]) == ("first", "last")
    assert encoding["y2"]["value"] == spec["height"]


def test_without_events_the_picture_is_the_same_as_ever() -> None:
    past = history()
    plain = chart(past, forecast(past), until(past))

    assert "events" not in names(plain)
    assert "events" not in plain["datasets"]
    far = ahead(4_000)
    assert forecast_chart(past, forecast(past), until(past), "Products", "Platform main", events=(far,)) == plain


def test_names_stand_above_the_plot_and_lift_what_else_does() -> None:
    plain, spec = drawn(), drawn(ahead(40))
    (name,) = [row for row in spec["datasets"]["labels"] if row["text"] == "Black Friday"]
    lift = spec["padding"]["top"] - plain["padding"]["top"]

    assert -spec["padding"]["top"] < name["y"] < 0
    assert lift > 0
    assert plain["height"] - spec["height"] == lift
    above = {row["text"]: row["y"] for row in plain["datasets"]["labels"] if row["y"] < 0}
    lifted = {row["text"]: row["y"] for row in spec["datasets"]["labels"] if row["text"] in above}
    assert lifted == {text: y - lift for text, y in above.items()}
    titles = [layer(s, "median")["encoding"]["y"]["axis"]["titleY"] for s in (plain, spec)]
    assert titles[0] - titles[1] == lift


@pytest.mark.parametrize("crossing", [None, AS_OF + timedelta(days=30)])
def test_no_name_hits_another_nor_the_line_of_the_crossing(crossing: date | None) -> None:
    random = np.random.default_rng(3)
    effects = [
        ahead(int(day), f"Event number {at}", int(random.integers(1, 9)), kind=EventKind.CAMPAIGN)
        for at, day in enumerate(random.integers(-300, 200, 40))
    ]
    labels = marks(*effects, crossing=crossing).labels

    assert len(labels) > 4
    assert not [pair for pair in combinations(labels, 2) if pair[0].hits(pair[1])]
    assert all(label.box[0] >= 0 and label.box[2] <= 760 for label in labels)
    assert len({label.y for label in labels}) <= ROWS
    if crossing is not None:
        x = FRAME.x(crossing)
        assert not [label for label in labels if label.box[0] < x < label.box[2]]


def test_of_two_that_cannot_both_be_named_the_one_that_matters_more_is() -> None:
    crowd = [ahead(day, "A name that is long", uplift=(1.0, 1.0 + day / 100, 2.0)) for day in range(1, 9)]
    named = {label.x for label in marks(*crowd).labels}

    assert len(named) < len(crowd)
    assert min(abs(x - FRAME.x(crowd[-1].event.first)) for x in named) < 5
    own = ahead(4, "Mine", kind=EventKind.CAMPAIGN, uplift=None)
    assert "Mine" in {label.text for label in marks(*crowd, own).labels}


@pytest.mark.parametrize(
    ("effect", "named"),
    [
        (ahead(9, "Quiet day", kind=EventKind.HOLIDAY, uplift=(0.9, 1.0, 1.1)), False),
        (ahead(9, "New day", kind=EventKind.HOLIDAY, uplift=None), False),
        (ahead(9, "Closed", kind=EventKind.HOLIDAY, uplift=(0.1, 0.2, 0.3)), True),
        (ahead(-9, "Was busy", kind=EventKind.HOLIDAY, uplift=None, was=1.5), True),
        (ahead(9, "New sale", uplift=None), True),
    ],
)
def test_a_holiday_that_changes_little_has_a_tick_and_no_name(effect: EventEffect, named: bool) -> None:
    spec = drawn(effect)

    assert (effect.event.name in words(spec)) == named
    (row,) = spec["datasets"]["events"]
    assert row["top"] == (-2 if named else spec["height"] - 6)


def test_only_the_part_that_is_shown_is_drawn() -> None:
    spec = drawn(ahead(-600, "Long", 1_500))
    (row,) = spec["datasets"]["events"]
    first, last = layer(spec, "median")["encoding"]["x"]["scale"]["domain"]
    days = [date(1970, 1, 1) + timedelta(milliseconds=ms) for ms in (first, last)]

    assert [row["first"], row["last"]] == [day.isoformat() for day in days]


def test_a_single_day_that_stands_out_stays_within_the_picture() -> None:
    """Weekly means leave room for it, and its wide quantiles press nothing flat."""
    past = history(100.0 + np.arange(400) % 7, metric=ORDERS_PER_DAY)
    made = forecast(past, 0.0, 3.0)
    made.quantiles[:, 9] *= np.array([2, 2, 3, 3, 4, 20, 40])
    spec = forecast_chart(past, made, None, "Orders", "", events=(ahead(10),))
    low, high = layer(spec, "median")["encoding"]["y"]["scale"]["domain"]

    assert low <= 100
    assert made.quantile(0.5)[9] == 300 <= high < 500


def test_those_who_cannot_see_it_hear_of_the_next_ones() -> None:
    spec = drawn(ahead(-20, "Past"), *(ahead(7 * n, f"Next {n}") for n in range(1, 6)))

    assert "Events ahead: Next 1 on 28 Nov 2026, Next 2 on 5 Dec 2026, Next 3 on 12 Dec 2026." in spec["description"]
    assert "Past" not in spec["description"]


def test_lift_is_as_high_as_the_names() -> None:
    assert marks().lift == 0
    one = marks(ahead(10))
    assert one.lift == 16
    assert all(isinstance(label, Label) and label.y - 6.6 > -one.lift for label in one.labels)
