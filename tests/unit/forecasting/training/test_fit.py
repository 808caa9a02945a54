"""A fit learns what a fleet does, by nothing that it is judged by, and gives way to the prior where it is no better."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.support import fleets
from tests.support.fleets import DAYS, EPOCHS, HELD_DAYS, apart, fitted

Fit = Callable[..., Any]


@pytest.fixture(scope="module")
def fit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fit]:
    with apart(tmp_path_factory) as process:
        yield lambda *arguments: process.submit(fitted, *arguments).result()


@pytest.fixture(scope="module")
def won(fit: Fit) -> dict[str, Any]:
    found: dict[str, Any] = fit(fleets.seasonal())
    return found


def test_a_fleet_of_another_world_is_learned(won: dict[str, Any]) -> None:
    level = won["held_out"]["level"]

    assert won["better"]
    assert level["better"]
    assert level["gain"] > 0.1 > level["doubt"]
    assert level["fitted"]["brier"] < level["prior"]["brier"]
    assert level["fitted"]["pinball"] < level["prior"]["pinball"]
    assert won["model"] == won["fitted"] != won["prior"]


def test_the_scores_say_what_was_held_out(won: dict[str, Any]) -> None:
    assert (won["series"], won["entities"], won["held_days"]) == (48, 12, HELD_DAYS)
    assert won["windows"]["level"] >= 1000
    assert set(won["held_out"]) == {"level"}
    assert won["held_out"]["level"]["entities"] == 3
    assert won["held_out"]["level"]["windows"] == 3 * 4 * 5


def test_what_cannot_be_judged_stays_the_priors(won: dict[str, Any]) -> None:
    """Counters rise by flows, so there are windows of flows, but none to judge by."""
    assert won["windows"]["flow"] >= 200
    assert won["keeps"] == {"level": False, "flow": True}


def test_progress_is_told_from_the_first_step_to_the_last(won: dict[str, Any]) -> None:
    assert [step for step in won["told"] if step[0] == "fitting levels"] == [
        ("fitting levels", done, EPOCHS) for done in range(1, EPOCHS + 1)
    ]
    assert won["told"][-1][0] == "judging"


def test_the_same_fleet_gives_the_same_model(fit: Fit, won: dict[str, Any]) -> None:
    assert fit(fleets.seasonal()) == won


def test_nothing_is_learned_from_what_is_judged_by(fit: Fit, won: dict[str, Any]) -> None:
    """Other entities held out, and other newest days of all, give other scores of the very same fit."""
    rng = np.random.default_rng(9)
    held = fleets.strangers(fleets.seasonal())
    other = []
    for one in fleets.seasonal():
        values = one.values.copy()
        values[slice(None) if one.entity in held else slice(-HELD_DAYS, None)] += rng.uniform(0, 500)
        other.append(replace(one, values=values))
    again = fit(other)

    assert again["fitted"] == won["fitted"]
    assert again["held_out"] != won["held_out"]


def test_a_day_before_counts(fit: Fit, won: dict[str, Any]) -> None:
    fleet = fleets.seasonal()
    held = fleets.strangers(fleet)
    at = next(number for number, one in enumerate(fleet) if one.entity not in held)
    values = fleet[at].values.copy()
    values[: DAYS - HELD_DAYS] *= 0.9
    fleet[at] = replace(fleet[at], values=values)

    assert fit(fleet)["fitted"] != won["fitted"]


def test_the_prior_stays_where_what_was_learned_is_noise(fit: Fit) -> None:
    found = fit(fleets.noise())

    assert not found["better"]
    assert found["held_out"]["level"]["gain"] < 2 * found["held_out"]["level"]["doubt"]
    assert found["model"] == found["prior"] != found["fitted"]


def test_flows_are_learned_by_themselves(fit: Fit) -> None:
    found = fit(fleets.orders())

    assert set(found["held_out"]) == {"flow"}
    assert found["held_out"]["flow"]["better"]
    assert found["keeps"] == {"level": True, "flow": False}


@pytest.mark.parametrize(
    ("entities", "days", "have", "need", "of"),
    [
        (4, 400, 16, 20, "series of at least 60 days"),
        (12, 59, 0, 20, "series of at least 60 days"),
        (9, 400, 9, 10, "platforms, stores or merchants with such series"),
        (10, 90, 0, 200, "windows to learn from"),
        (10, 150, 24, 30, "held-out windows to judge by"),
    ],
)
def test_too_little_is_refused_with_what_there_is(
    fit: Fit, *, entities: int, days: int, have: int, need: int, of: str
) -> None:
    found = fit(fleets.seasonal(entities, days))

    assert (found["status"], found["have"], found["need"]) == ("insufficient_data", have, need)
    assert found["reason"] == f"a fit needs {need} {of}, and has {have}"
