"""Growth that two groups of stores brought."""

from datetime import date

import numpy as np

from outgrow.domain.drivers import Drivers, GrowthSplit
from outgrow.domain.metric import TOTAL_PRODUCTS

STORES = np.array([[2, 0, 3, 1], [0, 1, 4, 0]])
BEFORE = np.array([[0, 0, 30, 6], [0, 5, 40, 0]])
AFTER = np.array([[9, 0, 50, 0], [0, 2, 41, 0]])
SPLIT = Drivers(
    metric=TOTAL_PRODUCTS,
    scope_name="platform:main",
    since=date(2026, 8, 23),
    until=date(2026, 11, 21),
    split=GrowthSplit(STORES, BEFORE, AFTER),
    groups=("pro", None),
    by="plan",
    unplaced=(1, 4),
)
