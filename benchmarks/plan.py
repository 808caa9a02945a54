"""How long the plan takes: of 100,000 tenants with four resources each, and of one platform's ladder for twelve months.

    python benchmarks/plan.py [--tenants 100000] [--json]
    python benchmarks/plan.py --tenants 2000        # a quick look

Made-up merchants of four plans: what they changed on single days of the last 400 (products and files come and some go,
a few team members, orders on some days), as the source reads it from the platform's database. Timed is all that follows
in `outgrow tenants`, in one process on one core: what the platform's own past says of such forecasts, block by block
daily series, forecasts and probabilities, next plans, and the sorted list. Making the merchants is not timed.

`of sum` and `of line` say how many times longer it takes than `np.sum` over the same daily series, block by block, and
than a straight line through the last 90 days of each: what making the series alone costs is told as `series`. The peak
memory is the process's, the made-up changes and all libraries included.

The ladder is that of the demo platform, with five tiers that limit all five dimensions: `first` is the first plan of a
process after everything is imported, `seconds` the median of those after it, reading the store included. `of status`
is the same beside `outgrow status`, which forecasts the same histories and asks about the same limits. All figures are
of the same run on the same machine; only their ratios say anything elsewhere.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from benchmarks.yardsticks import line_day
from numpy.typing import NDArray

from outgrow.domain.ladder import Ladder, Tier
from outgrow.domain.resource import COMMERCE
from outgrow.domain.tenant import UNLIMITED, Plan, Tenants, UseChanges
from outgrow.forecasting.projection import ForecastRules
from outgrow.forecasting.tenant_outlooks import BLOCK, tenant_outlooks
from outgrow.planning.tenants.upsell import tenant_offers
from outgrow.service.desk import Desk
from outgrow.service.ladder import ladder
from outgrow.service.status import status
from outgrow.setup.demo import make_demo
from outgrow.setup.settings import load_settings
from outgrow.setup.workspace import Workspace

Array = NDArray[np.float64]

RESOURCES = tuple(resource.name for resource in COMMERCE.by_plan)
TENANTS = 100_000
HISTORY, OLDEST = 400, 900
"""Days that are read, and the greatest age of a merchant."""
TODAY = date(2026, 7, 31)
PLANS = (
    Plan("free", "Free", Decimal(0), (50, 200, 10, 2)),
    Plan("basic", "Basic", Decimal(19), (300, 1_000, 20, 25)),
    Plan("pro", "Pro", Decimal(79), (1_000, 5_000, 50, 120)),
    Plan("enterprise", "Enterprise", Decimal(399), (UNLIMITED,) * len(RESOURCES)),
)
SHARES = (0.4, 0.4, 0.18, 0.02)
"""Merchants by plan."""
CHANGES = ((15, 40, 80, 200), (25, 80, 160, 320), (0.8, 2, 4, 10), (12, 32, 64, 160))
"""By resource and plan: days with a change in 400, on average."""
AMOUNTS = (2.0, 2.0, 1.0, 0.006)
"""By resource: of such a change, on average."""
LEAVE = (0.12, 0.0, 0.2, 0.12)
"""By resource: share of the changes that take something away."""
ORDERS = RESOURCES.index("orders_month")
SEED = 7
ROUNDS = 9
LADDER = Ladder(
    (
        *(
            Tier.of(
                f"T{k}",
                Decimal(90 * k),
                stores=100 * k,
                products=20_000 * k,
                orders_month=20_000 * k,
                team_members=250 * k,
                storage_gb=700 * k,
            )
            for k in range(2, 6)
        ),
        Tier.of("open", Decimal(900)),
    )
)


def made_up(n: int) -> tuple[Tenants, dict[str, UseChanges]]:
    """Merchants and the changes of their use."""
    rng = np.random.default_rng(SEED)
    plan = rng.choice(len(PLANS), n, p=SHARES)
    age = rng.integers(1, OLDEST, n)
    used, changes = np.zeros((n, len(RESOURCES))), {}
    for column, name in enumerate(RESOURCES):
        busy = rng.lognormal(-0.125, 0.5, n) * np.minimum(age, HISTORY) / HISTORY
        tenant, day = _days(rng, np.array(CHANGES[column])[plan] * busy, age)
        sign = np.where(rng.random(len(day)) < LEAVE[column], -1.0, 1.0)
        amount = sign * (rng.geometric(1 / AMOUNTS[column], len(day)) if AMOUNTS[column] >= 1 else AMOUNTS[column])
        changes[name] = UseChanges.of(TODAY, HISTORY, tenant, day, amount)
        counted = day >= HISTORY - TODAY.day if column == ORDERS else np.ones(len(day), np.bool_)
        used[:, column] = np.maximum(np.bincount(tenant[counted], amount[counted], n), 0.0)
    tenants = Tenants(
        as_of=TODAY,
        keys=np.arange(n).astype(np.str_),
        names=np.arange(n).astype(np.str_),
        plans=PLANS,
        plan=plan.astype(np.int64),
        trial=rng.random(n) < 0.05,
        joined=np.datetime64(TODAY, "D") - age + 1,
        limits=np.array([plan.limits for plan in PLANS])[plan],
        used=used,
    )
    return tenants, changes


def _days(rng: np.random.Generator, mean: Array, age: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int16]]:
    """On which days something happened to whom: sorted, each day once."""
    tenant = np.repeat(np.arange(len(mean)), rng.poisson(mean))
    first = np.maximum(HISTORY - age, 0)[tenant]
    at = np.unique(tenant * HISTORY + (first + rng.random(len(tenant)) * (HISTORY - first)).astype(np.int64))
    return (at // HISTORY).astype(np.int32), (at % HISTORY).astype(np.int16)


def measure_tenants(n: int) -> dict[str, Any]:
    """Plan n made-up tenants in this process."""
    small, few = made_up(64)
    tenant_offers(small, tenant_outlooks(small, few, ForecastRules()), "EUR")  # what is loaded at first use
    tenants, changes = made_up(n)
    started = time.perf_counter()
    plan = tenant_offers(tenants, tenant_outlooks(tenants, changes, ForecastRules()), "EUR")
    spent = time.perf_counter() - started
    series = over_series(tenants, changes, lambda _values, _limits: None)
    return {
        "tenants": n,
        "changes": sum(len(change.day) for change in changes.values()),
        "listed": len(plan.upsells),
        "seconds": spent,
        "tenants_per_second": n / spent,
        "series_seconds": series,
        "of_sum": spent / over_series(tenants, changes, lambda values, _limits: values.sum()),
        "of_line": spent / over_series(tenants, changes, line_day),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
    }


def over_series(tenants: Tenants, changes: dict[str, UseChanges], work: Callable[[Array, Array], object]) -> float:
    """Seconds to make every daily series, a block at a time, and do something with it."""
    started = time.perf_counter()
    for column, name in enumerate(RESOURCES):
        for at in range(0, len(tenants), BLOCK):
            rows = np.arange(at, min(at + BLOCK, len(tenants)))
            used, limits = tenants.used[rows, column], tenants.limits[rows, column]
            work(changes[name].flow(rows) if column == ORDERS else changes[name].level(rows, used), limits)
    return time.perf_counter() - started


def measure_ladder(rounds: int) -> dict[str, Any]:
    """Plan the demo platform's ladder so many times, after a first one."""
    sys.stdout = sys.stderr  # the demo may speak, the figures alone are the output
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/demo.db"
        make_demo(url, TODAY, SEED, lambda *_: None)
        settings = load_settings(database_url=url)
        workspace = Workspace(settings, own_config=replace(settings.capacity_config(), ladder=LADDER))
        first = timed(workspace, ladder)
        seconds = median(timed(workspace, ladder) for _ in range(rounds))
        beside = median(timed(workspace, status) for _ in range(rounds))
        workspace.close()
    sys.stdout = sys.__stdout__
    return {"rounds": rounds, "first": first, "seconds": seconds, "of_status": seconds / beside}


def timed(workspace: Workspace, verb: Callable[[Desk], object]) -> float:
    """Seconds that a verb takes on a desk of its own."""
    started = time.perf_counter()
    with workspace.desk(TODAY) as desk:
        verb(desk)
    return time.perf_counter() - started


PARTS: dict[str, Callable[[int], dict[str, Any]]] = {"tenants": measure_tenants, "ladder": measure_ladder}
"""What can be measured, each in a process of its own."""


def in_a_process(part: str, n: int) -> dict[str, Any]:
    """Measure a part in a process of its own, on one core."""
    one_core = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--one", part, str(n)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=one_core, check=False)
    if ended.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {ended.returncode}")
    measured: dict[str, Any] = json.loads(ended.stdout)
    return measured


def show(document: dict[str, Any]) -> None:
    """Print a table for each part."""
    show_tenants(document["tenants"])
    print()
    one = document["ladder"]
    print(f"{'ladder of':>9s} {'first s':>8s} {'seconds':>8s} {'of status':>10s}")
    print(f"{'12 months':>9s} {one['first']:8.2f} {one['seconds']:8.2f} {one['of_status']:10.1f}")


def show_tenants(one: dict[str, Any]) -> None:
    """One line of figures."""
    print(
        f"{'tenants':>9s} {'changes':>11s} {'listed':>8s} {'seconds':>8s} {'tenants/s':>10s} {'series':>8s} "
        f"{'of sum':>8s} {'of line':>8s} {'peak MB':>8s}"
    )
    print(
        f"{one['tenants']:9,d} {one['changes']:11,d} {one['listed']:8,d} {one['seconds']:8.1f} "
        f"{one['tenants_per_second']:10,.0f} {one['series_seconds']:8.1f} {one['of_sum']:8.1f} {one['of_line']:8.1f} "
        f"{one['peak_mb']:8,.0f}"
    )


def main() -> None:
    """Measure all parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenants", type=int, default=TENANTS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        part, n = options.one
        print(json.dumps(PARTS[part](int(n))))
        return
    document = {"tenants": in_a_process("tenants", options.tenants), "ladder": in_a_process("ladder", ROUNDS)}
    if options.json:
        print(json.dumps(document))
    else:
        show(document)


if __name__ == "__main__":
    main()
