"""What the plan rests on is configuration, and what is wrong with it is said with its file, its key and the mend."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from outgrow.domain.errors import ConfigurationError
from outgrow.domain.event import Event
from outgrow.domain.limit import AlertPolicy
from outgrow.service.config import CapacityConfig
from outgrow.setup.settings import load_settings

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
