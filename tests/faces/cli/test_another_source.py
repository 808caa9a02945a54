"""A platform of a kind that another package registers: every command answers in words, and its faults are its own."""

from datetime import date, timedelta
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from tests.support.cli import TODAY, Cli
from tests.support.dictionary_source import DictionarySource

from outgrow.domain.snapshot import Measurement
from outgrow.sources import registry
from outgrow.sources.registry import SourceRequest

DAYS = 200
SETTINGS = """
store_url = "sqlite:///outgrow.db"
limits = []

[source]
kind = "cloud"
region = "eu"

[[ladder]]
name = "One rack"
max_gpus = 64
cost_monthly = 900

[[ladder]]
name = "A hall"
max_gpus = 640
cost_monthly = 9000
"""


def renting(first: int, every: int) -> dict[date, int]:
    """One GPU more every so many days."""
    return {TODAY - timedelta(days=DAYS - at): first + at // every for at in range(DAYS + 1)}


def cloud(request: SourceRequest) -> DictionarySource:
    assert (request.address, request.options) == (None, {"region": "eu"})
    return DictionarySource({"ada": renting(2, 20), "bob": renting(9, 10)}, {"ada": 0, "bob": 1})


class Unreachable(DictionarySource):
    def measure(self, *_: object) -> list[Measurement]:
        raise ConnectionError("no route to the cloud")


def unreachable(_: SourceRequest) -> Unreachable:
    return Unreachable({"ada": renting(2, 20)}, {"ada": 0})


@pytest.fixture
def own(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    points = [
        EntryPoint(kind, f"{__name__}:{kind}", registry.ENTRY_POINTS) for kind in (cloud.__name__, unreachable.__name__)
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == registry.ENTRY_POINTS else [])
    (tmp_path / "outgrow.toml").write_text(SETTINGS, encoding="utf-8")
    assert cli("init").status == 0
    return cli


def said(own: Cli, *words: str) -> str:
    told = own(*words)
    assert (told.status, told.err) == (0, ""), told
    return told.out


def test_every_command_answers(own: Cli) -> None:
    assert "dictionary: 2 tenants" in own("doctor").out
    assert "tenants outgrow" in said(own, "tenants").replace("merchants", "tenants")  # before anything is stored
    assert said(own, "backfill").startswith("Rebuilt 2 metrics on 200 days of platform cloud")
    assert said(own, "capture") == "Cloud: 2 values captured for 31 Mar 2026.\n"
    assert said(own, "status").startswith("First to run out: GPUs (tier One rack, 64 GPUs), about ")
    for name in ("gpus", "gpus_used", "GPUs"):
        assert "of 64 GPUs on 31 Mar 2026" in said(own, "when", name)
    ladder = said(own, "ladder")
    assert ladder.startswith("Tier One rack lasts until about ")
    assert [line.split()[-1] for line in ladder.splitlines() if line.startswith("One rack   ")] == ["GPUs"]
    assert "ada " in said(own, "tenants")
    assert "GPUs × 2" in said(own, "whatif", "--growth", "gpus:2")
    assert "stayed" in said(own, "explain", "gpus", "--drivers")
    assert "Next upgrade trigger: A hall at 64 GPUs (41 now, 64%)" in said(own, "recommend")
    assert own("check").out.startswith("OUTGROW ")
    assert said(own, "history", "gpus").splitlines()[-1].split()[-2:] == ["41", "observed"]
    assert "gpus_used" in said(own, "metrics")
    assert "all is well" not in said(own, "trends")


def test_what_it_raises_is_its_own_fault(own: Cli, tmp_path: Path) -> None:
    (tmp_path / "outgrow.toml").write_text(SETTINGS.replace('"cloud"', '"unreachable"'), encoding="utf-8")
    told = own("capture")

    assert told.status == 3
    assert "failed at `measure`: ConnectionError: no route to the cloud\n" in told.err
    assert "see that what it asks can be reached" in told.err


def test_our_tables_need_a_place_beside_it(own: Cli, tmp_path: Path) -> None:
    without = SETTINGS.replace('store_url = "sqlite:///outgrow.db"', "")
    (tmp_path / "outgrow.toml").write_text(without, encoding="utf-8")

    assert own("capture").err.startswith("outgrow: store_url is not set: outgrow's own tables need a place")


def test_the_doctor_sees_a_tier_over_nothing(own: Cli, tmp_path: Path) -> None:
    (tmp_path / "outgrow.toml").write_text(SETTINGS.replace("max_gpus = 64", "max_cpus = 64"), encoding="utf-8")

    assert "✗ limits: outgrow.toml: ladder: tier 'One rack': there is no metric 'cpus'" in own("doctor").out
