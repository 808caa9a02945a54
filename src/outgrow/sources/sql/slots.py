"""Coarser pieces of time than days begin by: what a server groups by, because it is cheap, and we sort into days.

Midnights of nearly all zones are whole hours of UTC. So rows are grouped by the hour, by arithmetic that costs a server
little, and which hours make a day is told here. Where midnights are no whole quarters of an hour, places are told by
the server itself.
"""

import numpy as np
from numpy.typing import NDArray

from outgrow.sources.sql.midnights import Instants

SIZES = (86_400, 3_600, 900)
"""Seconds of a slot: the largest of which every midnight is a multiple."""
Places = NDArray[np.int64]
NOWHERE = -1
"""The place of what is no time."""


def slot_seconds(bounds: Instants) -> int | None:
    """How long a slot may be, so that none reaches over a bound; None where even the shortest would."""
    seconds = bounds.astype("datetime64[s]").astype(np.int64)
    return next((size for size in SIZES if not (seconds % size).any()), None)


def places_of(seconds: NDArray[np.float64], bounds: Instants) -> Places:
    """The places of slots among the bounds of days, by the seconds since 1970 at which they begin; NaN has none."""
    known = bounds.astype("datetime64[s]").astype(np.float64)
    places: Places = np.searchsorted(known, seconds, side="right")
    return np.where(np.isnan(seconds), NOWHERE, places)
