"""Whether forecasts keep their word, as one Vega-Lite specification.

Left, the reliability diagram: of the chances that forecasts gave to crossings, how many came. Right, what the bands
held of what they promised, and the Brier scores beside those of the rules of thumb. Every mark has its place in pixels.
"""

from dataclasses import dataclass

from outgrow.domain.words import percent
from outgrow.faces.charts import theme
from outgrow.faces.charts.forecast_chart import TITLE_GAP
from outgrow.faces.charts.labels import Label
from outgrow.faces.charts.layers import Spec, words
from outgrow.faces.charts.pixels import pixel_layer, sheet
from outgrow.forecasting.backtest import BANDS, BASELINES, ENGINE
from outgrow.forecasting.scores import ReliabilityBin
from outgrow.service.backtest import BacktestReport

HEIGHT = 438
"""Pixels below the title; it stands in a line or two. The width is that of every chart."""
CHANCE_Z, CHANCE_SHARE = 1.2816, "80%"
"""The range of chance that is drawn: standard errors either way, and the share of cases that it holds."""
NAMES = {
    ENGINE: "outgrow",
    "straight_line": "straight line",
    "endpoint": "endpoint formula",
    "random_walk": "random walk",
}
HEAD = 50
"""Pixels from a panel's heading to its plot."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle in which shares from 0 to 1 are drawn; pixels count from the upper left corner of the picture."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    def x(self, share: float) -> float:
        """Where a share lies from the left."""
        return round(self.left + share * self.width, 1)

    def y(self, share: float) -> float:
        """Where a share lies from the top."""
        return round(self.bottom - share * self.height, 1)


DIAGRAM = Panel(58, HEAD + 14, 300, 276)
COUNTS = Panel(58, DIAGRAM.bottom + 66, 300, 30)
HELD = Panel(586, HEAD, 210, 132)
BRIER = Panel(586, HELD.bottom + 50 + HEAD, 210, 150)


def reliability_chart(report: BacktestReport) -> Spec:
    """Draw a backtest, over all its metrics together.

    Returns:
        A complete Vega-Lite 6 specification with its data; every layer has a name.
    """
    bins = [found for found in report.result.reliability() if found.count]
    held, brier = _held_rows(report), _brier_rows(report)
    labels = [*_diagram_labels(bins), *_held_labels(held), *_brier_labels(brier)]
    title, said = f"Do the forecasts keep their word? Platform {report.platform}", report.sentence
    return {
        **sheet(title, said, _description(report, bins), HEIGHT, gap=TITLE_GAP + 6),
        "datasets": {
            "grid": _grid_rows(),
            "diagonal": [{"x": DIAGRAM.x(0), "y": DIAGRAM.y(0), "x2": DIAGRAM.x(1), "y2": DIAGRAM.y(1)}],
            "bins": [_bin_row(found, max(each.count for each in bins)) for found in bins],
            "held": held,
            "metrics": _metric_rows(report),
            "brier": brier,
            "labels": [label.to_row() for label in labels],
        },
        "layer": _layers(),
    }


def _bin_row(found: ReliabilityBin, most: int) -> Spec:
    low, high = found.chance(CHANCE_Z) or (0.0, 1.0)
    said, happened = found.said or 0.0, found.happened or 0.0
    edge = 0.1 * (found.high - found.low)
    return {
        "said": said,
        "happened": happened,
        "count": found.count,
        "x": DIAGRAM.x(said),
        "y": DIAGRAM.y(happened),
        "low": DIAGRAM.y(low),
        "high": DIAGRAM.y(high),
        "left": COUNTS.x(found.low + edge),
        "right": COUNTS.x(found.high - edge),
        "top": COUNTS.y(max(found.count / most, 0.02)),
        "bottom": COUNTS.bottom,
    }


def _grid_rows() -> list[Spec]:
    shares = [tick / 5 for tick in range(6)]
    across = [{"x": DIAGRAM.x(0), "x2": DIAGRAM.x(1), "y": DIAGRAM.y(s), "y2": DIAGRAM.y(s)} for s in shares]
    up = [{"x": DIAGRAM.x(s), "x2": DIAGRAM.x(s), "y": DIAGRAM.y(0), "y2": DIAGRAM.y(1)} for s in shares]
    return across + up


def _held_rows(report: BacktestReport) -> list[Spec]:
    """A bar for each band: as long as the share that it held, with a mark at what it promised."""
    step = HELD.height / len(BANDS)
    return [
        {
            "band": band,
            "held": share,
            "promised": HELD.x(band / 100),
            "left": HELD.left,
            "right": HELD.x(share if share is not None else 0.0),
            "edge": HELD.right,
            "middle": HELD.top + (row + 0.5) * step,
            "top": HELD.top + (row + 0.5) * step - 11,
            "bottom": HELD.top + (row + 0.5) * step + 11,
        }
        for row, band in enumerate(BANDS)
        for share in [report.result.coverage(band)]
    ]


def _metric_rows(report: BacktestReport) -> list[Spec]:
    """A dot for each metric and band."""
    step = HELD.height / len(BANDS)
    return [
        {"metric": found.metric.name, "held": share, "x": HELD.x(share), "y": HELD.top + (row + 0.5) * step}
        for row, band in enumerate(BANDS)
        for found in report.result.distinct
        if (share := found.coverage(band)) is not None
    ]


def _brier_rows(report: BacktestReport) -> list[Spec]:
    """A bar for each forecaster; the worst fills the panel."""
    known = {name: brier for name in (ENGINE, *BASELINES) if (brier := report.result.brier(name)) is not None}
    worst = max([*known.values(), 1e-9])
    step = BRIER.height / (1 + len(BASELINES))
    return [
        {
            "name": NAMES[name],
            "brier": brier,
            "left": BRIER.left,
            "right": max(BRIER.x(brier / worst), BRIER.left + 1),
            "middle": BRIER.top + (row + 0.5) * step,
            "top": BRIER.top + (row + 0.5) * step - 8,
            "bottom": BRIER.top + (row + 0.5) * step + 8,
            "fill": theme.MEDIAN if name == ENGINE else theme.HAIRLINE,
        }
        for row, (name, brier) in enumerate(known.items())
    ]


def _heading(left: float, top: float, text: str, told: str) -> list[Label]:
    return [
        Label(text, left, top + 7, weight=theme.SEMIBOLD, size=13),
        Label(told, left, top + 25, theme.MUTED, size=theme.SMALL_SIZE),
    ]


def _diagram_labels(bins: list[ReliabilityBin]) -> list[Label]:
    told = f"dot: how often it came  ·  pale: give or take chance, {CHANCE_SHARE} range"
    labels = _heading(0, 0, "Chances of reaching a limit", told if bins else "no limit could be judged")
    labels.append(Label("came", DIAGRAM.left - 8, DIAGRAM.top - 16, theme.MUTED, "right"))
    for tick in range(0, 101, 20):
        labels.append(Label(f"{tick}%", DIAGRAM.left - 8, DIAGRAM.y(tick / 100), theme.MUTED, "right"))
        labels.append(Label(f"{tick}%", DIAGRAM.x(tick / 100), DIAGRAM.bottom + 15, theme.MUTED, "center"))
    labels.append(Label("the forecast said", DIAGRAM.x(0.5), DIAGRAM.bottom + 33, theme.MUTED, "center"))
    if bins:
        middle = COUNTS.top + COUNTS.height / 2
        labels.append(Label("questions", DIAGRAM.left - 8, middle, theme.MUTED, "right", theme.SMALL_SIZE))
    most = max([found.count for found in bins], default=1)
    for found in bins:
        y = COUNTS.y(found.count / most) - 9
        x = COUNTS.x((found.low + found.high) / 2)
        labels.append(Label(_compact(found.count), x, y, theme.MUTED, "center", theme.SMALL_SIZE - 1))
    return labels


def _held_labels(rows: list[Spec]) -> list[Label]:
    labels = _heading(470, 0, "What came within the bands", "bar: all metrics  ·  dots: each metric  ·  red: promised")
    for row in rows:
        labels.append(Label(f"{row['band']}% band", HELD.left - 10, row["middle"], theme.INK, "right"))
        held = "–" if row["held"] is None else percent(row["held"])
        labels.append(Label(held, HELD.right + 10, row["middle"], theme.MEDIAN, weight=theme.SEMIBOLD))
    return labels


def _brier_labels(rows: list[Spec]) -> list[Label]:
    told = "0 is perfect, lower is better" if rows else "no limit could be judged"
    labels = _heading(470, BRIER.top - HEAD, "Brier score of the chances", told)
    for row in rows:
        ours = row["name"] == NAMES[ENGINE]
        weight = theme.SEMIBOLD if ours else theme.REGULAR
        labels.append(Label(row["name"], BRIER.left - 10, row["middle"], theme.INK, "right", weight=weight))
        color = theme.MEDIAN if ours else theme.MUTED
        labels.append(Label(f"{row['brier']:.3f}", row["right"] + 8, row["middle"], color, weight=weight))
    return labels


def _compact(count: int) -> str:
    """A count in at most four characters up to a million: 824, 1.4k, 22k."""
    if count < 1_000:  # noqa: PLR2004
        return str(count)
    return f"{count / 1_000:.1f}k" if count < 9_950 else f"{count / 1_000:.0f}k"  # noqa: PLR2004


def _layers() -> list[Spec]:
    """From the bottom to the top."""
    box = {"x": "left", "x2": "right", "y": "top", "y2": "bottom"}
    dot = {"type": "point", "filled": True, "opacity": 1, "stroke": theme.PAPER}
    faint = {"type": "point", "filled": True, "opacity": 0.5, "fill": theme.OBSERVED, "size": 26}
    dashed = {"type": "rule", "stroke": theme.HAIRLINE, "strokeWidth": 1.5, "strokeDash": [4, 3]}
    mark = {"type": "rule", "stroke": theme.LIMIT, "strokeWidth": 2.5}
    bar = {"type": "rect"}
    pale = {"type": "rule", "stroke": theme.BAND_90, "strokeWidth": 13, "strokeCap": "round", "opacity": 1}
    return [
        pixel_layer("grid", "grid", {"type": "rule", "stroke": theme.GRID}, x="x", x2="x2", y="y", y2="y2"),
        pixel_layer("chance", "bins", pale, x="x", y="low", y2="high"),
        pixel_layer("diagonal", "diagonal", dashed, x="x", x2="x2", y="y", y2="y2"),
        pixel_layer("line", "bins", {"type": "line", "stroke": theme.MEDIAN, "strokeWidth": 2}, x="x", y="y"),
        pixel_layer("dots", "bins", {**dot, "fill": theme.MEDIAN, "strokeWidth": 1.5, "size": 80}, x="x", y="y"),
        pixel_layer("counts", "bins", {**bar, "fill": theme.HAIRLINE}, **box),
        pixel_layer("track", "held", {**bar, "fill": theme.BLANK}, **{**box, "x2": "edge"}),
        pixel_layer("held", "held", {**bar, "fill": theme.BAND_50}, **box),
        pixel_layer("metrics", "metrics", faint, x="x", y="y"),
        pixel_layer("promised", "held", mark, x="promised", y="top", y2="bottom"),
        pixel_layer("brier", "brier", bar, **box, fill="fill"),
        *words(),
    ]


def _description(report: BacktestReport, bins: list[ReliabilityBin]) -> str:
    """The picture in a few sentences, for those who cannot see it."""
    parts = [f"Platform {report.platform}: {report.sentence}"]
    if bins:
        told = ", ".join(f"{percent(found.happened)} of {percent(found.said)}" for found in bins)
        parts.append(f"Crossings that came, of those that were forecast: {told}.")
    scores = [f"{NAMES[name]} {brier:.3f}" for name in NAMES if (brier := report.result.brier(name)) is not None]
    if scores:
        parts.append(f"Brier scores: {', '.join(scores)}.")
    return " ".join(parts)
