"""The memory of arrays that were freed serves the next ones."""

from functools import cache

import numpy as np

LEARNED = 8 << 20
"""Bytes, of which the C library keeps twice as much at the most."""


@cache
def keep_freed_memory() -> None:
    """Have the C library keep some megabytes of what is freed, rather than give every array's memory back at once.

    Taken anew, memory costs a page fault for every few kilobytes, which is more than most of our arithmetic on them.
    glibc goes by the largest array that it has seen freed; this one is never touched, and so takes no memory.
    """
    np.empty(LEARNED, dtype=np.uint8)
