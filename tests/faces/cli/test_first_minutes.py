"""What a newcomer meets first: version, names, paths, silence, pictures, tiny values, and whose the limits are."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.cli import TODAY, Cli

import outgrow
from outgrow.faces.cli import tables

DAYS = [TODAY - timedelta(days=199 - n) for n in range(200)]
FILE = "date,err_ratio,products,storage_gb\n" + "".join(
    f"{day},{1e-6 + 4e-9 * n + 1e-10 * (n * 7 % 11):.6g},{9_000 + 5 * n},{641 + n * 1.5 + n % 3}\n"
    for n, day in enumerate(DAYS)
)
STORE = ("--store-url", "sqlite:///ours.db")


@pytest.fixture
def imported(cli: Cli, tmp_path: Path) -> Cli:
    (tmp_path / "growth.csv").write_text(FILE, encoding="utf-8")
    assert cli("init", *STORE).status == cli("import", "growth.csv", *STORE).status == 0
    return cli


def in_a_process(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "outgrow", *words],
        capture_output=True, text=True, check=False, env={**os.environ, **environment},
    )  # fmt: skip


def test_the_version_is_that_of_the_package_and_the_module_is_the_command() -> None:
    from importlib.metadata import version

    told = in_a_process("--version")

    assert (told.returncode, told.stdout, told.stderr) == (0, f"outgrow {version('outgrow')}\n", "")


class TestPaths:
    """The README's own cron line: a settings file that is named from another folder."""

    @pytest.fixture
    def elsewhere(self, imported: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
        (tmp_path / "outgrow.toml").write_text('store_url = "sqlite:///ours.db"\n', encoding="utf-8")
        (tmp_path / "scenarios.toml").write_text("[scenario.spring]\ngrowth = 1.5\n", encoding="utf-8")
        (tmp_path / "other").mkdir()
        monkeypatch.chdir(tmp_path / "other")
        return imported

    def test_the_store_is_found_beside_the_settings(self, elsewhere: Cli, tmp_path: Path) -> None:
        for config in (str(tmp_path / "outgrow.toml"), "../outgrow.toml"):
            told = elsewhere("when", "storage_gb", "2000", "--config", config)
            assert told.status == 0
            assert told.out.startswith("Media storage: ")

    def test_scenarios_are_found_beside_the_settings(self, elsewhere: Cli) -> None:
        assert "spring" in elsewhere("whatif", "--list", "--config", "../outgrow.toml").out

    def test_an_option_begins_at_the_working_folder(self, elsewhere: Cli) -> None:
        told = elsewhere("status", "--config", "../outgrow.toml", *STORE)
        assert told.status == 3
        assert "there is no database file ours.db" in told.err


class TestQuiet:
    def test_messages_are_kept_back_and_answers_are_not(self, imported: Cli, tmp_path: Path) -> None:
        words = ("forecast", "products", "--svg", "a.svg", *STORE)

        assert imported(*words).err == "drew a.svg\n"
        quiet = imported(*words, "--quiet")
        assert (quiet.status, quiet.err) == (0, "")
        assert (tmp_path / "a.svg").is_file()
        assert imported("when", "products", "20000", "-q", *STORE).out.startswith("Products: ")
        assert imported(*words).err == "drew a.svg\n", "the next command is not silenced by it"

    def test_that_something_was_done_is_not_told(self, cli: Cli, tmp_path: Path) -> None:
        """Cron writes a mail about whatever is printed."""
        assert cli("init", "--quiet", *STORE) == (0, "", "")
        (tmp_path / "values.csv").write_text("date,vans\n2026-03-30,1\n2026-03-31,2\n")
        assert cli("import", "values.csv", "--quiet", *STORE) == (0, "", "")
        assert cli("history", "vans", "--quiet", "--json", *STORE).document()["days"]

    def test_errors_are_told_all_the_same(self, imported: Cli) -> None:
        assert "there is no metric" in imported("when", "produkts", "1", "--quiet", *STORE).err


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        (("forecast", "products", "--png", "x.pdf"), "name it x.png"),
        (("forecast", "products", "--svg", "x.png"), "name it x.svg"),
        (("ladder", "--exposure-png", "x.svg"), "name it x.png"),
        (("tenants", "--svg", "chart"), "name it chart.svg"),
        (("backtest", "--png", "x.jpeg"), "name it x.png"),
    ],
)
def test_a_picture_of_another_kind_is_refused_before_anything_is_asked(
    cli: Cli, words: tuple[str, ...], mend: str
) -> None:
    told = cli(*words, "--store-url", "sqlite:///not-there.db")

    assert (told.status, told.out) == (2, "")
    assert f"{words[-2]} {words[-1]}: the file's name does not end in" in told.err
    assert mend in told.err


class TestMetrics:
    def test_they_are_listed_with_their_names_and_newest_values(self, imported: Cli) -> None:
        lines = imported("metrics", *STORE).out.splitlines()

        assert lines[0].split() == ["Name", "Short", "name", "Title", "Newest", "On", "Kind", "Scopes", "Days"]
        assert [line.split()[0] for line in lines[2:5]] == ["total_products", "storage_used_gb", "err_ratio"]
        assert "9,995 products   31 Mar 2026   level" in lines[2]
        assert lines[-1].endswith(" more metrics have no value on platform main: see --all.")

    def test_all_of_them_and_as_a_document(self, imported: Cli) -> None:
        document = imported("metrics", "--json", *STORE).document()
        known = {each["metric"]: each for each in document["metrics"]}

        assert len(imported("metrics", "--all", *STORE).out.splitlines()) == 2 + len(known)
        assert known["storage_used_gb"]["title"] == "Media storage"
        assert known["storage_used_gb"]["short_name"] == "storage_gb"
        assert known["total_products"]["scopes"] == [
            {"scope": "platform", "days": 200, "newest_date": TODAY.isoformat(), "newest_value": 9_995}
        ]
        assert known["db_size_mb"]["scopes"] == []

    def test_a_past_day_knows_nothing_later(self, imported: Cli) -> None:
        document = imported("metrics", "--json", "--as-of", str(DAYS[9]), *STORE).document()

        assert document["metrics"][0]["scopes"][0]["days"] == 10

    def test_titles_are_names(self, imported: Cli) -> None:
        assert imported("when", "media STORAGE", "2000", "--json", *STORE).document()["metric"] == "storage_used_gb"
        several = imported("when", "Stores", "9", *STORE)
        assert (several.status, "use one of: active_stores, total_stores" in several.err) == (2, True)


Offered = Callable[..., tuple[list[str], str]]


class TestCompletion:
    @staticmethod
    def asked(line: str, address: str) -> dict[str, str]:
        """What a shell sets to ask."""
        place = str(len(line.split()) - (not line.endswith(" ")))
        how = {"_OUTGROW_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": place}
        return {**how, "OUTGROW_STORE_URL": address}

    @pytest.fixture
    def offered(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Offered:
        def ask(line: str, address: str) -> tuple[list[str], str]:
            for name, value in self.asked(line, address).items():
                monkeypatch.setenv(name, value)
            told = cli()
            return told.out.split(), told.err

        return ask

    def test_a_shell_asks_a_process_of_its_own(self, imported: Cli) -> None:
        told = in_a_process(**self.asked("outgrow when err", "sqlite:///ours.db"))

        assert (told.stdout.split(), told.stderr) == (["err_ratio"], "")

    def test_metrics_scopes_and_scenarios(self, imported: Cli, offered: Offered, tmp_path: Path) -> None:
        (tmp_path / "scenarios.toml").write_text("[scenario.spring]\ngrowth = 1.5\n", encoding="utf-8")
        where = "sqlite:///ours.db"

        assert offered("outgrow forecast storage", where) == (["storage_used_gb", "storage_gb"], "")
        assert offered("outgrow history products --scope pl", where) == (["platform"], "")
        assert offered("outgrow whatif sp", where) == (["spring"], "")

    @pytest.mark.parametrize("address", ["sqlite:///not-there.db", "no address", "sqlite:///broken.db"])
    def test_what_goes_wrong_is_not_told_and_nothing_is_made(
        self, offered: Offered, tmp_path: Path, address: str
    ) -> None:
        (tmp_path / "broken.db").write_text("no database at all", encoding="utf-8")
        before = sorted(tmp_path.iterdir())

        assert offered("outgrow when total_p", address) == (["total_products"], "")
        assert sorted(tmp_path.iterdir()) == before


class TestTinyValues:
    """A ratio of about 1.8e-06 that rises by 4e-09 a day reaches 2.2e-06 in a hundred days."""

    def test_value_limit_and_days(self, imported: Cli) -> None:
        head, reached, *_ = imported("when", "err_ratio", "0.0000022", *STORE).out.splitlines()

        assert head == "Err ratio: 1.8e-06 of 2.2e-06 err_ratio on 31 Mar 2026."
        days = int(reached.removeprefix("Reached in about ").split()[0])
        assert days == pytest.approx(101, rel=0.1)

    def test_quantiles_are_told_apart(self, imported: Cli) -> None:
        lines = imported("forecast", "err_ratio", *STORE).out.splitlines()
        month = next(line for line in lines if line.startswith("30 days"))
        told = [float(cell) for cell in month.split()[5:]]

        assert told == sorted(set(told)), "five values, all different"
        assert len(told) == 5

    def test_documents_and_tables_keep_them(self, imported: Cli) -> None:
        forecast = imported("forecast", "err_ratio", "--json", *STORE).document()
        assert forecast["days"][29]["p05"] < forecast["days"][29]["p50"] < forecast["days"][29]["p95"]
        assert forecast["growth_per_30_days"] == pytest.approx(1.2e-7, rel=0.1)
        assert " 1.8e-06 " in imported("status", *STORE).out

    def test_a_chart_has_an_axis_for_them(self, imported: Cli, tmp_path: Path) -> None:
        assert imported("forecast", "err_ratio", "--limit", "0.0000022", "--svg", "a.svg", *STORE).status == 0
        drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")
        assert "limit 2.2e-06" in drawn
        assert re.search(r">2(\.0)?e.6<", drawn), "the ticks are told apart, too"


class TestExamples:
    """With nothing configured, what outgrow brings is never told as the user's own."""

    def test_status_marks_them(self, imported: Cli) -> None:
        told = imported("status", *STORE)
        document = imported("status", "--json", *STORE).document()

        assert "† An example that outgrow brings, not yours" in told.out
        assert all("†" in line for line in told.out.splitlines() if line.startswith("●"))
        assert [limit["example"] for limit in document["limits"] if limit["threshold"]] == [True] * 2
        assert "example" in document["sentence"]

    def test_no_price_and_no_order_follows_from_them(self, imported: Cli) -> None:
        told = imported("recommend", "--all", *STORE).out
        document = json.dumps(imported("recommend", "--all", "--json", *STORE).document())

        assert "of the example ladder" in told
        assert "Order " not in told + document
        assert " a month" not in told

    def test_the_ladder_says_so_before_any_price(self, imported: Cli) -> None:
        told = imported("ladder", *STORE).out

        assert told.startswith("On the example ladder: ")
        assert "are an example that outgrow brings, not yours" in told.splitlines()[1]
        assert imported("ladder", "--json", *STORE).document()["example"] is True
        assert imported("whatif", "--growth", "2", *STORE).out.startswith("As it is: On the example ladder: ")

    def test_the_nearest_limit_of_when_and_forecast(self, imported: Cli, tmp_path: Path) -> None:
        assert " GB (example limit) on " in imported("when", "storage_gb", *STORE).out
        assert imported("when", "storage_gb", "--json", *STORE).document()["example"] is True
        assert "example" not in imported("when", "storage_gb", "1000", "--json", *STORE).document()
        imported("forecast", "storage_gb", "--svg", "a.svg", *STORE)
        assert "example limit 1,000" in (tmp_path / "a.svg").read_text(encoding="utf-8")

    def test_what_somebody_set_is_theirs(self, imported: Cli, tmp_path: Path) -> None:
        (tmp_path / "outgrow.toml").write_text(
            '[[limits]]\nmetric = "storage_gb"\nmaximum = 1000\nname = "media storage"\n'
            '[[ladder]]\nname = "Small"\nmax_products = 30_000\ncost_monthly = 80\n'
            '[[ladder]]\nname = "Large"\ncost_monthly = 350\n',
            encoding="utf-8",
        )
        for command in ("status", "ladder", "recommend", "when storage_gb"):
            told = imported(*command.split(), *STORE)
            assert told.status == 0
            assert "example" not in told.out
            assert "†" not in told.out

    def test_to_the_embedded_service_they_are_the_host_s(self) -> None:
        own = outgrow.CapacityConfig().as_own()

        assert not own.ladder.example
        assert [limit.called for limit in own.limits] == ["media storage"]


class TestAWeeklyFile:
    """Nothing but what is missing in its own rhythm is missing, and a table has no more words than it has values."""

    @pytest.fixture
    def weekly(self, cli: Cli, tmp_path: Path) -> Cli:
        weeks = [TODAY - timedelta(days=7 * (19 - n)) for n in range(20) if n != 10]
        lines = [f"{day},{60 + 2 * n},{200 + 6.5 * n}" for n, day in enumerate(weeks)]
        (tmp_path / "growth.csv").write_text("\n".join(["date,seats,storage_gb", *lines]), encoding="utf-8")
        assert cli("init", *STORE).status == cli("import", "growth.csv", *STORE).status == 0
        return cli

    def test_its_gaps_are_those_of_its_rhythm(self, weekly: Cli) -> None:
        told = weekly("doctor", *STORE)

        assert "! gaps: 1 snapshot missing, with one in about 7 days\n" in told.out
        assert "newest snapshot: 31 Mar 2026\n" in told.out

    def test_its_history_has_days_and_values_as_people_write_them(self, weekly: Cli) -> None:
        seats, storage = (weekly("history", metric, *STORE).out.splitlines()[-1] for metric in ("seats", "storage_gb"))

        assert seats.split() == ["31", "Mar", "2026", "96", "observed"]
        assert storage.split() == ["31", "Mar", "2026", "317.00", "observed"]

    def test_statuses_are_told_in_words(self, weekly: Cli, tmp_path: Path) -> None:
        (tmp_path / "young.csv").write_text(f"date,trials\n{TODAY},4\n", encoding="utf-8")
        assert weekly("import", "young.csv", *STORE).status == 0
        told = weekly("trends", *STORE).out

        assert "too little data" in told
        assert "insufficient_data" not in told

    def test_what_was_never_counted_is_counted_in_one_line(self, weekly: Cli) -> None:
        told = weekly("backtest", *STORE).out

        assert told.count("Left out: ") == 3
        assert "Left out: Seats: 19 days are known, a backtest needs 90" in told
        assert " metrics without any value.\n" in told
        assert " 0 days are known" not in told

    @pytest.mark.parametrize("words", [("metrics",), ("forecast", "storage_gb")])
    def test_sixty_columns_are_enough(self, weekly: Cli, monkeypatch: pytest.MonkeyPatch, words: tuple[str]) -> None:
        monkeypatch.setattr(tables, "PLAIN_WIDTH", 60)
        lines = weekly(*words, *STORE).out.splitlines()

        rule = next(line for line in lines if line.startswith("──"))
        assert len(rule) <= 60


def test_help_names_what_is_to_be_written(cli: Cli) -> None:
    for command in ("when", "backtest", "import", "demo", "trends", "tenants", "forecast"):
        told = cli(command, "--help").out

        assert "[[" not in told.splitlines()[0], command
        assert "<str>" not in told.replace("METRIC <str>", "").replace("THRESHOLD <str>", ""), command
        assert "range>" not in told, command
