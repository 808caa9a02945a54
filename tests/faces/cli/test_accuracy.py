"""`outgrow accuracy`, and what the other commands say when it makes them ask the plain drift."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session
from tests.support.cli import NOW, TODAY, Cli, Told
from tests.support.desks import backfill, store_of
from tests.support.forecasts import issued, limit
from tests.support.platforms import eventful_platform
from tests.support.snapshots import write_days, write_measurements

from outgrow import create_schema
from outgrow.domain.issued import IssuedForecast
from outgrow.store.contract import StoredPlatform
from outgrow.store.orm import ForecastRow

URL = "sqlite:///shop.db"
WHY = (
    "Products: over the last 90 days the shared model was further off than the plain drift (mean loss 200 against "
    "0.0786 products, 40 forecasts), so the drift is asked until the shared model wins again.\n"
)


@pytest.fixture
def cli(cli: Cli) -> Cli:
    """Runs a command on `shop.db`."""

    def run(*words: str) -> Told:
        return cli(*words, "--database-url", URL)

    return run


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """On `shop.db`, with nothing of the platform's own in it, and 100 products on each of sixty days."""
    made = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    create_schema(made, commerce=False)
    days = [TODAY - timedelta(days=n) for n in range(60)]
    row = {"platform": "shop", "metric": "total_products", "scope": "platform", "reason": None}
    with Session(made) as db, db.begin():
        store_of(db).remember_platform(StoredPlatform("shop", None, "UTC"), NOW)
        write_days(db, "shop", days)
        write_measurements(db, [{**row, "day": day, "value": 100.0, "provenance": "observed"} for day in days])
    yield made
    made.dispose()


def keep(engine: Engine, *forecasts: IssuedForecast) -> None:
    with Session(engine) as db, db.begin():
        store_of(db).write_forecasts("shop", forecasts)


def days(last: int, first: int = 1) -> list[date]:
    return [TODAY - timedelta(days=n) for n in range(first, last + 1)]


@pytest.fixture
def scored(engine: Engine) -> Engine:
    """Forty days' forecasts that were one product too high; of the limit told, nothing came."""
    keep(engine, *(issued(day, 101, 102, limits=(limit(150, {30: 0.25}),)) for day in days(40)))
    return engine


@pytest.fixture
def fallen_back(engine: Engine) -> Engine:
    """The shared model was off by 400 for forty days; the capture of today has left it."""
    keep(engine, *(issued(day, 500, 100) for day in days(40)))
    keep(engine, issued(TODAY, 100, 100, model="drift", reason=WHY.removeprefix("Products: ").removesuffix(".\n")))
    return engine


class TestAccuracy:
    def test_nothing_is_kept_yet(self, cli: Cli, engine: Engine) -> None:
        told = cli("accuracy")

        said = "only captures of a platform's database keep forecasts, and none is set (database_url)"
        assert told == (0, f"No forecast is kept yet: {said}.\n", "")

    def test_nothing_is_due_yet(self, cli: Cli, engine: Engine) -> None:
        keep(engine, issued(TODAY, 100, 100), issued(TODAY, 5, 5, metric="active_stores"))

        assert cli("accuracy") == (
            0,
            "2 forecasts are kept, of 2 metrics. None is due yet: the first forecast comes due on 1 Apr 2026.\n",
            "",
        )
        assert cli("accuracy", "products").out.startswith("1 forecast is kept, of 1 metric. None is due yet")

    def test_a_line_for_each_metric(self, cli: Cli, scored: Engine) -> None:
        told = cli("accuracy")

        assert (told.status, told.err) == (0, "")
        assert "\x1b" not in told.out
        heading, row = (line for line in told.out.splitlines() if line.startswith(("Metric", "Products")))
        assert heading.split() == [
            "Metric", "Due", "In", "7", "days", "In", "30", "days", "In", "90", "days", "50%", "80%", "95%",
            "Brier", "Shared", "Drift", "Model",
        ]  # fmt: skip
        # 40 of a day ahead, 34 of 7, 27 of 14 and 11 of 30 have come due; .0625 is the square of a quarter.
        assert row.split() == [
            "Products", "112", "1", "1", "–", "0%", "100%", "100%", "0.062", "0.221", "0.579", "shared",
        ]  # fmt: skip

    def test_one_metric_in_full(self, cli: Cli, scored: Engine) -> None:
        told = cli("accuracy", "products")

        assert told.out.startswith(
            "Products: 40 forecasts are kept since 19 Feb 2026; model shared; errors and losses in products\n"
        )
        rows = [line.split() for line in told.out.splitlines()]
        assert rows.count(["1", "day", "40", "1", "0%", "100%", "100%", "0.221", "0.221", "0.579"]) == 2
        assert rows.count(["30", "days", "11", "1", "0%", "100%", "100%", "0.221", "0.221", "0.579"]) == 2
        assert not [row for row in rows if row[:1] == ["60"]]
        assert (
            told.out.count("Limits within 30 days: 11 chances told, 25% on average, 0% came; Brier score 0.062.") == 2
        )
        assert "Came due in the last 90 days:" in told.out
        assert "Ever since 19 Feb 2026:" in told.out

    def test_the_document(self, cli: Cli, scored: Engine) -> None:
        told = cli("accuracy", "--json")
        document = told.document()

        assert (told.status, told.err) == (0, "")
        assert {key: document[key] for key in document if key != "metrics"} == {
            "platform": "shop", "as_of": "2026-03-31", "window_days": 90, "least_judged": 30, "due": 112,
            "next_due": "2026-04-01",
        }  # fmt: skip
        (metric,) = document["metrics"]
        assert metric["model"] == "shared"
        assert metric["reason"] is None
        assert (metric["issued"], metric["judged"], metric["first_issued"]) == (40, 40, "2026-02-19")
        assert metric["recent"]["horizons"][0] == {
            "days_ahead": 1, "due": 40, "mean_absolute_error": 1, "coverage": {"50": 0, "80": 1, "95": 1},
            "pinball": {"issued": 0.22143, "shared": 0.22143, "drift": 0.57857},
        }  # fmt: skip
        assert metric["ever"]["limits"][0] == {"within_days": 30, "due": 11, "brier": 0.0625, "said": 0.25, "came": 0}
        assert metric["ever"]["horizons"][-1]["mean_absolute_error"] is None

    def test_a_past_day_knows_what_was_known_then(self, cli: Cli, scored: Engine) -> None:
        document = cli("accuracy", "--json", "--as-of", "2026-02-22").document()

        assert (document["as_of"], document["due"], document["metrics"][0]["issued"]) == ("2026-02-22", 3, 4)
        assert cli("accuracy", "--as-of", "2026-02-18").out.startswith("No forecast is kept yet")

    def test_wrong_usage(self, cli: Cli, scored: Engine) -> None:
        told = cli("accuracy", "produkts")
        assert (told.status, told.out) == (2, "")
        assert "there is no metric 'produkts'" in told.err

        told = cli("accuracy", "--as-of", "2026-04-01")
        assert told.status == 2
        assert "2026-04-01 has not come yet" in told.err


class TestFallback:
    def test_accuracy_says_why(self, cli: Cli, fallen_back: Engine) -> None:
        for words in (("accuracy",), ("accuracy", "products")):
            assert cli(*words).out.endswith(WHY)
        metric = cli("accuracy", "--json").document()["metrics"][0]
        assert (metric["model"], f"Products: {metric['reason']}.\n") == ("drift", WHY)

    @pytest.mark.parametrize("words", [("when", "products", "150"), ("forecast", "products"), ("status",)])
    def test_so_does_every_command_whose_answer_it_changes(
        self, cli: Cli, fallen_back: Engine, words: tuple[str, ...]
    ) -> None:
        told = cli(*words)
        assert (told.status, told.err) == (0, WHY)
        assert told.out

        told = cli(*words, "--json")
        assert (told.status, told.err) == (0, WHY)
        assert told.document()

    def test_other_days_and_scopes_say_nothing(self, cli: Cli, fallen_back: Engine) -> None:
        assert cli("when", "products", "150", "--as-of", "2026-03-30").err == ""
        assert cli("when", "products", "150", "--scope", "store:1").err == ""

    def test_check_stays_one_line(self, cli: Cli, fallen_back: Engine) -> None:
        told = cli("check")

        assert (told.err, told.out.count("\n")) == ("", 1)

    @pytest.mark.parametrize(("as_of", "model"), [("2026-03-31", "drift"), ("2026-03-30", "shared")])
    def test_the_forecast_s_document_names_its_model(
        self, cli: Cli, fallen_back: Engine, as_of: str, model: str
    ) -> None:
        assert cli("forecast", "products", "--json", "--as-of", as_of).document()["model"] == model


def test_a_capture_keeps_forecasts_of_the_configured_limits(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "outgrow.toml").write_text('[[limits]]\nmetric = "products"\nmaximum = 5000\nname = "catalogue"\n')
    made = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    create_schema(made)
    with Session(made) as db, db.begin():
        eventful_platform("UTC", TODAY - timedelta(days=60), TODAY - timedelta(days=1)).put(db, "shop")
        backfill(db, db, None, NOW)
    told = cli("capture")

    assert (told.status, told.err) == (0, "")
    with Session(made) as db:
        kept = {row.metric: row for row in db.scalars(select(ForecastRow))}
        assert kept["total_products"].issued_on == TODAY
        assert [limit["name"] for limit in kept["total_products"].limits] == ["tier Starter", "catalogue"]
    made.dispose()
    assert "None is due yet: the first forecast comes due on 1 Apr 2026." in cli("accuracy").out
