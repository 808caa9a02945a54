#!/usr/bin/env bash
# statsforecast 2.1.1 (and 2.0.3) forecasts a column of whole numbers in single precision and one of decimals in double.
# A counter at 1,000,000,199 is told as 1,000,000,192 for tomorrow by the naive forecast, and a drift of 1 a day makes 57
# of the 90 that are true; a disk counted in bytes is told in steps of 65,536. The same numbers as float64 come out right.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check 'statsforecast==2.1.1' 'pandas==2.3.3'
env/bin/python - <<'PYTHON'
import warnings
warnings.simplefilter("ignore")
import pandas, statsforecast
from statsforecast import StatsForecast
from statsforecast.models import Naive, RandomWalkWithDrift

days = pandas.date_range("2026-01-01", periods=200)


def told(start, step, kind):
    values = pandas.Series([start + step * day for day in range(200)], dtype=kind)
    frame = pandas.DataFrame({"unique_id": "disk", "ds": days, "y": values})
    answer = StatsForecast(models=[RandomWalkWithDrift(), Naive()], freq="D").forecast(df=frame, h=90)
    newest, ahead = int(answer["Naive"].iloc[-1]), int(answer["RWD"].iloc[-1])
    print(kind, "newest", int(values.iloc[-1]), "naive", newest, "in 90 days", ahead, "true", start + step * 289, answer["RWD"].dtype)
    return newest, ahead


print("statsforecast", statsforecast.__version__)
assert told(10**9, 1, "float64") == (1_000_000_199, 1_000_000_289)
assert told(10**9, 1, "int64") == (1_000_000_192, 1_000_000_256)
assert told(10**12, 2_000, "float64") == (1_000_000_398_000, 1_000_000_578_000)
assert told(10**12, 2_000, "int64") == (1_000_000_389_120, 1_000_000_585_728)
PYTHON
