"""Leaves the tests out that need a program from a Debian package which is not installed here."""

import pytest
from tools import components


def left_out() -> list[str]:
    """The programs without which tests are left out; on the integration machine these fail instead."""
    return [] if components.nothing_may_be_left_out() else components.missing()


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what uses the fixture that is named after such a program."""
    programs = {*left_out()}
    lacking = [item for item in items if programs & {*getattr(item, "fixturenames", ())}]
    if lacking:
        config.hook.pytest_deselected(items=lacking)
        items[:] = [item for item in items if item not in lacking]


def said() -> str | None:
    """The one line about it."""
    programs = left_out()
    return f"Left out: the tests that need {', '.join(programs)}, not installed here." if programs else None
