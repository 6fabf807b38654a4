"""Other names for the tensors of a file."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save as to_safetensors

from lstm import LabError, load, run
from lstm.checkpoint import read
from lstm.name_map import LARGEST_MAP, load_names, read_names, renamed

RNG = np.random.default_rng(4)
# A language model as Gulordava et al. have saved theirs.
USUAL = {
    "encoder.weight": RNG.normal(size=(5, 3)),
    "rnn.weight_ih_l0": RNG.normal(size=(16, 3)),
    "rnn.weight_hh_l0": RNG.normal(size=(16, 4)),
    "rnn.bias_ih_l0": RNG.normal(size=16),
    "rnn.bias_hh_l0": RNG.normal(size=16),
    "decoder.weight": RNG.normal(size=(5, 4)),
    "decoder.bias": RNG.normal(size=5),
}
ODD = {f"reader/{n}": name for n, name in enumerate(USUAL)}


def test_a_file_with_names_of_its_own_opens_by_a_mapping(tmp_path: Path) -> None:
    content = to_safetensors({odd: USUAL[name] for odd, name in ODD.items()})
    with pytest.raises(LabError, match="There is no LSTM in the file"):
        read(content)
    (tmp_path / "model.safetensors").write_bytes(content)
    (tmp_path / "names.json").write_text(json.dumps(ODD))
    names = load_names(tmp_path / "names.json")
    assert names == ODD
    with pytest.warns(UserWarning, match="No vocabulary"):
        model = load(tmp_path / "model.safetensors", names)
    tokens = np.array([[0], [4], [2]])
    expected = run(read(to_safetensors(USUAL)).model, tokens).outputs
    np.testing.assert_array_equal(run(model, tokens).outputs, expected)


def test_what_the_mapping_does_not_name_keeps_its_name_and_null_leaves_out() -> None:
    other = {f"other.{name}": tensor for name, tensor in USUAL.items() if "rnn" in name}
    with pytest.raises(LabError, match="2 recurrent networks"):
        read(to_safetensors(USUAL | other))
    reading = read(to_safetensors(USUAL | other), dict.fromkeys(other))
    assert len(reading.model.layers) == 1
    assert not [sentence for sentence in reading.ignored if "left out" in sentence]


def test_names_can_be_swapped() -> None:
    found = renamed({"a": np.zeros(1), "b": np.ones(1)}, {"a": "b", "b": "a"})
    assert {name: float(tensor[0]) for name, tensor in found.items()} == {"b": 0, "a": 1}


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"lstm.kernel": "x"}, "'lstm.kernel', which is not in the file. There is 'a', 'b'."),
        ({"a": "b"}, "Two tensors would be called 'b'"),
    ],
)
def test_names_that_do_not_fit_the_file_are_refused(names: dict[str, str], words: str) -> None:
    with pytest.raises(LabError, match=words):
        renamed({"a": np.zeros(1), "b": np.ones(1)}, names)


def test_a_long_file_is_named_by_its_first_tensors() -> None:
    tensors = {f"t{n}": np.zeros(1) for n in range(6)}
    with pytest.raises(LabError, match="There is 't0', 't1', 't2', 't3', 't4' and more"):
        renamed(tensors, {"x": "y"})
    with pytest.raises(LabError, match="There is nothing"):
        renamed({}, {"x": "y"})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "one name for each"),
        (b'{"a": 1}', "one name for each"),
        (b'{"a": ""}', "one name for each"),
        (b" " * (LARGEST_MAP + 1), f"at most {LARGEST_MAP}"),
    ],
)
def test_what_is_no_mapping_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(LabError, match=words):
        read_names(content)


def test_a_mapping_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="cannot be read"):
        load_names(tmp_path / "names.json")
