"""Wrong usage, configuration and settings are refused on standard error, with the mend."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from tests.support.cli import Cli
from tests.support.command_files import refused


class TestWrongUsage:
    @pytest.mark.parametrize(
        "words",
        [
            ("nothing",),
            ("status", "--nothing"),
            ("when",),
            ("status", "--as-of", "yesterday"),
            ("history", "products", "--since", "2026-02-30"),
            ("trends", "--days", "0"),
            ("import", "x.csv", "--kind", "gauge"),
        ],
        ids=" ".join,
    )
    def test_what_the_command_line_does_not_know(self, cli: Cli, shop: str, words: tuple[str, ...]) -> None:
        told = cli(*words, "--database-url", shop) if len(words) > 1 else cli(*words)

        assert (told.status, told.out) == (2, "")
        assert "Traceback" not in told.err
        assert told.err

    @pytest.mark.parametrize("command_name", ["when", "forecast", "history"])
    @pytest.mark.parametrize(
        ("asked", "nearest"),
        [("total_product", "total_products"), ("store", "stores"), ("storage", "storage_gb"), ("order", "orders")],
    )
    def test_an_unknown_metric_names_the_nearest(
        self, cli: Cli, shop: str, command_name: str, asked: str, nearest: str
    ) -> None:
        told = cli(command_name, asked, "--database-url", shop)

        refused(told, 2, f"there is no metric '{asked}'", "did you mean", nearest)

    def test_a_metric_like_no_other_names_all(self, cli: Cli, shop: str) -> None:
        refused(cli("when", "zzz", "5", "--database-url", shop), 2, "use one of: ", "total_products", "storage_gb")

    @pytest.mark.parametrize("threshold", ["-4", "0", "nan", "abc", "inf", "-inf", "1e999", ""])
    def test_a_threshold_is_a_positive_number(self, cli: Cli, shop: str, threshold: str) -> None:
        refused(
            cli("when", "products", threshold, "--database-url", shop), 2, f"'{threshold}' is not a positive number"
        )
        refused(cli("forecast", "products", f"--limit={threshold}", "--database-url", shop), 2, "not a positive number")

    @pytest.mark.parametrize("threshold", ["-4", "nan", "abc", "-inf", ""])
    def test_a_threshold_that_is_fallen_to_may_be_0(self, cli: Cli, shop: str, threshold: str) -> None:
        words = ("when", "products", "--falling", "--database-url", shop)
        refused(cli(*words, threshold), 2, f"'{threshold}' is not 0 or a positive number")

        assert "products on 31 Mar 2026.\nAt or below 0 in about " in cli(*words, "0").out

    @pytest.mark.parametrize(
        "words", [("status",), ("when", "products", "5"), ("forecast", "products"), ("trends",), ("recommend",)]
    )
    def test_a_day_that_has_not_come(self, cli: Cli, shop: str, words: tuple[str, ...]) -> None:
        told = cli(*words, "--as-of", "2026-04-01", "--database-url", shop)

        refused(told, 2, "2026-04-01 has not come yet", "--as-of 2026-03-31")

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("--until", "2026-03-31"), "2026-03-31 is not over yet in UTC"),
            (("--since", "2026-03-02", "--until", "2026-03-01"), "there is no day from 2026-03-02 to 2026-03-01"),
        ],
    )
    def test_a_span_that_cannot_be_rebuilt(self, cli: Cli, shop: str, words: tuple[str, ...], said: str) -> None:
        refused(cli("backfill", *words, "--database-url", shop), 2, said)


class TestWrongConfiguration:
    @pytest.mark.parametrize(
        "words",
        [("status",), ("when", "products", "5"), ("capture",), ("backfill",), ("history", "products"), ("init",)],
    )
    def test_no_address(self, cli: Cli, words: tuple[str, ...]) -> None:
        refused(cli(*words), 3, "database_url is not set", "--database-url", "OUTGROW_DATABASE_URL")

    @pytest.mark.parametrize("words", [("status",), ("capture",), ("backfill",), ("recommend",)])
    def test_no_such_file(self, cli: Cli, tmp_path: Path, words: tuple[str, ...]) -> None:
        refused(cli(*words, "--database-url", "sqlite:///gone.db"), 3, "there is no database file gone.db")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("url", "said"),
        [
            ("shop.db", "database_url is not a database address"),
            ("oracle://somewhere/shop", "database_url"),
            ("nonsense://somewhere/shop", "the driver 'nonsense' is not there"),
        ],
    )
    def test_an_address_that_is_none(self, cli: Cli, url: str, said: str) -> None:
        told = cli("status", "--database-url", url)

        assert (told.status, told.out) == (3, "")
        assert said in told.err
        assert "Traceback" not in told.err

    def test_a_file_that_is_no_database(self, cli: Cli, tmp_path: Path) -> None:
        (tmp_path / "notes.db").write_text("just words, and enough of them to look like a page\n" * 100)
        refused(cli("status", "--database-url", "sqlite:///notes.db"), 3, "notes.db", "not a database")

    def test_a_database_without_our_tables(self, cli: Cli, tmp_path: Path) -> None:
        (tmp_path / "empty.db").touch()
        refused(cli("status", "--database-url", "sqlite:///empty.db"), 3, "there are no outgrow tables", "outgrow init")

    def test_a_store_without_a_platform_s_database(self, cli: Cli) -> None:
        assert cli("init", "--store-url", "sqlite:///ours.db").status == 0
        refused(cli("capture", "--store-url", "sqlite:///ours.db"), 3, "database_url is not set")

    def test_a_database_without_the_commerce_tables(self, cli: Cli) -> None:
        assert cli("init", "--database-url", "sqlite:///ours.db").status == 0
        refused(cli("capture", "--database-url", "sqlite:///ours.db"), 3, "lacks a table", "outgrow doctor")

    @pytest.mark.parametrize("words", [("status",), ("capture",), ("backfill",)])
    def test_an_unknown_platform_names_those_there_are(self, cli: Cli, shop: str, words: tuple[str, ...]) -> None:
        told = cli(*words, "--platform", "shpo", "--database-url", shop)

        refused(told, 3, "there is no platform 'shpo'", "use one of: shop")

    @pytest.mark.parametrize("words", [("status",), ("capture",), ("backfill",)])
    def test_an_unknown_time_zone(self, cli: Cli, shop: str, tmp_path: Path, words: tuple[str, ...]) -> None:
        engine = create_engine(f"sqlite:///{tmp_path}/shop.db")
        with engine.begin() as connection:
            connection.execute(text("UPDATE platforms SET time_zone = 'Mars/Olympus'"))
        engine.dispose()
        told = cli(*words, "--database-url", shop)

        refused(told, 3, "platform 'shop' has the time zone 'Mars/Olympus'", "Europe/Berlin")

    def test_an_unknown_time_zone_for_imported_platforms(self, cli: Cli, tmp_path: Path) -> None:
        (tmp_path / "outgrow.toml").write_text('time_zone = "Mars/Olympus"\n')
        cli("init", "--store-url", "sqlite:///ours.db")
        refused(cli("status", "--store-url", "sqlite:///ours.db"), 3, "Mars/Olympus", "not an IANA time zone")


class TestSettings:
    @pytest.mark.parametrize(
        ("lines", "said"),
        [
            ('platform = "shop"\ndatabase = "x"', "line 2: database: "),
            ("[forecast]\nhorizon_days = 90\nhorizon = 90", "line 3: forecast.horizon: "),
            ("\n[alerts]\nwarning_share = 80", "line 3: alerts.warning_share: "),
            ('[forecast]\nneed_days = "a few"', "line 2: forecast.need_days: "),
            ('[[limits]]\nmetric = "stores"', "line 1: limits.0.maximum: "),
            (
                '[[limits]]\nmetric = "stores"\nmaximum = 5\n\n[[limits]]\nmetric = "products"\nmaximum = -5',
                "line 7: limits.1.maximum: ",
            ),
            ('[[ladder]]\nname = "One"\ncost_monthly = 5\nmaximum_shops = 3', "line 4: ladder.0.maximum_shops: "),
        ],
    )
    def test_a_wrong_setting_names_file_and_line(
        self, cli: Cli, shop: str, tmp_path: Path, lines: str, said: str
    ) -> None:
        (tmp_path / "outgrow.toml").write_text(lines + "\n")

        refused(cli("status", "--database-url", shop), 3, f"outgrow.toml, {said}")

    def test_what_is_no_toml_names_file_and_line(self, cli: Cli, shop: str, tmp_path: Path) -> None:
        (tmp_path / "outgrow.toml").write_text('platform = "shop"\n[forecast\n')

        refused(cli("status", "--database-url", shop), 3, "outgrow.toml", "line 2")

    def test_a_limit_of_a_metric_that_does_not_exist(self, cli: Cli, shop: str, tmp_path: Path) -> None:
        (tmp_path / "outgrow.toml").write_text('[[limits]]\nmetric = "prodcuts"\nmaximum = 5\n')

        refused(cli("status", "--database-url", shop), 3, "prodcuts", "did you mean products")

    def test_a_ladder_that_is_out_of_order(self, cli: Cli, shop: str, tmp_path: Path) -> None:
        rungs = ("max_stores = 50", "max_stores = 10")
        ladder = "".join(f'[[ladder]]\nname = "{n}"\ncost_monthly = 5\n{rung}\n' for n, rung in enumerate(rungs))
        (tmp_path / "outgrow.toml").write_text(ladder)

        refused(cli("status", "--database-url", shop), 3, "ladder: tier '1' holds less of active_stores than '0'")

    def test_a_settings_file_that_is_not_there(self, cli: Cli, shop: str) -> None:
        refused(cli("status", "--config", "my.toml", "--database-url", shop), 3, "there is no settings file my.toml")

    def test_a_wrong_variable_is_named(self, cli: Cli, shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OUTGROW_FORECAST__NEED_DAYS", "few")

        refused(cli("status", "--database-url", shop), 3, "environment variable OUTGROW_FORECAST__NEED_DAYS")

    def test_options_come_before_variables_and_those_before_the_file(
        self, cli: Cli, shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def asked_for(*words: str) -> str:
            return cli("status", *words).err.partition("\n")[0]

        (tmp_path / "outgrow.toml").write_text(f'platform = "of the file"\ndatabase_url = "{shop}"\n')
        assert asked_for() == "outgrow: there is no platform 'of the file'"
        monkeypatch.setenv("OUTGROW_PLATFORM", "of the variable")
        assert asked_for() == "outgrow: there is no platform 'of the variable'"
        assert asked_for("--platform", "of the option") == "outgrow: there is no platform 'of the option'"

    def test_limits_and_rules_of_the_file_are_kept(self, cli: Cli, shop: str, tmp_path: Path) -> None:
        (tmp_path / "my.toml").write_text(
            '[forecast]\nhorizon_days = 40\n[[limits]]\nmetric = "team_members"\nmaximum = 500\nname = "seats"\n'
        )
        where = ("--config", "my.toml", "--json", "--database-url", shop)

        assert len(cli("forecast", "products", *where).document()["days"]) == 40
        limits = cli("status", *where).document()["limits"]
        assert [row["threshold"] for row in limits if row["name"] == "seats"] == [500]
        assert "media storage" not in [row["name"] for row in limits]
