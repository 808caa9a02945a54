"""What the plan rests on is configuration, and what is wrong with it is said with its file, its key and the mend."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from outgrow.domain.errors import ConfigurationError
from outgrow.domain.event import Event
from outgrow.domain.limit import AlertPolicy
from outgrow.service.config import CapacityConfig
from outgrow.service.tables import TierTable
from outgrow.setup.settings import load_settings, unknown_variables

TIER = '[[ladder]]\nname = "{}"\ncost_monthly = {}\n'


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str) -> CapacityConfig:
    Path("outgrow.toml").write_text(text, encoding="utf-8")
    return load_settings().capacity_config()


def test_without_settings_everything_is_the_default() -> None:
    assert load_settings().capacity_config() == CapacityConfig(read_from="the OUTGROW_ variables")


def test_limits_have_shares_times_and_headroom_of_their_own() -> None:
    (disk, nodes) = read(
        """
        [alerts]
        lead_time_days = 10
        [[limits]]
        metric = "storage_used_gb"
        maximum = 1000
        keep_free = 0.2
        warning_share = 0.7
        lead_time_days = 45
        [[limits]]
        metric = "stores"
        maximum = 900
        scope = "store:17"
        nodes = 3
        spare_nodes = 1
        """
    ).limits

    assert disk.usable == pytest.approx(800)
    assert disk.policy(AlertPolicy(lead_time_days=10)) == AlertPolicy(warning_share=0.7, lead_time_days=45)
    assert (nodes.scope, nodes.name) == ("store:17", "stores")
    assert nodes.usable == pytest.approx(600)
    assert nodes.policy(AlertPolicy(lead_time_days=10)) == AlertPolicy(lead_time_days=10)


def test_the_rest_of_the_plan() -> None:
    config = read(
        TIER.format("One", "99.50")
        + 'max_stores = 10\nmax_storage_gb = 50\ncurrency = "USD"\nlead_time_days = 30\n'
        + TIER.format("Two", 200)
        + """currency = "USD"
        [plan]
        current_tier = "One"
        day_over_cost = "12.5"
        seed = 9
        [calendar]
        country = "BR"
        sales = false
        [[events]]
        name = "anniversary"
        first = 2027-03-01
        [[projects]]
        name = "big client"
        on = 2027-02-01
        probability = 0.6
        sizes = { total_products = 5000 }
        """
    )

    one = config.ladder.tiers[0]
    assert (config.ladder.currency, one.cost_monthly, one.lead_time_days) == ("USD", Decimal("99.50"), 30)
    assert one.maxima["storage_used_gb"] == 50
    assert (config.plan.current_tier, config.plan.day_over_cost, config.plan.seed) == ("One", Decimal("12.5"), 9)
    assert config.calendar.events == (Event("anniversary", date(2027, 3, 1), date(2027, 3, 1)),)
    assert (config.calendar.country, config.calendar.sales) == ("BR", False)
    (project,) = config.projects
    assert (project.on, project.probability, project.sizes) == (date(2027, 2, 1), 0.6, {"total_products": 5000.0})
    assert config.read_from == "outgrow.toml"


@pytest.mark.parametrize(
    ("text", "said", "mend"),
    [
        (
            TIER.format("a", 2) + "max_stores = 5\n" + TIER.format("b", 1),
            "outgrow.toml: ladder: tier 'b' costs 1",
            "order",
        ),
        (TIER.format("a", 1) + TIER.format("b", 2), "tier 'a' is unlimited, but 'b' stands above it", "only the last"),
        (
            TIER.format("a", 1) + "max_stores = 5\n" + TIER.format("b", 2) + "max_stores = 4\n",
            "outgrow.toml: ladder: tier 'b' holds less of active_stores than 'a' below it",
            "from the smallest to the largest",
        ),
        (
            TIER.format("a", 1) + 'max_stores = 5\ncurrency = "EUR"\n' + TIER.format("b", 2),
            "outgrow.toml: ladder: tier 'b' names no currency, others do",
            "the same `currency`",
        ),
        (TIER.format("a", 1) + 'currency = "euro"\n', "outgrow.toml, line 4: ladder.0.currency", "settings.md"),
        (TIER.format("a", 1) + "lead_time_days = -1\n", "outgrow.toml, line 4: ladder.0.lead_time_days", "settings.md"),
        (
            '[plan]\ncurrent_tier = "Huge"\n',
            "outgrow.toml: [plan] current_tier: the ladder has no tier 'Huge'",
            "Scale",
        ),
        ("[plan]\nday_over_cost = -1\n", "outgrow.toml, line 2: plan.day_over_cost", "settings.md"),
        ("[alerts]\nlead_time_days = -1\n", "outgrow.toml, line 2: alerts.lead_time_days", "settings.md"),
        (
            '[[limits]]\nmetric = "stores"\nmaximum = 5\nlead_time_days = -3\n',
            "outgrow.toml, line 4: limits.0.lead_time_days",
            "settings.md",
        ),
        (
            '[[limits]]\nmetric = "stores"\nmaximum = 5\nnodes = 2\nspare_nodes = 2\n',
            "outgrow.toml, line 1: limits.0: spare_nodes = 2 of nodes = 2 leaves none to work",
            "settings.md",
        ),
        ('[[limits]]\nmetric = "stores"\nmaximum = 5\nkeep_free = 1\n', "line 4: limits.0.keep_free", "settings.md"),
        (
            '[[projects]]\nname = "x"\non = 2027-01-01\nprobability = 1.5\nsizes = { total_products = 5 }\n',
            "outgrow.toml, line 4: projects.0.probability",
            "settings.md",
        ),
        (
            '[[events]]\nname = "x"\nfirst = 2027-01-05\nlast = 2027-01-01\n',
            "outgrow.toml, line 1: events.0: the last day, 2027-01-01, lies before the first, 2027-01-05",
            "settings.md",
        ),
        (
            '[[events]]\nname = "x"\nfirst = 2027-01-05\nlast = 2027-01-09\n[[events]]\nname="y"\nfirst=2027-01-09\n',
            "outgrow.toml: [[events]]: 'x' (2027-01-05 to 2027-01-09) and 'y' (2027-01-09) overlap on 2027-01-09",
            "change `first` or `last` of one",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_its_mend(text: str, said: str, mend: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        read(text)

    assert said in error.value.what
    assert mend in error.value.mend


class TestPaths:
    """What a settings file names lies beside it; what is given on the spot, in the working folder."""

    TEXT = """
        database_url = "sqlite:///shop.db?timeout=5"
        store_url = "sqlite+pysqlite:///data/ours.db"
        model_file = "models/own.npz"
        scenarios_file = "questions.toml"
    """

    def test_relative_ones_begin_at_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc" / "outgrow.toml").write_text(self.TEXT, encoding="utf-8")
        settings = load_settings(Path("etc") / "outgrow.toml")

        assert settings.database_url == "sqlite:///etc/shop.db?timeout=5"
        assert settings.store_url == "sqlite+pysqlite:///etc/data/ours.db"
        assert settings.model_file == Path("etc/models/own.npz")
        assert settings.scenarios_file == Path("etc/questions.toml")
        from_afar = load_settings(tmp_path / "etc" / "outgrow.toml")
        assert from_afar.store_url == f"sqlite+pysqlite:///{tmp_path}/etc/data/ours.db"

    @pytest.mark.parametrize(
        "address",
        [
            "sqlite://", "sqlite:///:memory:", "sqlite:////srv/ours.db", "sqlite:///file:ours.db?uri=true",
            "postgresql://reader@db.example/shop", "no address",
        ],
    )  # fmt: skip
    def test_other_addresses_stay(self, tmp_path: Path, address: str) -> None:
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc" / "outgrow.toml").write_text(f'store_url = "{address}"', encoding="utf-8")

        assert load_settings(tmp_path / "etc" / "outgrow.toml").store_url == address

    def test_options_and_variables_begin_where_the_command_is_run(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc" / "outgrow.toml").write_text(self.TEXT, encoding="utf-8")
        monkeypatch.setenv("OUTGROW_MODEL_FILE", "here.npz")
        settings = load_settings(tmp_path / "etc" / "outgrow.toml", store_url="sqlite:///here.db")

        assert (settings.store_url, settings.model_file) == ("sqlite:///here.db", Path("here.npz"))


class TestVariables:
    """What a variable says stands in place of the file's, key by key; an option in place of both."""

    def test_one_key_of_a_section(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OUTGROW_FORECAST__NEED_DAYS", "20")
        monkeypatch.setenv("OUTGROW_CALENDAR__SALES", "false")
        config = read("[forecast]\nneed_days = 30\nhistory_days = 200\n")

        assert (config.rules.need_days, config.rules.history_days, config.calendar.sales) == (20, 200, False)

    def test_a_whole_section_is_json_and_its_keys_are_still_outdone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OUTGROW_FORECAST", '{"need_days": 20, "history_days": 90}')
        monkeypatch.setenv("OUTGROW_FORECAST__NEED_DAYS", "21")
        rules = read("[forecast]\nneed_days = 30\nhorizon_days = 99\n").rules

        assert (rules.need_days, rules.history_days, rules.horizon_days) == (21, 90, 99)

    def test_lists_are_json(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(
            "OUTGROW_LIMITS", '[{"metric": "orders_per_day", "maximum": 1000, "name": null, "nodes": "2"}]'
        )
        monkeypatch.setenv("OUTGROW_EVENTS", '[{"name": "sale", "first": "2027-03-01"}]')
        config = read("limits = []\n")

        assert [(limit.name, limit.maximum, limit.headroom.nodes) for limit in config.limits] == [
            ("orders_per_day", 1_000, 2)
        ]
        assert config.calendar.events == (Event("sale", date(2027, 3, 1), date(2027, 3, 1)),)

    def test_an_option_outdoes_both(self, monkeypatch: pytest.MonkeyPatch) -> None:
        Path("outgrow.toml").write_text('platform = "file"\ntime_zone = "Europe/Berlin"', encoding="utf-8")
        monkeypatch.setenv("OUTGROW_PLATFORM", "variable")

        assert load_settings().platform == "variable"
        assert (found := load_settings(platform="option")).platform == "option"
        assert found.time_zone == "Europe/Berlin"

    @pytest.mark.parametrize(
        ("variable", "value", "said"),
        [
            ("OUTGROW_FORECAST__NEED_DAYS", "few", "forecast.need_days: has to be a whole number from 7 to 36,500"),
            ("OUTGROW_FORECAST", '{"need_days": 1e999}', "forecast.need_days: has to be a whole number"),
            ("OUTGROW_FORECAST", "5", "forecast: has to be a table, not 5"),
            ("OUTGROW_FORECAST__NED_DAYS", "20", "forecast.ned_days: is not known here"),
            ("OUTGROW_LIMITS", "{}{", "it is no JSON"),
            ("OUTGROW_LIMITS", '[{"metric": "products"}]', "limits.0.maximum: is required"),
            ("OUTGROW_LIMITS", '"products"', "limits: has to be a list, not 'products'"),
        ],
    )
    def test_a_wrong_one_is_named(self, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str) -> None:
        monkeypatch.setenv(variable, value)
        with pytest.raises(ConfigurationError) as error:
            read("[forecast]\nneed_days = 30\n")

        assert error.value.what.startswith(f"environment variable {variable}: {said}")
        assert error.value.mend

    def test_what_is_wrong_in_the_file_is_the_files(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OUTGROW_FORECAST__HISTORY_DAYS", "90")
        with pytest.raises(ConfigurationError, match=r"^outgrow.toml, line 2: forecast.need_days: .*, not 1\n"):
            read("[forecast]\nneed_days = 1\n")

    def test_those_that_are_no_setting_are_told_to_doctor_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("OUTGROW_NONSENSE", "OUTGROW_FORECST__NEED_DAYS", "OUTGROW_PLAN__SEED"):
            monkeypatch.setenv(name, "3")

        assert load_settings().plan.seed == 3
        assert unknown_variables() == ["OUTGROW_FORECST__NEED_DAYS", "OUTGROW_NONSENSE"]


class TestTiers:
    """A tier limits any metric, by the short name of a resource, by a metric's name, or in a table of names."""

    def tiers(self, text: str) -> tuple[TierTable, ...]:
        Path("outgrow.toml").write_text(text, encoding="utf-8")
        return load_settings().ladder or ()

    def test_maxima_by_any_name(self) -> None:
        (tier,) = self.tiers(
            TIER.format("One", 5) + 'max_gpus = 8\nmax_orders = 900\nmax_stores = 50\nmaxima = { "gpu hours" = 0.5 }\n'
        )

        assert tier.maxima == {"active_stores": 50, "total_orders_month": 900, "gpus": 8, "gpu hours": 0.5}
        assert list(tier.maxima)[:2] == ["active_stores", "total_orders_month"]
        assert isinstance(tier.maxima["gpus"], int)

    def test_so_in_a_variable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(
            "OUTGROW_LADDER", '[{"name": "One", "cost_monthly": "5", "max_gpus": 8.5, "maxima": {"products": 7}}]'
        )

        assert [tier.maxima for tier in self.tiers("")] == [{"total_products": 7, "gpus": 8.5}]

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("max_gpus = 0", "line 4: ladder.0.max_gpus: has to be a number from 1e-09 to 1e+18, not 0"),
            ("max_gpus = true", "line 4: ladder.0.max_gpus: has to be a number from 1e-09 to 1e+18, not true"),
            ("max_gpus = inf", "line 4: ladder.0.max_gpus: has to be a number from 1e-09 to 1e+18, not inf"),
            ('maxima = { "gpu hours" = -1 }', "line 4: ladder.0.maxima.gpu hours: has to be a number"),
            ("max_ = 5", "line 4: ladder.0.max_: is not known here"),
            ("maximum_gpus = 5", "line 4: ladder.0.maximum_gpus: is not known here"),
            ("max_stores = 5\nmax_active_stores = 6", "line 5: ladder.0.max_active_stores: is a second maximum of"),
            ("max_stores = 5\n[ladder.maxima]\nstores = 7", "line 6: ladder.0.maxima.stores: is a second maximum of"),
        ],
    )
    def test_what_is_no_maximum_is_refused(self, line: str, said: str) -> None:
        with pytest.raises(ConfigurationError) as error:
            self.tiers(TIER.format("One", 5) + line)

        assert f"outgrow.toml, {said}" in error.value.what


def test_a_source_is_named_or_told_by_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().source_kind == "none"
    assert load_settings(database_url="sqlite:///shop.db").source_kind == "commerce"
    Path("outgrow.toml").write_text('[source]\nkind = "meters"\naddress = "http://h"\nsteps = [1, 2]', encoding="utf-8")
    monkeypatch.setenv("OUTGROW_SOURCE__ADDRESS", "http://other")
    settings = load_settings(database_url="sqlite:///shop.db")

    assert settings.source_kind == settings.source.kind == "meters"
    assert settings.source.options == {"address": "http://other", "steps": [1, 2]}
    assert "other" not in repr(settings)


@pytest.mark.parametrize("text", ['database_url = ["me:Zq7Rt5Wx@h"]', 'platform = 5\nstore_url = "me:Zq7Rt5Wx@h"'])
def test_no_address_is_quoted(text: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        read(text)

    assert "has to be text" in error.value.what
    assert "Zq7Rt5Wx" not in str(error.value)
