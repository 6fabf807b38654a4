"""Models as files: PyTorch's and the lab's own, and every file that is refused."""

import json
import pickle
import re
import struct
import tracemalloc
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save as to_safetensors

from lstm import LabError, Layer, Linear, Model, run
from lstm.cell import Array
from lstm.checkpoint import (
    LARGEST_FILE,
    dump,
    from_torch,
    load,
    read,
    save,
    understand,
)
from lstm.vocabulary import Vocabulary

FOLDER = Path(__file__).parents[1] / "golden" / "torch_files"
LANGUAGE = (FOLDER / "language_float32.safetensors").read_bytes()
CASES = sorted(path.stem for path in FOLDER.glob("*.safetensors"))
SAVES = 'save_file(model.state_dict(), "model.safetensors")'
NO_VOCABULARY = (
    "No vocabulary: tokens are shown by number. "
    "Save one with metadata={'vocabulary': json.dumps(tokens)}."
)

Tensors = dict[str, Any]


def network(
    D: int = 3, H: int = 4, layers: int = 1, dtype: Any = np.float32, prefix: str = "lstm."
) -> Tensors:
    """Draw the tensors of an nn.LSTM."""
    rng = np.random.default_rng(0)
    shapes: dict[str, tuple[int, ...]] = {}
    for n in range(layers):
        shapes[f"weight_ih_l{n}"] = (4 * H, H if n else D)
        shapes[f"weight_hh_l{n}"] = (4 * H, H)
        shapes[f"bias_ih_l{n}"] = shapes[f"bias_hh_l{n}"] = (4 * H,)
    return {prefix + name: rng.normal(size=size).astype(dtype) for name, size in shapes.items()}


def language(V: int = 5, D: int = 3, H: int = 4) -> Tensors:
    """Give the tensors of a language model, without a vocabulary."""
    ends = {"encoder.weight": (V, D), "decoder.weight": (V, H), "decoder.bias": (V,)}
    return network(D, H) | {name: np.ones(size, np.float32) for name, size in ends.items()}


def file_of(tensors: Mapping[str, Array], **metadata: str) -> bytes:
    content: bytes = to_safetensors(dict(tensors), metadata)
    return content


def raw_file(header: Any, data: bytes = b"") -> bytes:
    """Make a file with a header of one's own, forged as it may be."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def refused(content: bytes) -> str:
    with pytest.raises(LabError) as caught:
        read(content)
    return str(caught.value)


# What PyTorch saved


@pytest.fixture(name="expected", scope="module")
def expected_arrays() -> Iterator[Any]:
    with np.load(FOLDER / "expected.npz") as file:
        yield file


@pytest.mark.parametrize("name", CASES)
def test_a_file_of_pytorch_computes_what_pytorch_computed(name: str, expected: Any) -> None:
    model = read((FOLDER / f"{name}.safetensors").read_bytes()).model
    trace = run(model, expected[f"{name}/inputs"])
    # The order of sums differs: a rounding of the dtype each, of values about 1.
    tolerance = 1e-12 if name.endswith("64") else 1e-6
    assert trace.outputs.dtype == expected[f"{name}/outputs"].dtype
    np.testing.assert_allclose(trace.outputs, expected[f"{name}/outputs"], rtol=0, atol=tolerance)
    for n, layer in enumerate(trace.layers):
        np.testing.assert_allclose(layer.h[-1], expected[f"{name}/h_n"][n], rtol=0, atol=tolerance)
        np.testing.assert_allclose(layer.c[-1], expected[f"{name}/c_n"][n], rtol=0, atol=tolerance)


def test_every_expected_case_has_its_file(expected: Any) -> None:
    assert sorted({name.partition("/")[0] for name in expected}) == CASES


def test_what_was_understood_is_said() -> None:
    reading = read(LANGUAGE)
    assert reading.understood == (
        "2 LSTM layers of 6 units, 5 inputs, float32.",
        "Rows of the weights are read in PyTorch's order: input gate i, forget gate f, "
        "candidate g, output gate o; its two biases add up.",
        "An embedding of 9 tokens (encoder.weight).",
        "A vocabulary of 9 characters.",
        "A linear output of 9 values (decoder.weight).",
    )
    assert reading.ignored == ()
    assert reading.model.vocabulary is not None
    assert reading.model.vocabulary.tokens[-2:] == ("ש", "👩‍🚀")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("projection", "Projections to 3 values."),
        ("no_bias", "No bias: taken as 0."),
        ("no_bias", "No linear output: what comes out is h(t) of the top layer."),
        ("bfloat16", "Weights in bfloat16 are widened to float32, without loss."),
    ],
)
def test_what_is_special_is_said(name: str, sentence: str) -> None:
    assert sentence in read((FOLDER / f"{name}.safetensors").read_bytes()).understood


@pytest.mark.parametrize("prefix", ["", "rnn.encoder.", "module.lstm.", "_orig_mod.module.x."])
def test_any_prefix_is_fine(prefix: str) -> None:
    model = read(file_of(network(prefix=prefix))).model
    np.testing.assert_array_equal(model.layers[0].W_ih, network()["lstm.weight_ih_l0"])


def test_float16_is_widened_to_float32_before_the_biases_are_added() -> None:
    tensors = network(dtype=np.float16)
    reading = read(file_of(tensors))
    assert "Weights in float16 are widened to float32, without loss." in reading.understood
    ih, hh = tensors["lstm.bias_ih_l0"], tensors["lstm.bias_hh_l0"]
    bias = reading.model.layers[0].bias
    assert bias.dtype == np.float32
    np.testing.assert_array_equal(bias, ih.astype(np.float32) + hh.astype(np.float32))


def test_mixed_dtypes_become_the_widest() -> None:
    tensors = language() | {"decoder.weight": np.ones((5, 4))}
    model = read(file_of(tensors)).model
    assert model.embedding is not None
    assert model.decoder is not None
    arrays = [model.layers[0].bias, model.embedding, model.decoder.b]
    assert [array.dtype for array in arrays] == [np.float64] * 3


def test_mixed_dtypes_become_the_widest_with_a_projection_and_nothing_around_it() -> None:
    tensors = network(D=3, H=4, layers=2)
    for n in range(2):
        tensors[f"lstm.weight_hh_l{n}"] = np.ones((16, 2), np.float32)
        tensors[f"lstm.weight_hr_l{n}"] = np.ones((2, 4), np.float32)
    tensors["lstm.weight_ih_l1"] = np.ones((16, 2))
    W_hr = read(file_of(tensors)).model.layers[0].W_hr
    assert W_hr is not None
    assert W_hr.dtype == np.float64


def test_weights_tied_by_save_model_are_used_twice() -> None:
    tied = language(V=5, D=4, H=4)
    del tied["encoder.weight"]
    reading = read(file_of(tied, **{"encoder.weight": "decoder.weight"}))
    assert reading.model.embedding is not None
    assert reading.model.decoder is not None
    np.testing.assert_array_equal(reading.model.embedding, reading.model.decoder.W)
    assert reading.ignored == (NO_VOCABULARY,)


def test_a_thousand_names_for_one_tensor_take_the_memory_of_one() -> None:
    tensors = network() | {"a": np.ones(2**18, np.float16)}
    content = file_of(tensors, **{f"b{n}": "a" for n in range(1000)})
    tracemalloc.start()
    read(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The tensor's bytes, twice as many in float32, and names; a copy each would be 1 GB.
    assert peak < 10 * len(content)


@pytest.mark.parametrize("name", ["a.weight", "weight"])
def test_the_only_matrix_that_fits_is_taken_without_a_name(name: str) -> None:
    tensors = network(D=3, H=4) | {name: np.ones((7, 4), np.float32)}
    reading = read(file_of(tensors))
    sentence = f"A linear output of 7 values ({name}, by its size, as no name says so)."
    assert sentence in reading.understood
    tensors = network(D=3, H=4) | {name: np.ones((7, 3), np.float32)}
    sentence = f"An embedding of 7 tokens ({name}, by its size, as no name says so)."
    assert sentence in read(file_of(tensors)).understood


def test_of_two_matrices_without_a_name_none_is_taken() -> None:
    extra = {"a.weight": np.ones((7, 4), np.float32), "b.weight": np.ones((8, 4), np.float32)}
    reading = read(file_of(network() | extra))
    assert reading.model.decoder is None
    assert len(reading.ignored) == 2


def test_the_best_named_matrix_is_taken_and_the_others_are_listed() -> None:
    tensors = language(D=4) | {"encoder.out.weight": np.ones((9, 4), np.float32)}
    tensors["norm.weight"] = np.ones(4, np.float32)
    tensors["steps"] = np.array(3)
    reading = read(file_of(tensors))
    assert "A linear output of 5 values (decoder.weight)." in reading.understood
    assert set(reading.ignored) == {
        NO_VOCABULARY,
        "'encoder.out.weight' 9×4 is left out: "
        "the lab runs embedding, LSTM layers and one linear output.",
        "'norm.weight' 4 is left out: the lab runs embedding, LSTM layers and one linear output.",
        "'steps' a single value is left out: "
        "the lab runs embedding, LSTM layers and one linear output.",
    }


def test_of_two_equally_named_outputs_the_one_with_a_value_for_each_token_is_taken() -> None:
    tensors = network() | {
        name: np.ones(size, np.float32)
        for name, size in {
            "embedding.weight": (5, 3),
            "fc.0.weight": (9, 4),
            "fc.1.weight": (5, 4),
        }.items()
    }
    assert "A linear output of 5 values (fc.1.weight)." in read(file_of(tensors)).understood


def test_a_layer_with_a_bias_before_the_lstm_is_no_embedding() -> None:
    before = {"embed.weight": np.ones((3, 3), np.float32), "embed.bias": np.ones(3, np.float32)}
    assert read(file_of(network() | before)).model.embedding is None


def test_many_tensors_that_are_left_out_are_counted() -> None:
    norms = {f"norm{n}.weight": np.ones(2, np.float32) for n in range(25)}
    ignored = read(file_of(network() | norms)).ignored
    assert len(ignored) == 21
    assert ignored[-1] == "5 more tensors are left out too."


def test_no_vocabulary_is_missed_where_numbers_go_in() -> None:
    assert read(file_of(network())).ignored == ()


def test_a_vocabulary_is_missed_where_as_many_values_come_out_as_go_in() -> None:
    tensors = network() | {"head.weight": np.ones((3, 4), np.float32)}
    assert read(file_of(tensors)).ignored == (NO_VOCABULARY,)
    tokens = read(file_of(tensors, vocabulary='["a", "b", "c"]')).model
    assert tokens.takes_tokens
    assert tokens.vocabulary == Vocabulary(("a", "b", "c"))


@pytest.mark.parametrize(
    ("vocabulary", "reason"),
    [
        ("no json", "It is no JSON."),
        ("3", "It must be a list of tokens."),
        ("[" * 100_000, "It is nested too deeply."),
        ('["a", 3]', "The vocabulary must be a list of tokens, each of them text."),
        (json.dumps(["x" * 500] * 2), "The vocabulary has 'xxxxxxxxxx"),
        ('["\\ud800", "b"]', "A token is half a character (a lone surrogate)."),
    ],
)
def test_a_broken_vocabulary_is_left_out_and_said_so(vocabulary: str, reason: str) -> None:
    reading = read(file_of(language(), vocabulary=vocabulary))
    assert reading.model.vocabulary is None
    (sentence,) = reading.ignored
    assert sentence.startswith("The vocabulary is left out, so that tokens are shown by number. ")
    assert reason in sentence
    assert sentence.endswith(" Save it as metadata={'vocabulary': json.dumps(tokens)}.")
    assert len(sentence) < 400


def test_null_is_no_vocabulary() -> None:
    assert read(file_of(language(), vocabulary="null")).ignored == (NO_VOCABULARY,)


def test_a_vocabulary_of_another_size_is_left_out() -> None:
    reading = read(file_of(language(), vocabulary='["a", "b"]'))
    assert reading.model.vocabulary is None
    assert reading.ignored == (
        "The vocabulary has 2 tokens, but the model takes 5: tokens are shown by number. "
        "Save the one it was trained with.",
    )


def test_a_vocabulary_may_say_what_its_tokens_are() -> None:
    words = Vocabulary(("a", "b", "c", "d", "<unk>"), "words")
    reading = read(file_of(language(), vocabulary=json.dumps(words.to_json())))
    assert reading.model.vocabulary == words
    assert "A vocabulary of 5 words." in reading.understood


def test_a_state_dict_is_read_and_what_is_left_out_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="^No vocabulary: tokens are shown by number"):
        model = from_torch(language())
    assert model.token_count == 5
    plain = from_torch({"weight_ih_l0": [[1.0]] * 4, "weight_hh_l0": [[1.0]] * 4})
    assert plain.layers[0].W_ih.dtype == np.float64


def test_wider_than_float64_is_narrowed() -> None:
    tensors = network(dtype=np.longdouble)
    assert from_torch(tensors).layers[0].W_ih.dtype == np.float64


def test_a_tensor_that_is_no_array_is_named() -> None:
    class OnAnotherDevice:
        def __array__(self, *args: Any, **kwargs: Any) -> Any:
            raise TypeError("can't convert cuda:0 device type tensor to numpy")

    weight: Any = OnAnotherDevice()
    with pytest.raises(LabError, match=re.escape("'w' cannot be read as an array (can't conv")):
        from_torch({"w": weight})


# The lab's own files


def own_model(dtype: Any = np.float32, projection: bool = False) -> Model:
    rng = np.random.default_rng(7)

    def draw(*shape: int) -> Array:
        array: Array = rng.normal(size=shape).astype(dtype)
        return array

    P = 2 if projection else 4
    layers = [
        Layer(draw(16, D), draw(16, P), draw(16), draw(P, 4) if projection else None)
        for D in (3, P)
    ]
    return Model(
        layers,
        Linear(draw(5, P), draw(5)),
        draw(5, 3),
        Vocabulary(("a", "é", "👩‍🚀", "ש", "<unk>")),
        ("size", "weight", "colour"),
        (("a", "b", "c", "d"), ("e", "f", "g", "h")),
    )


def arrays_of(model: Model) -> list[Array]:
    arrays = [a for n in model.layers for a in (n.W_ih, n.W_hh, n.bias, n.W_hr) if a is not None]
    if model.embedding is not None:
        arrays.append(model.embedding)
    return arrays + ([model.decoder.W, model.decoder.b] if model.decoder else [])


@pytest.mark.parametrize("projection", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_saved_is_loaded_to_the_bit(tmp_path: Path, dtype: Any, projection: bool) -> None:
    model = own_model(dtype, projection)
    model.layers[0].bias[:3] = [0.0, -0.0, 1e-40]
    save(model, tmp_path / "model.safetensors")
    again = load(tmp_path / "model.safetensors")
    for ours, theirs in zip(arrays_of(model), arrays_of(again), strict=True):
        assert ours.dtype == theirs.dtype
        assert ours.tobytes() == theirs.tobytes()
    assert again.vocabulary == model.vocabulary
    assert again.input_names == model.input_names
    assert again.unit_names == model.unit_names
    assert dump(again) == dump(model)


@pytest.mark.parametrize("D", [3, 4])
@pytest.mark.parametrize("embedding", [False, True])
@pytest.mark.parametrize("decoder", [False, True])
def test_each_part_may_be_missing(D: int, embedding: bool, decoder: bool) -> None:
    model = Model(
        [Layer(np.ones((16, D)), np.ones((16, 4)), np.ones(16))],
        Linear(np.full((5, 4), 2.0), np.ones(5)) if decoder else None,
        np.full((5, D), 3.0) if embedding else None,
    )
    reading = read(dump(model))
    assert reading.ignored == ()
    assert (reading.model.embedding is not None) == embedding
    assert (reading.model.decoder is not None) == decoder
    for ours, theirs in zip(arrays_of(model), arrays_of(reading.model), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_our_own_file_keeps_a_different_dtype_for_each_part() -> None:
    layer = Layer(np.ones((16, 3)), np.ones((16, 4)), np.ones(16))
    model = read(dump(Model([layer], embedding=np.ones((5, 3), np.float32)))).model
    assert model.embedding is not None
    assert model.embedding.dtype == np.float32
    assert model.layers[0].W_ih.dtype == np.float64


def test_layers_of_different_sizes_are_kept() -> None:
    sizes = [(1, 2), (2, 3), (3, 1)]
    layers = [Layer(np.ones((4 * H, D)), np.ones((4 * H, H)), np.ones(4 * H)) for D, H in sizes]
    reading = read(dump(Model(layers)))
    assert reading.understood[0] == "3 LSTM layers of 2, 3 and 1 units, 1 input, float64."


def test_arrays_that_do_not_lie_in_order_are_saved_in_order() -> None:
    cell = Layer.scalar(i=(1, 2, 3), f=(4, 5, 6), g=(7, 8, 9), o=(10, 11, 12))
    again = read(dump(Model([cell]))).model.layers[0]
    assert again.W_ih.ravel().tolist() == [1, 4, 7, 10]
    assert again.bias.tolist() == [3, 6, 9, 12]


def test_arrays_of_the_other_byte_order_are_saved_in_this_one() -> None:
    layer = Layer(np.ones((4, 1)), np.ones((4, 1)), np.ones(4))
    embedding = np.array([[1.0], [2.0]], ">f8")
    again = read(dump(Model([layer], embedding=embedding))).model
    assert again.embedding is not None
    assert again.embedding.ravel().tolist() == [1, 2]


def test_a_model_that_could_not_be_opened_again_is_not_saved(tmp_path: Path) -> None:
    layer = Layer(np.ones((4, 1)), np.full((4, 1), np.nan), np.ones(4))
    with pytest.raises(LabError, match="holds 4 values of 4 that are NaN or infinite"):
        save(Model([layer]), tmp_path / "model.safetensors")
    assert not list(tmp_path.iterdir())


def test_a_model_wider_than_float64_is_saved_as_float64() -> None:
    layer = Layer(np.ones((4, 1), np.longdouble), np.ones((4, 1)), np.ones(4))
    assert read(dump(Model([layer]))).model.layers[0].W_ih.dtype == np.float64


def test_a_model_of_complex_numbers_is_not_saved() -> None:
    layer = Layer(np.ones((4, 1), np.complex128), np.ones((4, 1)), np.ones(4))
    with pytest.raises(LabError, match=r"^'lstm\.weight_ih_l0' holds an unusual format"):
        dump(Model([layer]))


def test_a_vocabulary_that_is_too_long_for_a_header_is_not_saved() -> None:
    layer = Layer(np.ones((4, 1)), np.ones((4, 1)), np.ones(4))
    tokens = Vocabulary(("a" * 2**22,), "words")
    with pytest.raises(LabError, match=r"^The header of the file claims 4194\d+ bytes; the lab"):
        dump(Model([layer], vocabulary=tokens))


def test_a_model_that_is_too_large_is_not_saved() -> None:
    layer = Layer(np.ones((4, 1)), np.ones((4, 1)), np.ones(4))
    rows = np.zeros((LARGEST_FILE // 8 + 1, 1))
    with pytest.raises(LabError, match=r"^The file has 64\.0 MB; the lab opens up to 64 MB\."):
        dump(Model([layer], embedding=rows))


def test_a_file_of_a_newer_lab_is_refused() -> None:
    message = (
        "The file is of format 2; this lab reads up to format 1. "
        "Update the lab, or save the model with this one."
    )
    assert refused(file_of(network(), lstm_lab='{"format": 2}')) == message


@pytest.mark.parametrize(
    "own",
    [
        "",
        "[]",
        "3",
        "{}",
        "[" * 100_000,
        '{"format": "1"}',
        '{"format": 0}',
        '{"format": 1, "input_names": 3}',
        '{"format": 1, "input_names": ["a", 2, "c"]}',
        '{"format": 1, "input_names": ["\\ud800", "b", "c"]}',
        '{"format": 1, "unit_names": 3}',
        '{"format": 1, "unit_names": ["abcd"]}',
    ],
)
def test_a_damaged_file_of_our_own_is_refused(own: str) -> None:
    message = (
        "What the lab wrote beside the tensors ('lstm_lab') is damaged. "
        "Open another copy of the file, or save the model again."
    )
    assert refused(file_of(network(), lstm_lab=own)) == message


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"vocabulary": 3}, "It must be a list of tokens."),
        (
            {"vocabulary": {"tokens": ["a"], "unit": "x" * 999}},
            "A vocabulary is of characters or words, not of '" + "x" * 152,
        ),
        ({"vocabulary": ["a"]}, "The vocabulary has 1 tokens, but the model takes 3."),
        ({"input_names": ["a"]}, "There are 1 names for 3 inputs."),
        ({"unit_names": [["a"]]}, "The units' names must be as many as the units: [4]."),
    ],
)
def test_names_that_do_not_fit_our_own_model_are_refused(own: Tensors, message: str) -> None:
    assert refused(file_of(network(), lstm_lab=json.dumps({"format": 1, **own}))) == message


# Files that cannot be opened


@pytest.mark.parametrize(
    "content",
    [
        *(pickle.dumps(network(), protocol) for protocol in (2, 3, 4, 5)),
        b"PK\x03\x04" + bytes(26) + b"archive/data.pkl" + bytes(400),
    ],
)
def test_a_pickled_file_is_never_opened(content: bytes) -> None:
    message = refused(content)
    assert message.startswith("This is a pickled file (.pt, .pth, .pkl), which could run any")
    assert "from safetensors.torch import save_file" in message
    assert SAVES in message


@pytest.mark.parametrize(
    ("content", "start"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04" + bytes(26) + b"arr_0.npy" + bytes(99), "This is a NumPy archive (.npz)"),
        (b"PK\x03\x04" + bytes(26) + b"metadata.json" + bytes(9), "This is a Keras file (.keras)"),
        (b"\x89HDF\r\n\x1a\n" + bytes(99), "This is an HDF5 file, as Keras writes"),
        (b"\x93NUMPY\x01\x00" + bytes(99), "This is a NumPy file (.npy)"),
        (b"version https://git-lfs.github.com/spec/v1\n", "This is a pointer of Git LFS"),
        (b"\x08\x07\x12\x07pytorch" + bytes(99), "This is an ONNX file"),
        (b"<!DOCTYPE html>", "This is no safetensors file, but text."),
        (b"{", "This is no safetensors file, but text."),
        (bytes(99), "This is no safetensors file. "),
        (bytes(7), "This is no safetensors file. "),
    ],
)
def test_another_kind_of_file_is_named_with_what_to_do(content: bytes, start: str) -> None:
    message = refused(content)
    assert message.startswith(start)
    assert "save_file(" in message or "git lfs pull" in message


def test_a_header_may_begin_with_the_bytes_of_a_pickle() -> None:
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}})
    content = raw_file(header.ljust(0x0280).encode(), bytes(4))
    assert content[:2] == b"\x80\x02"
    assert refused(content).startswith("There is no LSTM in the file: it has 'w' (1,).")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    message = "The file has 64.0 MB; the lab opens up to 64 MB. "
    assert refused(bytes(LARGEST_FILE + 1)).startswith(message)
    path = tmp_path / "large.safetensors"
    with path.open("wb") as file:
        file.truncate(2**40)  # sparse: it would not fit into memory
    with pytest.raises(LabError, match=r"^The file has 1048576\.0 MB"):
        load(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"^The file cannot be read \(No such file or directory\)"):
        load(tmp_path / "none")
    with pytest.raises(LabError, match=r"^The file cannot be written \(No such file or dir"):
        save(own_model(), tmp_path / "none" / "model.safetensors")


def entry(shape: Any = (4, 1), offsets: Any = (0, 16), dtype: str = "F32") -> Tensors:
    return {"lstm.weight_ih_l0": {"dtype": dtype, "shape": shape, "data_offsets": offsets}}


@pytest.mark.parametrize(
    "content",
    [
        raw_file(entry((2**62, 4)), bytes(16)),
        raw_file(entry((-4, -1)), bytes(16)),
        raw_file(entry((2**64 - 1, 0), (0, 0))),
        raw_file(entry((2**63 - 1, 0), (0, 0))),
        raw_file(entry((2**64 - 1, 0), (0, 0), "I8")),
        raw_file(entry([1] * 99, (0, 4)), bytes(4)),
        raw_file(entry(offsets=(0, 17)), bytes(17)),
        raw_file(entry(offsets=(0, 99)), bytes(16)),
        raw_file(entry(offsets=(16, 0)), bytes(16)),
        raw_file(entry(offsets=(2**64 - 1, 15)), bytes(16)),
        raw_file(entry(dtype="F31"), bytes(16)),
        raw_file(entry(), bytes(17)),
        raw_file(entry() | {"b": entry()["lstm.weight_ih_l0"]}, bytes(16)),
        raw_file(b"{" * 300),
        raw_file(b"{}}"),
        raw_file(b'{"__metadata__": {"a": 3}}'),
        raw_file(b'{"\xff": 3}'),
        LANGUAGE[:-1],
        LANGUAGE + b"x",
    ],
)
def test_a_damaged_or_forged_file_is_refused(content: bytes) -> None:
    assert refused(content).startswith("The file is damaged or cut off (")


def test_a_header_that_goes_on_after_the_file_is_refused() -> None:
    assert refused(LANGUAGE[:100]).startswith("The file is cut off: it has 100 bytes, and its ")


def test_a_header_that_is_too_long_is_refused() -> None:
    start = "The header of the file claims 4194305 bytes; the lab reads up to 4194304."
    assert refused(raw_file(b"{".ljust(2**22 + 1))).startswith(start)
    assert refused(struct.pack("<Q", 2**40 - 1) + b"{").startswith("The header of the file claims")


def test_a_header_without_tensors_has_no_lstm() -> None:
    assert refused(raw_file(b"{}")) == (
        "There is no LSTM in the file: it has no tensors. Wanted are the tensors of "
        "PyTorch's nn.LSTM, weight_ih_l0 and weight_hh_l0, with any prefix."
    )


@settings(deadline=None, max_examples=300)
@given(st.integers(0, len(LANGUAGE) - 1))
def test_a_file_cut_off_anywhere_is_refused(size: int) -> None:
    refused(LANGUAGE[:size])


@settings(deadline=None, max_examples=1000)
@given(st.lists(st.tuples(st.integers(0, 8 * 1400), st.booleans()), min_size=1, max_size=4))
def test_a_file_with_flipped_bits_is_read_or_refused(flips: list[tuple[int, bool]]) -> None:
    content = bytearray(LANGUAGE)
    for bit, _ in flips:
        content[bit // 8] ^= 1 << bit % 8
    try:
        model = read(bytes(content)).model
    except LabError:
        return
    assert all(np.isfinite(array).all() for array in arrays_of(model))


# What is in the file, and cannot be run


@pytest.mark.parametrize("tensor", ["weight_ih_l0", "bias_hh_l0"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_named_and_counted(tensor: str, value: float) -> None:
    tensors = network()
    tensors[f"lstm.{tensor}"].flat[:2] = value
    size = tensors[f"lstm.{tensor}"].size
    assert refused(file_of(tensors)) == (
        f"'lstm.{tensor}' holds 2 values of {size} that are NaN or infinite; "
        "weights must be finite. Save the model from before its training went wrong."
    )


def test_biases_whose_sum_is_not_finite_are_refused() -> None:
    tensors = network()
    for name in ("lstm.bias_ih_l0", "lstm.bias_hh_l0"):
        tensors[name][0] = np.finfo(np.float32).max
    message = "The sum of the two biases holds 1 values of 16 that are NaN or infinite"
    assert refused(file_of(tensors)).startswith(message)


def test_without_an_lstm_the_file_says_what_is_there() -> None:
    tensors = {f"h.{n}.weight": np.ones((2, 3), np.float32) for n in range(7)}
    assert refused(file_of(tensors)) == (
        "There is no LSTM in the file: it has 'h.0.weight' (2, 3), 'h.1.weight' (2, 3), "
        "'h.2.weight' (2, 3), 'h.3.weight' (2, 3), 'h.4.weight' (2, 3) and 2 more. Wanted are "
        "the tensors of PyTorch's nn.LSTM, weight_ih_l0 and weight_hh_l0, with any prefix."
    )


@pytest.mark.parametrize(
    ("rows", "kind"), [(3, "a GRU (3·H rows of weights)"), (1, "a basic RNN (H rows of weights)")]
)
def test_another_recurrent_network_is_recognised(rows: int, kind: str) -> None:
    tensors = {
        f"rnn.{name}": np.ones((4 * rows, size), np.float32)
        for name, size in (("weight_ih_l0", 3), ("weight_hh_l0", 4))
    }
    message = f"'rnn' looks like {kind}; the lab opens LSTMs, which have 4·H. Save an nn.LSTM."
    assert refused(file_of(tensors)) == message
    tensors = {name.removeprefix("rnn."): array for name, array in tensors.items()}
    assert refused(file_of(tensors)).startswith("'The network' looks like")


def test_two_directions_are_refused() -> None:
    tensors = network() | {"lstm.weight_ih_l0_reverse": np.ones((16, 3), np.float32)}
    assert refused(file_of(tensors)).startswith(
        "The LSTM reads in two directions ('lstm.weight_ih_l0_reverse'); the lab runs one, "
        "forward. Train with bidirectional=False, or, of one layer, save the forward half alone: "
    )


def test_several_networks_are_refused() -> None:
    tensors = {n: a for k in range(7) for n, a in network(prefix=f"part{k}.").items()}
    assert refused(file_of(tensors)) == (
        "The file has 7 recurrent networks: 'part0', 'part1', 'part2', 'part3', 'part4' and 2 "
        "more. The lab runs one. "
        "Save it alone, with save_file(model.NAME.state_dict(), 'model.safetensors')."
    )


def test_a_module_and_a_cell_in_one_are_refused() -> None:
    tensors = network() | {"lstm.weight_ih": np.ones((16, 3), np.float32)}
    message = "'lstm.' has the tensors of an nn.LSTM and of an nn.LSTMCell. Save one."
    assert refused(file_of(tensors)) == message


@pytest.mark.parametrize("part", ["weight_ih", "weight_hh", "bias_ih", "bias_hh"])
def test_a_missing_tensor_is_named(part: str) -> None:
    tensors = network(layers=2)
    del tensors[f"lstm.{part}_l1"]
    assert refused(file_of(tensors)) == (
        f"'lstm.{part}_l1' is missing: the LSTM cannot run without it. "
        "Save all of the module's state_dict()."
    )


@pytest.mark.parametrize("n", [0, 1])
def test_a_missing_layer_is_named(n: int) -> None:
    tensors = {k: v for k, v in network(layers=3).items() if not k.endswith(f"_l{n}")}
    assert refused(file_of(tensors)) == (
        f"'lstm.weight_ih_l{n}' is missing, though there are tensors of layer 2. "
        "Save all of the module's state_dict()."
    )


@pytest.mark.parametrize(
    ("tensor", "shape", "wanted"),
    [
        ("lstm.weight_ih_l0", (12, 3), "(16, 3)"),
        ("lstm.weight_ih_l0", (16,), "(any, any)"),
        ("lstm.weight_ih_l0", (16, 0), "(any, any)"),
        ("lstm.weight_ih_l1", (16, 5), "(any, 4)"),
        ("lstm.weight_hh_l0", (15, 4), "(16, 4)"),
        ("lstm.weight_hh_l0", (16, 4, 1), "(any, any)"),
        ("lstm.bias_ih_l1", (15,), "(16,)"),
        ("lstm.bias_hh_l1", (16, 1), "(16,)"),
        ("decoder.bias", (3,), "(5,)"),
    ],
)
def test_shapes_that_do_not_belong_together_are_named(
    tensor: str, shape: tuple[int, ...], wanted: str
) -> None:
    tensors = network(layers=2) | {
        "decoder.weight": np.ones((5, 4), np.float32),
        "decoder.bias": np.ones(5, np.float32),
        tensor: np.ones(shape, np.float32),
    }
    assert refused(file_of(tensors)) == (
        f"'{tensor}' has shape {shape}; to fit the others it must be {wanted}. "
        "Save all tensors from one model."
    )


def test_a_projection_of_another_size_is_named() -> None:
    tensors = network() | {"lstm.weight_hr_l0": np.ones((4, 3), np.float32)}
    message = "'lstm.weight_hr_l0' has shape (4, 3); to fit the others it must be (4, 4)."
    assert refused(file_of(tensors)).startswith(message)


def test_too_many_layers_are_refused() -> None:
    assert refused(file_of(network(layers=5))) == (
        "The LSTM has 5 layers; the lab runs at most 4. Train one with num_layers=4 or fewer."
    )


def test_too_many_units_are_refused() -> None:
    assert refused(file_of(network(D=1, H=1025))) == (
        "The LSTM has 1025 units in a layer; the lab runs at most 1024. "
        "Train one with hidden_size=1024 or fewer."
    )


@pytest.mark.parametrize(
    ("dtype", "size", "kind"),
    [
        ("I8", 1, "whole numbers"),
        ("BOOL", 1, "whole numbers"),
        ("F8_E4M3", 1, "an unusual format"),
        ("C64", 8, "an unusual format"),
    ],
)
def test_weights_that_are_no_floats_are_refused(dtype: str, size: int, kind: str) -> None:
    header = {
        f"weight_{part}_l0": {
            "dtype": dtype,
            "shape": [4, 1],
            "data_offsets": [n * 4 * size, (n + 1) * 4 * size],
        }
        for n, part in enumerate(("ih", "hh"))
    }
    assert refused(raw_file(header, bytes(8 * size))) == (
        f"'weight_ih_l0' holds {kind}; weights must be float64, float32, float16 or bfloat16. "
        "Save the model as it was before it was quantised, after model.float()."
    )


def test_a_name_from_a_file_is_shown_short_and_harmless() -> None:
    message = refused(file_of({"\u202e../<b>\n" + "x" * 999: np.ones(1, np.float32)}))
    assert "'·../<b>·" + "x" * 52 + "…' (1,)" in message


def test_tensors_are_understood_without_a_file() -> None:
    reading = understand(language(), {"vocabulary": json.dumps(list("abcde"))})
    assert reading.ignored == ()
    assert run(reading.model, np.zeros((2, 1), np.int64)).outputs.shape == (2, 1, 5)


def test_how_large_a_file_may_be_is_for_its_reader_to_say(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(LANGUAGE)
    message = r"^The file has 0\.\d MB; the lab opens up to 0 MB"
    with pytest.raises(LabError, match=message):
        load(path, largest=100)
    with pytest.raises(LabError, match=message):
        read(LANGUAGE, largest=100)
    assert read(LANGUAGE, largest=len(LANGUAGE)).model.layers
