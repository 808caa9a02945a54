"""Nothing of an imported file is lost, taken for another, or kept wrong, without a word."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.cli import TODAY, Cli, Told

STORE = ("--store-url", "sqlite:///ours.db")


@pytest.fixture
def ours(cli: Cli) -> Cli:
    """Commands on a store of their own, which is ready."""
    cli("init", *STORE)
    return lambda *words: cli(*words, *STORE)


def csv(tmp_path: Path, *rows: str) -> str:
    (tmp_path / "values.csv").write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return "values.csv"


def values(ours: Cli, metric: str, *words: str) -> dict[str, Any]:
    told = ours("history", metric, "--json", *words)
    return {day["date"][-5:]: day["value"] for day in told.document()["days"]} if told.status == 0 else {}


def refused(told: Told, status: int, *said: str) -> None:
    assert (told.status, told.out) == (status, "")
    for text in said:
        assert text in told.err
    assert "mend: " in told.err


class TestCorrected:
    WRONG = ("date,vol_gb", "2026-03-29,100", "2026-03-30,101000", "2026-03-31,102000")
    RIGHT = ("date,vol_gb", "2026-03-28,99", "2026-03-29,100", "2026-03-30,101", "2026-03-31,102")

    def test_a_corrected_file_is_not_taken_for_known(self, ours: Cli, tmp_path: Path) -> None:
        ours("import", csv(tmp_path, *self.WRONG))
        told = ours("import", csv(tmp_path, *self.RIGHT))

        refused(told, 3, "2 stored values differ from the file's", "--replace")
        assert "\n  row 4: vol_gb on 2026-03-30 is 101, stored is 101000\n" in told.err
        assert values(ours, "vol_gb") == {"03-29": 100, "03-30": 101000, "03-31": 102000}

    def test_it_replaces_what_is_stored_if_told_so(self, ours: Cli, tmp_path: Path) -> None:
        ours("import", csv(tmp_path, *self.WRONG), "--provenance", "reconstructed")
        ours("import", csv(tmp_path, *self.WRONG[:3]))
        told = ours("import", csv(tmp_path, *self.RIGHT), "--replace")

        assert told.status == 0
        assert "1 new value of 1 metric," in told.out
        assert "; 2 replaced what was stored; 1 were stored already." in told.out
        assert values(ours, "vol_gb") == {"03-28": 99, "03-29": 100, "03-30": 101, "03-31": 102}
        days = ours("history", "vol_gb", "--json").document()["days"]
        assert {day["provenance"] for day in days} == {"observed"}

    def test_many_are_counted(self, ours: Cli, tmp_path: Path) -> None:
        days = [TODAY - timedelta(days=n) for n in range(60)]
        ours("import", csv(tmp_path, "date,vans", *(f"{day},5" for day in days)))
        told = ours("import", csv(tmp_path, "date,vans", *(f"{day},6" for day in days)))

        refused(told, 3, "60 stored values differ", "and 55 more")
        assert told.err.count("stored is 5\n") == 5

    def test_rebuilt_values_leave_observed_ones_and_say_so(self, ours: Cli, tmp_path: Path) -> None:
        ours("import", csv(tmp_path, *self.WRONG))
        told = ours("import", csv(tmp_path, *self.RIGHT), "--provenance", "reconstructed")

        assert told.status == 0
        assert told.out.endswith("; 1 were stored already; 2 differ from what was observed, which stays.\n")
        assert values(ours, "vol_gb") == {"03-28": 99, "03-29": 100, "03-30": 101000, "03-31": 102000}


class TestDescribed:
    @pytest.mark.parametrize("name", ["storage_gb", "storage_used_gb"])
    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (("--kind", "flow"), "--kind flow does not fit storage_used_gb: it is known as a level in GB"),
            (("--unit", "MB"), "--unit MB does not fit storage_used_gb: it is known as a level in GB"),
            (("--kind", "cumulative", "--unit", "TB"), "--kind cumulative and --unit TB do not fit storage_used_gb"),
        ],
    )
    def test_a_built_in_metric_is_what_it_is(
        self, ours: Cli, tmp_path: Path, name: str, options: tuple[str, ...], said: str
    ) -> None:
        file = csv(tmp_path, f"date,{name},vans", "2026-03-30,1,2")
        for more in ((), ("--replace",)):
            told = ours("import", file, *options, *more)

            refused(told, 2, said, "leave")
            assert "--replace" not in told.err
        assert values(ours, "vans") == {}

    def test_what_fits_is_taken(self, ours: Cli, tmp_path: Path) -> None:
        file = csv(tmp_path, "date,storage_gb,disk_gb", "2026-03-30,1,2")
        assert ours("import", file, "--kind", "level", "--unit", "GB").status == 0
        assert ours("history", "disk_gb", "--json").document()["unit"] == "GB"

    def test_a_metric_of_an_earlier_import_can_be_described_anew(self, ours: Cli, tmp_path: Path) -> None:
        file = csv(tmp_path, "date,vans", "2026-03-30,1")
        ours("import", file)
        again = ours("import", file, "--kind", "flow", "--unit", "trips")
        refused(again, 2, "--kind flow and --unit trips do not fit vans", "a level in vans", "add --replace")
        assert ours("import", file).status == 0

        assert ours("import", file, "--kind", "flow", "--unit", "trips", "--replace").status == 0
        assert ours("history", "vans", "--json").document()["unit"] == "trips"
        refused(ours("import", file, "--kind", "level"), 2, "a flow in trips")

    def test_a_column_of_units(self, ours: Cli, tmp_path: Path) -> None:
        head = "date,metric,value,unit"
        assert ours("import", csv(tmp_path, head, "2026-03-29,disk,1,GB", "2026-03-30,disk,2,GB")).status == 0
        assert ours("history", "disk", "--json").document()["unit"] == "GB"
        refused(ours("import", csv(tmp_path, head, "2026-03-31,disk,3000,MB")), 3, "gives disk in MB", "a level in GB")
        refused(ours("import", csv(tmp_path, head, "2026-03-31,products,3,k")), 3, "gives total_products in k")
        refused(ours("import", csv(tmp_path, head, "2026-03-31,x,3,k"), "--unit", "m"), 2, "--unit m does not fit x")
        refused(ours("import", csv(tmp_path, head, "2026-03-31,x,3,"), "--unit", "m" * 33), 2, "--unit")


class TestRhythm:
    def test_a_monthly_file_is_not_stale_between_its_days(self, ours: Cli, tmp_path: Path) -> None:
        firsts = [date(2024 + (n + 3) // 12, (n + 3) % 12 + 1, 1) for n in range(23)]  # April 2024 to February 2026
        ours("import", csv(tmp_path, "date,vol_gb", *(f"{day},{100 + 5 * n}" for n, day in enumerate(firsts))))

        assert firsts[-1] == date(2026, 2, 1)
        assert ours("when", "vol_gb", "250", "--json").document()["status"] == "ok"
        assert ours("status").status == 0

    @pytest.mark.parametrize(("age", "status"), [(14, "ok"), (15, "stale")])
    def test_a_weekly_file_may_miss_one_week(self, ours: Cli, tmp_path: Path, age: int, status: str) -> None:
        days = [TODAY - timedelta(days=age + 7 * n) for n in range(20)]
        ours("import", csv(tmp_path, "date,vol_gb", *(f"{day},{200 - 5 * n}" for n, day in enumerate(days))))

        document = ours("when", "vol_gb", "240", "--json").document()
        assert document["status"] == status
        if status == "stale":
            assert "15 days old (at most 14)" in document["reason"]

    def test_the_doctor_knows_the_rhythm(self, ours: Cli, tmp_path: Path) -> None:
        days = [TODAY - timedelta(days=6 + 7 * n) for n in range(20)]
        ours("import", csv(tmp_path, "date,vol_gb", *(f"{day},{200 - 5 * n}" for n, day in enumerate(days))))

        found = {check["check"]: check["state"] for check in ours("doctor", "--json").document()}
        assert found["newest snapshot"] == "good"
