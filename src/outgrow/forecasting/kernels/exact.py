"""A matrix product whose sums are exact, so that every order of adding gives the same bytes.

A library of linear algebra adds in an order of its own, which hangs on the processor, on the width of the matrix, on a
column's place in it and on the number of threads. Numbers that are whole multiples of a small enough step, but not of
a too small one, leave nothing to round: then the order cannot be seen.
"""

from types import ModuleType
from typing import Any

import numpy as np

REACH = 8.0
"""Largest size of an input. Beyond it sums are as good as any, but their last bits may hang on the order."""
INPUT_BITS = 23
"""Inputs are told in steps of 2^-23: as finely as single precision tells 1."""
EXACT_BITS = 53
"""Whole numbers up to 2^53 are added in double precision without rounding."""


def exact_product(weights: Any, inputs: Any, xp: ModuleType = np) -> Any:
    """Weights (m, k) times inputs (k, n) in single precision, the same bytes for a column wherever it stands.

    Weights are told as finely as their largest possible sum allows, which for rows that sum up to 8 is single
    precision, too. Where gradients are wanted (`xp` is another library), it is the plain product.

    Args:
        inputs: between -`REACH` and `REACH`.
    """
    if xp is not np:
        return weights @ inputs
    wide = weights.astype(np.float64)
    largest = REACH * float(np.abs(wide).sum(axis=1).max(initial=0.0))
    _, above = np.frexp(largest)  # largest < 2^above
    step = 2.0 ** (INPUT_BITS - EXACT_BITS + int(above))
    # Times a power of two nothing is lost.
    steps = np.rint(wide * (1.0 / step)) @ np.rint(inputs * np.float32(2.0**INPUT_BITS)).astype(np.float64)
    return (steps * (step * 2.0**-INPUT_BITS)).astype(np.float32)
