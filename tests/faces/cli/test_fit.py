"""`outgrow fit`: what it prints where, what it writes, and what a model file of one's own does to the other commands.

Fits run in processes of their own: JAX forbids its process to fork, and other tests do.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.documents import conforming
from tests.support.fleets import Told, apart, command, noise, seasonal, write_fleet

from outgrow.forecasting.model import load_model

Run = Callable[..., Told]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fit")
    write_fleet(folder / "fleet.csv", seasonal())
    write_fleet(folder / "noise.csv", noise())
    write_fleet(folder / "few.csv", seasonal(2, 70))
    return folder


@pytest.fixture(scope="module")
def run(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Runs a command in the folder; a fit is made small."""
    with apart(tmp_path_factory) as process:
        yield lambda *words, **settings: process.submit(command, folder, words, settings).result()


@pytest.fixture(scope="module")
def told(run: Run) -> Told:
    """A fit of a fleet that the shipped model does not know, for people."""
    return run("fit", "--from", "fleet.csv", "--out", "own.npz")


@pytest.fixture(scope="module")
def shop(run: Run, folder: Path) -> Path:
    """A store with one of the fleet's counters."""
    write_fleet(folder / "one.csv", [seasonal()[0]])
    rows = [line.split(",") for line in (folder / "one.csv").read_text().splitlines()[1:]]
    lines = ["date,vans", *(f"{day},{value}" for day, *_, value in rows)]
    (folder / "vans.csv").write_text("\n".join(lines) + "\n")
    for words in (("init",), ("import", "vans.csv", "--kind", "cumulative")):
        assert run(*words, "--database-url", "sqlite:///shop.db").status == 0
    return folder / "shop.db"


WHEN = ("when", "vans", "30000", "--as-of", "2026-02-04", "--json", "--database-url", "sqlite:///shop.db")


def test_people_read_a_sentence_a_table_and_what_to_do_next(told: Told) -> None:
    lines = told.out.splitlines()

    assert (told.status, told.err) == (0, "")
    assert lines[0].startswith("On what it had not seen, the fitted model lost ")
    assert lines[0].endswith("% less by levels than the shipped one. For flows the shipped model stays.")
    assert lines[1].endswith("held out were the newest 80 days and a fifth of the 12 platforms, stores and merchants.")
    heads = next(line for line in lines if line.startswith("Held out"))
    assert " ".join(heads.split()) == "Held out Windows Brier Fitted Pinball Fitted 80% Fitted Saved"
    row = next(line for line in lines if line.startswith("Levels ")).split()
    assert row[1] == "60"
    assert float(row[3]) < float(row[2])
    assert row[-3].startswith("+")
    assert lines[-1] == 'own.npz was written. To use it, set model_file = "own.npz" in outgrow.toml.'


def test_the_file_tells_where_it_comes_from(told: Told, folder: Path) -> None:
    model = load_model(folder / "own.npz")
    card, level = model.card, model.card["held_out"]["level"]

    assert card["prior"] == load_model().checksum != model.checksum
    assert (card["name"], card["series"], card["entities"]) == ("own", 48, 12)
    assert card["windows"]["level"] > 1000
    assert card["date"]
    assert level["better"]
    assert level["fitted"]["brier"] < level["prior"]["brier"]


def test_the_document_tells_of_the_same_model(run: Run, told: Told, folder: Path) -> None:
    again = run("fit", "--from", "fleet.csv", "--json")
    document = conforming("fit", again.out)
    first, second = load_model(folder / "own.npz"), load_model(folder / "outgrow-model.npz")

    assert (again.status, again.err) == (0, "")
    assert document["file"] == "outgrow-model.npz"
    assert document["model"] == second.checksum == first.checksum
    assert (document["status"], document["reason"]) == ("ok", None)
    assert document["sentence"] == told.out.splitlines()[0]
    held_out = {"held_days", "windows", "entities", "series", "held_out"}
    assert {name: document[name] for name in held_out} == {name: second.card[name] for name in held_out}


def test_where_the_shipped_model_stays_better_nothing_is_written_unless_forced(run: Run, folder: Path) -> None:
    plain = run("fit", "--from", "noise.csv", "--out", "noise.npz")

    assert (plain.status, plain.err) == (0, "")
    assert plain.out.startswith(
        "On what it had not seen, the fit was no better than the shipped model; "
        "nothing was written (--force writes the fit)."
    )
    assert not (folder / "noise.npz").exists()

    forced = run("fit", "--from", "noise.csv", "--out", "noise.npz", "--force", "--json")
    document = json.loads(forced.out)
    assert document["sentence"].endswith("it was written all the same.")
    assert document["model"] == load_model(folder / "noise.npz").checksum != document["prior"]
    assert not document["held_out"]["level"]["better"]


def test_too_little_is_said_with_what_there_is(run: Run, folder: Path) -> None:
    told = run("fit", "--from", "few.csv", "--out", "few.npz")
    document = json.loads(run("fit", "--from", "few.csv", "--out", "few.npz", "--json").out)

    reason = "a fit needs 20 series of at least 60 days, and has 8"
    assert (told.status, told.out) == (0, f"Nothing was fitted: {reason}.\n")
    assert (document["status"], document["reason"]) == ("insufficient_data", reason)
    assert (document["have"], document["need"]) == (8, 20)
    assert (document["file"], document["model"]) == (None, None)
    assert not (folder / "few.npz").exists()


def test_without_a_file_the_store_is_learned_from(run: Run, shop: Path) -> None:
    told = run("fit", "--json", "--database-url", "sqlite:///shop.db")

    assert told.status == 0
    assert json.loads(told.out)["reason"] == "a fit needs 20 series of at least 60 days, and has 1"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--from", "gone.csv"), "gone.csv cannot be read"),
        (("--from", "vans.csv"), "vans.csv, row 1: there is no column metric, value"),
        (("--from", "few.csv", "--out", "gone/own.npz"), "the model cannot be written to gone/own.npz"),
        (("--from", "few.csv", "--out", "."), "the model cannot be written to .: it is a folder"),
        ((), "database_url is not set"),
    ],
)
def test_what_is_wrong_is_said_with_its_mend(run: Run, shop: Path, words: tuple[str, ...], message: str) -> None:
    told = run("fit", *words)

    assert (told.status, told.out) == (3, "")
    assert told.err.startswith(f"outgrow: {message}")
    assert "\n  mend: " in told.err


def test_every_command_asks_the_file_that_the_settings_name(run: Run, told: Told, shop: Path) -> None:
    shipped, own = json.loads(run(*WHEN).out), json.loads(run(*WHEN, OUTGROW_MODEL_FILE="own.npz").out)
    forecast = ("forecast", *WHEN[1:2], *WHEN[3:])

    assert own["days"] != shipped["days"]
    assert json.loads(run(*forecast, OUTGROW_MODEL_FILE="own.npz").out)["model"] == "shared"


def test_the_doctor_names_the_model_in_use(run: Run, told: Told, shop: Path, folder: Path) -> None:
    def finding(**settings: str) -> dict[str, Any]:
        found = json.loads(run("doctor", "--json", "--database-url", "sqlite:///shop.db", **settings).out)
        return next(one for one in found if one["check"] == "model")

    own = load_model(folder / "own.npz")
    assert finding()["message"].startswith("the one that is shipped")
    assert finding()["message"].endswith(f"checksum {load_model().checksum[:12]}")
    assert finding(OUTGROW_MODEL_FILE="own.npz") == {
        "check": "model",
        "state": "good",
        "message": f"own.npz, of {own.card['date']}, checksum {own.checksum[:12]}",
        "mend": "",
    }


def test_an_altered_file_is_refused_and_loses_no_day(run: Run, told: Told, shop: Path, folder: Path) -> None:
    with np.load(folder / "own.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    name = next(name for name in arrays if name != "card")
    np.savez(folder / "altered.npz", **{**arrays, name: arrays[name] + np.float32(0.001)})
    shutil.copy(folder / "own.npz", folder / "short.npz")
    with (folder / "short.npz").open("r+b") as file:
        file.truncate(5000)

    for name, why in (("altered", "its weights are not those"), ("short", "cannot be read"), ("gone", "cannot be")):
        refused = run(*WHEN, OUTGROW_MODEL_FILE=f"{name}.npz")
        assert (refused.status, refused.out) == (3, "")
        assert refused.err.startswith(f"outgrow: the model file {name}.npz cannot be used: ")
        assert why in refused.err
        assert "outgrow fit" in refused.err
    examined = run("doctor", "--database-url", "sqlite:///shop.db", OUTGROW_MODEL_FILE="altered.npz")
    assert examined.status == 3
    assert "✗ model: the model file altered.npz cannot be used" in examined.out
