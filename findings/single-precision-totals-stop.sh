#!/usr/bin/env bash
# Totals of a single-precision column over many rows: the same numbers, another sum by the way of asking.
# Polars 2.1.0: a column of 40 million ones sums to 40,000,000, also as a window; grouped by one key, it stops at
# 16,777,216 for each thread. pandas 3.1.1: sum and grouped sum are right, a plain cumsum stops at 16,777,216, a
# grouped cumsum does not. Arrow 26.0.1 sums in double precision.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check 'polars==2.1.0' 'pandas==3.1.1' 'pyarrow==26.0.1' 'numpy==2.4.6'
env/bin/python - <<'PYTHON'
import os
os.environ["POLARS_MAX_THREADS"] = "2"
import numpy, pandas, polars, pyarrow

rows = 40_000_000
ones = numpy.ones(rows, numpy.float32)
frame = polars.DataFrame({"key": numpy.zeros(rows, numpy.int8), "y": ones})
plain = frame["y"].sum()
window = frame.select(polars.col("y").sum().over("key"))["y"][0]
grouped = frame.group_by("key").agg(polars.col("y").sum())["y"][0]
print("Polars", polars.__version__, "sum", plain, "over", window, "group_by", grouped)
assert plain == window == rows
assert grouped == 2 * 2**24

table = pandas.DataFrame({"key": numpy.zeros(rows, numpy.int8), "y": ones})
running, by_key = table.y.cumsum().iloc[-1], table.groupby("key").y.cumsum().iloc[-1]
print("pandas", pandas.__version__, "sum", table.y.sum(), "cumsum", running, "grouped cumsum", by_key)
assert table.y.sum() == table.groupby("key").y.sum().iloc[0] == by_key == rows
assert running == 2**24

arrow = pyarrow.table({"key": numpy.zeros(rows, numpy.int8), "y": ones}).group_by("key").aggregate([("y", "sum")])
print("Arrow", pyarrow.__version__, arrow["y_sum"])
assert arrow["y_sum"].to_pylist() == [rows]
PYTHON
