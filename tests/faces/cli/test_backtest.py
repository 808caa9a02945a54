"""`outgrow backtest`: what it prints where, and how it ends."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from tests.support.cli import TODAY, Cli, Told

from outgrow.faces.cli import tables

URL = "sqlite:///shop.db"


@pytest.fixture
def cli(cli: Cli) -> Cli:
    """Runs a command on `shop.db`."""

    def run(*words: str) -> Told:
        return cli(*words, "--database-url", URL)

    return run


@pytest.fixture
def shop(cli: Cli, tmp_path: Path) -> Cli:
    """On 160 days of products and storage, and three weeks of stores."""
    random, rows = Random(4), ["date,total_products,storage_used_gb,active_stores"]
    products, storage = 9_000, 500.0
    for n in range(160):
        products, storage = products + random.randint(-5, 60), storage + random.uniform(-1, 4)
        stores = 100 + n if n >= 139 else ""
        rows.append(f"{TODAY - timedelta(days=159 - n)},{products},{storage:.3f},{stores}")
    (tmp_path / "values.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert cli("init").status == 0
    assert cli("import", "values.csv").status == 0
    return cli


def test_people_read_a_sentence_two_tables_and_what_was_left_out(shop: Cli) -> None:
    told = shop("backtest", "products", "storage_gb", "stores")
    lines = told.out.splitlines()

    assert (told.status, told.err) == (0, "")
    assert "\x1b" not in told.out
    assert lines[0].startswith("The 80% bands held ")
    assert lines[1].startswith("Forecast again every 5 days from ")
    assert lines[1].endswith("to 1 Mar 2026, each time from what was known then.")
    errors = next(line for line in lines if "In 30 days" in line).split()
    assert " ".join(errors) == "Metric Origins In 30 days line endpoint walk In 90 days line endpoint walk"
    promises = next(line for line in lines if "Brier" in line).split()
    assert " ".join(promises) == "Metric 50% 80% 95% Brier line endpoint walk"
    assert sum(line.startswith("Media storage") for line in lines) == 2
    assert any("GB" in line for line in lines if line.startswith("Media storage"))
    assert any(line.startswith("Together") for line in lines)
    assert lines[-1] == (
        "Left out: Active stores: 21 days are known, a backtest needs 90: 60 to forecast from and 30 to compare."
    )


def test_numbers_in_the_tables_are_those_of_the_document(shop: Cli) -> None:
    document = shop("backtest", "products", "--json").document()
    (found,) = document["metrics"]
    lines = [line.split() for line in shop("backtest", "products").out.splitlines() if line.startswith("Products ")]
    engine = found["forecasters"]["engine"]
    skills = [f"{round(100 * found['skill'][name][day]):+d}%" for day in ("30", "90") for name in found["skill"]]

    assert lines[0] == [
        "Products", str(found["origins"]),
        f"{engine['error']['30']:,.0f}", *skills[:3], f"{engine['error']['90']:,.0f}", *skills[3:],
    ]  # fmt: skip
    assert lines[1] == [
        "Products",
        *(f"{100 * found['coverage'][band]:.0f}%" for band in ("50", "80", "95")),
        *(f"{scores['brier']:.3f}" for scores in found["forecasters"].values()),
    ]


def test_json_is_all_there_is_on_standard_output(shop: Cli) -> None:
    told = shop("backtest", "--json", "--every", "20", "--horizon", "60")
    document = told.document()

    assert (told.status, told.err) == (0, "")
    assert (document["every_days"], document["horizon_days"]) == (20, 60)
    assert [found["metric"] for found in document["metrics"]] == ["total_products", "storage_used_gb"]
    assert document["sentence"] == shop("backtest", "--every", "20", "--horizon", "60").out.splitlines()[0]


def test_a_picture_is_told_of_on_standard_error(shop: Cli, tmp_path: Path) -> None:
    told = shop("backtest", "--svg", "drawn.svg", "--png", "drawn.png", "--json")

    assert (told.status, told.err) == (0, "drew drawn.png\ndrew drawn.svg\n")
    assert told.document()["metrics"]
    assert (tmp_path / "drawn.svg").read_text("utf-8").lstrip().startswith("<svg")
    assert (tmp_path / "drawn.png").read_bytes().startswith(b"\x89PNG")
    assert shop("backtest", "--svg", "drawn.svg").out == ""


def test_as_of_a_day_only_what_was_known_counts(shop: Cli) -> None:
    document = shop("backtest", "--as-of", "2026-02-15", "--json").document()

    assert document["as_of"] == "2026-02-15"
    assert document["metrics"][0]["last_origin"] == "2026-01-16"
    assert shop("backtest", "--as-of", "2026-04-01").status == 2


def test_too_little_history_is_no_error(shop: Cli) -> None:
    told = shop("backtest", "stores")

    assert (told.status, told.err) == (0, "")
    assert told.out.splitlines() == [
        "No metric has enough history for a backtest.",
        "Left out: Active stores: 21 days are known, a backtest needs 90: 60 to forecast from and 30 to compare.",
    ]
    assert shop("backtest", "stores", "--svg", "empty.svg").err == "drew empty.svg\n"


@pytest.mark.parametrize("width", [80, 100])
def test_a_narrow_terminal_folds_no_row(shop: Cli, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setattr(tables, "PLAIN_WIDTH", width)
    told = shop("backtest", "products", "storage_gb")

    assert "…" not in told.out
    assert "In 30 days" in told.out
    assert ("In 90 days" in told.out) == (width == 100)
    rows = [line for line in told.out.splitlines() if line.startswith(("Products", "Media storage", "Together"))]
    assert len(rows) == 5
    assert max(map(len, rows)) <= width


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("total_product",), "there is no metric 'total_product'"),
        (("--every", "0"), "origins 0 days apart make no sense"),
        (("--horizon", "10"), "a backtest over 10 days cannot be made"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_told_with_its_mend(shop: Cli, words: tuple[str, ...], said: str) -> None:
    told = shop("backtest", *words)

    assert (told.status, told.out) == (2, "")
    assert told.err.startswith(f"outgrow: {said}")
    assert "\n  mend: " in told.err
