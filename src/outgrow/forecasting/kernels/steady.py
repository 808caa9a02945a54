"""What would become of a history that goes on as ever, and how far its own past bears that out.

Growth is constant if weeks differ by chance alone: then blocks of weeks vary by no more than so many single weeks
(the variance ratio of A. W. Lo and A. C. MacKinlay, Stock market prices do not follow random walks, 1988), and later
weeks grow by no more than earlier ones. That is asked of the amounts, and of the growth in per cent. A model that
learned from many histories knows that paces break, and cannot know how seldom they do here; where the past has held,
the law of constant growth speaks beside it.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.kernels.mixture import Components
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.past import WEEKS, Past, Single
from outgrow.forecasting.kernels.ramps import falling, rising

N_LAWS = 2
"""Growth in amounts, and in per cent."""
BLOCKS = ((4, 1.2, 1.8), (8, 1.4, 2.4), (13, 1.7, 3.0))
"""Weeks of a block, the variance ratio up to which it speaks for constant growth, and from which on against it."""
BENT = (1.5, 3.0)
"""The same of the slope of weekly growth along the weeks, in its standard errors."""
KNOWN = (8.0, 22.0)
"""Weeks of which nothing, and all, is believed."""
SURE = (0.0, 2.0, 6.0, 12.0)
"""Mean weekly growth, in its standard errors, of no growth, of growth with much chance in it, from the one number to
the next, and of regular growth ..."""
SHARES = (0.0, 0.45, 0.45, 0.5)
"""... and how much the law counts beside the model: that much lowers no score on real histories that were left out."""
LEAPS = (0.25, 0.5)
"""Share of all changes that one week may have had, and by which there is no law."""
IN_PER_CENT = (9.0, 15.0)
"""The same standard errors for growth in per cent, below which it is no law."""
RATE_DOUBT = 0.1
"""Least doubt of the rate of that, as a share of it: compounding carries a small difference far."""
FASTEST = (0.012, 0.015)
"""Largest rate of that, a day, at which it doubles in 58, and the rate by which it is no law: nothing goes on so."""
LEAST_SPREAD = 0.05
"""Smallest spread of weeks, as a share of their mean: no growth is certain."""
LEAST = np.float32(1e-12)
"""Variance that may be divided by."""


@dataclass(frozen=True, slots=True, eq=False)
class Steady:
    """Two laws of constant growth for each of n histories, in amounts and in per cent.

    Attributes:
        share: (2, n) how much each counts beside the model.
        drift, doubt, sigma, curve: (2, n) as in `Components`, in scales.
    """

    share: Single
    drift: Single
    doubt: Single
    sigma: Single
    curve: Single

    @classmethod
    def of(cls, past: Past, scale: Single, current: Array) -> Self:
        """Read them off; the scale is in units, the newest level is not."""
        lived = past.lived[::-1] >= np.float32(6.5)
        amounts = _Weeks.of(np.diff(past.weekly, axis=0), lived)
        # Only what rises from above nothing can grow in per cent.
        size = np.maximum(past.standing, LEAST)
        ratio = 1 + past.weekly / size
        positive = (past.sign > 0) & (current > 0) & (ratio > 0).all(axis=0)
        logs = _Weeks.of(np.diff(np.log(np.where(positive, ratio, 1)), axis=0), lived)
        constant = amounts.known * amounts.even * falling(amounts.largest, LEAPS)
        shares = np.interp(amounts.sure, SURE, SHARES)
        in_per_cent = positive * logs.known * logs.even * rising(logs.sure, IN_PER_CENT) * (1 - amounts.even)
        in_per_cent = in_per_cent * falling(logs.mean / np.float32(7), FASTEST)
        share = np.stack([constant * shares, np.float32(SHARES[-1]) * in_per_cent])
        rate = np.minimum(logs.mean / np.float32(7), np.float32(FASTEST[0])) * (in_per_cent > 0)
        week, heard = np.float32(7), share > 0
        drift = np.stack([amounts.mean / week, size * rate]) / scale * past.sign
        error = np.maximum(logs.error, np.float32(RATE_DOUBT) * np.abs(logs.mean))
        doubt = np.stack([amounts.error, size * error]) / week / scale
        sigma = np.stack([amounts.spread, size * logs.spread]) / np.sqrt(week) / scale
        # What is not heard must not lie far from what is: quantiles are looked for between the courses.
        return cls(
            share=share.astype(np.float32),
            drift=np.where(heard, drift, 0).astype(np.float32),
            doubt=np.where(heard, doubt, 1).astype(np.float32),
            sigma=np.where(heard, sigma, 1).astype(np.float32),
            curve=np.stack([np.zeros_like(rate), rate]),
        )

    def beside(self, c: Components) -> Components:
        """A mixture, and these laws beside it."""
        nothing = np.zeros_like(self.drift)
        learned = c.weight * (1 - self.share.sum(axis=0))
        own = (self.share, self.drift, self.doubt, self.sigma, nothing, nothing, self.curve, nothing + np.float32(1))
        return Components(*(np.concatenate([a, b]) for a, b in zip((learned, *c[1:]), own, strict=True)))


@dataclass(frozen=True, slots=True, eq=False)
class _Weeks:
    """What the weeks of a history have in common.

    Attributes:
        mean, spread, error: (n,) of a week's growth, its standard deviation, and the standard error of the mean.
        sure: (n,) mean in standard errors.
        known: (n,) 0 to 1, how far they are enough to be believed.
        even: (n,) 0 to 1, how far nothing but chance tells them apart.
        largest: (n,) share that the largest change had of all.
    """

    mean: Single
    spread: Single
    error: Single
    sure: Single
    known: Single
    even: Single
    largest: Single

    @classmethod
    def of(cls, growth: Single, lived: NDArray[np.bool_]) -> Self:
        """Of weeks (57, n), oldest first, of which some were lived."""
        count = np.maximum(lived.sum(axis=0).astype(np.float32), 1)
        mean = (growth * lived).sum(axis=0) / count
        away = (growth - mean) * lived
        variance = np.maximum(
            (away * away).sum(axis=0) / np.maximum(count - 1, 1), (np.float32(LEAST_SPREAD) * mean) ** 2 + LEAST
        )
        even = np.ones_like(count)
        for weeks, good, bad in BLOCKS:
            whole = WEEKS // weeks
            newest = slice(WEEKS - whole * weeks, None)
            there = lived[newest].reshape(whole, weeks, -1).all(axis=1)
            sums = away[newest].reshape(whole, weeks, -1).sum(axis=1) * there
            blocks = there.sum(axis=0).astype(np.float32)
            # Around the mean of all weeks: as many degrees of freedom are lost as the blocks are of them.
            free = np.maximum(blocks * (1 - weeks / np.maximum(count, weeks + 1)), np.float32(1e-3))
            ratio = (sums * sums).sum(axis=0) / free / (weeks * variance)
            even = even * np.where(blocks > 1, falling(ratio, (good, bad)), np.float32(1))
        order = (np.arange(WEEKS, dtype=np.float32) - WEEKS + 1)[:, None] * lived
        centred = (order - order.sum(axis=0) / count) * lived
        squares = np.maximum((centred * centred).sum(axis=0), LEAST)
        slope = (centred * away).sum(axis=0) / np.sqrt(squares * variance)
        even = even * falling(np.abs(slope), BENT)
        size = np.abs(growth * lived)
        total = size.sum(axis=0)
        largest = size.max(axis=0) / np.where(total > 0, total, 1)
        error = np.sqrt(variance / count)
        return cls(mean, np.sqrt(variance), error, mean / error, rising(count, KNOWN), even, largest)
