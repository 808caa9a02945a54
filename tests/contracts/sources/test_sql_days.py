"""Anyone's database: each row counts on its own days, whatever the zone, the type of its times and the database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import Engine
from tests.support.foreign import SPELLINGS, Life, Spelling, declared, put, source_of

from outgrow.domain.days import local_day
from outgrow.domain.metric import Kind
from outgrow.sources.contract import Past
from outgrow.sources.sql.declaration import SqlRules
from outgrow.sources.sql.source import SqlSource

ODD_ZONES = {
    "Europe/Luxembourg": (date(2026, 3, 20), date(2026, 4, 5)),
    "America/Sao_Paulo": (date(2018, 10, 30), date(2018, 11, 10)),  # a midnight that does not exist
    "Asia/Kolkata": (date(2026, 1, 1), date(2026, 1, 9)),
    "Pacific/Apia": (date(2011, 12, 25), date(2012, 1, 4)),  # a day that does not exist
    "America/Havana": (date(2026, 10, 27), date(2026, 11, 6)),  # a midnight twice
}
"""With some days around what is odd in them."""


def past(source: SqlSource, since: date | None, until: date) -> Past:
    return source.past(since, until, lambda _: True, lambda *_: None)


def lives_around(zone: ZoneInfo, first: date, last: date, seed: int = 5) -> list[Life]:
    """Rows whose times lie close to midnights, just before them and just after; some without an end, some without a
    beginning, one that ended before it began."""
    random = Random(seed)
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    hours = int(((last - first).days + 1) * 24)

    def some() -> datetime:
        near = datetime.combine(first + timedelta(days=random.randrange(hours // 24)), datetime.min.time(), zone)
        close = timedelta(seconds=random.choice((-1, 0, 1, 1799, 3599, 3600, 3601)))
        anywhere = begin + timedelta(seconds=random.randrange(hours * 3600))
        return (near.astimezone(UTC) + close) if random.random() < 0.7 else anywhere

    lives = []
    for at in range(300):
        began, ended = some(), some()
        lives.append(
            Life(
                None if at % 50 == 7 else began,
                None if at % 3 == 0 else (ended if at == 4 else max(began, ended)),
                random.randrange(10**10),
                "ab"[at % 2],
            )
        )
    return lives


def truth(lives: Sequence[Life], zone: ZoneInfo, first: date, last: date, *, flow: bool, amount: bool) -> np.ndarray:
    """Counted by hand, row by row and day by day."""
    values = np.zeros((last - first).days + 1, dtype=np.int64)
    for life in lives:
        if life.began is None:
            continue
        began = (local_day(life.began, zone) - first).days
        ended = None if life.ended is None else (local_day(life.ended, zone) - first).days
        each = life.amount if amount else 1
        for day in range(len(values)):
            if flow:
                values[day] += each * (day == began)
            else:
                values[day] += each * (day >= began and (ended is None or day < max(began, ended)))
    return values.astype(np.float64)


@pytest.mark.parametrize("zone", ODD_ZONES)
@pytest.mark.parametrize("spelt", SPELLINGS)
def test_days_are_those_of_the_platforms_zone(platform: Engine, spelt: str, zone: str) -> None:
    spelling: Spelling = SPELLINGS[spelt]
    here, (first, last) = ZoneInfo(zone), ODD_ZONES[zone]
    clocks = ZoneInfo("Asia/Tokyo")  # has never set a clock back since, so that each time is one instant
    lives = lives_around(here, first, last)
    put(platform, lives, spelling, clocks)
    metrics = [
        declared("things", spelling=spelling),
        declared("of_a", spelling=spelling, where="sort = 'a'"),
        declared("bytes", spelling=spelling, amount="amount"),
        declared("begun", Kind.FLOW, spelling=spelling, ends=False),
        declared("begun_bytes", Kind.FLOW, spelling=spelling, ends=False, amount="amount", where="sort = 'b'"),
    ]
    source = source_of(platform, metrics, zone, SqlRules("Asia/Tokyo"))

    for since in (first, None):
        told = past(source, since, last)
        assert told.unavailable == {}
        rows = {metric.name: row for metric, row in zip(told.panel.metrics, told.panel.values, strict=True)}
        begin = told.panel.first_day
        assert told.panel.last_day == last
        some = {"a": [life for life in lives if life.sort == "a"], "b": [life for life in lives if life.sort == "b"]}
        for name, of, flow, amount in (
            ("things", lives, False, False), ("of_a", some["a"], False, False), ("bytes", lives, False, True),
            ("begun", lives, True, False), ("begun_bytes", some["b"], True, True),
        ):  # fmt: skip
            assert rows[name].tolist() == truth(of, here, begin, last, flow=flow, amount=amount).tolist(), name
    undated = [said.split(":")[0] for said in past(source, None, last).limitations]
    assert undated == ["things", "bytes", "begun", "begun_bytes"]  # no row of the sort a is
    measured = {each.metric.name: each.reading.value for each in source.measure(last)}
    assert measured["things"] == rows["things"][-1]
    assert measured["begun"] is None
