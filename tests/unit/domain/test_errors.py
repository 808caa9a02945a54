"""Every error says what happened and where, then how to mend it."""

import pytest

from outgrow.domain.errors import (
    BadThresholdError,
    ClockError,
    ConfigurationError,
    DatabaseError,
    DataError,
    MissingExtraError,
    OutgrowError,
    SchemaError,
    UnknownMetricError,
    UnknownPlatformError,
    UnknownTimeZoneError,
    UsageError,
)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            UnknownMetricError("prodcts", ["products", "stores"]),
            "there is no metric 'prodcts'\n  mend: did you mean products?",
        ),
        (
            UnknownMetricError("total_store", ["total_stores", "total_sores", "trial"]),
            "there is no metric 'total_store'\n  mend: did you mean total_stores or total_sores?",
        ),
        (UnknownMetricError("zzz", ["b", "a"]), "there is no metric 'zzz'\n  mend: use one of: a, b"),
        (
            BadThresholdError(-3),
            "the threshold -3 is not a positive number\n  mend: give a number above zero, in the metric's own unit",
        ),
        (
            BadThresholdError("many"),
            "the threshold 'many' is not a positive number\n  mend: give a number above zero, in the metric's own unit",
        ),
        (
            BadThresholdError(10**5_000),
            (
                "the threshold a huge int is not a positive number\n"
                "  mend: give a number above zero, in the metric's own unit"
            ),
        ),
        (
            BadThresholdError(-3, falling=True),
            (
                "the threshold -3 is not 0 or a positive number\n"
                "  mend: give 0 or a number above zero, in the metric's own unit"
            ),
        ),
        (
            UnknownTimeZoneError("Mars", "platform 'main'"),
            (
                "platform 'main' has the time zone 'Mars', which is not an IANA time zone\n"
                "  mend: use a name such as 'Europe/Berlin' or 'UTC'"
            ),
        ),
        (UnknownPlatformError("x", ["b", "a"]), "there is no platform 'x'\n  mend: use one of: a, b"),
        (
            UnknownPlatformError("x", []),
            "the database holds no platform, and so none called 'x'\n  mend: check that the address is the platform's",
        ),
        (
            MissingExtraError("drawing a chart", "charts"),
            (
                "drawing a chart needs an optional part that is not installed\n"
                "  mend: pip install 'vl-convert-python>=1.9'"
            ),
        ),
        (OutgrowError("it broke"), "it broke"),
        (OutgrowError("it broke", "glue it"), "it broke\n  mend: glue it"),
    ],
)
def test_the_text_is_for_the_user(error: OutgrowError, text: str) -> None:
    assert str(error) == text


def test_what_and_mend_can_be_told_apart() -> None:
    error = SchemaError("the tables are gone", "run `outgrow init`")

    assert (error.what, error.mend) == ("the tables are gone", "run `outgrow init`")


@pytest.mark.parametrize(
    ("error", "base"),
    [
        (UnknownMetricError, UsageError),
        (BadThresholdError, UsageError),
        (UsageError, ValueError),
        (UnknownTimeZoneError, ConfigurationError),
        (UnknownPlatformError, ConfigurationError),
        (DatabaseError, OutgrowError),
        (SchemaError, OutgrowError),
        (DataError, OutgrowError),
        (ClockError, OutgrowError),
        (MissingExtraError, OutgrowError),
    ],
)
def test_one_base_catches_them_all(error: type[Exception], base: type[Exception]) -> None:
    assert issubclass(error, base)
    assert issubclass(error, OutgrowError)


def test_who_asks_when_it_is_down_to_nothing_is_told_how() -> None:
    assert str(BadThresholdError("0")).endswith(
        "; when something has run out, down to 0, is a fall: ask with --falling"
    )
    assert "--falling" not in str(BadThresholdError("0", falling=True))
