"""`outgrow check`: what is known is one line and a status that monitoring reads right."""

import json
from pathlib import Path
from typing import ClassVar

import pytest
from tests.support.checks import STORE, a_file, filling, limits, stored, unknown
from tests.support.cli import Cli
from tests.support.plugins import Number


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
