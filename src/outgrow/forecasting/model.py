"""The shared model: what was learned once from many growth histories, in a small file with its provenance."""

import hashlib
import io
import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from outgrow.domain.errors import ModelFileError
from outgrow.forecasting.kernels.network import Weights

VERSION = 2
"""Of the file's form and of the features: another version's weights mean something else."""
SHIPPED = Path(__file__).parent / "model" / "shared-v2.npz"
LEVEL, FLOW = "level", "flow"


@dataclass(frozen=True, slots=True, eq=False)
class SharedModel:
    """Networks for levels and for flows, and where they come from.

    Attributes:
        level, flow: one or more networks each, whose answers are averaged.
        card: provenance: version, date, what it was trained on, scores.
    """

    level: list[Weights]
    flow: list[Weights]
    card: dict[str, Any] = field(default_factory=dict)

    @property
    def checksum(self) -> str:
        """SHA-256 over all weights: names the model."""
        digest = hashlib.sha256(str(VERSION).encode())
        for name, array in sorted(_flat(self).items()):
            digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def save_model(model: SharedModel, path: Path) -> None:
    """Write a model file; the same model gives the same bytes."""
    card = {**model.card, "version": VERSION, "checksum": model.checksum}
    held = io.BytesIO()
    np.savez(held, card=np.frombuffer(json.dumps(card, sort_keys=True).encode(), np.uint8), **_flat(model))
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(held.getvalue())
    beside.replace(path)  # at once: a reader finds the old file or the new one, never half of one


@lru_cache(maxsize=4)
def load_model(path: Path = SHIPPED) -> SharedModel:
    """Read a model file.

    Raises:
        ModelFileError: it cannot be read, is of another version, or is not what was written.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes())) as stored:
            arrays = {name: stored[name] for name in stored.files}
        card = json.loads(arrays.pop("card").tobytes())
    except Exception as error:  # a damaged archive makes its reader fail in a dozen ways, all of them ours to tell
        raise ModelFileError(path, f"it cannot be read ({type(error).__name__})") from error
    if not isinstance(card, dict) or card.get("version") != VERSION:
        version = card.get("version") if isinstance(card, dict) else None
        raise ModelFileError(path, f"it is of version {version}, this program reads version {VERSION}")
    model = SharedModel(_nets(arrays, LEVEL), _nets(arrays, FLOW), card)
    if model.checksum != card.get("checksum") or not model.level or not model.flow:
        raise ModelFileError(path, "its weights are not those that were written (wrong checksum)")
    return model


def _flat(model: SharedModel) -> dict[str, Any]:
    return {
        f"{kind}{k}.{name}": array
        for kind, nets in ((LEVEL, model.level), (FLOW, model.flow))
        for k, net in enumerate(nets)
        for name, array in net.items()
    }


def _nets(arrays: dict[str, Any], kind: str) -> list[Weights]:
    """Networks of a kind, in their order."""
    found: dict[str, Weights] = {}
    for name, array in arrays.items():
        net, _, part = name.partition(".")
        if net.removeprefix(kind).isdigit():
            found.setdefault(net, {})[part] = array
    return [found[net] for net in sorted(found, key=lambda net: int(net.removeprefix(kind)))]
