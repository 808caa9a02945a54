"""What databases complain about: the kinds of it, and the mend that fits each."""

from typing import NamedTuple

from outgrow.domain.errors import DatabaseError, SchemaError


class Fault(NamedTuple):
    """A kind of complaint.

    Attributes:
        words: any of these, in lower case, tells it.
        states: so does a SQLSTATE that begins with one of these.
        what: what happened, after the address; `{said}` are the driver's own words.
        mend: what to do about it.
    """

    words: tuple[str, ...]
    states: tuple[str, ...]
    what: str
    mend: str
    error: type[DatabaseError | SchemaError] = DatabaseError


FULL = Fault(
    ("disk is full", "no space left", "disk quota exceeded", "file too large"),
    ("53100",),
    "has no room left: {said}",
    "make room on the disk that it lies on, then run this again",
)
DISK = Fault(
    ("disk i/o error",),
    ("58030",),
    "cannot be read or written: {said}",
    "see that the disk that it lies on has room and is well",
)
NO_DATABASE = Fault(
    ("file is not a database", "disk image is malformed", "file is encrypted", "unsupported file format"),
    (),
    "is no SQLite database, or a damaged one: {said}",
    "check the address, or put a copy of the file in its place",
)
CLOSED_FILE = Fault(
    ("unable to open database file",),
    (),
    "cannot be opened",
    "see that the file and its folder are there, and may be read and written",
)
CROWDED = Fault(
    ("too many clients", "too many connections", "connection slots", "no more connections"),
    ("53300",),
    "takes no more connections",
    "close some, let the server take more, or try later",
)
NO_HOST = Fault(
    (
        "could not translate host name", "failed to resolve host", "name or service not known", "getaddrinfo failed",
        "nodename nor servname", "name resolution", "no address associated",
    ),
    (),
    "cannot be found: there is no such host",
    "check the name of the host in the address",
)  # fmt: skip
NOT_LET_IN = Fault(
    ("no pg_hba.conf entry", "is not allowed to connect"),
    (),
    "lets nobody in from here: {said}",
    "allow this machine, user and database on the server (pg_hba.conf), or ask for encryption: ?sslmode=require",
)
SSL = Fault(
    ("ssl", "certificate"),
    (),
    "cannot be reached safely: {said}",
    "check the certificates, and what the address says of them after the ?",
)
NOBODY_THERE = Fault(
    ("connection refused", "can't connect", "is the server running", "no route to host", "network is unreachable"),
    (),
    "cannot be reached: {said}",
    "check host and port in the address, and that the server runs",
)
SLOW_STATEMENT = Fault(
    ("due to statement timeout", "maximum statement execution time"),
    ("57014",),
    "took too long over a statement: {said}",
    "allow the role longer ones (statement_timeout), or try when the server has less to do",
)
LOCKED_ROW = Fault(
    ("due to lock timeout", "lock wait timeout", "deadlock detected"),
    ("55P03", "40P01"),
    "is held by somebody else: {said}",
    "try again when the other one is done",
)
TOO_SLOW = Fault(
    ("timeout expired", "timed out", "timeout"),
    (),
    "does not answer in time",
    "check host and port in the address, and what stands between here and the server",
)
LOST = Fault(
    (
        "server closed the connection", "terminating connection", "connection is closed", "connection was closed",
        "connection is lost", "lost connection", "gone away", "consuming input failed", "connection reset",
        "starting up", "shutting down", "connection already closed",
    ),
    ("08003", "08006", "57P01", "57P02", "57P03"),
    "was lost on the way: {said}",
    "run this again when the server is there; what was not finished is not stored",
)  # fmt: skip
NO_SUCH_DATABASE = Fault(
    ("unknown database",),
    ("3D000",),
    "cannot be opened: {said}",
    "create it, or check its name in the address",
)
REFUSED = Fault(
    ("password authentication failed", "authentication", "access denied", "no password supplied"),
    ("28",),
    "refuses the login: {said}",
    "check user and password in the address",
)
BAD_OPTION = Fault(
    ("connection option", "conninfo", "connection parameter", "unrecognized configuration parameter"),
    (),
    "cannot be opened: {said}",
    "check what the address says after the ?",
)
NO_RIGHT_TO_READ = Fault(
    (),
    (),
    "cannot be read: {said}",
    "grant the role SELECT on the platform's tables",
)
READ_ONLY = Fault(
    ("readonly database", "read-only", "permission denied", "must be owner", "command denied"),
    ("42501", "25006"),
    "cannot be written: {said}",
    "give the role the right to write outgrow's tables, or put them elsewhere with --store-url",
)
NO_TABLE = Fault(
    ("no such table", "no such column", "has no column named", "unknown column"),
    ("42P01", "42703", "3F000"),
    "lacks a table or a column: {said}",
    "check that the address names the platform's database; `outgrow doctor` tells which part is missing",
    SchemaError,
)
ANY = Fault((), (), "cannot be used: {said}", "`outgrow doctor` tells which part works and which does not")

KINDS = (
    FULL, DISK, NO_DATABASE, CLOSED_FILE, CROWDED, NO_HOST, NOT_LET_IN, NO_SUCH_DATABASE, REFUSED, SSL, NOBODY_THERE,
    SLOW_STATEMENT, LOCKED_ROW, LOST, TOO_SLOW, BAD_OPTION, READ_ONLY, NO_TABLE,
)  # fmt: skip
"""In the order in which they are looked for: what is told by fewer words stands before what is told by many."""
_MISSING_DATABASE = ("database", "does not exist")
_MISSING_ROLE = ("role", "does not exist")
_MISSING_TABLE = (("relation", "does not exist"), ("table", "doesn't exist"), ("column", "does not exist"))


def fault_of(said: str, state: str | None) -> Fault:
    """The kind of a complaint.

    Args:
        said: the driver's words.
        state: the SQLSTATE, where the driver knows one.
    """
    low = said.lower()
    if "permission denied for" in low and "outgrow_" not in low and "permission denied for database" not in low:
        return NO_RIGHT_TO_READ
    told = (kind for kind in KINDS if any(word in low for word in kind.words))
    of_state = (kind for kind in KINDS if state and kind.states and state.startswith(kind.states))
    if found := next(told, None) or next(of_state, None):
        return found
    for words, kind in ((_MISSING_ROLE, REFUSED), *((each, NO_TABLE) for each in _MISSING_TABLE)):
        if all(word in low for word in words):
            return kind
    return NO_SUCH_DATABASE if all(word in low for word in _MISSING_DATABASE) else ANY
