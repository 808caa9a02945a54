"""Made-up fleets, and fits of them in a process of their own: JAX forbids its process to fork, and other tests do."""

import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from outgrow.forecasting.training.windows import Series

DAYS, HELD_DAYS = 400, 80
EPOCHS = 4
FIRST_DAY = date(2025, 1, 1)


def seasonal(entities: int = 12, days: int = DAYS) -> list[Series]:
    """Counters that rise for five weeks and rest for five, four of each entity: the prior knows no such world."""
    rng = np.random.default_rng(1)
    found = []
    for number in range(entities):
        rises = (np.arange(days) + rng.uniform(0, 70)) % 70 < 35
        for _ in range(4):
            pace = np.exp(rng.uniform(1, 4))
            total = 1000 * rng.uniform(0.3, 3) + np.cumsum(rng.poisson(pace * rises + 0.02 * pace))
            found.append(Series(f"e{number}", "own", "cumulative", np.floor(total)))
    return found


def orders(entities: int = 12, days: int = DAYS) -> list[Series]:
    """Flows that swell and ebb over 90 days, four of each entity."""
    rng = np.random.default_rng(1)
    swell = [1 + 0.8 * np.sin(2 * np.pi * (np.arange(days) + rng.uniform(0, 90)) / 90) for _ in range(4 * entities)]
    flows = [rng.poisson(np.exp(rng.uniform(1, 4)) * wave).astype(float) for wave in swell]
    return [Series(f"e{number // 4}", "own", "flow", flow) for number, flow in enumerate(flows)]


def noise(entities: int = 12, days: int = DAYS) -> list[Series]:
    """Counters whose seasons were chance: in the days that are held out they rise steadily."""
    rng = np.random.default_rng(2)
    found = []
    for one in seasonal(entities, days):
        end = one.values[-HELD_DAYS - 1]
        steady = (end - one.values[0]) / (days - HELD_DAYS)
        rest = end + np.cumsum(rng.poisson(steady, HELD_DAYS))
        found.append(Series(one.entity, one.source, one.kind, np.concatenate([one.values[:-HELD_DAYS], rest])))
    return found


def write_fleet(path: Path, fleet: Sequence[Series]) -> None:
    """A fleet as the file that `outgrow fit --from` reads: each entity is a platform."""
    lines, number = ["date,platform,metric,kind,value"], dict.fromkeys((one.entity for one in fleet), 0)
    for one in fleet:
        number[one.entity] += 1
        name = f"{one.entity},m{number[one.entity]},{one.kind}"
        lines += [f"{FIRST_DAY + timedelta(days=d)},{name},{value:g}" for d, value in enumerate(one.values)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@contextmanager
def apart(folders: pytest.TempPathFactory) -> Iterator[ProcessPoolExecutor]:
    """Another process, for fits; what it compiles is kept for all of them."""
    folder = folders.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    with ProcessPoolExecutor(1, get_context("spawn"), make_small, (folder / "compiled",)) as process:
        yield process


def make_small(folder: Path) -> None:
    """Learn for a few epochs, and compile little and once: fewer questions a step, and everything is kept.

    Commands learn from a fleet once, however often they are run on it.
    """
    os.environ["XLA_FLAGS"] = "--xla_backend_optimization_level=0"
    import jax

    from outgrow.forecasting.training import fit, fit_flows, fit_levels
    from outgrow.service import fit as verb

    assert fit.fit_own.__kwdefaults__ is not None
    fit.fit_own.__kwdefaults__["epochs"] = EPOCHS
    vars(verb)["fit_own"] = learned_once(fit.fit_own)
    fit_levels.CROSSINGS_EACH = fit_levels.VALUES_EACH = fit_flows.DAYS_EACH = 1
    configure: Callable[[str, object], None] = jax.config.update
    configure("jax_compilation_cache_dir", str(folder))
    configure("jax_persistent_cache_min_compile_time_secs", 0)


def learned_once(fit: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which remembers what it made of a fleet."""
    made: dict[tuple[Any, ...], Any] = {}

    def remembered(fleet: Sequence[Series], *how: Any, **more: Any) -> Any:
        key = tuple((one.entity, one.source, one.kind, one.values.tobytes()) for one in fleet)
        if key not in made:
            made[key] = fit(fleet, *how, **more)
        return made[key]

    return remembered


class Told(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


def command(folder: Path, words: Sequence[str], settings: Mapping[str, str]) -> Told:
    """Run a command in a folder, with no other setting from outside than these."""
    from outgrow.faces.cli.run import main
    from outgrow.setup.program import SettingsProgram

    for name in [name for name in os.environ if name.startswith("OUTGROW_")]:
        del os.environ[name]
    os.environ.update(settings)
    os.chdir(folder)
    sys.argv = ["outgrow", *words]
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        try:
            main(SettingsProgram)
        except SystemExit as end:
            return Told(int(end.code or 0), out.getvalue(), err.getvalue())
    raise AssertionError("a command ends its process")


def fitted(fleet: Sequence[Series], epochs: int = EPOCHS) -> dict[str, Any]:
    """A fit of a fleet, told in plain values."""
    from outgrow.domain.forecast import Refusal
    from outgrow.forecasting.model import SharedModel, load_model
    from outgrow.forecasting.training.fit import fit_own

    prior, told = load_model(), []
    result = fit_own(fleet, prior, epochs=epochs, progress=lambda *step: told.append(step))
    if isinstance(result, Refusal):
        return {"status": result.status.value, "have": result.have, "need": result.need, "reason": result.reason}
    kept_flows, kept_levels = SharedModel(result.model.level, prior.flow), SharedModel(prior.level, result.model.flow)
    return {
        **result.to_card(),
        "better": result.better,
        "model": result.model.checksum,
        "fitted": result.fitted.checksum,
        "prior": prior.checksum,
        "keeps": {"flow": kept_flows.checksum == result.model.checksum,
                  "level": kept_levels.checksum == result.model.checksum},
        "told": told,
    }  # fmt: skip


def strangers(fleet: Sequence[Series]) -> set[str]:
    """The entities that a fit of the fleet holds out."""
    from outgrow.forecasting.training.fit import held_out_entities

    return held_out_entities(sorted({one.entity for one in fleet}), 0)
