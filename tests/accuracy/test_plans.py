"""The plans of the demo platform are the frozen ones: a change of them is a change to be looked at."""

from pathlib import Path
from typing import Any

import pytest
from tests.accuracy.freeze import COMMANDS, FROZEN, make_plans, written


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return make_plans(tmp_path_factory.mktemp("plans"))


def test_a_file_for_each_plan_and_no_other() -> None:
    assert {file.stem for file in Path(FROZEN).glob("*")} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_plan_is_the_frozen_one(plans: dict[str, Any], name: str) -> None:
    frozen = (FROZEN / f"{name}.json").read_text(encoding="utf-8")

    assert written(plans[name]) == frozen, f"the plan '{name}' has changed: run `make plans` and review the difference"
