"""Installs the Debian packages that some tests need, where it may: on a Debian-like system, as root or by sudo.

Where it may not, nothing happens: the tests that need what is missing are left out then, and say so in one line. With
CI=true nothing may be left out, and this fails.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

PACKAGES: Mapping[str, str] = {
    "pgbouncer": "pgbouncer",
    "mariadbd": "mariadb-server",
}
"""The package by the program that is looked for, which the fixture that starts it is named after."""

QUICKLY = ("-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20", "-o", "DPkg::Lock::Timeout=120")


def find(program: str) -> Path | None:
    """Where a program is; Debian keeps servers where not everybody's PATH leads."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    found = shutil.which(program, path=path)
    return Path(found) if found else None


def missing() -> list[str]:
    """The programs that are not there."""
    return [program for program in PACKAGES if find(program) is None]


def nothing_may_be_left_out() -> bool:
    """Whether this is the integration machine."""
    return os.environ.get("CI") == "true"


def rights() -> list[str] | None:
    """What a command that installs has to begin with; None where it is not allowed, or there is no such system."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    asked = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if asked and asked.returncode == 0 else None


def install(packages: Iterable[str], as_root: list[str]) -> bool:
    """Install packages; if they are not known yet, after the lists were brought up to date."""
    apt = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", *QUICKLY]
    wanted = [*apt, "install", "--yes", "--no-install-recommends", *packages]

    def done(command: list[str]) -> bool:
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0

    return done(wanted) or (done([*apt, "update"]) and done(wanted))


def main() -> int:
    """Install what is missing, if that is allowed; 1 where something is missing that may not be."""
    packages = [PACKAGES[program] for program in missing()]
    as_root = rights() if packages else None
    if as_root is not None:
        print(f"Installing for the tests: {', '.join(packages)}")
        install(packages, as_root)
    if missing() and nothing_may_be_left_out():
        print(f"{', '.join(missing())}: not installed, and with CI=true no test may be left out", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
