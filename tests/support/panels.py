"""Generated questions to the library: odd panels, horizons, levels and thresholds."""

from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

import numpy as np

ODD = (np.nan, np.inf, -np.inf, 0.0, -0.0, -1.0, 1.0, 1e-320, 1e-9, 1e9, 1e150, 1e300, 1.7e308, -1.7e308)
HORIZONS = (1, 7, 30, 365, 0, -1, 3650, 3651, 10**30, True, 30.0, 30.5, float("nan"), float("inf"), "30", None)
KINDS = ("level", "cumulative", "flow", "", "nope", None, 5, ["level"])
MODELS = ("shared", "drift", "", "nope", None, 5)
LEVELS = ((0.1, 0.5, 0.9), (0.5,), (), (0.0, 1.0), (-0.1,), (1.1,), (float("nan"),), (0.9, 0.1), ("half",), 0.5, None)


class Question(NamedTuple):
    """What is handed to `forecast_panel`, and what its answer is asked then."""

    values: Any
    horizon: Any
    kind: Any
    model: Any
    levels: Any
    thresholds: Any


def generated_questions(seed: int, number: int) -> Iterator[Question]:
    """So many questions; the same seed gives the same."""
    random = Random(seed)
    for _ in range(number):
        values = _values(random)
        rows = len(values) if hasattr(values, "__len__") else 1
        usual = random.random() < 0.6
        yield Question(
            values,
            random.choice(HORIZONS[:4] if usual else HORIZONS),
            random.choice(KINDS[:3] if usual else KINDS),
            random.choice(MODELS[:2] if usual else MODELS),
            random.choice(LEVELS[:2] if random.random() < 0.6 else LEVELS),
            _thresholds(random, rows),
        )


def _values(random: Random) -> Any:
    if random.random() < 0.1:
        return random.choice((None, [], 5, "text", [[]], [["a"]], np.zeros((0, 30)), np.zeros((2, 0)), np.zeros(9),
                              np.zeros((2, 3, 4)), [[1, 2], [3]], np.array([[1, 2, 3]]), np.full((2, 40), "x"),
                              np.full((1, 30), 1 + 2j), [[10**400] * 20], np.full((1, 30), True)))  # fmt: skip
    days = random.choice((1, 2, 7, 13, 14, 30, 100, 420))
    made = np.cumsum(np.random.default_rng(random.randrange(10**6)).normal(1, 3, (random.choice((1, 2, 3)), days)), 1)
    made = np.abs(made + 50) * random.choice((1.0, 1.0, 1e-300, 1e-12, 1e12, 1e150, 1e300))
    for _ in range(random.choice((0, 0, 1, 5, days // 2))):
        made[random.randrange(len(made)), random.randrange(days)] = random.choice(ODD)
    if random.random() < 0.1:
        made[random.randrange(len(made))] = random.choice(ODD)
    return made


def _thresholds(random: Random, rows: int) -> Any:
    if random.random() < 0.2:
        return random.choice((None, "x", 5.0, np.zeros((rows, 2)), np.zeros(rows + 1), [None] * rows, np.array([])))
    return np.array([random.choice((*ODD, 60.0, 100.0, 1e12)) for _ in range(rows)])
