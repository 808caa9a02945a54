"""Names have to fit into their columns: one that is too long is refused, never cut, on every database alike."""

from outgrow.domain.errors import DataError

SHOWN = 40
"""Characters of a name that is too long that its error shows."""


def check_length(text: str | None, length: int, what: str, error: type[DataError] = DataError) -> None:
    """See that a name fits.

    Args:
        length: characters that fit.
        what: what it is, for the message.

    Raises:
        DataError: it is longer; `error` says of which class.
    """
    if text is not None and len(text) > length:
        raise error(
            f"the {what} '{text[:SHOWN]}…' has {len(text)} characters, and {length} are the most", "give a shorter name"
        )
