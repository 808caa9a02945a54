"""Colours, font and axis styling of every chart.

Past is slate, future is blue, the limit and everything about reaching it is vermilion: blue and vermilion stay apart
under every common colour blindness, and each differs in lightness, so that a grey print still reads.
"""

from pathlib import Path
from typing import Any

FONT_FOLDER = Path(__file__).parent / "fonts"
FONT = "Inter, Helvetica, Arial, sans-serif"
"""Inter is shipped. It is wider than the fonts after it, so that text set in those stays within its place."""

INK = "#17212b"
MUTED = "#586472"
HAIRLINE = "#aab4be"
GRID = "#e8ecf0"
PAPER = "#ffffff"
BLANK = "#f4f6f8"

OBSERVED = "#17212b"
RECONSTRUCTED = "#8593a1"
RECONSTRUCTED_TEXT = "#66727f"
MEDIAN = "#0b5394"
BAND_50 = "#86b4dc"
BAND_90 = "#cfe1f1"
BAND_TEXT = "#3a74a8"
LIMIT = "#b8370b"
SPAN, SPAN_OPACITY = "#f2b48f", 0.32

EVENT = "#d3d9df"
"""Days of events: quieter than anything that is measured or forecast."""

WIDTH, HEIGHT = 900, 420
MARGIN = 24
"""Pixels kept free around everything."""

TITLE_SIZE, SUBTITLE_SIZE, LABEL_SIZE, SMALL_SIZE = 18, 13, 12, 11
SEMIBOLD, REGULAR = 600, 400


def config() -> dict[str, Any]:
    """The `config` block of a Vega-Lite specification."""
    return {
        "font": FONT,
        "background": PAPER,
        # The specification's description says it all; a name for each mark would be read one by one, in local time.
        "aria": False,
        "view": {"stroke": None},
        "axis": {
            "labelColor": MUTED,
            "labelFontSize": LABEL_SIZE,
            "labelFontWeight": REGULAR,
            "titleColor": MUTED,
            "titleFontSize": LABEL_SIZE,
            "titleFontWeight": REGULAR,
            "gridColor": GRID,
            "domainColor": HAIRLINE,
            "tickColor": HAIRLINE,
        },
        "title": {
            "anchor": "start",
            "frame": "group",
            "color": INK,
            "fontSize": TITLE_SIZE,
            "fontWeight": SEMIBOLD,
            "subtitleColor": MUTED,
            "subtitleFontSize": SUBTITLE_SIZE,
            "subtitleFontWeight": REGULAR,
        },
    }
