"""What somebody gives by hand: series of a file, each value with where it stands."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.metric import Scope


@dataclass(frozen=True, slots=True, eq=False)
class FileSeries:
    """The values of one metric of one scope.

    Attributes:
        unit: empty where the file says none.
        days: datetime64[D] (n_values,), ascending, none twice.
        values: float64 (n_values,), finite and not negative.
        rows: int64 (n_values,), where each stands in the file.
    """

    metric: str
    scope: Scope
    unit: str
    days: NDArray[np.datetime64]
    values: NDArray[np.float64]
    rows: NDArray[np.int64]
