"""Events on the command line: what lies ahead, in documents and words, and calendars that cannot be."""

import re
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.support.cli import TODAY, Cli, Told

SHOP = "sqlite:///shop.db"
FAIRS = (date(2024, 4, 10), date(2025, 4, 9), date(2026, 4, 8))
CALENDAR = """
[calendar]
country = "de"
subdivision = "BY"
"""


def fair(first: date, *lines: str) -> str:
    return "\n".join(["[[events]]", 'name = "Spring fair"', f"first = {first}", *lines, ""])


@pytest.fixture
def shop(cli: Cli, tmp_path: Path) -> Cli:
    """Two years and more of orders, of which the days of the fairs had three times as many."""
    random = np.random.default_rng(1)
    days = [TODAY - timedelta(days=ago) for ago in range(799, -1, -1)]
    orders = random.poisson([600 if day in FAIRS else 200 for day in days])
    rows = [f"{day},{amount}" for day, amount in zip(days, orders, strict=True)]
    (tmp_path / "orders.csv").write_text("\n".join(["date,orders_per_day", *rows, ""]), encoding="utf-8")
    assert cli("init", "--store-url", SHOP).status == 0
    assert cli("import", "orders.csv", "--store-url", SHOP).status == 0

    def run(*words: str) -> Told:
        return cli(*words, "--store-url", SHOP)

    return run


def settings(folder: Path, *parts: str) -> None:
    (folder / "outgrow.toml").write_text("\n".join(parts), encoding="utf-8")


def test_what_is_learned_is_in_the_document(shop: Cli, tmp_path: Path) -> None:
    plain = shop("forecast", "orders_per_day", "--json").document()
    settings(tmp_path, *map(fair, FAIRS))
    document = shop("forecast", "orders_per_day", "--json").document()
    first = document["events"][0]

    assert [event["name"] for event in document["events"]] == ["Spring fair", "Black Friday", "Cyber Monday"]
    assert (first["first"], first["last"], first["kind"]) == ("2026-04-08", "2026-04-08", "campaign")
    assert (first["source"], first["seen"]) == ("learned", 2)
    assert first["uplift"]["p10"] < first["uplift"]["p50"] < first["uplift"]["p90"]
    assert first["uplift"]["p50"] == pytest.approx(3.0, rel=0.1)
    at = [day["date"] for day in document["days"]].index("2026-04-08")
    assert document["days"][at]["p50"] > 2.5 * plain["days"][at]["p50"]
    assert document["days"][at - 1]["p50"] == pytest.approx(plain["days"][at - 1]["p50"], rel=0.05)


def test_the_month_s_total_has_it_too(shop: Cli, tmp_path: Path) -> None:
    settings(tmp_path, fair(FAIRS[-1], "multiplier = 11"))
    document = shop("forecast", "orders", "--json").document()
    totals = {day["date"]: day["p50"] for day in document["days"]}

    assert document["events"][0]["source"] == "settings"
    assert totals["2026-04-30"] == pytest.approx(40 * 200, rel=0.05)
    assert totals["2026-05-31"] == pytest.approx(31 * 200, rel=0.05)


def test_levels_and_refusals_have_no_events(shop: Cli, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text(
        "\n".join(["date,total_products", *(f"{TODAY - timedelta(days=n)},{500 - n}" for n in range(60)), ""])
    )
    assert shop("import", "more.csv").status == 0

    assert shop("forecast", "products", "--json").document()["events"] == []
    assert "events" not in shop("forecast", "stores", "--json").document()


def test_the_nearest_are_named(shop: Cli, tmp_path: Path) -> None:
    settings(tmp_path, CALENDAR, *map(fair, FAIRS), fair(date(2026, 4, 20), "last = 2026-04-22", "multiplier = 1.5"))
    out = shop("forecast", "orders_per_day").out
    (line,) = [line for line in out.splitlines() if line.startswith("Events ahead: ")]

    assert line.startswith("Events ahead: Good Friday on 3 Apr 2026 (×")
    assert ", Easter Monday on 6 Apr 2026 (×" in line
    assert re.search(r", Spring fair on 8 Apr 2026 \(×(3|3\.1|2\.9), seen twice\),", line)
    assert ", Spring fair 20 Apr 2026 to 22 Apr 2026 (×1.5, by the settings), and " in line
    assert line.endswith(" more: see `events` of --json.")


def test_what_was_never_seen_is_said_to_be_so(shop: Cli, tmp_path: Path) -> None:
    settings(tmp_path, "[calendar]", "sales = false", fair(FAIRS[-1]))

    assert "\nEvents ahead: Spring fair on 8 Apr 2026 (not seen before).\n" in shop("forecast", "orders").out


def test_without_events_nothing_is_said_of_them(shop: Cli, tmp_path: Path) -> None:
    settings(tmp_path, "[calendar]", "sales = false")

    assert "Events" not in shop("forecast", "orders").out


def test_they_are_drawn(shop: Cli, tmp_path: Path) -> None:
    settings(tmp_path, *map(fair, FAIRS))
    assert shop("forecast", "orders_per_day", "--svg", "chart.svg").status == 0
    drawn = (tmp_path / "chart.svg").read_text(encoding="utf-8")

    assert ">Spring fair<" in drawn
    assert "Events ahead: Spring fair on 8 Apr 2026" in drawn


@pytest.mark.parametrize(
    ("calendar", "said", "mend"),
    [
        ('[calendar]\ncountry = "XX"', "[calendar] country = 'XX'", "ISO 3166"),
        ('[calendar]\ncountry = "Germany"', "[calendar] country = 'Germany'", "did you mean DE"),
        ('[calendar]\ncountry = "DE"\nsubdivision = "Bavaria"', "[calendar] subdivision = 'Bavaria'", "Bayern"),
        ('[calendar]\nsubdivision = "BY"', "without a country", "country = "),
        (
            fair(date(2026, 5, 1), "last = 2026-05-09") + fair(date(2026, 5, 9)),
            "[[events]]: 'Spring fair' (2026-05-01 to 2026-05-09) and 'Spring fair' (2026-05-09) overlap on 2026-05-09",
            "`first` or `last`",
        ),
    ],
)
def test_a_calendar_that_cannot_be(shop: Cli, tmp_path: Path, calendar: str, said: str, mend: str) -> None:
    settings(tmp_path, calendar)
    for words in (("forecast", "orders"), ("when", "orders_per_day", "900"), ("status",)):
        told = shop(*words)
        assert (told.status, told.out) == (3, "")
        assert said in told.err
        assert mend in told.err.split("\n  mend: ")[1]
