"""Two networks over one text: what is said of their difference is what the engine gives."""

import dataclasses
import gzip
import json
import math
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from components import create_app, theme
from components.boundary import FieldError
from components.figures.network_difference import DASH, LEVELS, gap_reach
from components.network_difference import difference
from components.network_difference_words import NOTHING_YET
from components.network_examples import EXAMPLES
from components.network_inputs import prepare
from components.network_settings import NetworkSettings
from components.wire import decode
from lstm import Array, Model, ModelTrace, Vocabulary, order_units, random_layers, run

Settings = Callable[..., dict[str, Any]]
Models = dict[str, Model]

TEXT = "[[see (the) old] map"


def compare(a: dict[str, Any], b: dict[str, Any], models: Models | None = None) -> dict[str, Any]:
    found = difference(a, b, {}, "dark", opened=(models or {}).__getitem__)
    json.dumps(found, allow_nan=False)  # it must travel
    return found


def engine(sent: dict[str, Any]) -> ModelTrace:
    """Run the engine on what was sent, without anything of the page."""
    prepared = prepare(NetworkSettings.read(sent), lambda _: pytest.fail("no file here"))
    return run(prepared.model, prepared.inputs)


def quantity(trace: ModelTrace, layer: int, name: str) -> Array:
    """Give gates as (T, H) and states as (T + 1, H), in float64."""
    one = trace.layers[layer]
    values = getattr(one, name)[:, 0].astype(np.float64)
    return np.vstack([getattr(one, f"{name}0"), values]) if name in "ch" else values


def drawn(found: dict[str, Any], name: str) -> tuple[Array, float]:
    """Read a map back from its figure: A − B of shape (R, ·), and half a level of its scale."""
    (one,) = (trace for trace in found["figures"]["maps"]["data"] if trace["meta"] == name)
    assert one["z"]["dtype"] == "u1"
    low, zero, high = one["colorbar"]["ticktext"]
    assert (low, zero) == (high.replace("+", "−"), "0")
    assert one["zmin"] + one["zmax"] == 2 * LEVELS  # nothing differs: the middle of the scale
    reach = float(high)
    return (decode(one["z"]).astype(float) - LEVELS) * reach / LEVELS, reach / LEVELS / 2


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "forget bias": ({}, {"forget_bias": "3"}, {}),
    "seed": ({"seed": "1"}, {"seed": "2"}, {}),
    "the second layer": (
        {"layers": "2", "kind": "normal"},
        {"layers": "2"},
        {"layer": 1, "unit": 5},
    ),
    "one unit": ({"size": "1"}, {"size": "1", "seed": "9"}, {}),
}
each_case = pytest.mark.parametrize("case", list(CASES))


def both(network_settings: Settings, case: str) -> tuple[dict[str, Any], dict[str, Any]]:
    a, b, shown = CASES[case]
    return network_settings(a, text=TEXT, **shown), network_settings(b, text=TEXT, **shown)


# Unit by unit


@each_case
@pytest.mark.parametrize("order", ["given", "mean"])
def test_the_maps_show_a_less_b_unit_by_unit_in_a_s_order(
    network_settings: Settings, case: str, order: str
) -> None:
    a, b = (one | {"order": order} for one in both(network_settings, case))
    found = compare(a, b)
    one, other, layer = engine(a), engine(b), a["layer"]
    units = order_units(one.layers[layer], order)  # type: ignore[arg-type]
    for name in "fiogch":
        assert found["rows"][name] == units.tolist()
        wanted = quantity(one, layer, name) - quantity(other, layer, name)
        shown, half_level = drawn(found, name)
        np.testing.assert_allclose(shown, wanted.T[units], rtol=0, atol=half_level * 1.01)


@each_case
def test_first_difference_and_largest_gap_are_those_of_a_plain_search(
    network_settings: Settings, case: str
) -> None:
    a, b = both(network_settings, case)
    found = compare(a, b)
    one, other = engine(a), engine(b)
    differ = [
        t
        for t in range(len(TEXT) + 1)
        for layer in range(len(one.layers))
        for name in "ch"
        if any(quantity(one, layer, name)[t] != quantity(other, layer, name)[t])
    ]
    assert found["numbers"]["first_difference"] == min(differ)
    gaps = {
        (name, unit, t + (name not in "ch")): abs(float(gap))
        for name in "chfiog"
        for (t, unit), gap in np.ndenumerate(
            quantity(one, a["layer"], name) - quantity(other, a["layer"], name)
        )
    }
    (name, unit, t), size = max(gaps.items(), key=lambda item: item[1])
    assert found["numbers"]["largest_gap"] == size
    symbol = {"g": "C̃", "c": "C"}.get(name, name)
    said = " ".join(found["says"])
    assert "The states first differ at t = {first_difference}." in said
    assert f"Largest gap: {symbol} of unit {unit}, {{largest_gap}} at t = {{gap_at}}." in said
    assert found["numbers"]["gap_at"] == t


def test_the_forget_bias_shows_first_where_there_is_something_to_forget(
    network_settings: Settings,
) -> None:
    found = compare(*both(network_settings, "forget bias"))
    # C(0) is 0: whatever share of it is kept, C(1) is the same.
    assert found["numbers"]["first_difference"] == 2


def test_a_difference_far_below_what_is_drawn_is_found_by_its_bits(
    network_settings: Settings,
) -> None:
    a = network_settings({"forget_bias": "1"}, text=TEXT)
    b = network_settings({"forget_bias": "1.0000003"}, text=TEXT)  # two steps of float32
    found = compare(a, b)
    assert found["numbers"]["first_difference"] == 2
    assert 0 < found["numbers"]["largest_gap"] < 1e-5
    assert np.abs(drawn(found, "c")[0]).max() > 0.5 * found["numbers"]["largest_gap"]


def test_two_equal_settings_do_not_differ(network_settings: Settings) -> None:
    sent = network_settings(text=TEXT)
    found = compare(sent, sent)
    assert found["numbers"]["first_difference"] is None
    assert found["numbers"]["largest_gap"] == 0
    assert found["says"][0] == NOTHING_YET
    for name in "fiogch":
        assert not drawn(found, name)[0].any()


def test_other_settings_that_come_to_the_same_are_said_to_never_differ(
    network_settings: Settings,
) -> None:
    a = network_settings(text="a")
    b = network_settings({"forget_bias": "5"}, text="a")  # one step, and nothing to forget
    found = compare(a, b)
    assert found["numbers"]["first_difference"] is None
    assert found["numbers"]["largest_gap"] > 0  # of f itself
    assert found["says"][0] == "Their states never differ."


def test_half_lives_are_the_median_over_the_units(network_settings: Settings) -> None:
    a, b = both(network_settings, "forget bias")
    words = []
    for sent in (a, b):
        gates = quantity(engine(sent), 0, "f").T  # of 8 units
        lives = [statistics.median(math.log(0.5) / math.log(f) for f in unit) for unit in gates]
        words.append(f"{statistics.median(lives):.1f} steps")
    assert compare(a, b)["says"][-1] == (
        f"Half-life, median of the units: A {words[0]}, B {words[1]}."
    )


def test_a_memory_that_never_fades_is_said_to(network_settings: Settings) -> None:
    a = network_settings({"kind": "normal"}, text=TEXT)
    b = network_settings({"forget_bias": "100"}, text=TEXT)
    assert compare(a, b)["says"][-1].endswith("B without end.")


# Curves


def test_curves_lie_over_one_another_a_solid_and_b_dashed(network_settings: Settings) -> None:
    a, b = (one | {"unit": 3} for one in both(network_settings, "seed"))
    found = compare(a, b)
    assert found["unit"] == 3
    traces = {trace["meta"]: trace for trace in found["figures"]["curves"]["data"]}
    assert set(traces) == {
        f"{name} {one}" for name in ("c_norm", "h_norm", "c", "h") for one in "AB"
    }
    for setting, sent in (("A", a), ("B", b)):
        trace = engine(sent)
        for name, state in (("c_norm", "c"), ("h_norm", "h"), ("c", "c"), ("h", "h")):
            values = quantity(trace, 0, state)
            wanted = np.sqrt((values**2).sum(axis=1)) if "norm" in name else values[:, 3]
            line = traces[f"{name} {setting}"]
            np.testing.assert_allclose(decode(line["y"]), wanted, atol=1e-6)
            sent_too = found["curves"][name][setting == "B"]
            np.testing.assert_array_equal(decode(sent_too), decode(line["y"]))
            assert line["line"]["dash"] == (DASH if setting == "B" else "solid")
            assert line["line"]["color"] == theme.ROLES[state].dark.ink


# What cannot be compared


def test_networks_of_other_sizes_are_compared_by_the_lengths_of_their_states(
    network_settings: Settings,
) -> None:
    a = network_settings({"size": "8"}, text=TEXT)
    b = network_settings({"size": "5"}, text=TEXT)
    found = compare(a, b)
    assert "maps" not in found["figures"]
    assert found["rows"] is None
    assert set(found["curves"]) == {"c_norm", "h_norm"}
    assert found["numbers"]["first_difference"] is None
    norms = [np.linalg.norm(quantity(engine(one), 0, "c"), axis=1) for one in (a, b)]
    gaps = np.abs(norms[0] - norms[1])
    assert found["numbers"]["largest_gap"] == pytest.approx(gaps.max(), abs=1e-6)
    said = " ".join(found["says"])
    assert "A has 8 units, B 5: no unit of one is a unit of the other" in said
    assert "Largest gap: ‖C‖, {largest_gap} at t = {gap_at}." in said
    assert found["numbers"]["gap_at"] == gaps.argmax()


def test_of_networks_of_other_depths_the_top_layer_that_both_have_is_compared(
    network_settings: Settings,
) -> None:
    a = network_settings({"layers": "3"}, text=TEXT, layer=2, unit=1)
    b = network_settings({"layers": "2", "seed": "1"}, text=TEXT, layer=2, unit=1)
    found = compare(a, b)
    assert found["layer"] == 1
    gap = quantity(engine(a), 1, "c") - quantity(engine(b), 1, "c")
    np.testing.assert_allclose(decode(found["pinned"]["c"]), gap[:, 1], atol=1e-6)
    kept = quantity(engine(a), 1, "f") - quantity(engine(b), 1, "f")
    np.testing.assert_allclose(decode(found["pinned"]["f"])[1:], kept[:, 1], atol=1e-6)
    shown, half_level = drawn(found, "c")
    np.testing.assert_allclose(shown, gap.T, rtol=0, atol=half_level * 1.01)
    assert found["says"][0] == "A has 3 layers, B 2 layers: layer 2 of both is compared."


def test_one_text_read_in_two_ways_is_not_compared_step_by_step(
    network_settings: Settings,
) -> None:
    text = EXAMPLES["late"].text
    a = network_settings({"source": "words"}, text=text)
    b = network_settings({"source": "characters"}, text=text)
    found = compare(a, b)
    assert found["numbers"]["first_difference"] is None
    assert found["numbers"]["largest_gap"] is None
    assert found["says"][0] == (
        "A reads the text as 19 words, B as 77 characters: step t is not the same in both, "
        "so only their curves lie side by side."
    )
    assert [len(decode(one)) for one in found["curves"]["c_norm"]] == [20, 78]
    assert found["figures"]["curves"]["layout"]["xaxis"]["range"] == [-0.5, 77.5]
    assert "maps" not in found["figures"]


def test_what_either_setting_alone_is_refused_for_both_are(network_settings: Settings) -> None:
    good, slip = network_settings(), network_settings({"size": "0"})
    for pair in ((good, slip), (slip, good)):
        with pytest.raises(FieldError, match="Cell size is '0'"):
            compare(*pair)


# Over HTTP


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    found: FlaskClient = create_app().server.test_client()
    return found


def asked(client: FlaskClient, request: Any) -> tuple[int, Any]:
    """Ask as the page does; the status and the answer."""
    of = {"view": "network-difference", "aio_id": "network-difference"}
    name = '{"aio_id":["MATCH"],"part":"answer","view":"network-difference"}.data'
    changed = '{"aio_id":"network-difference","part":"request","view":"network-difference"}.data'
    body = {
        "output": name,
        "outputs": {"id": of | {"part": "answer"}, "property": "data"},
        "inputs": [{"id": of | {"part": "request"}, "property": "data", "value": request}],
        "changedPropIds": [changed],
        "parsedChangedPropsIds": [of | {"part": "request"}],
    }
    response = client.post("/_dash-update-component", json=body)
    if response.status_code != 200:
        return response.status_code, None
    (answered,) = response.get_json()["response"].values()
    return 200, answered["data"]


def test_the_page_is_answered_with_the_difference(
    client: FlaskClient, network_settings: Settings
) -> None:
    a, b = both(network_settings, "forget bias")
    status, answered = asked(client, {"n": 7, "theme": "dark", "a": a, "b": b})
    assert (status, answered["n"], answered["error"]) == (200, 7, None)
    wanted = compare(a, b)
    assert {name: answered[name] for name in wanted} == wanted


def test_a_model_that_is_gone_is_said_to_be(
    client: FlaskClient, network_settings: Settings
) -> None:
    gone = network_settings({"source": "file", "hash": "0" * 64})
    sent = {"n": 1, "theme": "dark", "a": network_settings(), "b": gone}
    status, answered = asked(client, sent)
    assert status == 200
    assert answered["error"]["message"]


@pytest.mark.parametrize("forged", [None, [], {}, {"text": 1}, {"model": "new"}])
def test_a_setting_that_the_page_never_sends_is_refused(
    client: FlaskClient, network_settings: Settings, forged: Any
) -> None:
    for pair in ({"a": forged, "b": network_settings()}, {"a": network_settings(), "b": forged}):
        assert asked(client, {"n": 1, "theme": "dark", **pair})[0] == 400


# Scales and size


@pytest.mark.parametrize("largest", [1e-9, 0.0021, 0.3, 0.99, 1, 1.01, 7.5, 4321.0])
def test_a_scale_of_differences_is_round_and_not_much_longer_than_they_are(largest: float) -> None:
    reach = gap_reach(largest)
    assert largest <= reach * (1 + 1e-9) <= 1.51 * largest
    assert float(f"{reach:.1e}") == reach


def test_a_difference_at_the_end_of_the_numbers_has_a_scale_too() -> None:
    assert gap_reach(5e-324) == gap_reach(1e-310) == 1


@pytest.fixture(scope="module")
def large() -> Models:
    """Two models of two layers of 512 units, and 64 tokens."""
    tokens = Vocabulary.of([chr(65 + n) for n in range(64)], "characters")
    vectors = np.random.default_rng(0).normal(size=(64, 16)).astype(np.float32)
    models = {}
    for seed, name in enumerate("ab"):
        layers = [
            dataclasses.replace(
                layer, **{of: getattr(layer, of).astype("f4") for of in ("W_ih", "W_hh", "bias")}
            )
            for layer in random_layers(np.random.default_rng(seed), [16, 512, 512])
        ]
        models[name] = Model(layers, None, vectors, tokens)
    return models


def test_large_networks_are_compared_in_rows_of_means_fast_and_in_few_bytes(
    network_settings: Settings, large: Models
) -> None:
    text = "".join(chr(65 + n % 50) for n in range(500))
    a, b = (network_settings({"source": "file", "hash": name}, text=text, layer=1) for name in "ab")
    started = time.perf_counter()
    found = compare(a, b, large)
    assert time.perf_counter() - started < 2
    assert len(gzip.compress(json.dumps(found).encode(), 5)) < 400_000
    numbers = [model.vocabulary.read(text)[1] for model in large.values() if model.vocabulary]
    one, other = (run(large[n], tokens[:, None]) for n, tokens in zip("ab", numbers, strict=True))
    gap = quantity(one, 1, "c") - quantity(other, 1, "c")
    shown, half_level = drawn(found, "c")
    assert shown.shape == (128, 501)
    np.testing.assert_allclose(
        shown, gap.T.reshape(128, 4, 501).mean(axis=1), rtol=0, atol=half_level * 1.01
    )
    # A part of the units, each by itself.
    found = compare(a | {"first": 100}, b, large)
    assert found["rows"]["c"] == list(range(100, 228))
    shown, half_level = drawn(found, "c")
    np.testing.assert_allclose(shown, gap.T[100:228], rtol=0, atol=half_level * 1.01)
