"""What is remembered of platforms, so that their histories can be read without their database."""

from datetime import timedelta

from tests.support.snapshots import NOON

from outgrow.store.contract import Store, StoredPlatform

MAIN = StoredPlatform("main", "1", "Europe/Berlin")


def test_nothing_is_remembered_at_first(store: Store) -> None:
    assert store.platforms() == []


def test_the_first_one_seen_comes_first_and_stays_there(store: Store) -> None:
    store.remember_platform(MAIN, NOON)
    store.remember_platform(StoredPlatform("another", None, "UTC"), NOON + timedelta(days=1))
    store.remember_platform(MAIN, NOON + timedelta(days=2))

    assert [platform.code for platform in store.platforms()] == ["main", "another"]


def test_a_new_time_zone_or_id_replaces_the_old_one(store: Store) -> None:
    store.remember_platform(StoredPlatform("main", None, "UTC"), NOON)
    store.remember_platform(StoredPlatform("main", "1", "UTC"), NOON)
    assert store.platforms() == [StoredPlatform("main", "1", "UTC")]

    store.remember_platform(MAIN, NOON)
    assert store.platforms() == [MAIN]
