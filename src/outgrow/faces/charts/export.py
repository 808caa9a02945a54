"""A specification as a picture file, drawn in this process without a browser or a network."""

import secrets
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from outgrow.domain.errors import DataError, MissingExtraError
from outgrow.faces.charts import theme

VEGA_LITE = "6.4"
"""The version that draws: fixed, so that a newer library with more versions draws the same."""


def write_png(spec: dict[str, Any], path: Path, scale: float = 2) -> None:
    """Draw a specification as PNG.

    Args:
        spec: a complete Vega-Lite specification.
        path: the file to write; an existing one is replaced as a whole.
        scale: pixels of the file per pixel of the specification.

    Raises:
        MissingExtraError: the extra `charts` is not installed.
        DataError: the file cannot be written there.
    """
    drawn: bytes = _converter().vegalite_to_png(spec, vl_version=VEGA_LITE, scale=scale, allowed_base_urls=[])
    _write(path, drawn)


def write_svg(spec: dict[str, Any], path: Path) -> None:
    """Draw a specification as SVG; arguments and errors as in `write_png`.

    Text stays text and names Inter first, then Helvetica, Arial and sans-serif. Outlines would look the same
    everywhere, but cannot be searched, copied or read aloud, and make the file several times as large; an embedded
    font is some 350 KB a picture, and hosts that show SVG under a strict content policy drop it. Every word has a
    fixed anchor and the room that Inter takes, the widest of the four, so that nothing collides in another font.
    """
    drawn: str = _converter().vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[])
    said = quoteattr(spec.get("description", ""))
    _write(path, drawn.replace("<svg ", f'<svg role="img" aria-label={said} ', 1).encode())


@cache
def _converter() -> Any:  # noqa: ANN401 - the library has no types
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtraError("drawing charts", "charts") from error
    vl_convert.register_font_directory(str(theme.FONT_FOLDER))
    return vl_convert


def _write(path: Path, content: bytes) -> None:
    """Write beside the target and then rename, so that nobody ever reads half a picture."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        folder = path.parent
        mend = "give a folder that you may write to" if folder.is_dir() else f"create the folder {folder} first"
        raise DataError(f"the chart cannot be written to {path}: {error.strerror}", mend) from error
