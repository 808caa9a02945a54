"""Whole series are written by the rule for single measurements, on every database."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import inspect
from sqlalchemy.orm import Session
from tests.support.snapshots import DAY, Stored, missing, observed, rebuilt, row, stored

from outgrow.domain.metric import PLATFORM, TOTAL_PRODUCTS, Scope
from outgrow.domain.snapshot import Provenance
from outgrow.store import bulk
from outgrow.store.bulk import Differing, SeriesValues, bulk_write, write_series
from outgrow.store.snapshots import write_days, write_measurements
from outgrow.store.tables import DAY_INDEX

NAME = TOTAL_PRODUCTS.name
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def series(*values: float, metric: str = NAME, scope: Scope = PLATFORM) -> SeriesValues:
    """These values from DAY on."""
    return SeriesValues(metric, scope, np.datetime64(DAY, "D") + np.arange(len(values)), np.array(values, float))


@pytest.fixture
def days(session: Session) -> None:
    write_days(session, "main", [DAY + timedelta(days=n) for n in range(100)])


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize("given", [5.0, 6.0, 0.0])
@pytest.mark.parametrize("provenance", list(Provenance))
@pytest.mark.parametrize("old", [missing(), rebuilt(5), observed(5), None])
def test_the_rule_is_that_of_single_measurements(
    session: Session, old: Stored | None, given: float, provenance: Provenance
) -> None:
    new = Stored(given, None, provenance.value)
    for scope in ("one", "two"):
        write_measurements(session, [row(old, scope=scope)] if old else [])
    write_measurements(session, [row(new, scope="one")])
    written = write_series(session, "main", [series(given, scope=Scope("two"))], provenance, NOW)

    by_scope = {scope: found for (_, scope, _), found in stored(session).items()}
    assert by_scope["two"] == by_scope["one"]
    assert written.changed == (by_scope["two"] != old)
    stays = old == observed(5) and given != 5
    assert written.differing == stays
    assert written.first == ([Differing(NAME, Scope("two"), DAY, 5.0, given)] if stays else [])


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize("old", [missing(), rebuilt(5), observed(5), observed(6)])
@pytest.mark.parametrize("provenance", list(Provenance))
def test_replacing_leaves_what_was_given(session: Session, old: Stored, provenance: Provenance) -> None:
    write_measurements(session, [row(old)])
    written = write_series(session, "main", [series(6)], provenance, NOW, replace=True)

    new = Stored(6.0, None, provenance.value)
    assert stored(session) == {(NAME, "platform", DAY): new}
    assert (written.changed, written.differing) == (old != new, 0)


@pytest.mark.usefixtures("days")
def test_blocks_are_cut_anywhere(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "ROWS", {"sqlite": 7, "postgresql": 7})
    write_series(session, "main", [series(*range(20)), series(*range(3), metric="vans")], Provenance.OBSERVED, NOW)
    written = write_series(session, "main", [series(*[1.0] * 30)], Provenance.OBSERVED, NOW)

    assert (written.changed, written.differing, len(written.first)) == (10, 19, 5)
    assert [one.stored for one in written.first] == [0, 2, 3, 4, 5]
    values = [found.value for (metric, _, _), found in sorted(stored(session).items()) if metric == NAME]
    assert values == [*range(20), *[1.0] * 10]
    assert len(stored(session)) == 33


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize("key", ["web a", "it's", 'a"b', "a\\b", "a,b", "{a}", "100%", "%(x)s", ":name", "ü", "NULL"])
def test_any_scope_and_any_platform_comes_back(session: Session, key: str) -> None:
    write_days(session, key, [DAY])
    for platform in ("main", key):
        write_series(session, platform, [series(0.1, scope=Scope("host", key))], Provenance.OBSERVED, NOW)

    assert stored(session) == {(NAME, f"host:{key}", DAY): observed(0.1)}
    written = write_series(session, key, [series(2, scope=Scope("host", key))], Provenance.OBSERVED, NOW)
    assert written.first == [Differing(NAME, Scope("host", key), DAY, 0.1, 2.0)]


@pytest.mark.usefixtures("days")
def test_the_index_of_days_is_there_after_a_bulk_write(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def indexes() -> set[str | None]:
        return {index["name"] for index in inspect(session.connection()).get_indexes("outgrow_measurements")}

    monkeypatch.setattr(bulk, "MANY", 10)
    session.commit()
    for values in (3, 50, 20):  # few; more than are stored; fewer than are stored
        with bulk_write(session, values):
            write_series(session, "main", [series(*range(values))], Provenance.OBSERVED, NOW)
        assert DAY_INDEX in indexes()
        session.commit()

    def cut_off() -> None:
        with bulk_write(session, 200):
            raise KeyboardInterrupt

    write_days(session, "main", [DAY - timedelta(days=1)])
    with pytest.raises(KeyboardInterrupt):
        cut_off()
    session.rollback()
    assert DAY_INDEX in indexes()
