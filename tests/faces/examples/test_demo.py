"""The demo platform's plan: its settings are right, and its scenarios can be read."""

from pathlib import Path

from outgrow.service.scenario_file import read_scenarios
from outgrow.setup.settings import load_settings

FOLDER = Path(__file__).parents[3] / "examples" / "demo"


def test_the_settings_say_all_that_the_page_promises() -> None:
    settings = load_settings(FOLDER / "outgrow.toml")
    config = settings.capacity_config()

    assert [tier.name for tier in config.ladder] == ["Single", "Double", "Cluster"]
    assert config.plan.current_tier == "Single"
    assert config.plan.day_over_cost is not None
    assert [limit.usable for limit in config.limits] == [2_400, 1_200]
    assert [project.probability for project in config.projects] == [0.8]
    assert [event.name for event in config.calendar.events] == ["winter sale"]


def test_the_scenarios_stand_beside_them() -> None:
    settings = load_settings(FOLDER / "outgrow.toml")
    found = read_scenarios(settings.scenarios_path, must_exist=True)

    assert {name: table.kinds() for name, table in found.tables.items()} == {
        "partner": ["stores", "events"],
        "cleanup": ["steps", "prices"],
    }
