#!/usr/bin/env bash
# statsforecast 2.1.1 asks for pandas below 3; 2.0.3 does not. Who asks for both gets 2.0.3 beside pandas 3.1.1 without a
# word. Most models work; AutoCES fails while it is compiled, because columns of pandas 3 are read-only arrays.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check 'statsforecast==2.0.3' 'pandas==3.1.1' 'numpy==2.4.6' 'numba==0.68.1'
env/bin/python - <<'PYTHON'
import warnings
warnings.simplefilter("ignore")
import pandas, statsforecast
from statsforecast import StatsForecast
from statsforecast.models import AutoCES, RandomWalkWithDrift

frame = pandas.DataFrame({"unique_id": "shop", "ds": pandas.date_range("2026-01-01", periods=100), "y": [100.0 + day for day in range(100)]})
print("statsforecast", statsforecast.__version__, "pandas", pandas.__version__, "writeable:", frame.y.to_numpy().flags.writeable)
drift = StatsForecast(models=[RandomWalkWithDrift()], freq="D").forecast(df=frame, h=10)
assert drift["RWD"].iloc[-1] == 209.0
try:
    StatsForecast(models=[AutoCES(season_length=1)], freq="D").forecast(df=frame, h=10)
except Exception as error:
    print("AutoCES:", type(error).__name__, "readonly" in str(error))
    assert type(error).__name__ == "TypingError"
    assert "readonly" in str(error)
else:
    raise SystemExit("AutoCES works now")
PYTHON
