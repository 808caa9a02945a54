"""`outgrow check`: whatever happens is one line and a status that monitoring reads right."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
from tests.support.cli import TODAY, Cli, Told
from tests.support.plugins import Number

import outgrow
from outgrow.faces.cli import plugin

STORE = ("--store-url", "sqlite:///ours.db")
COMMAND = [sys.executable, "-c", "from outgrow.__main__ import main; main()"]


def a_file(folder: Path, **series: list[float]) -> str:
    """A daily file of these series, up to today."""
    days = len(next(iter(series.values())))
    dates = [TODAY - timedelta(days=days - 1 - n) for n in range(days)]
    lines = [",".join(map(str, row)) for row in zip(dates, *series.values(), strict=True)]
    path = folder / "growth.csv"
    path.write_text("\n".join([f"date,{','.join(series)}", *lines]), "utf-8")
    return str(path)


def limits(folder: Path, *limits: dict[str, Any]) -> tuple[str, ...]:
    """The options that name a settings file with these limits."""
    lines: list[str] = []
    for one in limits:
        lines += ["[[limits]]", *(f"{key} = {json.dumps(value)}" for key, value in one.items())]
    (folder / "limits.toml").write_text("\n".join(lines), "utf-8")
    return ("--config", "limits.toml", *STORE)


def stored(cli: Cli, folder: Path, **series: list[float]) -> None:
    cli("init", *STORE)
    assert cli("import", a_file(folder, **series), *STORE).status == 0


def filling(zeros: int = 0, days: int = 120) -> list[float]:
    """From 700 on 1.5 a day; zeros on the newest days."""
    return [700 + 1.5 * n if n < days - zeros else 0.0 for n in range(days)]


def unknown(told: Told, *parts: str) -> None:
    """One line that says UNKNOWN, and nothing else."""
    assert (told.status, told.err) == (3, "")
    assert told.out.startswith("OUTGROW UNKNOWN - ")
    assert told.out.count("\n") == 1
    assert told.out[:-1].isprintable()
    for part in parts:
        assert part in told.out


class TestAnOutage:
    @pytest.mark.parametrize("zeros", [1, 2, 5, 20])
    def test_zeros_on_the_newest_days_are_no_all_clear(self, cli: Cli, tmp_path: Path, zeros: int) -> None:
        stored(cli, tmp_path, db_gb=filling(zeros))
        where = limits(tmp_path, {"metric": "db_gb", "maximum": 2_000})
        last = 700 + 1.5 * (119 - zeros)
        told, status = cli("check", *where), cli("status", *where)

        assert told.status == 1
        assert told.out.startswith("OUTGROW WARNING - Db gb: ")
        assert "it reads 0: taken as an outage" in told.out
        assert f"last good value {last:,.10g}"[:19] in told.out
        assert float(Number.read_all(told.out.strip())["db_gb"].value) == last
        assert "● warning" in status.out
        assert "* Db gb: " in status.out
        assert "taken as an outage" in status.out.split("* Db gb: ")[1]
        until = cli("when", "db_gb", "1000", "--json", *STORE).document()
        assert until["status"] == "ok"
        assert until["days"]["p50"] == pytest.approx((1_000 - last) / 1.5, rel=0.05)
        assert until["probability_within"]["365"] > 0.9
        assert until["notes"][-1]["code"] == "outage"
        said = cli("recommend", "--json", *where).document()
        assert not [one for one in said if "db_gb" in json.dumps(one)]

    @pytest.mark.parametrize("level", [("2000", "3000"), ("99%", "100%"), ("5d", "2d")])
    @pytest.mark.parametrize("maximum", [1_000, 2_000])
    def test_levels_of_ones_own_make_it_no_all_clear_either(
        self, cli: Cli, tmp_path: Path, level: tuple[str, str], maximum: float
    ) -> None:
        stored(cli, tmp_path, db_gb=filling(2))
        where = limits(tmp_path, {"metric": "db_gb", "maximum": maximum})
        told = cli("check", "--metric", "db_gb", "--warning", level[0], "--critical", level[1], *where)

        assert told.status == 1
        assert told.out.count("it reads 0: taken as an outage") == 1

    def test_the_tier_is_that_of_the_last_good_use(self, cli: Cli, tmp_path: Path) -> None:
        stored(cli, tmp_path, active_stores=[60.0 + n // 8 if n < 118 else 0.0 for n in range(120)])
        where = limits(tmp_path, {"metric": "products", "maximum": 9})
        tiers = [row["name"] for row in cli("status", "--json", *where).document()["limits"]]

        assert "tier Small" in tiers
        assert cli("check", *where).out.startswith("OUTGROW WARNING - Active stores (tier Small): ")

    def test_a_month_of_zeros_is_the_truth(self, cli: Cli, tmp_path: Path) -> None:
        stored(cli, tmp_path, db_gb=filling(29))

        assert cli("check", *limits(tmp_path, {"metric": "db_gb", "maximum": 2_000})).status == 0


class TestTheRule:
    @pytest.mark.parametrize(
        ("series", "maximum", "state", "rule"),
        [
            ([100.0] * 60, 1_000, 0, "OUTGROW OK - "),
            ([850.0] * 60, 1_000, 1, "OUTGROW WARNING - Db gb: 85% of it is in use, warning from 80% on."),
            ([1_000.0] * 60, 1_000, 2, "OUTGROW CRITICAL - Db gb: the limit is reached."),
            ([500.0 + 3 * n for n in range(120)], 1_080, 1, "OUTGROW WARNING - Db gb: the day to act by, "),
            (filling(), 900, 2, "OUTGROW CRITICAL - Db gb: the day to act by, "),
            (
                [5.0] * 3,
                1_000,
                3,
                "OUTGROW UNKNOWN - Db gb: too little is known: 3 days are known, a forecast needs 14.",
            ),
        ],
    )
    def test_the_line_names_the_rule_that_fired(  # noqa: PLR0917
        self, cli: Cli, tmp_path: Path, series: list[float], maximum: float, state: int, rule: str
    ) -> None:
        stored(cli, tmp_path, db_gb=series)
        told = cli("check", *limits(tmp_path, {"metric": "db_gb", "maximum": maximum}))

        assert (told.status, told.err) == (state, "")
        assert told.out.startswith(rule)
        assert told.out.count("\n") == 1

    def test_what_is_said_is_said_of_the_limit_that_decides(self, cli: Cli, tmp_path: Path) -> None:
        stored(cli, tmp_path, a=filling(), b=[950.0] * 120)
        where = limits(tmp_path, {"metric": "a", "maximum": 3_000}, {"metric": "b", "maximum": 1_000, "name": "disk"})

        assert cli("check", *where).out.startswith("OUTGROW WARNING - B (disk): 95% of it is in use")

    @pytest.mark.parametrize("value", [100.0, 950.0, 1_000.0])
    def test_stale_data_are_unknown_however_full_it_was(self, cli: Cli, tmp_path: Path, value: float) -> None:
        cli("init", *STORE)
        old = a_file(tmp_path, db_gb=[value] * 60).replace("\n", "")
        text = Path(old).read_text("utf-8").splitlines()
        Path(old).write_text("\n".join(text[:40]), "utf-8")
        assert cli("import", old, *STORE).status == 0

        unknown(cli("check", *limits(tmp_path, {"metric": "db_gb", "maximum": 1_000})), "Db gb: stale: ", " days old")

    def test_what_is_unknown_stands_beside_a_warning(self, cli: Cli, tmp_path: Path) -> None:
        stored(cli, tmp_path, a=[900.0] * 60)
        where = limits(tmp_path, {"metric": "a", "maximum": 1_000}, {"metric": "products", "maximum": 5})
        told = cli("check", *where)

        assert told.status == 1
        assert "Unknown: Products, too little is known: nothing is stored yet." in told.out


class TestExamples:
    """Limits that outgrow brings as examples, and that nobody set."""

    FULL: ClassVar = {"storage_gb": [950.0] * 60, "stores": [99.0] * 60}

    @pytest.mark.parametrize("words", [(), ("--warning", "10%"), ("--critical", "10%", "--warning", "5%")])
    def test_they_alarm_nobody_and_are_no_all_clear(self, cli: Cli, tmp_path: Path, words: tuple[str, ...]) -> None:
        stored(cli, tmp_path, **self.FULL)

        assert cli("status", *STORE).out.count("●") == 2
        unknown(cli("check", *words, *STORE), "no limit is set", "[[limits]]")
        for metric in self.FULL:
            unknown(cli("check", "--metric", metric, *words, *STORE), "no limit is set", "--critical VALUE")

    def test_beside_a_limit_that_is_set_they_are_left_out(self, cli: Cli, tmp_path: Path) -> None:
        stored(cli, tmp_path, **self.FULL, seats=[10.0] * 60)
        told = cli("check", *limits(tmp_path, {"metric": "seats", "maximum": 100}))

        assert told.status == 0
        assert list(Number.read_all(told.out.strip())) == ["seats"]
        assert "Active stores" not in told.out

    def test_a_value_of_ones_own_takes_their_place(self, cli: Cli, tmp_path: Path) -> None:
        stored(cli, tmp_path, **self.FULL)

        for words, status in ((("--critical", "900"), 2), (("--warning", "900"), 1), (("--warning", "2000"), 0)):
            told = cli("check", "--metric", "storage_gb", *words, *STORE)
            assert told.status == status
            assert float(Number.read_all(told.out.strip())["storage_used_gb"].warning) == float(words[1]) * (
                0.8 if words[0] == "--critical" else 1
            )
        alone = cli("check", "--metric", "storage_gb", "--warning", "900", *STORE)
        assert Number.read_all(alone.out.strip())["storage_used_gb"].critical == ""

    def test_an_outage_is_told_whatever_the_limit_is(self, cli: Cli, tmp_path: Path) -> None:
        stored(cli, tmp_path, storage_gb=filling(2))
        told = cli("check", *STORE)

        assert told.status == 1
        assert told.out.startswith("OUTGROW WARNING - Media storage: ")
        assert "taken as an outage" in told.out.split(". ")[0]


class TestBounds:
    @pytest.mark.parametrize(
        ("words", "state", "rule"),
        [
            (("--warning", "800", "--critical", "900"), 1, "the value is 878.5, warning from 800 on"),
            (("--warning", "800", "--critical", "870"), 2, "the value is 878.5, critical from 870 on"),
            (("--warning", "880", "--critical", "2000"), 0, ""),
            (("--warning", "70%", "--critical", "80%"), 2, "88% of it is in use, critical from 80% on"),
            (("--warning", "90%", "--critical", "95%"), 0, ""),
            (("--warning", "90d", "--critical", "30d"), 1, " days are left, warning from 90 days on"),
            (("--warning", "400d", "--critical", "300d"), 2, " days are left, critical from 300 days on"),
            (("--warning", "20d", "--critical", "10d"), 0, ""),
            ((), 1, "88% of it is in use, warning from 80% on"),
        ],
    )
    def test_values_shares_and_days(
        self, cli: Cli, tmp_path: Path, words: tuple[str, ...], state: int, rule: str
    ) -> None:
        stored(cli, tmp_path, db_gb=filling())
        where = limits(tmp_path, {"metric": "db_gb", "maximum": 1_000})
        told = cli("check", "--metric", "db_gb", *words, *where)

        assert (told.status, told.err) == (state, "")
        assert rule in told.out
        assert cli("check", "--metric", "db_gb", *words, "--json", *where).document() == {
            "state": state, "status": told.out.split()[1], "line": told.out.strip(),
        }  # fmt: skip

    def test_a_value_is_the_limit_where_none_is_set(self, cli: Cli, tmp_path: Path) -> None:
        stored(cli, tmp_path, db_gb=filling())
        told = cli("check", "--metric", "db_gb", "--warning", "900", "--critical", "1000", *STORE)
        numbers = Number.read_all(told.out.strip())

        assert told.status == 0
        assert (numbers["db_gb"].warning, numbers["db_gb"].critical) == ("900", "1000")
        assert float(numbers["db_gb days left"].value) == pytest.approx((1_000 - 878.5) / 1.5, rel=0.05)
        unknown(cli("check", "--metric", "db_gb", *STORE), "no limit is set", "--critical VALUE")

    def test_a_value_is_called_as_its_metric(self, cli: Cli, tmp_path: Path) -> None:
        stored(cli, tmp_path, storage_gb=filling())
        told = cli("check", "--metric", "storage_gb", "--critical", "1000", *STORE)

        assert "Media storage (1,000 GB)" in told.out

    def test_one_metric_alone_decides(self, cli: Cli, tmp_path: Path) -> None:
        stored(cli, tmp_path, a=[100.0] * 60, b=[1_000.0] * 60)
        where = limits(tmp_path, {"metric": "a", "maximum": 1_000}, {"metric": "b", "maximum": 1_000})

        assert cli("check", *where).status == 2
        assert cli("check", "--metric", "a", *where).status == 0

    @pytest.mark.parametrize(
        "words",
        [("--warning", "nan"), ("--warning", "-5"), ("--critical", "10:20"), ("--warning", "5"),
         ("--critical", "1e999"), ("--metric", "db_gb", "--warning", "9", "--critical", "8"), ("--metric", "nothing")],
    )  # fmt: skip
    def test_what_cannot_be_meant_is_unknown_with_the_mend(
        self, cli: Cli, tmp_path: Path, words: tuple[str, ...]
    ) -> None:
        stored(cli, tmp_path, db_gb=filling())

        unknown(cli("check", *words, *STORE), "; mend: ")


class TestPerformanceData:
    NAMES = ("a=b", "it's", '"q"', "two\nlines", "a|b", "x::y", "a;b", "\x1b[31mred", "größe", "n" * 300, "a=b")

    def test_every_limit_is_read_back_whatever_it_is_called(self, cli: Cli, tmp_path: Path) -> None:
        stored(cli, tmp_path, big=[1_234_567.5 + n for n in range(60)], storage_gb=filling()[:60])
        named = [{"metric": "big", "maximum": 2_000_000 + n, "name": name} for n, name in enumerate(self.NAMES)]
        told = cli("check", *limits(tmp_path, *named, {"metric": "storage_gb", "maximum": 1_000}))
        numbers = Number.read_all(told.out.strip())
        values = {label: number for label, number in numbers.items() if not label.endswith("days left")}

        assert len(values) == len(self.NAMES) + 1
        assert [float(number.value) for label, number in values.items() if "big" in label] == [1_234_626.5] * 11
        assert {float(values[label].critical) for label in values if "big" in label} == {
            float(2_000_000 + n) for n in range(11)
        }
        storage = values["storage_used_gb"]
        assert (storage.value, storage.unit, storage.warning, storage.critical) == ("788.5", "GB", "800", "1000")
        left = numbers["storage_used_gb days left"]
        assert (left.unit, left.warning, left.critical) == ("", "", "")
        assert float(left.value) == pytest.approx((1_000 - 788.5) / 1.5, rel=0.05)
        for number in numbers.values():
            assert number.as_plugins_write_it()
        assert not storage.alerts()


WRONG = [
    ("check", "--nonsense"),
    ("--nonsense", "check"),
    ("--config", "x", "check"),
    ("check", "extra", "words"),
    ("check", "--as-of", "soon"),
    ("check", "--as-of", "2999-01-01", *STORE),
    ("check", "--config", "gone.toml"),
    ("check", "--config", "."),
    ("check", "--store-url", "sqlite:///gone.db"),
    ("check", "--store-url", "nonsense"),
    ("check", "--store-url", "postgresql://nobody@127.0.0.1:1/none"),
    ("check",),
]


class TestWhateverGoesWrong:
    @pytest.mark.parametrize("words", WRONG, ids=" ".join)
    def test_is_unknown_in_one_line(self, cli: Cli, words: tuple[str, ...]) -> None:
        told = cli(*words)
        if words[:3] == ("check", "--as-of", "2999-01-01"):
            assert cli("init", *STORE).status == 0
            told = cli(*words)

        unknown(told)
        shown = cli(*words, "--json")
        assert (shown.status, shown.err) == (3, "")
        assert shown.document() == {"state": 3, "status": "UNKNOWN", "line": told.out.strip()}

    def test_what_went_wrong_is_said_with_its_mend(self, cli: Cli) -> None:
        unknown(cli("check", "--store-url", "sqlite:///gone.db"), "there is no database file gone.db; mend: ")
        unknown(cli("check"), "database_url is not set; mend: ")
        unknown(cli("check", "--config", "gone.toml"), "there is no settings file gone.toml; mend: ")

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (ZeroDivisionError("a secret"), "this is a defect of outgrow: ZeroDivisionError"),
            (MemoryError(), "MemoryError"),
            (RecursionError(), "RecursionError"),
            (ImportError("no", name="numpy"), "the installation is broken: numpy cannot be loaded"),
            (BrokenPipeError(), "BrokenPipeError"),
            (SystemExit(1), "SystemExit"),
            (SystemExit(0), "SystemExit"),
        ],
        ids=repr,
    )
    def test_defects_too(self, cli: Cli, monkeypatch: pytest.MonkeyPatch, error: BaseException, said: str) -> None:
        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr("outgrow.setup.settings.load_settings", fail)

        unknown(cli("check"), said)
        assert "secret" not in cli("check").out
        debugged = cli("check", "--debug")
        assert (debugged.status, debugged.out.count("\n")) == (3, 1)
        assert "Traceback" in debugged.err

    def test_an_interruption_too(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("outgrow.setup.settings.load_settings", interrupted)

        unknown(cli("check"))

    def test_an_option_without_its_value_is_unknown(self, cli: Cli) -> None:
        unknown(cli("check", "--metric"), "'--metric' requires an argument; mend: see `outgrow check --help`")

    def test_help_is_no_failure(self, cli: Cli) -> None:
        told = cli("check", "--help")

        assert (told.status, told.err) == (0, "")
        assert "--critical" in told.out


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("check", True),
        ("--debug check", True),
        ("--nonsense check", True),
        ("--nonsense=3 check --json", True),
        ("--config x --store-url y check", True),
        ("when check", False),
        ("--debug when check", False),
        ("--json when check", False),
        ("--json check", True),
        ("history --scope check", False),
        ("import check", False),
        ("", False),
        ("--help", False),
    ],
)
def test_when_check_is_what_is_asked(words: str, asked: bool) -> None:
    assert plugin.is_asked(words.split()) is asked


def test_options_that_no_value_follows_are_known_without_loading_the_commands() -> None:
    import typer.main

    from outgrow.faces.cli.app import app

    group: Any = typer.main.get_command(app)
    flags = {
        name
        for command in (group, *group.commands.values())
        for option in command.params
        if getattr(option, "is_flag", False)
        for name in option.opts
    }

    assert {"--json", "--without-projects"} < flags <= plugin.FLAGS


# ---------------------------------------------------------------- in processes of their own


def test_generated_lines_are_answered_in_one_line(cli: Cli, tmp_path: Path) -> None:
    stored(cli, tmp_path, db_gb=filling())
    where = limits(tmp_path, {"metric": "db_gb", "maximum": 1_000, "name": "a='b'\n|c"})
    random = Random(7)
    options = {
        "--metric": ["db_gb", "products", "nothing", "x=y|z"],
        "--warning": ["800", "80%", "30d", "nan", "-5", "1e999", "", "1e-300", "9" * 400, "x\ny"],
        "--critical": ["950", "95%", "10d", "inf%", "dd", "\x1b[31m"],
        "--as-of": ["2026-03-31", "2026-02-01", "9999-12-31", "soon"],
        "--platform": ["main", "other|one"],
        "--store-url": ["sqlite:///ours.db", "sqlite:///gone.db", "x"],
        "--nonsense": ["y"],
    }
    for _ in range(60):
        words = [word for name in random.sample(list(options), 3) for word in (name, random.choice(options[name]))]
        told = cli("check", *where, *words)

        assert told.out.startswith(f"OUTGROW {('OK', 'WARNING', 'CRITICAL', 'UNKNOWN')[told.status]} - ")
        assert (told.err, told.out.count("\n")) == ("", 1)
        assert Number.read_all(told.out[:-1]) or told.status == 3
        assert "defect" not in told.out


def real(folder: Path, **more: str) -> dict[str, Any]:
    source = str(Path(outgrow.__file__).parents[1])
    return {"cwd": folder, "env": {**os.environ, "PYTHONPATH": source, **more}, "stderr": subprocess.PIPE, "text": True}


def test_an_installation_that_cannot_be_loaded_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise ImportError('half of it is missing', name='typer')\n", "utf-8")
    source = os.pathsep.join([str(tmp_path), str(Path(outgrow.__file__).parents[1])])
    told = subprocess.run([*COMMAND, "check"], check=False, stdout=subprocess.PIPE, **real(tmp_path, PYTHONPATH=source))

    unknown(Told(told.returncode, told.stdout, told.stderr), "typer cannot be loaded")


@contextmanager
def pipe_without_a_reader() -> Iterator[int]:
    read, write = os.pipe()
    os.close(read)
    try:
        yield write
    finally:
        os.close(write)


def test_an_answer_that_nobody_reads_is_unknown(cli: Cli, tmp_path: Path) -> None:
    stored(cli, tmp_path, db_gb=[100.0] * 20)
    words = [*COMMAND, "check", *limits(tmp_path, {"metric": "db_gb", "maximum": 1_000}), "--as-of", str(TODAY)]

    read = subprocess.run(words, check=False, stdout=subprocess.PIPE, **real(tmp_path))
    assert (read.returncode, read.stderr) == (0, "")
    with pipe_without_a_reader() as pipe:
        lost = subprocess.run(words, check=False, stdout=pipe, **real(tmp_path))
    assert (lost.returncode, lost.stderr) == (3, "")
    closed = subprocess.run(["/bin/sh", "-c", '"$@" >&-', "sh", *words], check=False, **real(tmp_path))
    assert (closed.returncode, closed.stderr) == (3, "")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_check_that_is_ended_is_unknown(tmp_path: Path, name: str) -> None:
    """A database that takes the connection and says nothing: monitoring gives up and ends the check."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        silent.settimeout(60)
        words = [*COMMAND, "check", "--store-url", f"postgresql://nobody@127.0.0.1:{port}/none"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, **real(tmp_path)) as process:
            connection, _ = silent.accept()
            with connection:
                connection.recv(1)
                process.send_signal(getattr(signal, name))
                out, err = process.communicate(timeout=60)

    unknown(Told(process.returncode, out, err), f"ended by {name} before there was an answer")
