"""Words in a chart: how wide they are, how they are broken, and where they stand without hitting anything."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outgrow.faces.charts import theme


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text at a place in pixels; `y` is its middle."""

    text: str
    x: float
    y: float
    color: str = theme.INK
    align: str = "left"
    size: int = theme.LABEL_SIZE
    weight: int = theme.REGULAR
    halo: bool = False
    """Whether a paper-coloured rim keeps it readable over lines."""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        wide = text_width(self.text, self.size, self.weight)
        left = self.x - wide * {"left": 0.0, "center": 0.5, "right": 1.0}[self.align]
        return left, self.y - 0.6 * self.size, left + wide, self.y + 0.6 * self.size

    def hits(self, other: "Label") -> bool:
        """Whether two labels overlap, with four pixels of air."""
        a, b = self.box, other.box
        return a[0] < b[2] + 4 and b[0] < a[2] + 4 and a[1] < b[3] + 2 and b[1] < a[3] + 2

    def to_row(self) -> dict[str, Any]:
        """As a row of a Vega-Lite data set."""
        return {k: round(v, 1) if isinstance(v, float) else v for k, v in asdict(self).items()}


def text_width(text: str, size: int, weight: int = theme.REGULAR) -> float:
    """About how wide a line is in pixels, a little generous; the exact glyphs need a font engine."""
    ems = sum(0.3 if c in " .,:;'|ilj()" else 0.9 if c in "mwMW%" else 0.68 if c.isupper() else 0.61 for c in text)
    return size * ems * (1.04 if weight >= theme.SEMIBOLD else 1.0)


def wrap(text: str, size: int, width: float) -> list[str]:
    """Break a text into lines of at most `width` pixels, at spaces; a longer word stands alone."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def spread(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move places apart until neighbours are `gap` apart, within `low` to `high`, keeping their order."""
    order = np.argsort(wanted, kind="stable")
    steps = gap * np.arange(len(wanted))
    # Without their gaps the places only have to be in order: the least movement is isotonic regression.
    packed = np.clip(_isotonic(np.asarray(wanted, dtype=float)[order] - steps), low, max(high - steps[-1], low))
    placed = np.empty(len(wanted))
    placed[order] = packed + steps
    return [float(y) for y in placed]


def _isotonic(values: NDArray[np.float64]) -> NDArray[np.float64]:
    blocks: list[tuple[float, int]] = []
    for value in values:
        block = (float(value), 1)
        while blocks and blocks[-1][0] > block[0]:
            mean, count = blocks.pop()
            block = ((mean * count + block[0] * block[1]) / (count + block[1]), count + block[1])
        blocks.append(block)
    return np.repeat([mean for mean, _ in blocks], [count for _, count in blocks])
