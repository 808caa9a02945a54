"""The local calendar day of a UTC time stamp, computed inside the database.

Zones are resolved here, from the time-zone data that Python uses, into the few spans of constant offset: so every
database agrees with every other and with us, whether or not it has time-zone tables of its own.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    SQLColumnExpression,
    String,
    case,
    cast,
    extract,
    func,
    literal,
    literal_column,
)

from outgrow.sources.commerce.models.base import UtcDateTime

DAY = timedelta(days=1)
EPOCH = date(1970, 1, 1)
"""The local day of the number 0."""


@dataclass(frozen=True, slots=True)
class OffsetSpan:
    """From this instant on (until the next span's), the zone is `minutes` ahead of UTC."""

    since: datetime
    minutes: int


@lru_cache(maxsize=64)
def offset_spans(zone: ZoneInfo, first_year: int, last_year: int) -> tuple[OffsetSpan, ...]:
    """The zone's spans of constant offset from the first year to the end of the last, oldest first.

    An instant before the first span has the offset of the first.
    """
    # A day more at either end, because local years begin and end before or after those of UTC.
    first, until = datetime(first_year, 1, 1, tzinfo=UTC) - DAY, datetime(last_year + 1, 1, 1, tzinfo=UTC) + DAY

    def minutes(at: datetime) -> int:
        offset = at.astimezone(zone).utcoffset()
        return round(offset.total_seconds() / 60) if offset else 0

    spans = [OffsetSpan(first, minutes(first))]
    day = first
    while day < until:
        following = day + DAY
        if minutes(following) != spans[-1].minutes:
            low, high = day, following
            while high - low > timedelta(minutes=1):
                middle = low + timedelta(minutes=int((high - low).total_seconds() // 120))
                low, high = (low, middle) if minutes(middle) != spans[-1].minutes else (middle, high)
            spans.append(OffsetSpan(high, minutes(high)))
        day = following
    return tuple(spans)


def local_day(
    instant: SQLColumnExpression[Any], zone: ZoneInfo, dialect: str, oldest: datetime, newest: datetime
) -> ColumnElement[Any]:
    """SQL for the local day of a UTC instant, as the number of days since 1970.

    Args:
        oldest, newest: between which all instants lie; the fewer years, the shorter the SQL.
    """
    newest_first = offset_spans(zone, oldest.year, newest.year)[::-1]
    if len(newest_first) == 1:
        return _shifted_day(instant, newest_first[0].minutes, dialect)
    # Newest first, because most rows are recent and a CASE stops at its first hit.
    branches = [
        (instant >= literal(span.since, UtcDateTime()), _shifted_day(instant, span.minutes, dialect))
        for span in newest_first[:-1]
    ]
    return case(*branches, else_=_shifted_day(instant, newest_first[-1].minutes, dialect))


def seconds_of(instant: SQLColumnExpression[Any], dialect: str) -> ColumnElement[int]:
    """SQL for the whole seconds from 1970 to a UTC instant, fractions left out."""
    if dialect == "sqlite":
        julian = func.julianday(func.substr(cast(instant, String), 1, 19))
        return cast(func.round((julian - literal_column("2440587.5")) * literal_column("86400.0")), Integer)
    if dialect == "postgresql":
        return cast(func.floor(extract("epoch", instant)), BigInteger)
    return func.timestampdiff(literal_column("SECOND"), literal_column("'1970-01-01'"), instant)


def local_days(seconds: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.datetime64]:
    """The local days of UTC instants.

    Args:
        seconds: int64 (n,), whole ones since 1970.
    """
    if not len(seconds):
        return np.empty(0, "datetime64[D]")
    years = seconds[[seconds.argmin(), seconds.argmax()]].astype("datetime64[s]").astype("datetime64[Y]").astype(int)
    spans = offset_spans(zone, *(1970 + years).tolist())
    since = np.array([int(span.since.timestamp()) for span in spans])
    minutes = np.array([span.minutes for span in spans])
    at = np.maximum(np.searchsorted(since, seconds, side="right") - 1, 0)
    days: NDArray[np.datetime64] = ((seconds + 60 * minutes[at]) // 86_400).astype("datetime64[D]")
    return days


def _shifted_day(instant: SQLColumnExpression[Any], minutes: int, dialect: str) -> ColumnElement[Any]:
    if dialect == "sqlite":
        # Whole seconds, because it would round the last half millisecond of a day up into the next; and half a second
        # more, so that no hair of arithmetic pulls a midnight down. Julian days begin at noon.
        seconds = func.julianday(func.substr(cast(instant, String), 1, 19))
        shift: ColumnElement[Any] = literal_column(repr(0.5 + (60 * minutes + 0.5) / 86_400))
        return cast(seconds + shift, Integer) - literal_column("2440588")
    if dialect == "postgresql":
        utc = func.timezone("UTC", instant)
        day = cast(utc + literal_column(f"interval '{minutes} minutes'"), Date)
        return day.op("-", return_type=Integer())(literal_column("DATE '1970-01-01'"))
    return func.datediff(func.timestampadd(literal_column("MINUTE"), minutes, instant), literal_column("'1970-01-01'"))
