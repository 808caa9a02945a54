"""A file's values come into the store, all or none."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.platforms import tables_of
from tests.support.reading import Opener, days_until

from outgrow.documents.history import history_document
from outgrow.documents.import_ import import_document
from outgrow.documents.trends import trends_document
from outgrow.domain.errors import (
    DataError,
)
from outgrow.domain.metric import Kind, Scope
from outgrow.domain.snapshot import Provenance
from outgrow.service.history import history
from outgrow.service.import_ import ImportReport, import_series
from outgrow.service.trends import trends
from outgrow.setup.workspace import Workspace
from outgrow.sources.files.snapshotfile import read_snapshot_file
from outgrow.store.orm import StoreBase


@pytest.fixture
def workspace(store_engine: Engine, database_url: str, opened: Opener) -> Workspace:
    return opened(database_url=database_url)


class TestImport:
    def take(self, workspace: Workspace, path: Path, text: str, **options: Any) -> ImportReport:
        path.write_text(text, encoding="utf-8")
        with workspace.desk() as desk:
            return import_series(desk, path, read_snapshot_file(path, desk.today, desk.code), **options)

    @EACH_DATABASE
    def test_a_column_for_each_metric(self, workspace: Workspace, tmp_path: Path) -> None:
        report = self.take(
            workspace,
            tmp_path / "wide.csv",
            "date,total_products,storage_gb\n2026-03-29,100,1.5\n2026-03-30,,2.5\n2026-03-31,120,\n",
        )

        assert import_document(report) == {
            "file": str(tmp_path / "wide.csv"),
            "platform": "main",
            "first_day": "2026-03-29",
            "last_day": "2026-03-31",
            "metrics": ["storage_used_gb", "total_products"],
            "values": 4,
            "new": 4,
            "replaced": 0,
            "kept": 0,
            "new_metrics": {},
        }
        with workspace.desk() as view:
            stored = [history_document(history(view, name))["days"] for name in ("total_products", "storage_used_gb")]
        assert [[(day["date"][-2:], day["value"]) for day in days] for days in stored] == [
            [("29", 100), ("31", 120)],
            [("29", 1.5), ("30", 2.5)],
        ]

    @EACH_DATABASE
    def test_a_row_for_each_value(self, workspace: Workspace, tmp_path: Path) -> None:
        self.take(
            workspace,
            tmp_path / "long.csv",
            "date,metric,scope,value\n2026-03-30,total_products,,5\n2026-03-30,total_products,store:17,3\n",
            provenance=Provenance.RECONSTRUCTED,
        )
        with workspace.desk() as view:
            scoped = history_document(history(view, "products", Scope("store", "17")))

        assert scoped["days"] == [{"date": "2026-03-30", "value": 3, "provenance": "reconstructed"}]

    @EACH_DATABASE
    def test_a_second_time_changes_nothing(self, workspace: Workspace, tmp_path: Path) -> None:
        first = "date,total_products\n2026-03-30,100\n2026-03-31,110\n"
        self.take(workspace, tmp_path / "a.csv", first)
        with Session(workspace.store_engine) as db:
            before = tables_of(db, StoreBase)
        again = self.take(workspace, tmp_path / "a.csv", first)

        assert (again.values, again.new, again.replaced) == (2, 0, 0)
        with Session(workspace.store_engine) as db:
            assert tables_of(db, StoreBase) == before

    def test_new_metrics_are_what_was_said_of_them(self, workspace: Workspace, tmp_path: Path) -> None:
        rows = "".join(f"{date(2026, 1, 1) + timedelta(days=n)},{300 + n}\n" for n in range(90))
        self.take(workspace, tmp_path / "new.csv", f"date,vans\n{rows}", kind=Kind.CUMULATIVE, unit="vans")
        document = days_until(workspace, "vans", 399)

        assert (document["status"], document["unit"], document["days"]["p50"]) == ("ok", "vans", 10)
        with workspace.desk() as view:
            assert "vans" in trends_document(trends(view))["trends"]

    def test_one_wrong_row_and_nothing_is_stored(self, workspace: Workspace, tmp_path: Path) -> None:
        with Session(workspace.store_engine) as db:
            before = tables_of(db, StoreBase)
        with pytest.raises(DataError, match=r"row 3, total_products: 'many' is not a number"):
            self.take(workspace, tmp_path / "a.csv", "date,total_products\n2026-03-30,100\n2026-03-31,many\n")

        with Session(workspace.store_engine) as db:
            assert tables_of(db, StoreBase) == before
