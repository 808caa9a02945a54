"""A specification as a picture, in bytes or as a file, drawn in this process without a browser or a network."""

import secrets
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from outgrow.domain.errors import DataError, MissingExtraError
from outgrow.domain.text import clean_document
from outgrow.faces.charts import theme


def png(spec: dict[str, Any], scale: float = 2) -> bytes:
    """A specification drawn as PNG.

    Args:
        spec: a complete Vega-Lite specification.
        scale: pixels of the picture per pixel of the specification.

    Raises:
        MissingExtraError: the extra `charts` is not installed.
    """
    drawn: bytes = _converter().vegalite_to_png(clean_document(spec), scale=scale, allowed_base_urls=[])
    return drawn


def svg(spec: dict[str, Any]) -> bytes:
    """A specification drawn as SVG, in UTF-8; a screen reader hears its description.

    Raises:
        MissingExtraError: the extra `charts` is not installed.
    """
    # Text stays text, in Inter or else in Helvetica, Arial or any sans-serif. Outlines would look the same everywhere,
    # but cannot be searched or copied; an embedded font adds 350 KB a weight, and sites that show SVG under a strict
    # content policy may drop it. Every word has its anchor and as much room as Inter takes, which is wider than the
    # others, so that nothing collides in another font.
    spec = clean_document(spec)
    drawn: str = _converter().vegalite_to_svg(spec, allowed_base_urls=[])
    said = quoteattr(spec.get("description", ""))
    return drawn.replace("<svg ", f'<svg role="img" aria-label={said} ', 1).encode()


def write_png(spec: dict[str, Any], path: Path, scale: float = 2) -> None:
    """Draw a specification into a PNG file.

    Args:
        path: the file to write; an existing one is replaced as a whole.

    Raises:
        MissingExtraError: the extra `charts` is not installed.
        DataError: the file cannot be written there.
    """
    _write(path, png(spec, scale))


def write_svg(spec: dict[str, Any], path: Path) -> None:
    """Draw a specification into an SVG file; arguments and errors as in `write_png`."""
    _write(path, svg(spec))


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
    if path.is_dir():
        raise DataError(f"the chart cannot be written to {path}: it is a folder", "name a file in it")
    part = path.with_name(f".{secrets.token_hex(8)}.part")
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
