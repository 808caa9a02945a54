"""Addresses of databases: what may be shown of one, what is secret in it, and which are too unclear to be read at all.

Nothing prints an address but `presentable`. Where the parts of an address could be told in two ways, a piece of the
password could pass for a host, a database or an option; such an address is refused, and no part of it is quoted.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, unquote, unquote_plus

from outgrow.domain.errors import ConfigurationError
from outgrow.domain.text import CUT, MARK

HIDDEN = "***"
HARMLESS = {"charset", "connect_timeout", "host", "mode", "port", "sslmode", "target_session_attrs", "timeout"}
"""Options of drivers that are shown with their values; of every other one, name and value are hidden."""
ENCODE = "write @ : / ? # & = in a user, a password or an option as %40 %3A %2F %3F %23 %26 %3D"
SHORT, LEAST_BEGINNING = 6, 3
"""A secret of fewer characters is hidden only where it stands as a word: anywhere else, it is there by chance.
Where a text was cut, so many characters of its beginning are enough."""

_SCHEME = re.compile(r"[A-Za-z][\w+]*")
_HOST = re.compile(r"(\[[\w:.%]+\]|[^:\[\]]*)(:(?P<port>[0-9]{1,9}))?")
_HARMLESS_VALUE = re.compile(r"[\w.,:/+-]{0,200}")
_ORDINARY = {
    "dbname",
    "options",
    "passfile",
    "passwd",
    "password",
    "service",
    "sslcert",
    "sslkey",
    "sslpassword",
    "user",
}
"""Names of options that are no secret themselves."""
_LARGEST_PORT = 65_535


class UnclearAddressError(ConfigurationError):
    """An address is none, or could be read in two ways; says why, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Address:
    """A database address, taken apart; all parts are as they were written, percent signs and all.

    Attributes:
        user, password: None where the address has none.
        place: host, port and database, or the file, with the slashes between.
        options: what follows the question mark, name and value.
    """

    scheme: str
    user: str | None
    password: str | None
    place: str
    options: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str, setting: str = "the address") -> Self:
        """Take an address apart.

        Args:
            setting: where it came from, for messages.

        Raises:
            UnclearAddressError: it is no address, or its parts are not clear.
        """
        scheme, mark, rest = text.partition("://")
        if not mark or not _SCHEME.fullmatch(scheme):
            raise UnclearAddressError(
                f"{setting} is not a database address", "write it as postgresql://user@host/name or sqlite:///file.db"
            )
        before, _, query = rest.partition("?")
        is_file = scheme.startswith("sqlite")
        user, password, place = _file(before) if is_file else _server(before, setting)
        for unclear, why in (
            (not text.isprintable(), "it holds characters that cannot be seen"),
            (place is None, "its parts cannot be told apart"),
            (":" in unquote(user or ""), "its user holds a colon"),
            (not is_file and "@" in query, "its parts cannot be told apart"),
            (not all("=" in option for option in query.split("&") if option), "an option in it has no value"),
        ):
            if unclear:
                raise UnclearAddressError(f"{setting} is not clear: {why}", ENCODE)
        pairs = (option.partition("=") for option in query.split("&") if option)
        return cls(scheme, user, password, place or "", tuple((name, value) for name, _, value in pairs))

    def __str__(self) -> str:
        """What may be shown of it."""
        user = "" if self.user is None else f"{self.user}{'' if self.password is None else f':{HIDDEN}'}@"
        shown = [f"{name}={value}" for name, value in self.options if _is_harmless(name, value)]
        hidden = [HIDDEN] if len(shown) < len(self.options) else []
        options = f"?{'&'.join([*shown, *hidden])}" if self.options else ""
        return f"{self.scheme}://{user}{self.place}{options}"

    __repr__ = __str__

    def secrets(self) -> frozenset[str]:
        """What must not be shown of it, in every spelling in which a driver may repeat it."""
        hidden = [self.password or ""]
        for name, value in self.options:
            if not _is_harmless(name, value):
                hidden += [value, "" if unquote_plus(name).lower() in _ORDINARY | HARMLESS else name]
        return frozenset(spelling for secret in hidden for spelling in _spellings(secret))


def presentable(text: str) -> str:
    """What may be shown of an address: passwords and unknown options hidden; of an unclear one, nothing."""
    try:
        return str(Address.parse(text))
    except UnclearAddressError:
        return f"an address that is not clear ({HIDDEN})"


def secrets_of(text: str) -> frozenset[str]:
    """What must not be shown of an address; of an unclear one, that is nearly all of it."""
    try:
        return Address.parse(text).secrets()
    except UnclearAddressError:
        rest = text.partition("://")[2] or text
        parts = [part for part in re.split(r"[\s:/?#&=@]+", rest) if len(part) >= SHORT and part not in _ORDINARY]
        return frozenset(spelling for part in (text, rest, *parts) for spelling in _spellings(part))


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """A text in which secrets are replaced, wherever they stand in it."""
    for secret in sorted(secrets, key=lambda secret: (-len(secret), secret)):
        if len(secret) >= SHORT:
            text = text.replace(secret, HIDDEN)
        else:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", lambda _: HIDDEN, text)
    return _without_beginnings(text, secrets)


def _without_beginnings(text: str, secrets: Iterable[str]) -> str:
    """The same where a long text was cut in the midst of a secret."""
    beginnings = {secret[:end] for secret in secrets for end in range(LEAST_BEGINNING, len(secret))}
    for cut in [found.start() for found in re.finditer(f"[{CUT}{MARK}]", text)][::-1]:
        most = max((len(part) for part in beginnings if text.endswith(part, 0, cut)), default=0)
        text = f"{text[: cut - most]}{HIDDEN if most else ''}{text[cut:]}"
    return text


def _file(before: str) -> tuple[None, None, str | None]:
    """A SQLite address has no server: whatever looks like one, or like an option, makes it unclear."""
    unclear = (before and not before.startswith("/")) or re.search(r":[^/]*@|[;&#][^/]*=", before)
    return None, None, None if unclear else before


def _server(before: str, setting: str) -> tuple[str | None, str | None, str | None]:
    """User, password and place of an address up to its question mark; no place where they cannot be told apart."""
    authority, slash, name = before.partition("/")
    who, at, host = authority.rpartition("@")
    if "@" in who + name or "#" in before or set("=;&") & set(host + name):
        return None, None, None
    found = _HOST.fullmatch(host)
    if found is None or int(found["port"] or 1) not in range(1, _LARGEST_PORT + 1):
        raise UnclearAddressError(
            f"{setting}: the port is no number from 1 to {_LARGEST_PORT}, or the address is not clear",
            f"write it as postgresql://user:password@host:port/name; {ENCODE}",
        )
    user, colon, password = who.partition(":")
    return (user if at else None), (password if colon else None), f"{host}{slash}{name}"


def _is_harmless(name: str, value: str) -> bool:
    return name in HARMLESS and _HARMLESS_VALUE.fullmatch(unquote_plus(value)) is not None


def _spellings(secret: str) -> set[str]:
    """A secret as it was written, as it is meant, and as messages quote it."""
    meant = {secret, unquote(secret), unquote_plus(secret)}
    escaped = {form for text in meant for form in (repr(text)[1:-1], re.sub(r"([\\'])", r"\\\1", text))}
    as_paths = {re.sub("/+", "/", text).rstrip("/") for text in meant}  # where it was taken for a file
    return {
        form
        for form in meant | escaped | as_paths | {quote(text, safe=" +", errors="replace") for text in meant}
        if form
    }
