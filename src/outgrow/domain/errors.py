"""Everything that can go wrong for a user, each with what happened, where, and how to mend it."""

import reprlib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from outgrow.domain.extras import how_to_install
from outgrow.domain.text import cleaned_lines

LONGEST_QUOTE = 60
"""So many characters of what somebody gave are repeated in a message."""

NAMED = 24
"""So many names are listed in a message, and no more."""


def quoted(value: object) -> str:
    """What somebody gave, in a few characters, whatever it is."""
    try:
        return reprlib.repr(value)
    except ValueError:  # an integer with more digits than Python likes to write
        return f"a huge {type(value).__name__}"


class OutgrowError(Exception):
    """Base of all errors that `outgrow` raises on purpose.

    `str(error)` is the sentence for the user: what happened and where, then how to mend it. What it quotes from
    elsewhere is cleaned here, once for all errors.
    """

    def __init__(self, what: str, mend: str = "") -> None:
        what, mend = cleaned_lines(what), cleaned_lines(mend)
        super().__init__(f"{what}\n  mend: {mend}" if mend else what)
        self.what = what
        self.mend = mend


class UsageError(OutgrowError, ValueError):
    """The caller asked for something that does not exist or makes no sense."""


class UnknownMetricError(UsageError):
    """No metric of this name is built in or stored; the nearest names are suggested."""

    def __init__(self, name: str, known: Iterable[str], titles: Mapping[str, str] | None = None) -> None:
        names = sorted(known)
        alike = {title.casefold(): each for title, each in (titles or {}).items()}
        alike |= {each.casefold(): each for each in names}
        near = list(dict.fromkeys(alike[each] for each in get_close_matches(name.casefold(), alike, n=3, cutoff=0.5)))
        more = ", ..., see `outgrow metrics`" if len(names) > NAMED else ""
        every = f"use one of: {', '.join(names[:NAMED])}{more}"
        super().__init__(f"there is no metric '{name}'", f"did you mean {' or '.join(near)}?" if near else every)


class AmbiguousMetricError(UnknownMetricError):
    """Several metrics are called so, by name or title; the message names them."""

    def __init__(self, name: str, candidates: Iterable[str]) -> None:
        UsageError.__init__(
            self, f"several metrics are called '{name}'", f"use one of: {', '.join(sorted(candidates))}"
        )


class BadThresholdError(UsageError):
    """A threshold has to be a positive, finite number; one that is fallen to may be 0."""

    def __init__(self, threshold: object, *, falling: bool = False) -> None:
        or_zero = "0 or " if falling else ""
        nothing = not falling and quoted(threshold).strip("' ") in {"0", "0.0"}
        runs_out = "; when something has run out, down to 0, is a fall: ask with --falling" if nothing else ""
        super().__init__(
            f"the threshold {quoted(threshold)} is not {or_zero}a positive number",
            f"give {or_zero}a number above zero, in the metric's own unit{runs_out}",
        )


class ConfigurationError(OutgrowError):
    """A setting is missing or wrong; the message names the setting and where it was read."""


class ModelFileError(ConfigurationError):
    """A model file is truncated, altered, or of another version."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__(
            f"the model file {path} cannot be used: {why}",
            "copy or fit it anew (`outgrow fit`), or take the setting out to use the model that is shipped",
        )


class UnknownTimeZoneError(ConfigurationError):
    """A platform's time zone is not an IANA name."""

    def __init__(self, zone: str, where: str) -> None:
        super().__init__(
            f"{where} has the time zone '{zone}', which is not an IANA time zone",
            "use a name such as 'Europe/Berlin' or 'UTC'",
        )


class UnknownPlatformError(ConfigurationError):
    """The platform asked for is neither in the source database nor in the store; or there is none at all."""

    def __init__(self, asked: str | None, known: Iterable[str]) -> None:
        names = sorted(known)
        if names:
            super().__init__(f"there is no platform '{asked}'", f"use one of: {', '.join(names)}")
        else:
            wanted = "" if asked is None else f", and so none called '{asked}'"
            super().__init__(f"the database holds no platform{wanted}", "check that the address is the platform's")


class DatabaseError(OutgrowError):
    """A database cannot be reached, refuses us, or is read-only. Passwords are never part of the text."""


class SchemaError(OutgrowError):
    """Our tables are missing, of another version, or half-migrated."""


class DataError(OutgrowError, ValueError):
    """Data that was handed in cannot be true; the message names the file and row, or the day and metric."""


class ClockError(OutgrowError):
    """The clock is earlier than the newest snapshot: one of the two is wrong."""


class MissingExtraError(OutgrowError):
    """An optional part of the installation is needed for this."""

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(f"{purpose} needs an optional part that is not installed", how_to_install(extra))
