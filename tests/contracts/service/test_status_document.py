"""The document of status, and the order of its lines."""

from datetime import date, timedelta

import pytest
from tests.support.documents import plain
from tests.support.reading import TODAY, fill, in_memory

from outgrow.documents.days_until import days_until_document
from outgrow.documents.status import status_document
from outgrow.door.opened import Beside
from outgrow.service.status import status
from outgrow.service.when import when


@pytest.fixture
def workspace() -> Beside:
    return in_memory()


class TestStatus:
    def test_the_document(self, workspace: Beside) -> None:
        fill(
            workspace,
            60,
            active_stores=lambda n: 150 + n,
            total_products=lambda n: 5_000.0,
            storage_used_gb=lambda n: 700 + 3 * n,
            total_team_members=lambda n: 40 + n,
        )
        with workspace.desk() as view:
            document = plain(status_document(status(view)))

        limits = document.pop("limits")
        assert document == {
            "platform": "main",
            "as_of": "2026-03-31",
            "sentence": document["sentence"],
            "severity": "warning",
            "newest_snapshot": "2026-03-31",
            "newest_age_days": 0,
            "history": {"observed_days": 60, "reconstructed_days": 0, "missing_days": 0},
            "observed_share": 1.0,
            "projects": [],
        }
        assert document["sentence"].startswith("First to run out: Media storage (example limit, 1,000 GB), about ")
        assert [(row["name"], row["metric"], row["threshold"]) for row in limits[:3]] == [
            ("media storage", "storage_used_gb", 1_000),
            ("tier Medium", "active_stores", 300),
            ("tier Medium", "total_products", 100_000),
        ]
        assert [row["severity"] for row in limits] == ["warning", "warning", "ok", "ok"]
        assert limits[0]["why"] == "88% of it is in use, warning from 80% on"
        act_by = date.fromisoformat(limits[1]["act_by"])
        assert limits[1]["why"].startswith(f"the day to act by, {act_by.day} {act_by:%b %Y}, is ")
        assert [row["maximum"] for row in limits] == [1_000, 300, 100_000, None]
        assert (limits[3]["metric"], limits[3]["threshold"], limits[3]["status"]) == (
            "total_team_members",
            None,
            "no_limit",
        )
        with workspace.desk() as view:
            for row in limits[:3]:
                alone = days_until_document(when(view, row["metric"], row["threshold"]))
                assert {key: row[key] for key in alone} == alone

    def test_nothing_is_stored_yet(self, workspace: Beside) -> None:
        with workspace.desk() as view:
            document = status_document(status(view))

        assert (document["newest_snapshot"], document["newest_age_days"], document["observed_share"]) == (None,) * 3
        assert (document["limits"], document["severity"]) == ([], "info")
        assert document["sentence"] == "Nothing is stored yet: import values first, with `outgrow import`."

    def test_what_runs_out_first_is_what_has_the_first_date(self, workspace: Beside) -> None:
        """Storage is nearly full, and so is told first in the table; but it takes years, and the stores months."""
        fill(workspace, 60, active_stores=lambda n: 150 + n / 2, storage_used_gb=lambda n: 900 + n / 20)
        with workspace.desk() as view:
            report = status(view)

        assert [row.outlook.name for row in report.rows] == ["media storage", "tier Medium"]
        medium = "tier Medium of the example ladder, 300 stores"
        assert report.sentence.startswith(f"First to run out: Active stores ({medium}), about ")

    def test_the_age_of_what_is_stored(self, workspace: Beside) -> None:
        fill(workspace, 60, last=TODAY - timedelta(days=5), active_stores=lambda n: 40.0)
        with workspace.desk() as view:
            report = status(view)

        assert (report.newest_snapshot, report.newest_age_days) == (date(2026, 3, 26), 5)

    def test_rows_stand_in_the_order_of_their_urgency(self, workspace: Beside) -> None:
        fill(
            workspace,
            60,
            active_stores=lambda n: 45 + n * 0.03,
            total_products=lambda n: 3_000 + n,
            storage_used_gb=lambda n: 1_100.0,
        )
        with workspace.desk() as view:
            rows = status(view).rows

        severities = [row.outlook.severity for row in rows]
        assert severities == sorted(severities, reverse=True)
        assert rows[0].outlook.until.status == "already_exceeded"
        assert [len(row.recent) for row in rows] == [90] * len(rows)
