"""Some series with their limits and rules as one value, and as plain arrays: what another process can be handed.

Nothing of it needs a store, a source or settings. The arrays hold texts, numbers and days alone, so that they can be
pickled, written with NumPy's own formats or be the columns of an Arrow record batch.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import starmap
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.event import Event, EventKind
from outgrow.domain.forecast import DaysUntil
from outgrow.domain.metric import Kind, Metric, Scope
from outgrow.domain.panel import HistoryPanel, Key
from outgrow.forecasting.correction import Correction
from outgrow.forecasting.outlook import days_until_of
from outgrow.forecasting.projection import project_panel
from outgrow.forecasting.rules import ForecastRules

Arrays = Mapping[str, NDArray[Any]]
QUANTILES = ("p10", "p50", "p90")
COMMON = "common"
"""The array of what all rows share, one JSON document."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Series that are asked when they reach their limits.

    Attributes:
        panel: n series; of a month's total, the daily flow that it adds up.
        limits: float64 (n, k), in each metric's unit; NaN where a series has fewer than k.
        rules: by which all of them are forecast.
        today: the day that the answers are for.

    Raises:
        ValueError: there is not a row of limits for each series.
    """

    panel: HistoryPanel
    limits: NDArray[np.float64]
    rules: ForecastRules
    today: date

    def __post_init__(self) -> None:
        if self.limits.ndim != 2 or len(self.limits) != len(self.panel):  # noqa: PLR2004 - rows and columns
            raise ValueError(f"limits of shape {self.limits.shape} for {len(self.panel)} series: give (n, k)")

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays of n rows, none of Python objects, and `common` (1,), what holds for all of them."""
        metrics, keys = self.panel.metrics, self.panel.keys
        return {
            "platform": _texts([key.platform for key in keys]),
            "scope": _texts([str(key.scope) for key in keys]),
            "metric": _texts([json.dumps(asdict(metric)) for metric in metrics]),
            "values": self.panel.values,
            "provenance": self.panel.provenance,
            "limits": self.limits,
            COMMON: _texts([json.dumps(self._common(), default=str)]),
        }

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> Self:
        """What `arrays` gave."""
        common = json.loads(str(arrays[COMMON][0]))
        scopes = [Scope.parse(str(scope)) for scope in arrays["scope"]]
        panel = HistoryPanel(
            tuple(starmap(Key, zip(map(str, arrays["platform"]), scopes, strict=True))),
            tuple(_metric(str(metric)) for metric in arrays["metric"]),
            date.fromisoformat(common["first_day"]),
            arrays["values"],
            arrays["provenance"],
        )
        return cls(panel, arrays["limits"], _rules(common["rules"]), date.fromisoformat(common["today"]))

    def until(self) -> dict[str, NDArray[Any]]:
        """When each series reaches each of its limits, as arrays.

        Returns:
            `as_of` (n,), the newest known day of each; `status` (n, k), the words of `Status`, `no_limit` where there
            is none; `p10`, `p50` and `p90` (n, k), the dates; `reason` (n, k), why there are none. No date is NaT, no
            reason an empty text.
        """
        made = project_panel(self.panel, [self.rules] * len(self.panel), self.today)
        answers = [
            [days_until_of(projection, history, None if np.isnan(limit) else float(limit)) for limit in limits]
            for projection, history, limits in zip(made, self.panel, self.limits, strict=True)
        ]
        shape = self.limits.shape
        known = self.panel.provenance != 0
        newest = np.datetime64(self.panel.first_day, "D") + (self.panel.n_days - 1)
        as_of = newest - (np.argmax(known[:, ::-1], axis=1) if known.size else np.zeros(len(known), dtype=np.int64))
        as_of[~known.any(axis=1)] = np.datetime64("NaT")
        return {
            "as_of": as_of,
            "status": _texts([each.status.value for row in answers for each in row]).reshape(shape),
            "reason": _texts([each.reason or "" for row in answers for each in row]).reshape(shape),
            **{name: _dates(answers, name).reshape(shape) for name in QUANTILES},
        }

    def _common(self) -> Mapping[str, object]:
        return {"first_day": self.panel.first_day, "today": self.today, "rules": asdict(self.rules)}


def _texts(texts: Sequence[str]) -> NDArray[np.str_]:
    return np.array(texts, dtype=np.str_) if texts else np.empty(0, dtype="<U1")


def _dates(answers: Sequence[Sequence[DaysUntil]], name: str) -> NDArray[np.datetime64]:
    return np.array([each.date(name) for row in answers for each in row], dtype="datetime64[D]")


def _metric(told: str) -> Metric:
    fields = json.loads(told)
    return Metric(**{**fields, "kind": Kind(fields["kind"])})


def _rules(told: dict[str, Any]) -> ForecastRules:
    events = tuple(
        Event(
            **{
                **event,
                "first": date.fromisoformat(event["first"]),
                "last": date.fromisoformat(event["last"]),
                "kind": EventKind(event["kind"]),
            }
        )
        for event in told["events"]
    )
    correction, file = Correction(**told["correction"]), Path(told["model_file"])
    return ForecastRules(**{**told, "events": events, "correction": correction, "model_file": file})
