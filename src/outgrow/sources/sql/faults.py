"""What keeps a question from being answered, and what is said of it."""

from sqlalchemy.exc import DBAPIError

from outgrow.domain.snapshot import shortened


class QueryError(Exception):
    """A question that the database did not answer, by the question's own fault or because it was cut off.

    Args:
        reason: on one line, for whoever declared it.
        passing: whether the same question may be answered when it is asked again.
    """

    def __init__(self, reason: str, *, passing: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.passing = shortened(reason), passing


def said_by(error: DBAPIError) -> str:
    """A driver's own words, without the statement and what only a developer reads."""
    orig = error.orig
    told = getattr(getattr(orig, "diag", None), "message_primary", None)
    if told is None and orig is not None and len(orig.args) > 1 and isinstance(orig.args[0], int):
        told = orig.args[1]
    return str(told or orig).strip()
