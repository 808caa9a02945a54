"""What each verb costs as a whole process, against another build of outgrow in the same run.

    python benchmarks/verbs.py --against OTHER/.venv/bin/outgrow [--rounds 9] [--json]
    python benchmarks/verbs.py --against OTHER/.venv/bin/outgrow --metrics 10000
    python benchmarks/verbs.py --against OTHER/.venv/bin/outgrow --tenants 100000

The demo platform with the settings of `examples/demo` is made once; then this build and the other one take turns at
each verb. CPU is what the kernel says of the process, user and system; memory is its peak. Medians are printed, their
ratio, and the ratio that is wanted. `capture` counts the demo of yesterday, each time in a fresh copy.

With `--metrics`, the demo's platform gets so many made-up series of 90 days by `outgrow import`; compared are `status`,
and a capture when all of the day is captured already. With `--tenants`, so many made-up merchants with stores,
products, orders and files stand in a platform's database, and `tenants` reads and forecasts them: `benchmarks/plan.py`
says how much of that is forecasting. Both are run in few rounds: they are long.

Both builds have to read one schema of outgrow's own tables. Only the ratios of one run say anything.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, create_engine, insert

from outgrow import create_schema
from outgrow.sources.commerce import models
from outgrow.sources.commerce.demo.load import Column, load
from outgrow.sources.commerce.models.billing import LIMITS

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "demo"
HERE = Path(sys.executable).with_name("outgrow")
DEMO, PLATFORM = "demo.db", "demo"
TODAY = date(2026, 11, 22)
"""Of the demo whose plan is told in `examples/demo`."""
ROUNDS, FEW = 9, 3
SERIES_DAYS = 90
HISTORY = 400
"""Days over which the made-up merchants did what they did."""
EACH = {"products": 8, "orders": 16, "media_files": 3, "store_users": 1}
"""Rows of a made-up merchant, on average."""
MORE = {
    "products": {"sku": ""},
    "orders": {"status": "created"},
    "media_files": {"path": ""},
    "store_users": {"email": ""},
}
"""What else stands in them."""
SHARES = {"free": 0.5, "basic": 0.3, "pro": 0.2}
"""Merchants by plan."""
SEED = 7
HALF, AS_LONG, CAPTURE, QUARTER, TENTH = 0.5, 1.0, 0.7, 0.25, 0.1
TENANTS = 0.67
"""Of reading half, where forecasting is a third of the whole and stays as it is."""


class Spent(NamedTuple):
    """What a process took: seconds of CPU, and megabytes at its peak."""

    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Row:
    """One verb: this build and the other one, medians over the rounds."""

    verb: str
    seconds: float
    other_seconds: float
    ratio: float
    bound: float
    peak_mb: float
    other_peak_mb: float


def spent(command: Sequence[str | Path], folder: Path) -> Spent:
    """Run a command in a folder to its end."""
    one_core = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=told, env=one_core)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            told.seek(0)
            raise SystemExit(f"{' '.join(map(str, command))} ended with {process.returncode}\n{told.read().decode()}")
    return Spent(used.ru_utime + used.ru_stime, used.ru_maxrss / 1000)


@dataclass(frozen=True)
class Against:
    """The other build, and how often each takes its turn."""

    program: Path
    rounds: int


def compare(
    other: Against, folder: Path, verb: Sequence[str], bound: float, prepare: Callable[[], object] = lambda: None
) -> Row:
    """A verb of both builds in turn, after one round that is not counted."""
    mine: list[Spent] = []
    others: list[Spent] = []
    for at in range(other.rounds + 1):
        for found, program in ((mine, HERE), (others, other.program)):
            prepare()
            each = spent([program, *verb], folder)
            if at:
                found.append(each)
    seconds, other_seconds = (statistics.median(each.seconds for each in found) for found in (mine, others))
    peak, other_peak = (statistics.median(each.peak_mb for each in found) for found in (mine, others))
    name = " ".join(word for word in verb if not word.startswith("--") and word != TODAY.isoformat())
    return Row(name, seconds, other_seconds, seconds / other_seconds, bound, peak, other_peak)


def make_demo(folder: Path, today: date) -> Path:
    """The demo platform in a folder that has the example's settings."""
    folder.mkdir()
    for file in EXAMPLE.glob("*.toml"):
        shutil.copy(file, folder)
    made = ["demo", "--database-url", f"sqlite:///{DEMO}", "--seed", str(SEED), "--today", today.isoformat()]
    spent([HERE, *made], folder)
    return folder


def of_the_demo(other: Against, folder: Path) -> list[Row]:
    """Every verb on the demo platform."""
    demo = make_demo(folder / "demo", TODAY)
    as_of = ["--as-of", TODAY.isoformat()]
    scenarios = tomllib.loads((EXAMPLE / "scenarios.toml").read_text(encoding="utf-8"))["scenario"]
    verbs = [["status"], ["recommend"], ["ladder"], ["tenants"], *(["whatif", name] for name in scenarios)]
    rows = [compare(other, demo, [*verb, *as_of], HALF) for verb in verbs]
    rows.append(compare(other, demo, ["when", "storage_gb", "1500", *as_of], AS_LONG))
    late = make_demo(folder / "yesterday", date.today() - timedelta(days=1))
    kept = shutil.copy(late / DEMO, folder / "kept.db")
    rows.append(compare(other, late, ["capture"], CAPTURE, lambda: shutil.copy(kept, late / DEMO)))
    return rows


def of_many_metrics(other: Against, folder: Path, n: int) -> list[Row]:
    """`status`, and a capture that finds nothing new, beside so many imported series."""
    demo, today = make_demo(folder / "metrics", date.today()), date.today()
    file = demo / "series.csv"
    with file.open("w") as written:
        written.write("date,metric,value\n")
        for at in range(SERIES_DAYS):
            day = today - timedelta(days=SERIES_DAYS - 1 - at)
            written.writelines(f"{day},metric_{k},{100 + k + at * (0.1 + k % 7):.1f}\n" for k in range(n))
    spent([HERE, "import", str(file), "--platform", PLATFORM], demo)
    file.unlink()
    spent([HERE, "capture"], demo)
    return [
        compare(other, demo, ["status"], QUARTER),
        compare(other, demo, ["capture"], TENTH),
    ]


def of_many_tenants(other: Against, folder: Path, n: int) -> list[Row]:
    """`tenants` of so many made-up merchants."""
    (place := folder / "tenants").mkdir()
    engine = create_engine(f"sqlite:///{place / DEMO}")
    create_schema(engine, commerce=True)
    with engine.begin() as connection:
        write_merchants(connection, n)
    engine.dispose()
    verb = ["tenants", "--database-url", f"sqlite:///{DEMO}", "--as-of", TODAY.isoformat()]
    return [compare(other, place, verb, TENANTS)]


def write_merchants(connection: Connection, n: int) -> None:
    """A platform of so many merchants, each with a store, and what is in it."""
    rng = np.random.default_rng(SEED)
    last = np.datetime64(f"{TODAY}T12:00:00", "us")
    opened = last - (rng.integers(1, HISTORY, n) * np.timedelta64(1, "D"))
    tiers = list(SHARES)
    plan = rng.choice(len(tiers), n, p=list(SHARES.values()))
    of: dict[str, Column] = {"platform_id": 1}
    whose: dict[str, Column] = {**of, "created_at": opened}
    connection.execute(insert(models.Platform), [{"id": 1, "code": PLATFORM, "name": "", "time_zone": "UTC"}])
    limits = [dict(zip(LIMITS, (20 * 3**k, 50 * 3**k, 2 * 3**k, 3**k), strict=True)) for k in range(len(tiers))]
    connection.execute(
        insert(models.SubscriptionTier),
        [{**of, "code": tier, "name": tier, "price_monthly": 20 * k, **limits[k]} for k, tier in enumerate(tiers)],
    )
    load(connection, models.Merchant, {**whose, "name": [f"merchant {k}" for k in range(n)]})
    load(connection, models.Store, {**whose, "merchant_id": np.arange(1, n + 1), "code": "", "name": ""})
    bought: dict[str, Column] = {**of, "tier_id": plan + 1, "status": "active"}
    load(connection, models.MerchantSubscription, {**bought, "merchant_id": np.arange(1, n + 1), "started_at": opened})
    load(
        connection, models.SubscriptionPeriod, {**bought, "subscription_id": np.arange(1, n + 1), "valid_from": opened}
    )
    for model in (models.Product, models.Order, models.MediaFile, models.StoreUser):
        store = np.repeat(np.arange(n), rng.poisson(EACH[model.__tablename__], n))
        created = opened[store] + (rng.random(len(store)) * (last - opened[store]).astype(np.int64)).astype("m8[us]")
        more: dict[str, Column] = dict(MORE[model.__tablename__])
        if model is models.MediaFile:
            more["bytes"] = rng.integers(10**5, 10**8, len(store))
        load(connection, model, {**of, "store_id": store + 1, "created_at": created, **more})


def show(rows: Sequence[Row]) -> None:
    """A line for each verb."""
    print(f"{'verb':24s} {'CPU s':>8s} {'other':>8s} {'ratio':>6s} {'bound':>6s} {'peak MB':>8s} {'other':>8s}")
    for row in rows:
        print(
            f"{row.verb:24s} {row.seconds:8.2f} {row.other_seconds:8.2f} {row.ratio:6.2f} {row.bound:6.2f} "
            f"{row.peak_mb:8,.0f} {row.other_peak_mb:8,.0f}"
        )


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", type=Path, required=True, help="the other build's executable")
    parser.add_argument("--rounds", type=int, help=f"default: {ROUNDS}; of many metrics or tenants {FEW}")
    parser.add_argument("--metrics", type=int, help="so many made-up series instead of the demo alone")
    parser.add_argument("--tenants", type=int, help="so many made-up merchants instead")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rounds = asked.rounds or (FEW if asked.metrics or asked.tenants else ROUNDS)
    other = Against(asked.against.absolute(), rounds)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.metrics:
            rows = of_many_metrics(other, folder, asked.metrics)
        elif asked.tenants:
            rows = of_many_tenants(other, folder, asked.tenants)
        else:
            rows = of_the_demo(other, folder)
    if asked.json:
        print(json.dumps([asdict(row) for row in rows]))
    else:
        show(rows)


if __name__ == "__main__":
    main()
