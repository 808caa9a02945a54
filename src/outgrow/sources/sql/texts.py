"""Times that are texts in ISO 8601: with a zone, without one, or a date alone, and all three in one column."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from outgrow.sources.sql.midnights import Instants, Midnights
from outgrow.sources.sql.times import Timed

if TYPE_CHECKING:
    import pyarrow as pa

WITH_ZONE = r"^.{11,}(Z|z|[+-]\d\d(:?\d\d)?)$"
DATE_LENGTH, WHOLE_SECONDS = 10, 19
"""Characters of a date, and of a time without its fractions."""
NOWHERE = -1
"""The place of what is no time."""

Places = NDArray[np.int64]


def places_of(texts: "pa.Array", timed: Timed, midnights: Midnights) -> Places:
    """The place of each text among the bounds of days, (n,); `NOWHERE` of what is missing or no time.

    All of a column are tried as one shape first, for that is what nearly every column holds.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    length = pc.min_max(pc.utf8_length(texts)).as_py()
    found = np.full(len(texts), NOWHERE, np.int64)
    if length["max"] is None:
        return found
    if length["min"] > DATE_LENGTH:
        for kind, bounds in ((_naive(), timed.bounds(midnights)), (_aware(), midnights.instants)):
            try:
                return _among(pc.cast(texts, kind), bounds)
            except pa.ArrowInvalid:
                continue
    zoned = pc.fill_null(pc.match_substring_regex(texts, WITH_ZONE), False).to_numpy(zero_copy_only=False)
    dates = pc.fill_null(pc.equal(pc.utf8_length(texts), DATE_LENGTH), False).to_numpy(zero_copy_only=False)
    for rows, kind, bounds in (
        (zoned, _aware(), midnights.instants),
        (dates, _naive(), midnights.days),
        (~zoned & ~dates, _naive(), timed.bounds(midnights)),
    ):
        if rows.any():
            found[rows] = _among(_each(texts.filter(pa.array(rows)), kind), bounds)
    return found


def _naive() -> "pa.DataType":
    import pyarrow as pa

    return pa.timestamp("us")


def _aware() -> "pa.DataType":
    import pyarrow as pa

    return pa.timestamp("us", "UTC")


def _each(texts: "pa.Array", kind: "pa.DataType") -> "pa.Array":
    """Texts as times; null for those that are none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        return pc.cast(texts, kind)
    except pa.ArrowInvalid:
        read = {text: _one(text, kind) for text in texts.unique().to_pylist()}
        return pa.array([read[text] for text in texts.to_pylist()], type=pa.int64()).cast(kind)


def _one(text: str | None, kind: "pa.DataType") -> int | None:
    """One text in microseconds since 1970, on its own clock or in UTC; without fractions, for no day begins in one."""
    import pyarrow as pa

    zone = text[WHOLE_SECONDS:].lstrip(".,0123456789") if text is not None else ""
    try:
        return int(pa.scalar((text or "")[:WHOLE_SECONDS] + zone).cast(kind).value)
    except pa.ArrowInvalid:
        return None


def _among(times: "pa.Array", bounds: Instants) -> Places:
    """The places of times, of which those that are null have none."""
    import pyarrow.compute as pc

    microseconds = pc.fill_null(times.cast("int64"), 0).to_numpy()
    places: Places = np.searchsorted(bounds.astype("datetime64[us]").astype(np.int64), microseconds, side="right")
    places[times.is_null().to_numpy(zero_copy_only=False)] = NOWHERE
    return places
