"""The programs from Debian's packages: installed where it is allowed, left out in one line elsewhere, never in CI."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests import conftest
from tests.support.components import leave_out, said
from tools import components

APT = """#!/bin/sh
echo "$*" >> {folder}/asked
case "$*" in
*update*) touch {folder}/lists;;
*install*) [ -e {folder}/lists ] && printf '#!/bin/sh\\n' > {folder}/quokkad && chmod +x {folder}/quokkad;;
esac
"""


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system whose `apt-get` knows the package `quokka-server`, once its lists are up to date."""
    apt = tmp_path / "apt-get"
    apt.write_text(APT.format(folder=tmp_path))
    apt.chmod(0o755)
    monkeypatch.setattr(components, "PACKAGES", {"quokkad": "quokka-server"})
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return tmp_path


def asked(system: Path) -> list[str]:
    """The words that `apt-get` was given, each time."""
    file = system / "asked"
    return [line.split()[-1] for line in file.read_text().splitlines()] if file.exists() else []


def test_what_is_missing_is_installed_once(system: Path) -> None:
    assert components.missing() == ["quokkad"]
    assert components.main() == 0
    assert components.missing() == []
    assert components.main() == 0
    assert asked(system) == ["quokka-server", "update", "quokka-server"]


@pytest.mark.parametrize("allowed", [True, False])
def test_whoever_is_not_root_asks_sudo_without_a_password(
    system: Path, monkeypatch: pytest.MonkeyPatch, allowed: bool
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    sudo = system / "sudo"
    sudo.write_text(f'#!/bin/sh\n[ "$1" = -n ] && shift && {"exec" if allowed else "false"} "$@"\n')
    sudo.chmod(0o755)

    assert components.main() == 0
    assert components.missing() == ([] if allowed else ["quokkad"])
    assert bool(asked(system)) == allowed


def test_where_nothing_may_be_installed_nothing_is_said(
    system: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(components, "rights", lambda: None)
    assert components.main() == 0
    assert capsys.readouterr() == ("", "")

    monkeypatch.setenv("CI", "true")
    assert components.main() == 1
    assert "quokkad: not installed" in capsys.readouterr().err


def test_a_package_that_cannot_be_had_is_a_failure_in_ci_alone(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (system / "apt-get").write_text("#!/bin/sh\nexit 100\n")
    assert components.main() == 0
    monkeypatch.setenv("CI", "true")
    assert components.main() == 1


def test_the_tests_that_need_it_are_left_out_in_one_line(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def collected() -> list[Any]:
        return [SimpleNamespace(fixturenames=names) for names in (["quokkad", "tmp_path"], ["tmp_path"], [])]

    deselected: list[Any] = []
    hook = SimpleNamespace(pytest_deselected=lambda *, items: deselected.extend(items))
    config: Any = SimpleNamespace(hook=hook)
    items = collected()
    leave_out(config, items)
    assert [item.fixturenames for item in items] == [["tmp_path"], []]
    assert [item.fixturenames for item in deselected] == [["quokkad", "tmp_path"]]
    assert said() == "Left out: the tests that need quokkad, not installed here."

    monkeypatch.setenv("CI", "true")
    items = collected()
    leave_out(config, items)
    assert len(items) == 3
    assert said() is None


def test_every_program_has_a_fixture_of_its_name() -> None:
    assert [program for program in components.PACKAGES if not hasattr(conftest, program)] == []
