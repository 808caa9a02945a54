"""A check: the state of the worst limit, and the numbers behind its bar."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.reading import Values, fill, in_memory

from outgrow.domain.days import spoken
from outgrow.door.opened import Beside
from outgrow.service.check import check
from outgrow.service.desk import Desk
from outgrow.service.status import status


@pytest.fixture
def workspace() -> Beside:
    return in_memory()


def as_own(view: Desk, *, storage: bool = False) -> Desk:
    """The same, as if somebody had set the example ladder, and the limit of storage: only what is set is checked."""
    own = view.config.as_own()
    return replace(view, config=own if storage else replace(own, limits=()))


class TestCheck:
    @pytest.mark.parametrize(
        ("stores", "state", "word"),
        [
            pytest.param(lambda n: 20.0, 0, "OK", id="far away"),
            pytest.param(lambda n: 42.0, 1, "WARNING", id="four fifths are in use"),
            pytest.param(lambda n: 20 + n / 4, 1, "WARNING", id="to be acted on within three months"),
            pytest.param(lambda n: 10 + n / 2, 2, "CRITICAL", id="to be acted on now"),
            pytest.param(lambda n: 48.5 - 59 + n, 2, "CRITICAL", id="within two weeks"),
            pytest.param(lambda n: None, 3, "UNKNOWN", id="nothing is known"),
            pytest.param(lambda n: 20.0 if n < 20 else None, 3, "UNKNOWN", id="stale"),
        ],
    )
    def test_the_worst_limit_decides(self, workspace: Beside, stores: Values, state: int, word: str) -> None:
        fill(workspace, 60, active_stores=stores)
        with workspace.desk() as view:
            result = check(as_own(view))

        assert result.state == state
        assert result.line.startswith(f"OUTGROW {word} - ")
        assert "\n" not in result.line
        assert ("|" in result.line) == (stores(0) is not None)

    def test_the_numbers_behind_the_bar(self, workspace: Beside) -> None:
        fill(workspace, 60, active_stores=lambda n: 20.0, storage_used_gb=lambda n: 10.25)
        with workspace.desk() as view:
            _, numbers = check(as_own(view, storage=True)).line.split(" | ")

        assert sorted(numbers.split()) == ["'active_stores'=20;40;50;0", "'storage_used_gb'=10.25GB;800;1000;0"]

    def test_the_day_to_act_by_is_that_of_the_worst_limit(self, workspace: Beside) -> None:
        fill(workspace, 60, active_stores=lambda n: 20 + n / 4, total_products=lambda n: 8_500.0)
        with workspace.desk() as view:
            report, line = status(as_own(view)), check(as_own(view)).line
        early = next(row.outlook for row in report.rows if row.outlook.act_by)
        assert f". Act by {spoken(early.act_by)} (tier Starter). | " in line
        assert early.act_by is not None
        assert early.until.date("p10") == early.act_by + timedelta(days=21)

        fill(workspace, 60, storage_used_gb=lambda n: 1_000.0)
        with workspace.desk() as view:
            assert "Act by" not in check(as_own(view, storage=True)).line

    def test_a_store_without_anything_is_unknown(self, workspace: Beside) -> None:
        with workspace.desk() as view:
            assert check(as_own(view)).state == 3
