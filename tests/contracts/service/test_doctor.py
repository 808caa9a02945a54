"""What the doctor finds right and wrong, most basic first."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, text
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.platforms import KnownPlatform, Thing, tables_of
from tests.support.reading import NOW, TODAY, Opener, fill

from outgrow import create_schema
from outgrow.domain.diagnosis import Diagnosis, Health
from outgrow.setup.workspace import Workspace
from outgrow.store.orm import CapacitySnapshot, StoreBase


@pytest.fixture
def workspace(store_engine: Engine, database_url: str, opened: Opener) -> Workspace:
    return opened(database_url=database_url)


def states(found: Sequence[Diagnosis]) -> dict[str, Health]:
    return {finding.check: finding.state for finding in found}


class TestDoctor:
    @pytest.fixture
    def healthy(self, commerce_engine: Engine, database_url: str, opened: Opener) -> Workspace:
        with Session(commerce_engine) as session, session.begin():
            KnownPlatform(stores=[Thing(NOW - timedelta(days=3))]).put(session)
        workspace = opened(database_url=database_url)
        fill(workspace, 60, active_stores=lambda n: 20.0 + n)
        return workspace

    @EACH_DATABASE
    def test_nothing_is_wrong(self, healthy: Workspace) -> None:
        found = healthy.examine()

        assert [finding for finding in found if finding.state is not Health.GOOD] == []
        assert list(states(found)) == [
            "configuration", "model", "charts", "metric providers", "platform database", "commerce tables",
            "whole counts", "platform and time zone", "our database", "our tables", "right to write",
            "platform in store", "limits", "newest snapshot", "gaps", "newest values",
        ]  # fmt: skip

    @EACH_DATABASE
    def test_looking_changes_nothing(self, healthy: Workspace) -> None:
        with Session(healthy.store_engine) as db:
            before = tables_of(db, StoreBase)
        healthy.examine()
        with Session(healthy.store_engine) as db:
            assert tables_of(db, StoreBase) == before

    @pytest.mark.parametrize(
        ("age", "state"), [(0, Health.GOOD), (1, Health.GOOD), (2, Health.NOTE), (7, Health.NOTE), (8, Health.BAD)]
    )
    def test_the_newest_snapshot_gets_old(self, healthy: Workspace, age: int, state: Health) -> None:
        healthy.clock = lambda: NOW + timedelta(days=age)

        assert states(healthy.examine())["newest snapshot"] is state

    def test_a_snapshot_from_tomorrow(self, healthy: Workspace) -> None:
        healthy.clock = lambda: NOW - timedelta(days=1)

        assert states(healthy.examine())["newest snapshot"] is Health.BAD

    @EACH_DATABASE
    def test_gaps_are_counted(self, healthy: Workspace) -> None:
        with Session(healthy.store_engine) as db, db.begin():
            days = [TODAY - timedelta(days=n) for n in (3, 9, 10)]
            db.execute(delete(CapacitySnapshot).where(CapacitySnapshot.snapshot_date.in_(days)))
        gaps = next(finding for finding in healthy.examine() if finding.check == "gaps")

        assert gaps.state is Health.NOTE
        assert gaps.message == "3 of the last 60 days have no snapshot"
        assert "outgrow backfill" in gaps.mend

    def test_missing_values_are_named(self, healthy: Workspace) -> None:
        fill(healthy, 1, db_size_mb=lambda n: None, orders_per_day=lambda n: None)
        newest = next(finding for finding in healthy.examine() if finding.check == "newest values")

        assert (newest.state, newest.message) == (Health.NOTE, "missing: db_size_mb (not known)")

    def test_no_snapshots(self, commerce_engine: Engine, database_url: str, opened: Opener) -> None:
        with Session(commerce_engine) as session, session.begin():
            KnownPlatform().put(session)
        found = opened(database_url=database_url).examine()

        assert (found[-1].check, found[-1].state, found[-1].message) == ("snapshots", Health.BAD, "there are none")
        assert "outgrow backfill" in found[-1].mend

    @EACH_DATABASE
    def test_no_tables_of_ours(self, engine: Engine, database_url: str, opened: Opener) -> None:
        create_schema(engine)
        with Session(engine) as session, session.begin():
            KnownPlatform().put(session)
            for table in reversed(StoreBase.metadata.sorted_tables):
                session.execute(text(f"DROP TABLE {table.name}"))
            session.execute(text("DROP TABLE outgrow_alembic_version"))
        found = opened(database_url=database_url).examine()

        assert (found[-1].check, found[-1].state) == ("our tables", Health.BAD)
        assert "outgrow init" in found[-1].mend

    @EACH_DATABASE
    def test_no_commerce_tables(self, workspace: Workspace) -> None:
        found = workspace.examine()

        assert (found[-1].check, found[-1].state) == ("commerce tables", Health.BAD)
        assert "lacks a table" in found[-1].message

    def test_a_time_zone_that_is_none(self, healthy: Workspace, commerce_engine: Engine) -> None:
        with commerce_engine.begin() as connection:
            connection.execute(text("UPDATE platforms SET time_zone = 'Mars/Olympus'"))
        found = healthy.examine()

        assert (found[-1].check, found[-1].state) == ("platform and time zone", Health.BAD)
        assert "Mars/Olympus" in found[-1].message

    def test_nothing_is_configured(self, opened: Opener) -> None:
        found = opened().examine()

        assert (found[-1].check, found[-1].state) == ("address", Health.BAD)
        assert "--database-url" in found[-1].mend
