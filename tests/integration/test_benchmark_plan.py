"""The benchmark of the plan runs on a few tenants, and its made-up tenants are what they say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks import plan

SCRIPT = Path(plan.__file__)


def part(name: str, size: int) -> Any:
    """What the process prints that measures a part."""
    words = [sys.executable, str(SCRIPT), "--one", name, str(size)]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def test_the_ladder_is_planned_once_and_json_alone_is_printed() -> None:
    one = part("ladder", 1)
    assert one["rounds"] == 1
    assert min(one["first"], one["seconds"], one["of_status"]) > 0


def test_it_runs_on_a_few_tenants_and_prints_json_alone() -> None:
    one = part("tenants", 60)
    assert one["tenants"] == 60
    assert one["seconds"] > 0
    assert one["tenants_per_second"] == 60 / one["seconds"]
    assert min(one["of_sum"], one["of_line"], one["peak_mb"], one["changes"]) > 0


def test_made_up_tenants_use_what_their_changes_add_up_to() -> None:
    tenants, changes = plan.made_up(300)
    rows = np.arange(300)
    assert set(changes) == set(plan.RESOURCES)
    for column, name in enumerate(plan.RESOURCES):
        flow = changes[name].flow(rows)
        counted = flow[:, -plan.TODAY.day :] if column == plan.ORDERS else flow
        assert np.allclose(np.maximum(counted.sum(axis=1), 0), tenants.used[:, column])
        born = np.maximum(plan.HISTORY - ((np.datetime64(plan.TODAY) - tenants.joined).astype(int) + 1), 0)
        assert not flow[np.arange(plan.HISTORY) < born[:, None]].any()
    again, _ = plan.made_up(300)
    assert np.array_equal(tenants.used, again.used)
