"""`outgrow ladder`: the plan in words and tables, as a document, and as pictures."""

import io
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.support.cli import NOW, TODAY, Cli, Told
from tests.support.documents import plain
from tests.support.ladders import KNOWN, LADDER, ladder_of, plan_of, report_of
from tests.support.platforms import eventful_platform

from outgrow import create_schema
from outgrow.documents.ladder import ladder_document
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.scenario import Project
from outgrow.faces.cli import ladder_text
from outgrow.faces.cli.ladder_text import bar, print_ladder
from outgrow.planning.ladder.plan import LadderPlan
from outgrow.planning.ladder.words import amount, sentence
from outgrow.service.config import CapacityConfig
from outgrow.service.ladder import LadderReport, ladder
from outgrow.setup.settings import load_settings
from outgrow.setup.workspace import Workspace

STORE = "sqlite:///ours.db"
TAKEN = (
    "Small is the tier that today's use needs; if another one is rented, name it as `current_tier` in [plan] of "
    "outgrow.toml."
)
SETTINGS = """
[plan]
day_over_cost = 40

[[ladder]]
name = "One"
max_stores = 280
cost_monthly = 80

[[ladder]]
name = "Two"
max_stores = 500
cost_monthly = 150

[[ladder]]
name = "All"
cost_monthly = 400
"""


@pytest.fixture
def grown(cli: Cli, tmp_path: Path) -> Path:
    """A store with two hundred days on which stores rose from 60 to about 260, and a ladder for it."""
    rows = (f"{TODAY - timedelta(days=199 - n)},{60 + n + n * 7 % 5}" for n in range(200))
    (tmp_path / "growth.csv").write_text("\n".join(["date,stores", *rows]) + "\n")
    (tmp_path / "outgrow.toml").write_text(f'store_url = "{STORE}"\n{SETTINGS}')
    assert cli("init").status == 0
    assert cli("import", "growth.csv").status == 0
    return tmp_path


def asked(as_of: date | None = None) -> tuple[LadderReport, dict[str, Any]]:
    """What the service says in the working folder: the plan, and the whole document."""
    with closing(Workspace(load_settings(), clock=lambda: NOW)) as workspace, workspace.desk(as_of) as desk:
        report = ladder(desk)
        return report, plain(ladder_document(report))


def lines_of(told: Told) -> list[str]:
    return [line.rstrip() for line in told.out.splitlines()]


class TestCommand:
    def test_first_the_sentence_then_months_and_steps(self, cli: Cli, grown: Path) -> None:
        told = cli("ladder")
        report, _ = asked()
        first, _, heading, _, *rows = lines_of(told)

        assert (told.status, told.err) == (0, "")
        assert first == sentence(report.plan)
        assert first.startswith("Tier One lasts until about ")
        assert heading.split()[:2] == ["Month", "Tier"]
        assert [row[:8] for row in rows[:12]] == [f"{month.month:%b %Y}" for month in report.plan.months]
        assert rows[11].count(amount(report.plan.cost.p50)) >= 1
        (step,) = [line for line in rows if line.startswith("One  ")]
        assert step.endswith("Active stores")

    def test_the_document_is_the_services(self, cli: Cli, grown: Path) -> None:
        told = cli("ladder", "--json")
        _, document = asked()

        assert (told.status, told.err) == (0, "")
        assert told.document() == document
        assert document["exposure"]["tenants"] is None

    def test_a_past_day_knows_nothing_of_what_came(self, cli: Cli, grown: Path) -> None:
        told = cli("ladder", "--as-of", "2026-02-28", "--json")
        _, document = asked(date(2026, 2, 28))

        assert told.document() == document
        assert (document["as_of"], document["months"][0]["month"]) == ("2026-02-28", "2026-02")

    def test_early_and_late_are_weighed_in_words(self, cli: Cli, grown: Path) -> None:
        report, _ = asked()
        regret = report.plan.regret
        assert regret is not None
        rows = {row.shift_days: row for row in regret.rows}
        out = cli("ladder").out

        late, cost = rows[30].days_above, rows[30].cost_above
        assert cost is not None
        assert f"a month late means {late:.0f} days above the limit, {amount(cost)} EUR." in out
        assert "Two instead of One: " in out
        assert re.search(r"^The least is to be expected with Two from \d+ \w+ 2026 on\.$", out, re.M)

    def test_without_the_price_of_a_day_the_setting_is_named(self, cli: Cli, grown: Path) -> None:
        file = grown / "outgrow.toml"
        file.write_text(file.read_text().replace("day_over_cost = 40", ""))
        out = cli("ladder").out

        assert "with `day_over_cost` in [plan] of outgrow.toml the best day can be told." in out
        assert "The least is to be expected" not in out
        assert "Together" not in out

    def test_the_pictures_are_drawn_and_told_of_on_standard_error(self, cli: Cli, grown: Path) -> None:
        told = cli(
            "ladder", "--json", "--png", "a.png", "--svg", "a.svg", "--exposure-png", "b.png", "--exposure-svg", "b.svg"
        )

        assert told.err == "drew a.png\ndrew a.svg\ndrew b.png\ndrew b.svg\n"
        assert told.document()["tier"] == "One"
        assert all((grown / name).read_bytes().startswith(b"\x89PNG") for name in ("a.png", "b.png"))
        assert "Cost of the infrastructure, EUR a month" in (grown / "a.svg").read_text("utf-8")
        assert "Sold against used" in (grown / "b.svg").read_text("utf-8")

    def test_what_was_sold_stands_below(self, cli: Cli, grown: Path) -> None:
        lines = lines_of(cli("ladder"))

        (at,) = [number for number, line in enumerate(lines) if line.startswith("Sold against used on 31 Mar 2026")]
        assert lines[at - 1] == ""
        assert at > max(number for number, line in enumerate(lines) if line.startswith("Feb 2027"))

    def test_nothing_known_is_refused_with_a_mend(self, cli: Cli, tmp_path: Path) -> None:
        cli("init", "--store-url", STORE)
        told = cli("ladder", "--store-url", STORE)

        assert (told.status, told.out) == (3, "")
        assert told.err.startswith("outgrow: no plan of platform 'main' can be made for 2026-03-31: ")
        assert "\n  mend: import values first, with `outgrow import`" in told.err

    def test_a_rented_tier_that_is_not_on_the_ladder_names_those_that_are(self, cli: Cli, grown: Path) -> None:
        file = grown / "outgrow.toml"
        file.write_text(file.read_text().replace("[plan]", '[plan]\ncurrent_tier = "Three"'))

        for words in (("ladder",), ("ladder", "--json")):
            told = cli(*words)
            assert (told.status, told.out) == (3, "")
            assert "[plan] current_tier: the ladder has no tier 'Three'" in told.err
            assert "\n  mend: use one of: One, Two, All" in told.err

    def test_a_day_that_has_not_come_is_wrong_usage(self, cli: Cli, grown: Path) -> None:
        told = cli("ladder", "--as-of", "2026-04-01")

        assert (told.status, told.out) == (2, "")
        assert "2026-04-01 has not come yet" in told.err

    def test_the_platforms_database_tells_who_uses_what_on_any_day(self, cli: Cli, grown: Path) -> None:
        engine = create_engine(f"sqlite:///{grown / 'shop.db'}")
        create_schema(engine)
        with Session(engine) as db, db.begin():
            eventful_platform("UTC", TODAY - timedelta(days=120), TODAY - timedelta(days=1)).put(db, "main")
        engine.dispose()
        where = ("ladder", "--json", "--database-url", "sqlite:///shop.db")
        now, past = (cli(*where, *day).document()["exposure"] for day in ((), ("--as-of", "2026-02-28")))

        assert now["tenants"] == past["tenants"] == 10
        assert now["resources"][0]["sold_active"] != past["resources"][0]["sold_active"]


def printed(
    plan: LadderPlan,
    config: CapacityConfig | None = None,
    width: int = 144,
    projects: tuple[Project, ...] = (),
    **unknown: str,
) -> list[str]:
    """The lines on a terminal of this width, without colours."""
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ladder_text, "console", lambda: Console(file=stream, highlight=False, width=width))
        print_ladder(replace(report_of(plan, **unknown), projects=projects), config or CapacityConfig())
    return [line.rstrip() for line in stream.getvalue().splitlines()]


GROWING = plan_of(60, 0.2, 0.4, day_over_cost="20")


class TestTables:
    def test_a_month_says_tier_chances_cost_and_total(self) -> None:
        heading, _, *rows = printed(GROWING)[2:16]

        assert re.split(r"\s{2,}", heading) == [
            "Month", "Tier", "░ Small", "█ Medium", "Cost EUR", "80% range", "Running total", "80% range",
        ]  # fmt: skip
        assert rows[0].split() == ["Nov", "2026", "Small", "░" * 20, "80.00", "80.00"]
        assert rows[4].split() == [
            "Mar", "2027", "Small", "(55%)", "░" * 11 + "█" * 9, "80.00", "80.00", "to", "150.00", "400.00", "400.00",
            "to", "470.00",
        ]  # fmt: skip
        assert rows[-1].split()[-4:] == ["1,450.00", "1,380.00", "to", "1,520.00"]

    def test_where_all_is_certain_there_are_no_chances_and_ranges(self) -> None:
        lines = printed(plan_of(60, 0.0, 0.05))

        assert lines[2] == "Month      Tier    Cost EUR   Running total"
        assert lines[4] == "Nov 2026   Small      80.00           80.00"
        assert not any(shade in line for line in lines for shade in "░▒▓█")

    @pytest.mark.parametrize(("width", "told", "bars"), [(144, 2, True), (99, 1, True), (70, 1, False)])
    def test_on_a_narrow_terminal_columns_are_left_out(self, width: int, told: int, bars: bool) -> None:
        heading, _, first, *_ = printed(GROWING, width=width)[2:]

        assert heading.count("80% range") == told
        assert ("░" in first) == bars
        assert all(len(line) <= width for line in (heading, first))

    def test_a_step_says_when_and_by_when_and_what_binds(self) -> None:
        rows = [re.split(r"\s{2,}", line) for line in printed(GROWING)]

        assert ["Tier", "Outgrown", "80% range", "Then", "Order by", "What binds"] in rows
        assert ["Small", "5 Apr 2027", "8 Mar 2027 to 23 May 2027", "Medium", "15 Feb 2027", "Active stores"] in rows
        assert ["Medium", "beyond horizon (8% in 365 days)", "Large", "–", "Active stores"] in rows

    @pytest.mark.parametrize(
        ("plan", "row"),
        [
            (plan_of(150, 0.0, 0.1, tier="Small"), ["Small", "reached", "Medium", "–", "Active stores"]),
            (
                plan_of(60, 0.05, 0.3),
                ["Small", "8 Jul 2027", "16 Apr 2027 or later", "Medium", "26 Mar 2027", "Active stores"],
            ),
            (
                plan_of(90, 0.2, 0.6, ladder_of(("Only", 150, "80"))),
                [
                    "Only", "21 Apr 2027", "9 Mar 2027 to 30 Jul 2027", "none is larger", "16 Feb 2027",
                    "Active stores",
                ],
            ),
        ],
    )  # fmt: skip
    def test_a_step_without_a_date_or_a_next_tier(self, plan: LadderPlan, row: list[str]) -> None:
        assert row in [re.split(r"\s{2,}", line) for line in printed(plan)]

    def test_several_metrics_bind_with_their_shares(self) -> None:
        several = {"storage_used_gb": 0.82, "total_orders_month": 0.177, "active_stores": 0.003}
        assert ladder_text._binding(several, KNOWN) == "Media storage 82%, Orders this month 18%"
        one = {"storage_used_gb": 0.998, "total_orders_month": 0.002}
        assert ladder_text._binding(one, KNOWN) == "Media storage"

    def test_words_for_finance(self) -> None:
        lines = printed(GROWING)
        regret = GROWING.regret
        assert regret is not None
        early, late = (next(row for row in regret.rows if row.shift_days == shift) for shift in (-30, 30))

        assert (
            f"Medium instead of Small: a month early costs {early.cost_early} EUR for nothing; a month late means "
            f"{late.days_above:.0f} days above the limit, {late.cost_above} EUR."
        ) in lines
        assert any(line.startswith("The least is to be expected with Medium from ") for line in lines)
        told = [re.split(r"\s{2,}", line) for line in lines]
        heading = ["Medium from", "That is", "Days too early", "Cost", "Days above", "Cost", "Together"]
        assert [*heading, "Chance to be late"] in told
        assert [cells[1] for cells in told if len(cells) == 8][-5:] == [
            "two months early", "a month early", "the middle date", "a month late", "two months late",
        ]  # fmt: skip

    def test_of_a_near_date_there_is_no_early(self) -> None:
        (line,) = [line for line in printed(plan_of(95, 0.2, 0.5)) if line.startswith("Medium instead of Small: ")]

        assert line == "Medium instead of Small: a month late means 29 days above the limit."

    def test_a_free_next_tier_has_no_best_day(self) -> None:
        free = ladder_of(("S", 100, "80"), ("M", None, "80"))

        assert "Waiting costs nothing." in "\n".join(printed(plan_of(60, 0.2, 0.4, free, day_over_cost="0")))

    def test_a_smaller_tier_that_would_last(self) -> None:
        lines = printed(plan_of(60, 0.0, 0.05, tier="Medium"))

        assert (
            "A smaller tier would do: Small from 22 Nov 2026 on, for 365 days at least (100% sure); "
            "it saves 70.00 EUR a month."
        ) in lines

    def test_even_the_largest_is_outgrown(self) -> None:
        lines = printed(plan_of(90, 0.2, 0.6, ladder_of(("Only", 150, "80"))))

        assert (
            "With 99% chance even Only is outgrown by 31 Oct 2027; its price is then the least that a month costs."
        ) in [re.sub(r"\d+%", "99%", line) for line in lines]

    def test_what_it_rests_on_and_what_is_unknown(self) -> None:
        projects = (
            Project("the move", date(2027, 2, 1), 0.8, {"stores": 3}),
            Project("a signed one", date(2027, 3, 1), 1.0, {"stores": 3}),
        )
        lines = printed(GROWING, CapacityConfig(LADDER), projects=projects, storage_used_gb="no value is known")

        assert lines[-3:] == [
            "Committed projects are in it: the move from 1 Feb 2027 on (80%), a signed one from 1 Mar 2027 on.",
            TAKEN,
            "Left out: Media storage, no value is known.",
        ]
        named = CapacityConfig(LADDER, plan=LadderRules("Small"))
        assert not any("current_tier" in line for line in printed(GROWING, named))


@pytest.mark.parametrize(
    ("shares", "drawn"),
    [
        ({"S": 1.0}, "░" * 20),
        ({"S": 0.75, "L": 0.25}, "░" * 15 + "█" * 5),
        ({"M": 0.5, "L": 0.5}, "▒" * 10 + "█" * 10),
        ({"S": 0.01, "M": 0.98, "L": 0.01}, "▒" * 20),
        ({"S": 1 / 3, "M": 1 / 3, "L": 1 / 3}, "░" * 7 + "▒" * 6 + "█" * 7),
    ],
)
def test_a_bar_is_as_long_as_the_shares(shares: dict[str, float], drawn: str) -> None:
    assert bar(shares, {"S": "░", "M": "▒", "L": "█"}) == drawn


@pytest.mark.parametrize("count", range(2, 8))
def test_each_of_a_few_tiers_has_its_shade(count: int) -> None:
    names = [f"tier{n}" for n in range(count)]
    ladder = ladder_of(*((name, 70 + 10 * n, str(100 + n)) for n, name in enumerate(names)))
    heading = printed(plan_of(60, 0.0, 0.9, ladder))[2]
    shades: Callable[[str], bool] = lambda shade: shade in heading  # noqa: E731

    assert sum(map(shades, "·░▒▓█")) == (count if count < 6 else 0)
