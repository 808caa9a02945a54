"""Changes in parts that add up exactly: a date's from step to step, and growth by who brought it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from outgrow.domain.drivers import GrowthSplit, Identity, Integers, StoreChanges
from outgrow.domain.movement import Mover


class DatedMover(NamedTuple):
    """One more thing taken into account, and the date that follows; None where there is none with it."""

    mover: Mover
    day: date | None


def telescope(start: date, steps: Sequence[DatedMover]) -> dict[Mover, int | None]:
    """What each thing moved a date by, in days; they add up to the last step's date less the start.

    Things that come twice are added up. A step without a date is counted with the next one that has a date, so what
    it did by itself is None; a thing that no step is of did nothing, 0.

    Raises:
        ValueError: the last step has no date.
    """
    if steps and steps[-1].day is None:
        raise ValueError("the last step has no date")
    told: dict[Mover, int | None] = dict.fromkeys(step.mover for step in steps if step.day is None)
    at = start
    for step in steps:
        if step.day is not None:
            told[step.mover] = (told.get(step.mover) or 0) + (step.day - at).days
            at = step.day
    return {mover: told.get(mover, 0) for mover in Mover}


def split_growth(stores: StoreChanges, group: Integers, n_groups: int) -> GrowthSplit:
    """Add stores up by group and by what they were to the period, in whole numbers.

    Args:
        stores: what each of n stores held.
        group: (n,) which group it is of, 0 to `n_groups` - 1.
    """
    there, then = stores.there_after, stores.there_before
    identity = np.select(
        [there & ~then, then & ~there, then], [Identity.JOINED, Identity.LEFT, Identity.STAYED], Identity.NEITHER
    )
    sums = []
    for amounts in (np.ones(len(stores), dtype=np.int64), stores.before, stores.after):
        total = np.zeros((n_groups, len(Identity)), dtype=np.int64)  # floats would lose bytes
        np.add.at(total, (group, identity), amounts)
        sums.append(total)
    return GrowthSplit(*sums)
