"""What names of tables and columns say: words that people use for what they count, and for what nobody does."""

import re
from collections.abc import Mapping
from functools import cache

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def _words(told: str) -> frozenset[str]:
    """Words, parted by blanks."""
    return frozenset(told.split())


def _scored(words: Mapping[int, str]) -> Mapping[str, int]:
    """How surely each word says it."""
    return {word: score for score, told in words.items() for word in told.split()}


TENANTS = _scored(
    {
        9: "organisation organization organizer tenant",
        8: "merchant org workspace",
        7: "company shop",
        6: "agency business club school seller store",
        5: "account channel client community practice site team vendor",
        4: "namespace space",
        3: "customer domain project",
        2: "experiment group instance",
        1: "room",
    }
)
"""What tenants are called, and how surely."""
COUNTED = _words(
    """
    checkin account annotation appointment article asset attachment booking build cable campaign cart channel circuit
    client comment company contact course customer dataset deal delivery deployment device doc document
    enrollment environment event experiment feature file flag form host image interface invoice issue item job
    label lead listing media member merchant message model newsletter node opportunity order organisation
    organization organizer page patient payment people person photo post prediction product project rack reading
    redirect repo repository response room run segment seller sensor server shipment shop site store student
    submission subscription task team tenant ticket transaction trip upload user variant vehicle video voucher
    workspace
    """
)
"""What people follow the number of."""
HAPPENING = _words(
    """
    annotation appointment booking build checkin delivery deployment invoice message order payment prediction
    purchase reading refund response run sale shipment submission transaction trip visit
    """
)
"""What happens, rather than lasts: it is told by the day."""
ORDERS = _words("booking checkout order purchase reservation sale")
"""What begins as a cart."""
PLUMBING = _words(
    """
    active aggregate daily destination hourly monthly received scheduled summary weekly
    admin alembic audit auth background backup backward blocked cache cachedfile celery config configuration
    content counter counters directory edge edges extremities failed forward groups history idempotency index
    indexes journal key keys line lines lock locks log logs metadata migration migrations nonce notification
    notifications option options outbox param parameter params pending permission permissions position positions
    preference preferences presence properties property pushers queue receipts relation relations rendition
    renditions revision revisions rule rules schema search seq sequence session sessions setting settings state
    statistic statistics stats stream streams tag tags temp template templates throttle through tmp token tokens
    translation translations txn txns type types updates version versions webhook
    """
)
"""What a platform keeps for itself."""
BEGINNINGS = _scored(
    {
        10: "created creation",
        9: "create",
        8: "inserted joined registered signup",
        7: "added enrolled uploaded",
        6: "ordered placed received submitted",
        5: "datetime founded issued opened",
        4: "began begin imported start started timestamp ts",
        3: "completed date time",
        1: "at on",
    }
)
"""What a beginning is called, and how surely."""
CHANGES = _words("changed modified update updated")
"""What the time of the last change is called."""
NO_BEGINNING = _words(
    """
    from access accessed activated activity admission archived available birth birthday canceled cancelled change
    changed checked closed completed confirmed deadline deleted due end ended event expiration expire expired
    expires expiry finished heartbeat last latest live locked login modified next presale processed published
    read refreshed removed reset scheduled seen settled to trial until update updated valid validity verified
    """
)
"""What other times are called."""
ENDINGS = _scored(
    {
        10: "deleted",
        9: "deletion destroyed removed",
        8: "deactivated purged",
        7: "erased",
        6: "left",
    }
)
"""What an end is called; what is cancelled or archived is not gone."""
TESTS = _words("demo sandbox test testmode")
"""Flags of rows that are none of the platform's business."""
PLACED = _words("completed ordered placed submitted")
"""On orders these beat the time at which a cart was begun."""


@cache
def parts(name: str) -> tuple[str, ...]:
    """The words of a name, in small letters, whichever way they are put together."""
    return tuple(part.lower() for part in _PART.findall(name))


@cache
def singular(word: str) -> str:
    """One of it, by the usual rules of English."""
    if word.endswith("ies") and len(word) > len("ties"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


@cache
def plural(word: str) -> str:
    """Many of it, by the usual rules of English."""
    if word.endswith("y") and word[-2:-1] not in set("aeiou"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"
