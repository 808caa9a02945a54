#!/usr/bin/env bash
# DuckDB 2.0.1 reads the first 20,480 rows of a CSV file to find its types. Where a column is whole until then and has a
# decimal later (a disk that was counted in whole GB, then in tenths), every later value is rounded to a whole number:
# no error, no warning. Polars 2.1.0 refuses the same file, pandas 3.1.1 reads it rightly.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check 'duckdb==2.0.1' 'polars==2.1.0' 'pandas==3.1.1'
env/bin/python - <<'PYTHON'
import duckdb, pandas, polars

with open("growth.csv", "w") as file:
    file.write("day,gb\n" + "".join(f"{n},{n}\n" for n in range(30_000)) + "30000,249.5\n30001,0.4\n")

read = duckdb.read_csv("growth.csv")
newest = read.order("day desc").limit(2).fetchall()
print("DuckDB", duckdb.__version__, read.types, newest)
assert [str(t) for t in read.types] == ["BIGINT", "BIGINT"]
assert newest == [(30001, 0), (30000, 250)]

try:
    polars.read_csv("growth.csv")
except polars.exceptions.ComputeError as error:
    print("Polars", polars.__version__, "refuses:", str(error).splitlines()[0])
else:
    raise SystemExit("Polars reads it now")

frame = pandas.read_csv("growth.csv")
print("pandas", pandas.__version__, frame.gb.tolist()[-2:])
assert frame.gb.tolist()[-2:] == [249.5, 0.4]
PYTHON
