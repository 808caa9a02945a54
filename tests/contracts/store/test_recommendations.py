"""The lives of recommendations as they are kept, in every store."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Event

from sqlalchemy import Engine
from tests.support.stores import emptied

from outgrow.domain.limit import Severity
from outgrow.domain.recommendation import Recommendation, RecommendationState, TrackedRecommendation
from outgrow.planning.advice.lifecycle import acknowledged
from outgrow.store.contract import Store
from outgrow.store.database import DatabaseStore

DAY = date(2026, 3, 20)


def tracked(
    key: str, state: RecommendationState = RecommendationState.OPEN, day: date = DAY, **more: object
) -> TrackedRecommendation:
    said = Recommendation(
        "limit", Severity.WARNING, "Disk", "At 9 of 10", "Buy", key=key, sentence="Nearly full.",
        act_by=day, evidence=({"metric": "storage_used_gb", "current": 9.25, "date": {"p10": None}},),
    )  # fmt: skip
    return replace(TrackedRecommendation(said, "10 0.8", state, Severity.CRITICAL, day, day, day, day), **more)  # type: ignore[arg-type]


def keep(store: Store, *recommendations: TrackedRecommendation, platform: str = "main") -> None:
    store.claim_recommendations(platform)
    store.write_recommendations(platform, recommendations)
    store.keep()


def test_what_is_kept_is_read_as_it_was(store: Store) -> None:
    later = DAY + timedelta(days=9)
    kept = [
        tracked("open", quiet_since=DAY, quiet_severity=Severity.INFO),
        tracked("asleep", RecommendationState.SNOOZED, snoozed_until=later),
        tracked("known", RecommendationState.ACKNOWLEDGED, changed_on=later, looked_on=later, seen_on=later),
        tracked("gone", RecommendationState.RESOLVED),
    ]
    keep(store, *kept)

    assert store.recommendations("main") == {one.key: one for one in kept}


def test_they_come_in_the_order_in_which_they_were_opened(store: Store) -> None:
    keep(store, tracked("b", day=DAY), tracked("c", day=DAY - timedelta(days=1)), tracked("a", day=DAY))

    assert list(store.recommendations("main")) == ["c", "a", "b"]


def test_each_platform_has_its_own(store: Store) -> None:
    keep(store, tracked("disk"))
    keep(store, tracked("disk", RecommendationState.RESOLVED), platform="second")

    assert store.recommendations("main")["disk"].state is RecommendationState.OPEN
    assert store.recommendations("second")["disk"].state is RecommendationState.RESOLVED
    assert store.recommendations("third") == {}


def test_a_life_takes_the_place_of_the_former_and_others_stay(store: Store) -> None:
    keep(store, tracked("disk"), tracked("seats"))
    keep(store, acknowledged(tracked("disk"), DAY))
    keep(store)

    states = {key: one.state for key, one in store.recommendations("main").items()}
    assert states == {"disk": RecommendationState.ACKNOWLEDGED, "seats": RecommendationState.OPEN}


def test_a_past_day_knows_only_what_was_not_changed_after_it(store: Store) -> None:
    later = DAY + timedelta(days=1)
    keep(store, tracked("disk"), tracked("looked at later", looked_on=later), tracked("known later", changed_on=later))

    assert list(store.recommendations("main", DAY)) == ["disk"]
    assert len(store.recommendations("main", later)) == 3
    assert store.recommendations("main", DAY - timedelta(days=1)) == {}


def test_what_is_rolled_back_was_never_there(tables: Engine) -> None:
    with emptied(tables) as connection:
        store = DatabaseStore(connection, commits=True)
        keep(store, tracked("disk"))
        store.claim_recommendations("main")
        store.write_recommendations("main", [tracked("disk", RecommendationState.RESOLVED), tracked("seats")])
        connection.rollback()

        assert store.recommendations("main") == {"disk": tracked("disk")}


def test_the_longest_key_fits(store: Store) -> None:
    keep(store, tracked("k" * 200))

    assert list(store.recommendations("main")) == ["k" * 200]


def test_who_claims_them_reads_what_the_one_before_has_written(tables: Engine) -> None:
    """Both change what they have read: none may read before the other has written."""
    claimed, waiting = Event(), Event()

    def first() -> None:
        with tables.connect() as connection:
            store = DatabaseStore(connection, commits=True)
            store.claim_recommendations("main")
            claimed.set()
            waiting.wait(30)
            known = store.recommendations("main")
            store.write_recommendations(
                "main", [replace(one, seen_on=DAY + timedelta(days=1)) for one in known.values()]
            )
            store.keep()

    def second() -> None:
        with tables.connect() as connection:
            store = DatabaseStore(connection, commits=True)
            claimed.wait(30)
            waiting.set()
            store.claim_recommendations("main")
            store.write_recommendations("main", [acknowledged(store.recommendations("main")["disk"], DAY)])
            store.keep()

    with emptied(tables) as connection:
        store = DatabaseStore(connection, commits=True)
        keep(store, tracked("disk"), tracked("seats"))
        with ThreadPoolExecutor(2) as pool:
            for done in (pool.submit(first), pool.submit(second)):
                done.result(60)
        disk = store.recommendations("main")["disk"]
    assert (disk.state, disk.seen_on) == (RecommendationState.ACKNOWLEDGED, DAY + timedelta(days=1))


def test_platforms_do_not_wait_for_each_other_on_postgresql(postgresql_tables: Engine) -> None:
    with emptied(postgresql_tables) as connection, postgresql_tables.connect() as beside:
        DatabaseStore(connection, commits=True).claim_recommendations("main")
        other = DatabaseStore(beside, commits=True)
        keep(other, tracked("disk"), platform="second")

        assert list(other.recommendations("second")) == ["disk"]
