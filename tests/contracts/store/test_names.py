"""A name that does not fit is refused on both databases alike: cut, two long ones would become one."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session
from tests.support.snapshots import DAY, NOON, missing, observed, row, snapshot, stored

from outgrow.domain.errors import DataError
from outgrow.domain.metric import TOTAL_PRODUCTS, Kind, Metric, Scope
from outgrow.domain.snapshot import Reading
from outgrow.store.histories import HistoryReader
from outgrow.store.snapshots import (
    StoredPlatform,
    claim_day,
    remember_metrics,
    remember_platform,
    write_days,
    write_measurements,
    write_snapshot,
)
from outgrow.store.tables import CapacitySnapshot

FITS = "x" * 122
"""With `store:` before it, a scope of 128 characters."""


def test_what_fits_to_the_last_character_is_kept_apart(session: Session) -> None:
    claim_day(session, "p" * 64, DAY, NOON)
    scopes = [f"store:{FITS[:-1]}{end}" for end in "ab"]
    names = [("m" * 63) + end for end in "ab"]
    rows = [row(observed(1.0), name, scope=scope, platform="p" * 64) for name in names for scope in scopes]
    write_measurements(session, rows)

    for name in names:
        metric = Metric(name, Kind.LEVEL, "things", "Things")
        for scope in scopes:
            (found,) = HistoryReader(session, "p" * 64).read([metric], Scope.parse(scope))
            assert found.known_days == 1


@pytest.mark.parametrize(
    ("long", "what"),
    [
        ({"scope": f"store:{FITS}x"}, "the scope 'store:x"),
        ({"metric": "m" * 65}, "the metric 'mmm"),
        ({"platform": "p" * 65}, "the platform 'ppp"),
    ],
)
@pytest.mark.parametrize("more", [0, 1])
def test_a_measurement(session: Session, long: dict[str, str], what: str, more: int) -> None:
    claim_day(session, "main", DAY, NOON)
    rows = [row(observed(1.0)), *[row(observed(1.0), day=date(2026, 3, 2 + n)) for n in range(more)]]
    write_days(session, "main", [entry["day"] for entry in rows])
    rows[-1] |= long
    with pytest.raises(DataError, match=what) as error, session.begin_nested():
        write_measurements(session, rows)

    length = len(next(iter(long.values())))
    assert f"…' has {length} characters, and {length - 1} are the most" in error.value.what
    assert error.value.mend == "give a shorter name"
    assert stored(session) == {}


def test_a_snapshot_that_a_host_makes(session: Session) -> None:
    """Two long scopes stay two: what does not fit bears a mark made from the whole."""
    made = CapacitySnapshot(platform="main", snapshot_date=DAY)
    for end in "ab":
        made.put(TOTAL_PRODUCTS, Scope("store", f"{FITS}{end}"), 1)
    session.add(made)
    session.flush()
    assert len({scope for _, scope, _ in stored(session)}) == 2

    with pytest.raises(DataError):  # noqa: PT012
        session.add(CapacitySnapshot(platform="p" * 65, snapshot_date=DAY, total_products=1))
        session.flush()
    session.rollback()


@pytest.mark.parametrize(
    ("write", "what"),
    [
        (lambda db: claim_day(db, "p" * 65, DAY, NOON), "platform"),
        (lambda db: write_days(db, "p" * 65, [DAY]), "platform"),
        (lambda db: remember_platform(db, StoredPlatform("p" * 65, None, "UTC"), NOON), "platform"),
        (lambda db: remember_metrics(db, [Metric("m" * 65, Kind.LEVEL, "vans", "Vans")]), "metric"),
    ],
)
def test_whatever_else_bears_a_name(session: Session, write: Any, what: str) -> None:
    with pytest.raises(DataError, match=f"the {what} '"):
        write(session)


def test_a_reason_may_be_shortened_and_says_so(session: Session) -> None:
    claim_day(session, "main", DAY, NOON)
    write_snapshot(session, snapshot({TOTAL_PRODUCTS: "no " * 200}))
    (found,) = stored(session).values()

    assert found.reason is not None
    assert (len(found.reason), found.reason[-4:]) == (300, " no…")
    assert Reading.missing("n" * 300).reason == "n" * 300
    assert found == missing(found.reason)
