"""What is remembered of platforms, so that their histories can be read without their database."""

from datetime import timedelta

from sqlalchemy.orm import Session
from tests.support.snapshots import NOON

from outgrow.store.snapshots import StoredPlatform, remember_platform, remembered_platforms

MAIN = StoredPlatform("main", "1", "Europe/Berlin")


def test_nothing_is_remembered_at_first(session: Session) -> None:
    assert remembered_platforms(session) == []


def test_the_first_one_seen_comes_first_and_stays_there(session: Session) -> None:
    remember_platform(session, MAIN, NOON)
    remember_platform(session, StoredPlatform("another", None, "UTC"), NOON + timedelta(days=1))
    remember_platform(session, MAIN, NOON + timedelta(days=2))

    assert [platform.code for platform in remembered_platforms(session)] == ["main", "another"]


def test_a_new_time_zone_or_id_replaces_the_old_one(session: Session) -> None:
    remember_platform(session, StoredPlatform("main", None, "UTC"), NOON)
    remember_platform(session, StoredPlatform("main", "1", "UTC"), NOON)
    assert remembered_platforms(session) == [StoredPlatform("main", "1", "UTC")]

    remember_platform(session, MAIN, NOON)
    assert remembered_platforms(session) == [MAIN]
