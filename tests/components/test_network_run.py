"""What the server answers for a network: the engine's own values, and sums that add up."""

import gzip
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from werkzeug.exceptions import BadRequest

from components.network_examples import EXAMPLES
from components.network_inputs import Prepared, prepare
from components.network_run import ROWS, SMALL_ROWS, answer
from components.network_settings import NetworkSettings
from components.wire import decode
from lstm import (
    Array,
    Layer,
    Linear,
    Model,
    ModelTrace,
    Vocabulary,
    characters_by_hand,
    random_layers,
    run,
)
from lstm.checkpoint import read

Settings = Callable[..., dict[str, Any]]
FileOf = Callable[..., bytes]

NUMBERS = "0.5, -1\n1, 0\n0, 0\n-0.25, 2\n1, 1"

# Values in [−1, 1] and C of a few units travel in 16 bits: half a step is 2⁻¹⁶ of the largest.
HALF_STEP = 0.5 / 32767
# Readings and sums travel in float32.
SINGLE = 1e-6


def ask(sent: dict[str, Any], opened: Model | None = None) -> dict[str, Any]:
    def library(_: str) -> Model:
        assert opened is not None
        return opened

    return answer(sent, library)


def good(sent: dict[str, Any], opened: Model | None = None) -> dict[str, Any]:
    answered = ask(sent, opened)
    assert answered["error"] is None
    return answered


def engine(sent: dict[str, Any], opened: Model | None = None) -> tuple[Prepared, ModelTrace]:
    """Run the engine on what was sent, without the page's packing."""
    prepared = prepare(NetworkSettings.read(sent), lambda _: opened)  # type: ignore[arg-type, return-value]
    return prepared, run(prepared.model, prepared.inputs)


def unpacked(answered: dict[str, Any], name: str) -> Array:
    packed = answered["series"][name]
    assert packed["dtype"] == "i2"
    values: Array = decode(packed) * packed["scale"]
    return values


def opened_file(network_settings: Settings, **changes: Any) -> dict[str, Any]:
    return network_settings({"source": "file", "hash": "f" * 64}, **changes)


def whole(trace: ModelTrace, layer: int, name: str) -> Array:
    """Give gates as (H, T) and states as (H, T + 1)."""
    one = trace.layers[layer]
    values = getattr(one, name)[:, 0].T
    if name in "ch":
        values = np.concatenate([getattr(one, f"{name}0").T, values], axis=1)
    return np.asarray(values, np.float64)


CASES: dict[str, dict[str, Any]] = {
    "new": {},
    "two layers": {"model": {"layers": "2", "size": "5"}, "layer": 1, "unit": 4},
    "words": {"text": "the cat sat on the mat", "reads": "words"},
    "numbers": {"text": NUMBERS, "reads": "numbers", "unit": 3},
    "one unit, one step": {"model": {"size": "1"}, "text": "a"},
    "by hand": {"model": {"source": "characters"}, "text": EXAMPLES["brackets"].text},
    "words by hand": {
        "model": {"source": "words"},
        "text": EXAMPLES["late"].text,
        "unit": 1,
    },
    "saturated": {"model": {"kind": "normal", "size": "20"}, "unit": 19},
}
each_case = pytest.mark.parametrize("case", list(CASES))


# The series


@each_case
def test_the_series_are_the_engine_s_own_values_to_16_bits(
    network_settings: Settings, case: str
) -> None:
    sent = network_settings(**CASES[case])
    answered = good(sent)
    prepared, trace = engine(sent)
    layer = CASES[case].get("layer", 0)
    assert answered["tokens"] == prepared.tokens
    assert answered["sizes"] == [one.hidden_size for one in prepared.model.layers]
    for name in "figoch":
        wanted = whole(trace, layer, name)
        atol = HALF_STEP * np.abs(wanted).max() * (1 + 1e-3)  # and float32's own rounding
        np.testing.assert_allclose(unpacked(answered, name), wanted, rtol=0, atol=atol)
        # To three decimals, which is what the page says.
        assert atol < 5e-4


def test_a_state_of_nothing_but_zeros_is_zero(network_settings: Settings) -> None:
    model = Model([Layer(np.zeros((8, 2)), np.zeros((8, 2)), np.zeros(8))])
    answered = good(opened_file(network_settings, text="1, 2\n3, 4"), model)
    assert not unpacked(answered, "c").any()
    assert unpacked(answered, "f").tolist() == [[0.5, 0.5], [0.5, 0.5]]


@each_case
@pytest.mark.parametrize("order", ["mean", "similarity", "peak"])
def test_an_order_permutes_the_rows_and_nothing_else(
    network_settings: Settings, case: str, order: str
) -> None:
    sent = network_settings(**CASES[case])
    given, sorted_ = good(sent), good({**sent, "order": order})
    units = [unit for (unit,) in sorted_["rows"]]
    assert given["rows"] == [[unit] for unit in range(len(units))]
    assert sorted(units) == list(range(len(units)))
    for name in "figoch":
        np.testing.assert_array_equal(unpacked(sorted_, name), unpacked(given, name)[units])
    for name in ("readings", "pinned", "sums", "unit", "tokens"):
        assert sorted_[name] == given[name]


def test_rows_are_sorted_by_what_the_order_says(network_settings: Settings) -> None:
    sent = network_settings({"size": "40", "kind": "normal"}, text="the quick brown fox")
    means = unpacked(good({**sent, "order": "mean"}), "f").mean(axis=1)
    assert (np.diff(means) <= 2 * HALF_STEP).all()
    peaks = np.abs(unpacked(good({**sent, "order": "peak"}), "c")[:, 1:]).argmax(axis=1)
    assert (np.diff(peaks) >= 0).all()


# Many units


@pytest.fixture(scope="session")
def many() -> Model:
    return Model(random_layers(np.random.default_rng(0), [2, 300]))


def test_more_than_128_units_are_shown_as_means_of_neighbours(
    network_settings: Settings, many: Model
) -> None:
    sent = opened_file(network_settings, text=NUMBERS)
    answered = good(sent, many)
    _, trace = engine(sent, many)
    rows = answered["rows"]
    assert len(rows) == ROWS == 128
    assert [unit for row in rows for unit in row] == list(range(300))
    assert {len(row) for row in rows} == {2, 3}
    for name in "figoch":
        of_units = whole(trace, 0, name)
        wanted = np.array([of_units[row].mean(axis=0) for row in rows])
        atol = HALF_STEP * np.abs(wanted).max() * (1 + 1e-3)
        np.testing.assert_allclose(unpacked(answered, name), wanted, rtol=0, atol=atol)
    assert max(len(data["y"]["bdata"]) for data in lines(answered)) < 64 * 8 * 6


def lines(answered: dict[str, Any]) -> list[dict[str, Any]]:
    drawn: list[dict[str, Any]] = answered["figures"]["state_c"]["data"]
    return drawn


@pytest.mark.parametrize(
    ("first", "units"),
    [
        (0, range(128)),
        (100, range(100, 228)),
        (290, range(290, 300)),
        (299, range(299, 300)),
        (10**6, range(299, 300)),
    ],
)
def test_single_units_are_shown_from_the_first_that_is_asked_for(
    network_settings: Settings, many: Model, first: int, units: range
) -> None:
    sent = opened_file(network_settings, text=NUMBERS, first=first)
    answered = good(sent, many)
    assert answered["rows"] == [[unit] for unit in units]
    _, trace = engine(sent, many)
    wanted = whole(trace, 0, "c")[list(units)]
    np.testing.assert_allclose(
        unpacked(answered, "c"), wanted, rtol=0, atol=1.001 * HALF_STEP * np.abs(wanted).max()
    )


def test_few_units_are_all_shown_whatever_comes_first(network_settings: Settings) -> None:
    assert good(network_settings(first=5))["rows"] == [[unit] for unit in range(8)]


# What is looked at


def test_a_layer_or_unit_beyond_the_last_is_the_last(network_settings: Settings) -> None:
    answered = good(network_settings({"layers": "2"}, layer=7, unit=999))
    assert (answered["layer"], answered["unit"]) == (1, 7)
    assert answered == good(network_settings({"layers": "2"}, layer=1, unit=7))


@each_case
def test_the_readings_are_what_they_are_said_to_be(network_settings: Settings, case: str) -> None:
    sent = network_settings(**CASES[case])
    answered = good(sent)
    _, trace = engine(sent)
    layer = CASES[case].get("layer", 0)
    found = {name: decode(values) for name, values in answered["readings"].items()}
    values = {name: whole(trace, layer, name) for name in "figoch"}
    H, T = values["f"].shape
    assert set(found) == {*"figo", "saturated", "c_norm", "h_norm"}
    for t in range(T + 1):
        for name in "ch":
            norm = math.sqrt(sum(value**2 for value in values[name][:, t]))
            assert found[f"{name}_norm"][t] == pytest.approx(norm, rel=1e-5, abs=SINGLE)
        if t == 0:
            assert all(np.isnan(found[name][0]) for name in (*"figo", "saturated"))
            continue
        for name in "figo":
            mean = sum(values[name][:, t - 1]) / H
            assert found[name][t] == pytest.approx(mean, rel=1e-5, abs=SINGLE)
        gates = [gate for name in "fio" for gate in values[name][:, t - 1]]
        saturated = sum(gate < 0.1 or gate > 0.9 for gate in gates) / (3 * H)
        assert found["saturated"][t] == pytest.approx(saturated, abs=SINGLE)


@each_case
def test_the_level_of_each_layer_is_the_root_mean_square_of_h(
    network_settings: Settings, case: str
) -> None:
    sent = network_settings(**CASES[case])
    answered = good(sent)
    _, trace = engine(sent)
    assert len(answered["levels"]) == len(trace.layers)
    for number, level in enumerate(answered["levels"]):
        h = whole(trace, number, "h")
        wanted = [math.sqrt(sum(h[:, t] ** 2) / len(h)) for t in range(h.shape[1])]
        np.testing.assert_allclose(decode(level), wanted, rtol=1e-5, atol=SINGLE)


@each_case
def test_the_pinned_unit_is_told_in_full(network_settings: Settings, case: str) -> None:
    sent = network_settings(**CASES[case])
    answered = good(sent)
    _, trace = engine(sent)
    layer, unit = CASES[case].get("layer", 0), answered["unit"]
    for name in "figo":
        pinned = decode(answered["pinned"][name])
        assert np.isnan(pinned[0])
        np.testing.assert_allclose(pinned[1:], whole(trace, layer, name)[unit], rtol=1e-6)
    for name in "ch":
        wanted = whole(trace, layer, name)[unit]
        np.testing.assert_allclose(decode(answered["pinned"][name]), wanted, rtol=1e-6)


# Sums


def logistic(a: float) -> float:
    return 1 / (1 + math.exp(-a)) if a > 0 else math.exp(a) / (1 + math.exp(a))


@each_case
def test_the_sums_of_the_pinned_unit_add_up_to_what_its_gates_got(
    network_settings: Settings, case: str
) -> None:
    sent = network_settings(**CASES[case])
    answered = good(sent)
    T, K = len(answered["tokens"]), answered["sums"]["named"]
    sums = {name: decode(answered["sums"][name]).astype(float) for name in SUMS}
    values = sums["values"].reshape(4, T, K)
    rest, total = sums["rest"].reshape(4, T), sums["sums"].reshape(4, T)
    added = values.sum(axis=2) + rest + sums["bias"][:, None]
    np.testing.assert_allclose(added, total, rtol=0, atol=1e-5)  # of sums up to 60, in float32
    for gate, name in enumerate("ifgo"):
        squash = math.tanh if name == "g" else logistic
        squashed = [squash(a) for a in total[gate]]
        np.testing.assert_allclose(
            decode(answered["pinned"][name])[1:], squashed, rtol=0, atol=1e-5
        )


SUMS = ("values", "rest", "bias", "sums")


@each_case
def test_each_named_term_is_its_weight_times_what_came_the_largest_first(
    network_settings: Settings, case: str
) -> None:
    sent = network_settings(**CASES[case])
    answered = good(sent)
    prepared, trace = engine(sent)
    number, unit = answered["layer"], answered["unit"]
    layer, one = prepared.model.layers[number], trace.layers[number]
    T, K, D = len(answered["tokens"]), answered["sums"]["named"], answered["sums"]["inputs"]
    assert (layer.input_size, min(4, D + layer.output_size)) == (D, K)
    which = decode(answered["sums"]["which"]).reshape(4, T, K)
    values = decode(answered["sums"]["values"]).reshape(4, T, K)
    before = np.concatenate([one.h0, one.h[:-1, 0]])
    for gate in range(4):
        row = gate * layer.hidden_size + unit
        for t in range(T):
            places = which[gate, t].tolist()
            assert len(set(places)) == K
            terms = [
                layer.W_ih[row, p] * one.x[t, 0, p]
                if p < D
                else layer.W_hh[row, p - D] * before[t, p - D]
                for p in places
            ]
            np.testing.assert_allclose(values[gate, t], terms, rtol=1e-5, atol=SINGLE)
            assert (np.diff(np.abs(values[gate, t])) <= 0).all()
            # No term that was left out is larger than one that is named.
            every = np.concatenate([layer.W_ih[row] * one.x[t, 0], layer.W_hh[row] * before[t]])
            others = np.delete(np.abs(every), places)
            assert others.max(initial=0) <= abs(terms[-1]) * (1 + 1e-5) + SINGLE


def test_inputs_beyond_16_bits_are_named_by_their_own_number(network_settings: Settings) -> None:
    D = 40_000
    W = np.zeros((4, D))
    W[:, -1] = 1
    model = Model([Layer(W, np.zeros((4, 1)), np.zeros(4))])
    row = ", ".join(["0"] * (D - 1) + ["1"])
    answered = good(opened_file(network_settings, text=row), model)
    assert decode(answered["sums"]["which"]).reshape(4, 1, -1)[:, 0, 0].tolist() == [D - 1] * 4


# Projections


def test_a_projection_says_fewer_values_than_it_has_units(
    network_settings: Settings, file_of: FileOf
) -> None:
    model = read(file_of((2, 6, 6), projection=3)).model
    for layer, unit in ((0, 1), (1, 5)):
        sent = opened_file(network_settings, text=NUMBERS, layer=layer, unit=unit)
        answered = good(sent, model)
        _, trace = engine(sent, model)
        assert answered["outputs"] == 3
        assert len(answered["rows"]) == 6
        assert "h" not in answered["pinned"]
        for name, size in (("c", 6), ("h", 3)):
            wanted = whole(trace, layer, name)
            assert wanted.shape == (size, 6)
            np.testing.assert_allclose(unpacked(answered, name), wanted, rtol=0, atol=1e-4)
        pinned = [d for d in answered["figures"]["state_h"]["data"] if d["meta"] == "pinned"]
        assert not pinned  # its values belong to no unit


# Words about the model


def test_the_model_is_said_in_a_line(network_settings: Settings, file_of: FileOf) -> None:
    def says(sent: dict[str, Any], opened: Model | None = None) -> str:
        return str(good(sent, opened)["says"])

    # 4 · (16 · 8 + 8 · 8 + 8) weights.
    assert says(network_settings()) == "1 layer of 8 units, 16 inputs, 800 weights."
    assert says(network_settings({"layers": "2"})).startswith("2 layers of 8 units, 16 inputs")
    one = opened_file(network_settings, text="1")
    assert says(one, read(file_of((1, 1))).model) == "1 layer of 1 unit, 1 input, 12 weights."
    two = opened_file(network_settings, text="1")
    assert says(two, read(file_of((1, 2, 3))).model).startswith("2 layers of 2, 3 units, 1 input")


def test_inputs_and_units_have_their_names(network_settings: Settings, file_of: FileOf) -> None:
    hand = good(network_settings({"source": "characters"}, text="(a)"))
    model = characters_by_hand()
    assert model.unit_names is not None
    assert hand["names"] == {
        "units": model.unit_names[0],
        "inputs": model.input_names,
        "kind": "named",
    }
    assert good(network_settings())["names"]["kind"] == "embedding"
    assert good(network_settings({"layers": "2"}, layer=1))["names"]["kind"] == "below"
    sent = opened_file(network_settings, text="1, 0, 0")
    assert good(sent, read(file_of()).model)["names"]["kind"] == "number"
    tokens = read(file_of(vocabulary=["a", "b", "c"])).model
    names = good(opened_file(network_settings, text="abc"), tokens)["names"]
    assert (names["kind"], list(names["inputs"])) == ("token", ["a", "b", "c"])


@pytest.mark.parametrize(
    ("changes", "takes"),
    [
        ({}, "characters"),
        ({"reads": "words"}, "words"),
        ({"reads": "numbers", "text": "1, 2"}, "numbers"),
        ({"model": {"source": "words"}, "text": "the"}, "words"),
    ],
)
def test_what_the_model_reads_is_said(
    network_settings: Settings, changes: dict[str, Any], takes: str
) -> None:
    assert good(network_settings(**changes))["takes"] == takes


# JSON


@pytest.mark.parametrize("theme", ["dark", "light"])
@each_case
def test_an_answer_is_json_without_nan(network_settings: Settings, case: str, theme: str) -> None:
    for changes in ({}, {"candidate": True, "as_heat": True, "order": "similarity"}):
        sent = network_settings(**CASES[case], theme=theme) | changes
        text = json.dumps(good(sent), allow_nan=False)
        assert json.loads(text)["n"] == 1


def spread(W: float, dtype: type[np.floating[Any]], projection: float | None = None) -> Model:
    """Give a model whose weights are all W, and whose projection is all of another value."""
    P = 3 if projection is None else 2
    hr = None if projection is None else np.full((P, 3), projection, dtype)
    return Model(
        [Layer(np.full((12, 1), W, dtype), np.full((12, P), W, dtype), np.zeros(12, dtype), hr)]
    )


@pytest.mark.parametrize("text", ["1", "0, 0", "1, -1, 1000000, 0"])
@pytest.mark.parametrize(
    "model",
    [
        spread(1e300, np.float64),
        spread(1e308, np.float64),
        spread(3e38, np.float32),
        spread(1e20, np.float64),
        spread(1.0, np.float64, projection=1e300),
        spread(1.0, np.float64, projection=1e16),
        spread(1.0, np.float32, projection=3e38),
        spread(1.0, np.float32, projection=1e20),
        Model(
            random_layers(np.random.default_rng(0), [1, 2]),
            Linear(np.full((1, 2), 1e308), np.array([1e308])),
        ),
    ],
)
def test_huge_weights_and_inputs_end_as_an_answer_or_as_words(
    network_settings: Settings, model: Model, text: str
) -> None:
    # Warnings are errors here: a calculation that overflows unseen would fail this test.
    answered = ask(opened_file(network_settings, text=text), model)
    json.dumps(answered, allow_nan=False)
    if answered["error"]:
        assert "overflow" in answered["error"]["message"]
        assert "Use smaller inputs" in answered["error"]["message"]
        assert answered["error"]["field"] == "text"
        assert "figures" not in answered
    else:
        for name in "figoch":
            assert np.isfinite(unpacked(answered, name)).all()
        assert all(np.isfinite(decode(answered["sums"][name])).all() for name in SUMS)


def test_a_projection_that_overflows_is_told(network_settings: Settings) -> None:
    model = spread(1.0, np.float32, projection=3e38)
    error = ask(opened_file(network_settings, text="1, 1"), model)["error"]
    assert error["message"] == (
        "The states of this model overflow on this text. Use smaller inputs."
    )


def test_a_vocabulary_too_large_for_one_hot_inputs_is_told(network_settings: Settings) -> None:
    V = 8193
    vocabulary = Vocabulary(tuple(chr(0x4E00 + n) for n in range(V)))
    layer = Layer(np.zeros((4, V)), np.zeros((4, 1)), np.zeros(4))
    model = Model([layer], None, None, vocabulary)
    error = ask(opened_file(network_settings, text="一"), model)["error"]
    assert "at most 8192 tokens" in error["message"]
    assert error["field"] == "model"


# Errors and forgeries


def test_a_slip_is_answered_with_its_field_and_the_number_of_the_request(
    network_settings: Settings,
) -> None:
    answered = ask(network_settings({"size": "0"}, n=17))
    assert answered == {
        "n": 17,
        "error": {
            "message": "Cell size is '0'. Use a whole number from 1 to 64.",
            "field": "Cell size",
        },
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"theme": "blue"},
        {"theme": None},
        {"theme": ["dark"]},
        {"theme": True},
        {"n": None},
        {"n": "1"},
        {"n": True},
        {"n": 1.5},
    ],
    ids=str,
)
def test_another_theme_or_number_is_forged(
    network_settings: Settings, changes: dict[str, Any]
) -> None:
    with pytest.raises(BadRequest):
        ask(network_settings(**changes))


@pytest.mark.parametrize("sent", [None, [], "abc", 1, True], ids=repr)
def test_a_request_that_is_no_mapping_is_forged(sent: Any) -> None:
    with pytest.raises(BadRequest):
        ask(sent)


# How much is sent


def text_of(length: int) -> str:
    letters = np.random.default_rng(0).choice(list("abcdefghij ()[]"), length)
    return "".join(letters.tolist())


def test_64_units_200_tokens_and_2_layers_are_answered_below_500_kb(
    network_settings: Settings,
) -> None:
    for kind, shown in (
        ("glorot", {}),
        ("normal", {"candidate": True}),
        ("normal", {"as_heat": True}),
    ):
        model = {"size": "64", "layers": "2", "kind": kind}
        answered = good(network_settings(model, text=text_of(200), layer=1, **shown))
        sent = json.dumps(answered, separators=(",", ":")).encode()
        assert len(gzip.compress(sent, 6)) < 500_000


def test_512_units_and_500_steps_are_sent_as_rows_that_a_screen_can_show(
    network_settings: Settings,
) -> None:
    rng = np.random.default_rng(0)
    layers = [
        Layer(*(getattr(one, name).astype(np.float32) for name in ("W_ih", "W_hh", "bias")))
        for one in random_layers(rng, [1, 512, 32])
    ]
    text = " ".join(f"{value:.2f}" for value in rng.normal(size=500))
    answered = good(opened_file(network_settings, text=text), Model(layers))
    for name in "figoch":
        assert decode(answered["series"][name]).shape == (ROWS, 501 if name in "ch" else 500)
    for data in answered["figures"]["heatmaps"]["data"]:
        assert decode(data["z"]).shape == (ROWS, 500)
    for data in answered["figures"]["layers"]["data"]:
        assert decode(data["z"]).shape == (SMALL_ROWS, 501)
    points = sum(decode(data["x"]).size for data in lines(answered))
    assert points <= 66 * 502  # 64 lines, the pinned one and its ground
