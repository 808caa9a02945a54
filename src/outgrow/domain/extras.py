"""The optional parts of the installation, and how to get one where it is missing."""

import re


def how_to_install(extra: str) -> str:
    """The command that brings an optional part, whatever outgrow itself was installed from.

    It names what the part consists of: `outgrow[...]` would look for outgrow in an index, which may not hold it.
    """
    from importlib.metadata import PackageNotFoundError, requires  # slow to import, and hardly ever needed

    try:
        needed = requires("outgrow") or []
    except PackageNotFoundError:  # run from a folder that was never installed
        needed = []
    marked = re.compile(rf"""([^;]+?)\s*;.*\bextra\s*==\s*['"]{re.escape(extra)}['"]""")
    parts = [found[1] for each in needed if (found := marked.fullmatch(each.strip()))]
    if not parts:
        return f"install the extra '{extra}' of outgrow"
    return f"pip install {' '.join(repr(part) for part in sorted(parts))}"
