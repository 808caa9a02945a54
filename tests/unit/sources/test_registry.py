"""Kinds of sources by name: the built-in ones, and those of other packages, broken ones among them."""

from collections.abc import Callable
from datetime import date
from importlib.metadata import EntryPoint
from zoneinfo import ZoneInfo

import pytest
from tests.support.dictionary_source import DictionarySource

from outgrow.domain.errors import ConfigurationError, DatabaseError
from outgrow.domain.platform import SourcePlatform
from outgrow.domain.resource import COMMERCE, Resources
from outgrow.sources import registry
from outgrow.sources.contract import TenantSource
from outgrow.sources.null import NullSource
from outgrow.sources.registry import SourceRequest, kinds, make_source

BERLIN = ZoneInfo("Europe/Berlin")
REQUEST = SourceRequest(platform=None, zone=BERLIN)


def from_options(request: SourceRequest) -> DictionarySource:
    """What another package registers."""
    used = request.options["used"]
    assert isinstance(used, dict)
    whose = SourcePlatform(str(request.platform), "A cloud", request.zone)
    return DictionarySource(used, dict.fromkeys(used, 0), whose)


def down(request: SourceRequest) -> DictionarySource:
    raise DatabaseError(f"{request.address} does not answer", "see that it runs")


def broken(request: SourceRequest) -> DictionarySource:
    raise KeyError("used")


no_callable = 7


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let packages be installed that register these, by kind."""

    def put(*pairs: tuple[str, str]) -> None:
        points = [EntryPoint(kind, value, registry.ENTRY_POINTS) for kind, value in pairs]
        monkeypatch.setattr(registry, "entry_points", lambda group: points if group == "outgrow.sources" else [])

    return put


def test_the_kinds_are_told_the_built_in_ones_first(register: Callable[..., None]) -> None:
    register(("prometheus", "a:b"), ("gpus", "a:c"))
    assert kinds() == ("commerce", "none", "sql", "gpus", "prometheus")


def test_another_package_makes_a_source_from_what_was_asked(register: Callable[..., None]) -> None:
    register(("gpus", f"{__name__}:from_options"))
    made = make_source("gpus", SourceRequest("west", BERLIN, options={"used": {"anna": {date(2026, 1, 1): 3}}}))
    assert isinstance(made, TenantSource)
    assert made.platform == SourcePlatform("west", "A cloud", BERLIN)
    assert made.tenants(date(2026, 1, 1)).used.tolist() == [[3]]


def test_a_kind_that_is_not_there_is_told_with_those_that_are(register: Callable[..., None]) -> None:
    register(("gpus", "a:c"))
    with pytest.raises(ConfigurationError, match="no source of the kind 'prom'") as caught:
        make_source("prom", REQUEST)
    assert caught.value.mend == "use one of: commerce, none, sql, gpus"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("a_package_that_is_not_there:Source", "cannot be loaded: ModuleNotFoundError"),
        (f"{__name__}:not_there", "cannot be loaded: AttributeError"),
        (f"{__name__}:no_callable", "is no callable"),
        (f"{__name__}:broken", "failed: KeyError: 'used'"),
    ],
)
def test_what_another_package_got_wrong_is_told_with_its_place(
    register: Callable[..., None], value: str, told: str
) -> None:
    register(("gpus", value))
    with pytest.raises(ConfigurationError) as caught:
        make_source("gpus", REQUEST)
    assert "kind 'gpus'" in caught.value.what
    assert value in caught.value.what
    assert told in caught.value.what
    assert caught.value.mend


def test_what_it_says_itself_stays_as_it_is(register: Callable[..., None]) -> None:
    register(("gpus", f"{__name__}:down"))
    with pytest.raises(DatabaseError, match=r"gpu\.example does not answer"):
        make_source("gpus", SourceRequest(None, BERLIN, "gpu.example"))


def test_of_two_packages_that_register_one_kind_neither_is_taken(register: Callable[..., None]) -> None:
    register(("gpus", f"{__name__}:from_options"), ("gpus", f"{__name__}:down"))
    with pytest.raises(ConfigurationError, match="several packages"):
        make_source("gpus", REQUEST)


def test_nobody_takes_a_built_in_name(register: Callable[..., None]) -> None:
    register(("none", f"{__name__}:down"))
    assert kinds() == ("commerce", "none", "sql")
    assert isinstance(make_source("none", REQUEST), NullSource)


def test_a_commerce_platform_needs_an_open_session() -> None:
    with pytest.raises(ConfigurationError, match="open SQLAlchemy session"):
        make_source("commerce", REQUEST)


class TestNone:
    def test_it_is_of_the_platform_that_is_asked_for(self) -> None:
        assert make_source("none", SourceRequest("shop", BERLIN)).platform == SourcePlatform("shop", "shop", BERLIN)
        assert make_source("none", REQUEST).platform.code == "main"

    def test_it_measures_nothing_and_says_how_numbers_come_in(self) -> None:
        source = make_source("none", REQUEST)
        assert [*source.metrics(), *source.diagnose()] == []
        assert not isinstance(source, TenantSource)
        for asked in (
            lambda: source.measure(date(2026, 1, 1)),
            lambda: source.past(None, date(2026, 1, 1), lambda _: True, lambda *_: None),
        ):
            with pytest.raises(ConfigurationError, match="database_url is not set") as caught:
                asked()
            assert "outgrow import" in caught.value.mend

    def test_its_resources_are_those_of_what_is_stored(self) -> None:
        assert make_source("none", REQUEST).resources is COMMERCE
        mine = Resources([])
        assert NullSource(SourcePlatform("main", "main", BERLIN), mine).resources is mine
