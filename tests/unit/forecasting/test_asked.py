"""Whatever is handed to the batch interface: numbers of the right shape, or our error; never anything else."""

import os
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from tests.support.panels import Question, generated_questions

from outgrow import evaluation
from outgrow.domain.errors import UsageError
from outgrow.forecasting import forecast_panel
from outgrow.forecasting.asked import checked_panel, checked_thresholds

QUESTIONS = int(os.environ.get("GENERATED_QUESTIONS", "60"))
"""How many are asked; ten thousand take a while and are asked by hand."""


def _asked(question: Question) -> None:
    q = question
    answers: list[Callable[[], object]] = [
        lambda: forecast_panel(q.values, q.horizon, q.kind, q.model),
        lambda: forecast_panel(q.values, 30, q.kind).quantiles(q.levels),
        lambda: forecast_panel(q.values, 30, q.kind).crossing_cdf(q.thresholds),
        lambda: evaluation.crossing_cdf(q.values, q.thresholds, q.horizon),
        lambda: evaluation.quantiles(q.values, q.horizon, q.levels),
        lambda: evaluation.flow_quantiles(q.values, q.horizon, q.levels),
    ]
    for answer in answers:
        try:
            answer()
        except UsageError as error:
            assert len(str(error)) < 400  # noqa: PT017 - whether it is raised is not known


def test_every_question_is_answered() -> None:
    faults = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for question in generated_questions(1, QUESTIONS):
            try:
                _asked(question)
            except Exception as error:
                faults.append((error, question))
    assert not faults, f"{len(faults)} questions: {faults[:3]}"


def test_what_is_too_large_makes_a_row_unusable_and_what_is_too_small_is_nothing() -> None:
    panel = checked_panel([[1.0, 1e31], [1.0, -1e31], [1e-31, 2.0]])

    assert panel.tolist() == [[1.0, np.inf], [1.0, -np.inf], [0.0, 2.0]]


def test_what_is_in_between_stays_as_it_is() -> None:
    values = np.array([[0.0, 1e-30, 5.0, np.nan, 1e30]])

    assert checked_panel(values) is values


def test_thresholds_are_one_a_row() -> None:
    assert checked_thresholds([1, 1e300], 2).tolist() == [1.0, 1e30]
    with pytest.raises(UsageError, match="shape"):
        checked_thresholds([1, 2, 3], 2)
