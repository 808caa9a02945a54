"""Picture files: real ones, the same each time, whole or not at all."""

import json
import os
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from outgrow.domain.errors import DataError, MissingExtraError
from outgrow.domain.forecast import DayBand, DaysUntil, Forecast, HistoryNote, Status
from outgrow.domain.history import OBSERVED, History
from outgrow.domain.metric import PLATFORM, TOTAL_PRODUCTS
from outgrow.faces.charts import export, theme
from outgrow.faces.charts.forecast_chart import forecast_chart

WRITERS = pytest.mark.parametrize("write", [export.write_png, export.write_svg])
TITLE = "Products <main> & \"more\" 'still'"


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    values = np.linspace(20_000, 24_000, 100)
    past = History(TOTAL_PRODUCTS, PLATFORM, "main", date(2026, 1, 1), values, np.full(100, OBSERVED, np.int8))
    note, levels = HistoryNote.of(past), (0.05, 0.25, 0.5, 0.75, 0.95)
    quantiles = 24_000 + np.outer([20, 30, 40, 50, 60], np.arange(1, 366))
    ahead = Forecast(TOTAL_PRODUCTS, "platform:main", past.last_day, 24_000, levels, quantiles, 1_200, note)
    answer = DaysUntil(
        TOTAL_PRODUCTS, "platform:main", 30_000, Status.OK, None, 24_000, past.last_day, note, DayBand(110, 150, 220)
    )
    return forecast_chart(past, ahead, answer, TITLE, "Platform main")


@pytest.fixture
def no_converter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    export._converter.cache_clear()
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    yield
    export._converter.cache_clear()


def test_a_png_has_twice_the_pixels_and_something_on_them(spec: dict[str, Any], tmp_path: Path) -> None:
    export.write_png(spec, tmp_path / "chart.png")
    content = (tmp_path / "chart.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">II", content[16:24]) == (2 * theme.WIDTH, 2 * theme.HEIGHT)
    assert len(content) > 40_000


def test_an_svg_holds_the_words_as_text_and_a_description(spec: dict[str, Any], tmp_path: Path) -> None:
    export.write_svg(spec, tmp_path / "chart.svg")
    root = ET.parse(tmp_path / "chart.svg").getroot()
    texts = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {TITLE, "Platform main", "limit 30,000", "products", "20,000", "median", "90% range"} <= set(texts)
    assert (root.get("width"), root.get("height")) == (str(theme.WIDTH), str(theme.HEIGHT))
    assert root.get("role") == "img"
    assert root.get("aria-label") == spec["description"]
    fonts = {node.get("font-family") for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert fonts == {theme.FONT}


def test_where_the_machine_stands_changes_nothing(spec: dict[str, Any], tmp_path: Path) -> None:
    program = (
        "import json, sys; from pathlib import Path; from outgrow.faces.charts.export import write_svg; "
        "write_svg(json.load(sys.stdin), Path(sys.argv[1]))"
    )
    drawn: list[bytes] = []
    for zone in ("America/Los_Angeles", "Pacific/Auckland"):
        file = tmp_path / f"{len(drawn)}.svg"
        environment = {**os.environ, "TZ": zone, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run(
            [sys.executable, "-c", program, str(file)], input=json.dumps(spec), text=True, check=True, env=environment
        )
        drawn.append(file.read_bytes())
    assert drawn[0] == drawn[1]


class Recorder:
    """Stands in for the renderer, and keeps what it was handed."""

    def __init__(self) -> None:
        self.handed: list[dict[str, Any]] = []

    def vegalite_to_png(self, spec: dict[str, Any], **_options: Any) -> bytes:
        self.handed.append(spec)
        return b""

    def vegalite_to_svg(self, spec: dict[str, Any], **_options: Any) -> str:
        self.handed.append(spec)
        return "<svg ></svg>"


@WRITERS
def test_the_renderer_is_handed_clean_text_alone(write: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    monkeypatch.setattr(export, "_converter", lambda: recorder)
    unclean = {"title": {"text": ["zero\u200bwidth"]}, "data": {"values": [{"name": "tab\tturned\u202e", "at": 1.5}]}}

    write(unclean, tmp_path / "chart")

    clean = {"title": {"text": ["zerowidth"]}, "data": {"values": [{"name": "tab turned", "at": 1.5}]}}
    assert recorder.handed == [clean]


@WRITERS
def test_the_same_chart_gives_the_same_bytes(write: Any, spec: dict[str, Any], tmp_path: Path) -> None:
    write(spec, tmp_path / "one")
    write(spec, tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@WRITERS
def test_a_missing_folder_is_named_with_its_mend(write: Any, spec: dict[str, Any], tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "chart"
    with pytest.raises(DataError) as caught:
        write(spec, target)
    assert str(target) in caught.value.what
    assert caught.value.mend == f"create the folder {target.parent} first"


def test_a_folder_in_place_of_a_file_is_refused(spec: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it is a folder"):
        export.write_svg(spec, tmp_path)


def test_an_interrupted_write_leaves_the_old_file_and_no_rest(
    spec: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "chart.svg"
    target.write_text("old")

    def full_disk(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(DataError, match="No space left on device"):
        export.write_svg(spec, target)
    assert target.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["chart.svg"]


@WRITERS
@pytest.mark.usefixtures("no_converter")
def test_without_the_extra_the_error_names_it(write: Any, spec: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match=r"outgrow\[charts\]"):
        write(spec, tmp_path / "chart")
    assert list(tmp_path.iterdir()) == []


def test_the_shipped_font_is_small_open_and_the_one_that_is_used(
    spec: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {file.name: file.stat().st_size for file in theme.FONT_FOLDER.iterdir()}
    assert set(files) == {"Inter-Regular.otf", "Inter-SemiBold.otf", "OFL.txt"}
    assert sum(files.values()) < 1_000_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (theme.FONT_FOLDER / "OFL.txt").read_text()
    import vl_convert

    vl_convert.register_font_directory(str(theme.FONT_FOLDER))
    mark = {"type": "text", "text": "median 30,000", "font": "Inter"}
    word = {"data": {"values": [{}]}, "mark": mark}
    # The converter draws nothing at all in a font that it does not have.
    assert vl_convert.vegalite_to_png(word) != vl_convert.vegalite_to_png(
        {**word, "mark": {**mark, "font": "No such font"}}
    )
