"""Times that are texts in ISO 8601, very many at once: with a zone, without one, or a date alone.

Texts come as one, parted by a character that no time holds. Their bytes are read eight at a time, as one number each;
and of texts that follow each other within the same minute, as most rows of a table do, only the first is looked at.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outgrow.sources.sql.midnights import Midnights
from outgrow.sources.sql.slots import NOWHERE, Places
from outgrow.sources.sql.times import Timed

SEPARATOR = "\x1e"
"""Between two texts: made for it, and on no keyboard."""
DATE, MINUTES, SECONDS = 10, 16, 19
"""Characters of a date, and of a time down to minutes and to seconds."""
BLOCK = 32_768
"""Texts that are looked at together, for what is known of so many stays close to the processor."""
LAST_YEAR = 9_999
MONTHS, DAYS, HOURS, IN_AN_HOUR = 12, 31, 24, 60

Words = NDArray[np.uint64]
Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class _Shape(NamedTuple):
    """Which bytes of a word are digits, and what the others have to be."""

    mask: np.uint64
    shape: np.uint64

    @classmethod
    def of(cls, pattern: bytes) -> "_Shape":
        """`0` for a digit, `?` for anything."""
        mask = bytes({ord("0"): 0xF0, ord("?"): 0}.get(each, 0xFF) for each in pattern)
        shape = bytes(0 if each == ord("?") else each & bits for each, bits in zip(pattern, mask, strict=True))
        return cls(np.uint64(int.from_bytes(mask, "little")), np.uint64(int.from_bytes(shape, "little")))

    def fits(self, words: Words) -> Flags:
        """Which words are so."""
        fitting: Flags = (words & self.mask) == self.shape
        return fitting


_MONTH, _DAY, _TIME = _Shape.of(b"0000-00-"), _Shape.of(b"00??????"), _Shape.of(b"00?00:00")


def places_of(joined: str, n: int, timed: Timed, midnights: Midnights) -> Places:
    """The place of each text among the bounds of days, (n,); `NOWHERE` of what is empty or no time.

    Args:
        joined: n texts with `SEPARATOR` between them.

    Raises:
        ValueError: there are not n of them, for one holds the separator.
    """
    raw = np.frombuffer(f"{joined}{SEPARATOR}{' ' * SECONDS}".encode(), np.uint8)
    ends = np.flatnonzero(raw == ord(SEPARATOR))
    if len(ends) != n:
        raise ValueError(f"{len(ends)} texts, not {n}")
    begins = np.concatenate([[0], ends[:-1] + 1])
    every = np.ndarray((len(raw) - 7,), "<u8", raw, strides=(1,))
    bounds = _Bounds(timed, midnights)
    places = np.full(n, NOWHERE, np.int64)
    for block in (slice(begin, begin + BLOCK) for begin in range(0, n, BLOCK)):
        begin, end = begins[block], ends[block]
        there = np.flatnonzero(end > begin)
        if len(there):
            places[block.start + there] = _places(raw, every, begin[there], end[there], bounds)
    return places


class _Bounds:
    """Bounds of days in seconds, for dates, for instants, and for times without a zone."""

    def __init__(self, timed: Timed, midnights: Midnights) -> None:
        told = (midnights.days, midnights.instants, timed.bounds(midnights))
        self.dates, self.instants, self.wall = (each.astype(np.int64) for each in told)
        self.by_minutes = not any((each % IN_AN_HOUR).any() for each in (self.instants, self.wall))


class _Texts(NamedTuple):
    """Some texts, none of them empty: where each begins and ends, its first two words, and what zone it says."""

    begins: Integers
    ends: Integers
    months: Words
    times: Words
    ahead: Integers
    zoned: Flags

    @property
    def length(self) -> Integers:
        return self.ends - self.begins

    def take(self, rows: Integers) -> "_Texts":
        """Some of them."""
        begins, ends, months, times, ahead, zoned = self
        return _Texts(begins[rows], ends[rows], months[rows], times[rows], ahead[rows], zoned[rows])


def _places(raw: Bytes, every: Words, begins: Integers, ends: Integers, bounds: _Bounds) -> Places:
    """The places of some texts, none of them empty."""
    length = ends - begins
    texts = _Texts(begins, ends, every[begins], every[begins + 8], *_zones(raw, begins, ends, length))
    if not bounds.by_minutes or texts.zoned.any():
        return _looked_at(raw, texts, bounds)
    # What differs within a minute makes no other day; what is behind it has to be of the same shape.
    same = (texts.months[1:] == texts.months[:-1]) & (texts.times[1:] == texts.times[:-1]) & (length[1:] == length[:-1])
    first = np.flatnonzero(np.concatenate([[True], ~same]))
    return np.repeat(_looked_at(raw, texts.take(first), bounds), np.diff(np.append(first, len(begins))))


def _looked_at(raw: Bytes, texts: _Texts, bounds: _Bounds) -> Places:
    begins, ends, months, times, ahead, zoned = texts
    length = texts.length
    two = _pairs(months)
    year, month, day = 100 * _pair(two, 0) + _pair(two, 2), _pair(two, 5), _pair(_pairs(times), 0)
    known = _MONTH.fits(months) & _DAY.fits(times)
    known &= (month >= 1) & (month <= MONTHS) & (day >= 1) & (day <= DAYS)
    at_month = np.where(known, MONTHS * year + month - 1, 0)
    first = _first_days()[at_month]
    known &= day <= _first_days()[at_month + 1] - first
    days = first + day - 1
    two = _pairs(times)
    hour, minute = _pair(two, 3), _pair(two, 6)
    timely = known & (length >= MINUTES) & _TIME.fits(times) & (hour < HOURS) & (minute < IN_AN_HOUR)
    timely &= zoned | (length <= SECONDS) | _is_fraction(raw, begins, ends)
    at = 86_400 * days + 3_600 * hour + 60 * minute
    if not bounds.by_minutes:
        at += np.where(length >= SECONDS, _two(raw, np.where(length >= SECONDS, begins + 17, 0)), 0)
    places = np.full(len(begins), NOWHERE, np.int64)
    for rows, among, told in (
        (known & (length == DATE), bounds.dates, 86_400 * days),
        (timely & zoned, bounds.instants, at - ahead),
        (timely & ~zoned, bounds.wall, at),
    ):
        if rows.any():
            places[rows] = np.searchsorted(among, told[rows], side="right")
    return places


def _pairs(words: Words) -> Words:
    """At each byte the number that its digit makes with the next one."""
    digits = words & np.uint64(0x0F0F0F0F0F0F0F0F)
    pairs: Words = digits * np.uint64(10) + (digits >> np.uint64(8))
    return pairs


def _pair(pairs: Words, at: int) -> Integers:
    pair: Integers = ((pairs >> np.uint64(8 * at)) & np.uint64(0xFF)).astype(np.int64)
    return pair


@cache
def _first_days() -> Integers:
    """The first day of each month since the year 0, in days since 1970."""
    months = np.arange(MONTHS * (LAST_YEAR + 1) + 1) - MONTHS * 1970
    first: Integers = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return first


def _zones(raw: Bytes, begins: Integers, ends: Integers, length: Integers) -> tuple[Integers, Flags]:
    """By how many seconds the clock is ahead of UTC, and which texts say so: by `Z`, `+hh`, `+hhmm` or `+hh:mm`."""
    ahead, long = np.zeros(len(ends), np.int64), length > MINUTES
    if (length <= SECONDS).all() and not (raw[ends - 1] == ord("Z")).any() and (length != MINUTES + 3).all():
        return ahead, np.zeros(len(ends), np.bool_)
    last = raw[ends - 1]
    zoned = long & ((last == ord("Z")) | (last == ord("z")))
    for back, minutes in ((3, None), (5, 3), (6, 4)):
        at = np.maximum(ends - back, 0)
        sign = raw[at]
        rows = long & ~zoned & ((sign == ord("+")) | (sign == ord("-"))) & (at >= begins + MINUTES)
        if rows.any():
            where = at[rows]
            offset = 3_600 * _two(raw, where + 1) + (0 if minutes is None else 60 * _two(raw, where + minutes))
            ahead[rows] = np.where(sign[rows] == ord("-"), -offset, offset)
            zoned |= rows
    return ahead, zoned


def _two(raw: Bytes, at: Integers) -> Integers:
    two: Integers = 10 * (raw[at] & 0xF).astype(np.int64) + (raw[at + 1] & 0xF)
    return two


def _is_fraction(raw: Bytes, begins: Integers, ends: Integers) -> Flags:
    """Whether what stands behind the seconds begins as a fraction and ends with a digit."""
    dot, last = raw[np.minimum(begins + SECONDS, ends)], raw[ends - 1]
    fraction: Flags = ((dot == ord(".")) | (dot == ord(","))) & (last >= ord("0")) & (last <= ord("9"))
    return fraction
