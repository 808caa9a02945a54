"""Files that a user names: whether they can be read."""

from pathlib import Path

NO_SUCH_FILE = "there is no such file"


def why_unreadable(path: Path) -> str | None:
    """Why a path is no file that can be read; None where it is one. Nothing but plain files is opened."""
    try:
        if path.is_dir():
            return "it is a folder"
        if path.is_file():
            path.open("rb").close()
            return None
    except (OSError, ValueError) as error:  # closed to us, a name that is too long or holds what no name may
        return getattr(error, "strerror", None) or str(error)
    return NO_SUCH_FILE
