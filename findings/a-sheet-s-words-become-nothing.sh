#!/usr/bin/env bash
# A sheet with a number column that holds one word ("n/a") and a column of times of day, read by Polars 2.1.0:
# its usual engine turns the word into nothing without a word and 23:59 into the last minute of 31 December 1899; its
# other engine, openpyxl 3.1.5, keeps the whole number column as text.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check 'polars==2.1.0' 'fastexcel==0.21.0' 'openpyxl==3.1.5'
env/bin/python - <<'PYTHON'
import datetime
import openpyxl, polars

book = openpyxl.Workbook()
sheet = book.active
sheet.append(["day", "gb", "at"])
for day in range(1, 6):
    sheet.append([datetime.date(2026, 1, day), 100 + day / 2, datetime.time(23, 59)])
sheet.append([datetime.date(2026, 1, 6), "n/a", datetime.time(23, 59)])
book.save("disk.xlsx")

usual = polars.read_excel("disk.xlsx")
print("Polars", polars.__version__, usual.dtypes, usual.row(-1))
assert usual.row(-1) == (datetime.date(2026, 1, 6), None, datetime.datetime(1899, 12, 31, 23, 59))
other = polars.read_excel("disk.xlsx", engine="openpyxl", columns=["day", "gb"])
print("openpyxl", openpyxl.__version__, other.dtypes, other.row(-1))
assert other["gb"].to_list()[-2:] == ["102.5", "n/a"]
PYTHON
