"""What settings open: our tables and the platform's own, and what is told where they are not there."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.platforms import KnownPlatform
from tests.support.reading import TODAY, Opener, days_until, fill

from outgrow.domain.errors import (
    SchemaError,
    UnknownPlatformError,
)
from outgrow.setup.workspace import Workspace
from outgrow.store.orm import CapacitySnapshot


@pytest.fixture
def workspace(store_engine: Engine, database_url: str, opened: Opener) -> Workspace:
    return opened(database_url=database_url)


class TestWorkspace:
    @EACH_DATABASE
    def test_tables_that_are_missing_are_named_with_the_mend(
        self, engine: Engine, database_url: str, opened: Opener
    ) -> None:
        engine.connect().close()  # makes the file
        workspace = opened(database_url=database_url)
        with pytest.raises(SchemaError, match="no outgrow tables") as caught, workspace.desk():
            pass

        assert "outgrow init" in caught.value.mend

    @EACH_DATABASE
    def test_an_error_within_takes_everything_back(self, workspace: Workspace) -> None:
        def fail_half_way() -> None:
            with workspace.desk() as desk:
                desk.store.write_days("main", [TODAY])
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail_half_way()
        with Session(workspace.store_engine) as db:
            assert db.query(CapacitySnapshot).count() == 0

    @EACH_DATABASE
    def test_what_is_stored_can_be_read_without_the_platform_s_database(
        self, commerce_engine: Engine, database_url: str, opened: Opener, tmp_path: Path
    ) -> None:
        elsewhere = f"sqlite:///{tmp_path / 'gone.db'}"
        first = opened(database_url=database_url)
        fill(first, 60, active_stores=lambda n: 20.0 + n)
        apart = opened(database_url=elsewhere, store_url=database_url)

        assert days_until(apart, "stores", 100) == days_until(first, "stores", 100)

    @EACH_DATABASE
    def test_the_platform_s_database_is_only_read_where_our_tables_are_elsewhere(
        self, commerce_engine: Engine, database_url: str, opened: Opener, tmp_path: Path
    ) -> None:
        apart = opened(database_url=database_url, store_url=f"sqlite:///{tmp_path / 'ours.db'}")
        apart.create_store()
        with Session(apart.source_engine) as db, pytest.raises(DBAPIError, match=r"readonly database|read-only trans"):
            db.execute(text("DELETE FROM platforms"))

    @EACH_DATABASE
    def test_an_unknown_platform_names_those_there_are(
        self, workspace: Workspace, database_url: str, opened: Opener
    ) -> None:
        fill(workspace, 5, active_stores=lambda n: 20.0)
        wrong = opened(database_url=database_url, platform="mian")
        with pytest.raises(UnknownPlatformError, match="use one of: main"), wrong.desk():
            pass

    def test_an_index_of_days_for_those_who_ask_again(self, workspace: Workspace) -> None:
        fill(workspace, 30, active_stores=lambda n: 20.0 + n)
        told = [days_until(workspace, "stores", 100) for _ in range(2)]

        assert told[0] == told[1]

    @EACH_DATABASE
    def test_today_is_the_platform_s_own(self, commerce_engine: Engine, database_url: str, opened: Opener) -> None:
        with Session(commerce_engine) as session, session.begin():
            KnownPlatform("Pacific/Auckland").put(session)
        with opened(database_url=database_url).desk() as view:
            assert view.today == date(2026, 4, 1)
