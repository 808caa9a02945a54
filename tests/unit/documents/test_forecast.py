"""A forecast day by day, and what an event does, in the words of a document."""

from datetime import date
from typing import Any

import numpy as np
from tests.support.documents import plain
from tests.support.forecasts import AS_OF, NOTE, days_until

from outgrow.documents.forecast import event_document, forecast_document
from outgrow.documents.shared import history_note_document
from outgrow.domain.event import Event, EventEffect, EventKind
from outgrow.domain.forecast import Forecast
from outgrow.domain.history import OBSERVED, History
from outgrow.domain.metric import PLATFORM, STORAGE_USED_GB
from outgrow.forecasting.projection import Projection
from outgrow.service.forecast import ForecastAnswer

FAIR = Event("Fair", date(2026, 12, 5), date(2026, 12, 6))


def test_a_forecast_has_a_line_for_each_day() -> None:
    quantiles = np.array([[1.0, 2.0, 3.0], [1.5, 2.51234, 3.5], [2.0, 3.0, 4.0]])
    forecast = Forecast(STORAGE_USED_GB, "platform:main", AS_OF, 1.25, (0.05, 0.5, 0.9), quantiles, 3.14159, NOTE)
    past = History(STORAGE_USED_GB, PLATFORM, "main", AS_OF, np.array([1.25]), np.array([OBSERVED], dtype=np.int8))
    nobody: Any = None
    document = plain(forecast_document(ForecastAnswer(past, Projection(forecast, past.values, nobody), days_until())))

    assert document["days"][1] == {"date": "2026-11-23", "p05": 2.0, "p50": 2.512, "p90": 3.0}
    assert [line["date"] for line in document["days"]] == ["2026-11-22", "2026-11-23", "2026-11-24"]
    assert (document["metric"], document["unit"], document["current"]) == ("storage_used_gb", "GB", 1.25)
    assert (document["as_of"], document["growth_per_30_days"]) == ("2026-11-21", 3.14)
    assert document["history"] == history_note_document(NOTE)
    assert (document["events"], document["notes"], document["explanation"]) == ([], [], None)
    assert "projects" not in document


def test_what_was_learned() -> None:
    assert event_document(EventEffect(FAIR, 1.7, (1.2345, 1.5, 1.9), 2)) == {
        "name": "Fair",
        "kind": "campaign",
        "first": "2026-12-05",
        "last": "2026-12-06",
        "uplift": {"p10": 1.234, "p50": 1.5, "p90": 1.9},
        "source": "learned",
        "seen": 2,
    }


def test_what_the_user_says() -> None:
    document = event_document(EventEffect(FAIR, uplift=(2.0, 2.0, 2.0)))

    assert (document["source"], document["seen"], document["uplift"]["p50"]) == ("settings", 0, 2.0)


def test_what_nobody_has_seen_has_no_number() -> None:
    holiday = Event("Moon day", FAIR.first, FAIR.first, EventKind.HOLIDAY)
    document = event_document(EventEffect(holiday))

    assert (document["kind"], document["source"]) == ("holiday", "not_seen")
    assert document["uplift"] == {"p10": None, "p50": None, "p90": None}
