"""The lives of recommendations as they are kept, on every database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Event

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from outgrow.domain.limit import Severity
from outgrow.domain.recommendation import Life, LifeState, Recommendation
from outgrow.planning.advice.lifecycle import acknowledged
from outgrow.store.recommendations import claim_lives, read_lives, write_lives
from outgrow.store.schema import upgrade

DAY = date(2026, 3, 20)


def life(key: str, state: LifeState = LifeState.OPEN, day: date = DAY, **more: object) -> Life:
    said = Recommendation(
        "limit", Severity.WARNING, "Disk", "At 9 of 10", "Buy", key=key, sentence="Nearly full.",
        act_by=day, evidence=({"metric": "storage_used_gb", "current": 9.25, "date": {"p10": None}},),
    )  # fmt: skip
    return replace(Life(said, "10 0.8", state, Severity.CRITICAL, day, day, day, day), **more)  # type: ignore[arg-type]


@pytest.fixture
def other(store_engine: Engine) -> Iterator[Session]:
    """A second session beside the first."""
    with Session(store_engine) as session:
        yield session


def keep(session: Session, *lives: Life, platform: str = "main") -> None:
    claim_lives(session, platform)
    write_lives(session, platform, lives)
    session.commit()


def test_what_is_kept_is_read_as_it_was(session: Session) -> None:
    later = DAY + timedelta(days=9)
    kept = [
        life("open", quiet_since=DAY, quiet_severity=Severity.INFO),
        life("asleep", LifeState.SNOOZED, snoozed_until=later),
        life("known", LifeState.ACKNOWLEDGED, changed_on=later, looked_on=later, seen_on=later),
        life("gone", LifeState.RESOLVED),
    ]
    keep(session, *kept)

    assert read_lives(session, "main") == {one.key: one for one in kept}


def test_they_come_in_the_order_in_which_they_were_opened(session: Session) -> None:
    keep(session, life("b", day=DAY), life("c", day=DAY - timedelta(days=1)), life("a", day=DAY))

    assert list(read_lives(session, "main")) == ["c", "a", "b"]


def test_each_platform_has_its_own(session: Session) -> None:
    keep(session, life("disk"))
    keep(session, life("disk", LifeState.RESOLVED), platform="second")

    assert read_lives(session, "main")["disk"].state is LifeState.OPEN
    assert read_lives(session, "second")["disk"].state is LifeState.RESOLVED
    assert read_lives(session, "third") == {}


def test_a_life_takes_the_place_of_the_former_and_others_stay(session: Session) -> None:
    keep(session, life("disk"), life("seats"))
    keep(session, acknowledged(life("disk"), DAY))
    keep(session)

    states = {key: one.state for key, one in read_lives(session, "main").items()}
    assert states == {"disk": LifeState.ACKNOWLEDGED, "seats": LifeState.OPEN}


def test_a_past_day_knows_only_what_was_not_changed_after_it(session: Session) -> None:
    later = DAY + timedelta(days=1)
    keep(session, life("disk"), life("looked at later", looked_on=later), life("known later", changed_on=later))

    assert list(read_lives(session, "main", DAY)) == ["disk"]
    assert len(read_lives(session, "main", later)) == 3
    assert read_lives(session, "main", DAY - timedelta(days=1)) == {}


def test_what_is_rolled_back_was_never_there(session: Session, other: Session) -> None:
    keep(session, life("disk"))
    claim_lives(session, "main")
    write_lives(session, "main", [life("disk", LifeState.RESOLVED), life("seats")])
    session.rollback()

    assert read_lives(other, "main") == {"disk": life("disk")}


def test_the_longest_key_fits(session: Session) -> None:
    keep(session, life("k" * 200))

    assert list(read_lives(session, "main")) == ["k" * 200]


def test_who_claims_them_reads_what_the_one_before_has_written(store_engine: Engine) -> None:
    """Both change what they have read: none may read before the other has written."""
    with Session(store_engine) as session:
        keep(session, life("disk"), life("seats"))
    claimed, waiting = Event(), Event()

    def first() -> None:
        with Session(store_engine) as session:
            claim_lives(session, "main")
            claimed.set()
            waiting.wait(30)
            known = read_lives(session, "main")
            write_lives(session, "main", [replace(one, seen_on=DAY + timedelta(days=1)) for one in known.values()])
            session.commit()

    def second() -> None:
        with Session(store_engine) as session:
            claimed.wait(30)
            waiting.set()
            claim_lives(session, "main")
            write_lives(session, "main", [acknowledged(read_lives(session, "main")["disk"], DAY)])
            session.commit()

    with ThreadPoolExecutor(2) as pool:
        for done in (pool.submit(first), pool.submit(second)):
            done.result(60)
    with Session(store_engine) as session:
        disk = read_lives(session, "main")["disk"]
    assert (disk.state, disk.seen_on) == (LifeState.ACKNOWLEDGED, DAY + timedelta(days=1))


def test_platforms_do_not_wait_for_each_other_on_postgresql(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    upgrade(engine)
    with Session(engine) as session, Session(engine) as other:
        claim_lives(session, "main")
        keep(other, life("disk"), platform="second")

        assert list(read_lives(session, "second")) == ["disk"]
    engine.dispose()
