from typing import Any

import numpy as np
import pytest

from outgrow.forecasting.kernels.ramps import falling, rising


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_a_share_rises_between_two_ends_and_falls_as_much(precision: Any) -> None:
    values = np.array([-1.0, 2.0, 3.0, 4.0, 9.0], dtype=precision)
    up, down = rising(values, (2.0, 4.0)), falling(values, (2.0, 4.0))

    assert up.tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert (up + down).tolist() == [1.0] * 5
    assert up.dtype == down.dtype == precision
