#!/usr/bin/env bash
# nagiosplugin 1.4.0, the library that most Python plugins for Icinga and Nagios are written with:
# - its line for people rounds to four digits: 29,342 products read 2.934e+04, 1,234,567 read 1.235e+06;
# - performance data are Python's own spelling of a number: 1e+16 and 1.8e-06 go out with an exponent;
# - a label with a newline is quoted and written as two lines;
# - a range is read with int() unless it has a point: 1e3 is refused.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check 'nagiosplugin==1.4.0'
env/bin/python - <<'PYTHON'
import importlib.metadata
import nagiosplugin

print("nagiosplugin", importlib.metadata.version("nagiosplugin"))
words = [str(nagiosplugin.Metric("products", value)) for value in (29_342.0, 1_234_567.0, 100_000.5)]
print(words)
assert words == ["2.934e+04", "1.235e+06", "1e+05"]
data = [str(nagiosplugin.Performance("x", value)) for value in (1e16, 0.0000018, 933.395)]
print(data)
assert data == ["x=1e+16", "x=1.8e-06", "x=933.395"]
split = str(nagiosplugin.Performance("a\nb", 1))
print(split.splitlines())
assert split.splitlines() == ["'a", "b'=1"]
assert str(nagiosplugin.Range("1000.0")) == "1000.0"
try:
    nagiosplugin.Range("1e3")
except ValueError as error:
    print("Range 1e3:", error)
else:
    raise SystemExit("1e3 is read now")
PYTHON
