"""The model's file: what goes in comes out, and a bad one is named."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from outgrow.domain.errors import ModelFileError
from outgrow.forecasting.model import SHIPPED, VERSION, SharedModel, load_model, save_model


def network(seed: int, sizes: tuple[int, int] = (3, 2)) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    return {
        "w0": random.normal(size=sizes).astype(np.float32),
        "b0": random.normal(size=(sizes[0], 1)).astype(np.float32),
    }


@pytest.fixture
def model() -> SharedModel:
    return SharedModel([network(1), network(2)], [network(3)], {"trained_on": "nothing", "scores": {"crps": 1.5}})


@pytest.fixture
def file(tmp_path: Path, model: SharedModel) -> Path:
    save_model(model, tmp_path / "model.npz")
    return tmp_path / "model.npz"


def repacked(file: Path, name: str, **changes: Any) -> Path:
    """The same file with some arrays changed, or taken out where they are None."""
    with np.load(file) as stored:
        arrays = {**{part: stored[part] for part in stored.files}, **changes}
    other = file.with_name(name)
    np.savez(other, **{part: array for part, array in arrays.items() if array is not None})
    return other


def card_of(file: Path) -> dict[str, Any]:
    with np.load(file) as stored:
        found: dict[str, Any] = json.loads(stored["card"].tobytes())
    return found


def as_card(card: Any) -> Any:
    return np.frombuffer(json.dumps(card).encode(), np.uint8)


def refused(file: Path, why: str) -> None:
    with pytest.raises(ModelFileError, match=why) as caught:
        load_model(file)
    assert str(file) in str(caught.value)
    assert caught.value.mend


def test_what_is_saved_is_loaded(file: Path, model: SharedModel) -> None:
    loaded = load_model(file)

    assert (len(loaded.level), len(loaded.flow)) == (2, 1)
    for mine, theirs in zip([*model.level, *model.flow], [*loaded.level, *loaded.flow], strict=True):
        assert set(mine) == set(theirs)
        for name, array in mine.items():
            np.testing.assert_array_equal(array, theirs[name])
            assert theirs[name].dtype == array.dtype
    assert loaded.card["trained_on"] == "nothing"
    assert loaded.card["scores"] == {"crps": 1.5}
    assert loaded.checksum == model.checksum == loaded.card["checksum"]


def test_the_same_model_saves_the_same_bytes(file: Path, model: SharedModel, tmp_path: Path) -> None:
    save_model(model, tmp_path / "again.npz")
    save_model(load_model(file), tmp_path / "loaded.npz")

    save_model(SharedModel(model.level, model.flow, dict(reversed(model.card.items()))), tmp_path / "reversed.npz")

    assert {path.read_bytes() for path in tmp_path.iterdir()} == {file.read_bytes()}
    assert len(list(tmp_path.iterdir())) == 4


def test_nothing_is_left_beside_the_file(file: Path) -> None:
    assert [path.name for path in file.parent.iterdir()] == ["model.npz"]


def test_another_model_takes_the_file_s_place(file: Path, model: SharedModel) -> None:
    save_model(SharedModel([network(5)], [network(6)]), file)

    assert len(load_model(file).level) == 1


@pytest.mark.parametrize("count", [1, 2, 11, 23])
def test_any_number_of_networks_stays_in_order(tmp_path: Path, count: int) -> None:
    model = SharedModel([network(k) for k in range(count)], [network(99)])
    save_model(model, tmp_path / "many.npz")
    loaded = load_model(tmp_path / "many.npz")

    for mine, theirs in zip(model.level, loaded.level, strict=True):
        np.testing.assert_array_equal(mine["w0"], theirs["w0"])


def test_a_checksum_is_of_every_weight_and_its_place(model: SharedModel) -> None:
    others = [
        SharedModel(model.level[::-1], model.flow),
        SharedModel(model.level, [network(4)]),
        SharedModel([network(1, (2, 3)), network(2)], model.flow),
        SharedModel([{**model.level[0], "w0": model.level[0]["w0"].astype(np.float64)}, model.level[1]], model.flow),
    ]

    assert len({m.checksum for m in (model, *others)}) == 5
    assert SharedModel(model.level, model.flow, {"other": "card"}).checksum == model.checksum


# The file that is shipped


def test_the_shipped_model_is_small_and_has_both_kinds_of_networks() -> None:
    assert SHIPPED.stat().st_size < 1_000_000
    shipped = load_model()
    assert shipped.level
    assert shipped.flow
    assert shipped.card["version"] == VERSION
    for net in (*shipped.level, *shipped.flow):
        assert {"mean", "spread", "w0", "b0", "w1", "b1", "w2", "b2"} == set(net)
        for array in net.values():
            assert np.isfinite(array).all()
        assert (net["spread"] > 0).all()


def test_it_is_read_once() -> None:
    assert load_model() is load_model()


# Bad files


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_named(file: Path, share: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])

    refused(file, "it cannot be read")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    refused(tmp_path / "none.npz", r"it cannot be read \(FileNotFoundError\)")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    refused(tmp_path, "it cannot be read")


def plain_array() -> bytes:
    held = io.BytesIO()
    np.save(held, np.arange(5.0))
    return held.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"hello", b"PK\x03\x04", b"\x93NUMPY", b'{"version": 1}', b"\x80\x04K\x01.", plain_array()],
    ids=["text", "beginning of a zip", "beginning of an array", "JSON", "pickle", "a single array"],
)
def test_what_is_not_a_zip_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "odd.npz"
    file.write_bytes(content)

    refused(file, "it cannot be read")


def test_a_zip_of_something_else_is_named(tmp_path: Path) -> None:
    file = tmp_path / "odd.npz"
    with zipfile.ZipFile(file, "w") as other:
        other.writestr("readme.txt", "not a model")

    refused(file, r"it cannot be read \(KeyError\)")


def test_a_file_that_runs_code_is_not_run(tmp_path: Path, file: Path) -> None:
    other = repacked(file, "objects.npz", **{"level0.w0": np.array([{"a": 1}], dtype=object)})

    refused(other, "it cannot be read")


def test_a_missing_card_is_named(file: Path) -> None:
    refused(repacked(file, "bare.npz", card=None), r"it cannot be read \(KeyError\)")


@pytest.mark.parametrize("card", [[], "text", 3, None])
def test_a_card_that_is_none_is_named(file: Path, card: Any) -> None:
    refused(repacked(file, "odd.npz", card=as_card(card)), "it is of version None")


def test_a_card_that_is_not_json_is_named(file: Path) -> None:
    refused(repacked(file, "odd.npz", card=np.frombuffer(b"\xff{", np.uint8)), "it cannot be read")


@pytest.mark.parametrize("version", [0, VERSION - 1, VERSION + 1, 99, str(VERSION), None])
def test_another_version_is_named(file: Path, version: Any) -> None:
    card = {**card_of(file), "version": version}

    refused(repacked(file, "other.npz", card=as_card(card)), f"it is of version {version}, .* reads version {VERSION}")


def test_an_altered_weight_is_named(file: Path, model: SharedModel) -> None:
    altered = model.level[1]["w0"].copy()
    altered[0, 0] = np.nextafter(altered[0, 0], np.float32(9))

    refused(repacked(file, "altered.npz", **{"level1.w0": altered}), "wrong checksum")


@pytest.mark.parametrize("name", ["level0.w0", "flow0.b0"])
def test_a_missing_weight_is_named(file: Path, name: str) -> None:
    refused(repacked(file, "less.npz", **{name: None}), "wrong checksum")


def test_a_model_without_networks_is_none(tmp_path: Path) -> None:
    save_model(SharedModel([network(1)], []), tmp_path / "half.npz")

    refused(tmp_path / "half.npz", "its weights are not those")


def test_an_altered_byte_is_named_or_harmless(file: Path, model: SharedModel) -> None:
    """Wherever it is: in the weights, in the names, or in the lists that a zip keeps of them."""
    content, refusals = file.read_bytes(), 0
    altered = file.with_name("altered.npz")
    for at in np.random.default_rng(0).permutation(len(content))[:400].tolist():
        changed = bytearray(content)
        changed[at] ^= 0xFF
        altered.write_bytes(changed)
        load_model.cache_clear()
        try:
            found = load_model(altered)
        except ModelFileError as error:
            assert str(altered) in str(error)  # noqa: PT017  most are refused, a few hit bytes that nothing reads
            refusals += 1
        else:
            assert found.checksum == model.checksum
    load_model.cache_clear()

    assert refusals > 150
