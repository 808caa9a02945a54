"""Train the shared model that is shipped, from a folder of daily series.

    python tools/train.py DATA_FOLDER [--out FILE] [--without-entities FOLD | --without-source NAME]

The folder holds `series.parquet` (series_id `source|entity|metric`, date, value) and `catalog.parquet` (series_id,
kind: cumulative, stock or flow). The same folder gives the same file, to the last digit, on the same kind of machine;
`tools/card.json` is all that is not taken from it. With a fold or a source left out, what is left out can be forecast
honestly.
Needs the extra `fit`, pandas and pyarrow.
"""

import argparse
import json
import sys
import time
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from outgrow.forecasting.model import SHIPPED, SharedModel, save_model
from outgrow.forecasting.training.fit_flows import fit_flows
from outgrow.forecasting.training.fit_levels import fit_levels
from outgrow.forecasting.training.flow_laws import with_made_up
from outgrow.forecasting.training.windows import Series, flow_windows, level_windows

KINDS = {"cumulative": "cumulative", "stock": "level", "flow": "flow"}
NEVER = ("olist",)
"""Sources that no model may see: what is measured on them is measured on strangers."""
FOLDS = 5
FLOW_NETS = 3
"""Networks of flows, alike but for the order they learned in: their mean is a little better than any of them."""
CARD = Path(__file__).with_name("card.json")
"""The day of the fit and the scores that were measured by leaving out what is forecast; written down by hand."""


def read_series(folder: Path) -> list[Series]:
    """Every series of the folder that may be learned from, in the order of their names."""
    kinds = pd.read_parquet(folder / "catalog.parquet").set_index("series_id")["kind"]
    table = pd.read_parquet(folder / "series.parquet")
    table["series_id"] = table["series_id"].astype(str)
    found = []
    for name, part in table.groupby("series_id", sort=True):
        source = str(name).split("|", maxsplit=1)[0]
        if source in NEVER:
            continue
        day = part["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
        values = np.full(day.max() - day.min() + 1, np.nan)
        values[day - day.min()] = part["value"].to_numpy()
        found.append(Series(str(name).rsplit("|", 1)[0], source, KINDS[str(kinds[name])], values))
    return found


def fold_of(entity: str) -> int:
    """Which of `FOLDS` an entity belongs to, for good."""
    return zlib.crc32(entity.encode()) % FOLDS


def train(series: list[Series], card: dict[str, Any]) -> SharedModel:
    started = time.monotonic()

    def tell(done: int, of: int) -> None:
        print(f"\r{done}/{of} epochs, {time.monotonic() - started:.0f} s", end="", file=sys.stderr)

    levels, flows = level_windows(series), with_made_up(flow_windows(series))
    card = {
        **card,
        "series": dict(sorted(Counter(s.source for s in series).items())),
        "windows": {"level": len(levels.weight), "flow": len(flows.weight)},
    }
    of_flows = [fit_flows(flows, seed, progress=tell) for seed in range(FLOW_NETS)]
    model = SharedModel([fit_levels(levels, progress=tell)], of_flows, card)
    print(file=sys.stderr)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--card", type=Path, default=CARD, help="JSON that is written into the file: day, scores")
    parser.add_argument("--without-entities", type=int, metavar="FOLD", choices=range(FOLDS))
    parser.add_argument("--without-source", metavar="NAME")
    asked = parser.parse_args()
    series = read_series(asked.folder)
    kept = [
        s
        for s in series
        if (asked.without_entities is None or fold_of(s.entity) != asked.without_entities)
        and s.source != asked.without_source
    ]
    model = train(kept, json.loads(asked.card.read_text()))
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    save_model(model, asked.out)
    print(f"{asked.out}: {model.checksum}")


if __name__ == "__main__":
    main()
