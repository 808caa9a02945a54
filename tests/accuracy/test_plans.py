"""The plans of the demo platform are the frozen ones: a change of them is a change to be looked at."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.accuracy.freeze import COMMANDS, FROZEN, make_plans

RELATIVE, ABSOLUTE = 1e-6, 5e-6
"""How far numbers may lie apart: processors round exponentials and logarithms each in their own way."""


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return make_plans(tmp_path_factory.mktemp("plans"))


def test_a_file_for_each_plan_and_no_other() -> None:
    assert {file.stem for file in Path(FROZEN).glob("*")} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_plan_is_the_frozen_one(plans: dict[str, Any], name: str) -> None:
    frozen = json.loads((FROZEN / f"{name}.json").read_text(encoding="utf-8"))

    differences = list(apart(plans[name], frozen, name))

    assert not differences, f"run `make plans` and review the difference:\n{chr(10).join(differences[:20])}"


def apart(made: Any, frozen: Any, where: str) -> Iterator[str]:
    """Where two documents differ by more than machines do."""
    if isinstance(made, dict) and isinstance(frozen, dict) and list(made) == list(frozen):
        for key in made:
            yield from apart(made[key], frozen[key], f"{where}.{key}")
    elif isinstance(made, list) and isinstance(frozen, list) and len(made) == len(frozen):
        for at, pair in enumerate(zip(made, frozen, strict=True)):
            yield from apart(*pair, f"{where}[{at}]")
    elif type(made) is not type(frozen) or made != alike(frozen):
        yield f"{where}: {made!r} was {frozen!r}"


def alike(frozen: Any) -> Any:
    return pytest.approx(frozen, rel=RELATIVE, abs=ABSOLUTE) if isinstance(frozen, float) else frozen


@pytest.mark.parametrize(
    ("made", "frozen"),
    [
        ({"a": 1.0}, {"a": 1.00001}),
        ({"a": 1}, {"a": 1.0}),
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"b": 1}),
        ([1], [1, 2]),
        ([1.0, "x"], [1.0, "y"]),
        (None, 0.0),
    ],
)
def test_what_machines_agree_on_is_a_change(made: Any, frozen: Any) -> None:
    assert list(apart(made, frozen, "plan"))


def test_the_last_digits_are_no_change() -> None:
    assert not list(apart({"a": [1e9, 0.25]}, {"a": [1e9 + 100, 0.250001]}, "plan"))
