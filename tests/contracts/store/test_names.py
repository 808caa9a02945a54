"""A name that does not fit is refused on both databases alike: cut, two long ones would become one."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session
from tests.support.snapshots import DAY, NOON, missing, observed, snapshot
from tests.support.stores import metric, series, stored, write, write_whole

from outgrow.domain.errors import DataError
from outgrow.domain.metric import TOTAL_PRODUCTS, Kind, Metric, Scope
from outgrow.domain.snapshot import Measurement, Provenance, Reading, Snapshot
from outgrow.store.contract import Store, StoredPlatform
from outgrow.store.database import DatabaseStore
from outgrow.store.orm import CapacitySnapshot

FITS = "x" * 122
"""With `store:` before it, a scope of 128 characters."""


def test_what_fits_to_the_last_character_is_kept_apart(store: Store) -> None:
    platform = "p" * 64
    scopes = [Scope.parse(f"store:{FITS[:-1]}{end}") for end in "ab"]
    names = [("m" * 63) + end for end in "ab"]
    for name in names:
        for scope in scopes:
            write(store, {0: observed(1.0)}, name, scope, platform=platform)

    metrics = [metric(name) for name in names]
    for scope in scopes:
        assert store.panel(platform, metrics, scope).values.tolist() == [[1.0], [1.0]]


@pytest.mark.parametrize(
    ("long", "what"), [({"name": "m" * 65}, "the metric 'mmm"), ({"platform": "p" * 65}, "the platform 'ppp")]
)
@pytest.mark.parametrize("whole", [False, True], ids=["snapshot", "series"])
def test_a_measurement(store: Store, long: dict[str, str], what: str, whole: bool) -> None:
    write(store, {0: observed(1.0)}, "disk_gb")
    name, platform = long.get("name", TOTAL_PRODUCTS.name), long.get("platform", "main")
    snapshot = Snapshot(platform, DAY, Provenance.OBSERVED, (Measurement(metric(name), Reading(1.0)),))

    def write_it() -> None:
        with store.apart():
            if whole:
                store.write_series(platform, [series(1.0, name=name)], Provenance.OBSERVED, NOON)
            else:
                store.write_snapshot(snapshot, NOON)

    with pytest.raises(DataError, match=what) as error:
        write_it()

    assert "…' has 65 characters, and 64 are the most" in error.value.what
    assert error.value.mend == "give a shorter name"
    assert stored(store) == {("disk_gb", "platform", DAY): observed(1.0)}


def test_a_snapshot_that_a_host_makes(session: Session) -> None:
    """Two long scopes stay two: what does not fit bears a mark made from the whole."""
    made = CapacitySnapshot(platform="main", snapshot_date=DAY)
    for end in "ab":
        made.put(TOTAL_PRODUCTS, Scope("store", f"{FITS}{end}"), 1)
    session.add(made)
    session.flush()
    assert len({scope for _, scope, _ in stored(DatabaseStore(session.connection(), commits=False))}) == 2

    with pytest.raises(DataError):  # noqa: PT012
        session.add(CapacitySnapshot(platform="p" * 65, snapshot_date=DAY, total_products=1))
        session.flush()
    session.rollback()


@pytest.mark.parametrize(
    ("write", "what"),
    [
        (lambda store: store.claim_day("p" * 65, DAY, NOON), "platform"),
        (lambda store: store.write_days("p" * 65, [DAY]), "platform"),
        (lambda store: store.write_missing("main", {"m" * 65: "down"}, [DAY], NOON), "metric"),
        (lambda store: store.remember_platform(StoredPlatform("p" * 65, None, "UTC"), NOON), "platform"),
        (lambda store: store.remember_metrics([Metric("m" * 65, Kind.LEVEL, "vans", "Vans")]), "metric"),
    ],
)
def test_whatever_else_bears_a_name(store: Store, write: Callable[[Store], None], what: str) -> None:
    with pytest.raises(DataError, match=f"the {what} '"):
        write(store)


def test_a_reason_may_be_shortened_and_says_so(store: Store) -> None:
    write_whole(store, snapshot({TOTAL_PRODUCTS: "no " * 200}))
    (found,) = stored(store).values()

    assert found.reason is not None
    assert (len(found.reason), found.reason[-4:]) == (300, " no…")
    assert Reading.missing("n" * 300).reason == "n" * 300
    assert found == missing(found.reason)
