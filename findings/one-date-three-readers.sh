#!/usr/bin/env bash
# The same two columns of dates, read by DuckDB 2.0.1, Polars 2.1.0 (try_parse_dates) and pandas 3.1.1 (parse_dates), none
# of which says a word:
# - 01.01.26 to 30.01.26 (days of January 2026 as many countries write them): DuckDB takes the day for the year (2001 to
#   2030), Polars reads the year 26, pandas reads 2026.
# - 01/02/2026 in a file whose days and months are all below 13: DuckDB and Polars read 1 February, pandas 2 January.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check 'duckdb==2.0.1' 'polars==2.1.0' 'pandas==3.1.1'
env/bin/python - <<'PYTHON'
import datetime, warnings
import duckdb, pandas, polars

warnings.simplefilter("ignore")
with open("short.csv", "w") as file:
    file.write("day,gb\n" + "".join(f"{day:02d}.01.26,{day}\n" for day in range(1, 31)))
with open("slash.csv", "w") as file:
    file.write("day,gb\n" + "".join(f"{day:02d}/02/2026,{day}\n" for day in range(1, 13)))


def newest(name):
    duck = duckdb.read_csv(name).order("gb desc").limit(1).fetchall()[0][0]
    pola = polars.read_csv(name, try_parse_dates=True)["day"][-1]
    pand = pandas.read_csv(name, parse_dates=["day"]).day.iloc[-1].date()
    print(name, "DuckDB", duck, "Polars", pola, "pandas", pand)
    return duck, pola, pand


print(duckdb.__version__, polars.__version__, pandas.__version__)
date = datetime.date
assert newest("short.csv") == (date(2030, 1, 26), date(26, 1, 30), date(2026, 1, 30))
assert newest("slash.csv") == (date(2026, 2, 12), date(2026, 2, 12), date(2026, 12, 2))
PYTHON
