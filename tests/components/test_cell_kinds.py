"""The kinds of cell on the Cell page, each against its equations in plain numbers.

That the engine's own GRU and basic RNN are PyTorch's is checked in tests/lstm,
against golden files; here the page's settings and series are checked with
nothing but Python's floats.
"""

import json
import math
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from flask.testing import FlaskClient
from plotly.utils import PlotlyJSONEncoder
from werkzeug.exceptions import BadRequest

from components import CellView, create_app
from components.cell_kinds import KINDS
from components.cell_presets import PRESETS
from components.cell_run import answer, memory_note, timeline
from components.cell_settings import EXAMPLES, CellSettings
from components.cell_words import WORDS
from components.figures.unrolled import unrolled
from components.wire import decode

Numbers = dict[str, float]
Tree = Callable[[Any], ET.Element]

# Sums in another order than the engine's: some roundings of 1e-16 over 40 steps.
TOLERANCE = 1e-12
PULSE = [1.0] + [0.0] * 8

each_kind = pytest.mark.parametrize("kind", list(KINDS))


def sigma(a: float) -> float:
    return 1 / (1 + math.exp(-a))


# One step of each kind, from the equations: what it computes, by the page's names.


def lstm_step(p: Numbers, kind: str, x: float, h: float, c: float) -> Numbers:
    peeps = [p.get(f"P_{gate}", 0.0) for gate in "fio"]
    a = {
        gate: p[f"W_{letter}"] * x + p[f"U_{letter}"] * h + p[f"b_{letter}"]
        for gate, letter in zip("figo", "fiCo", strict=True)
        if f"W_{letter}" in p
    }
    if "f" in a:
        a["f"] += peeps[0] * c
    if "i" in a:
        a["i"] += peeps[1] * c
    f = sigma(a["f"]) if kind != "no_forget" else 1.0
    i = 1 - f if kind == "coupled" else sigma(a["i"])
    g = math.tanh(a["g"])
    new = f * c + i * g
    a["o"] += peeps[2] * new
    o = sigma(a["o"])
    found = {"x": x, "h_prev": h, "c_prev": c, "f": f, "i": i, "g": g, "o": o, "c": new}
    found |= {"keep": f * c, "write": i * g, "sum": new, "tanh_c": math.tanh(new)}
    found |= {"h": o * math.tanh(new), **{f"a_{gate}": value for gate, value in a.items()}}
    found["half_life"] = math.inf if f == 1 else math.log(0.5) / math.log(f)
    if kind == "no_forget":
        del found["f"]
    return found


def gru_step(p: Numbers, x: float, h: float) -> Numbers:
    a_r, a_z = (p[f"W_{k}"] * x + p[f"U_{k}"] * h + p[f"b_{k}"] for k in "rz")
    r, z = sigma(a_r), sigma(a_z)
    recall = r * (p["U_n"] * h + p["b_hn"])
    a_n = p["W_n"] * x + p["b_n"] + recall
    n = math.tanh(a_n)
    new = z * h + (1 - z) * n
    found = {"x": x, "h_prev": h, "r": r, "z": z, "n": n, "a_r": a_r, "a_z": a_z, "a_n": a_n}
    found |= {"recall": recall, "keep": z * h, "write": (1 - z) * n, "sum": new, "h": new}
    return found | {"half_life": math.log(0.5) / math.log(z)}


def rnn_step(p: Numbers, x: float, h: float) -> Numbers:
    keep, write = p["W_hidden"] * h, p["W_in"] * x
    a = keep + write + p["b"]
    found = {"x": x, "h_prev": h, "keep": keep, "write": write, "a": a, "sum": a}
    return found | {"h": math.tanh(a)}


def steps(kind: str, p: Numbers, inputs: list[float]) -> list[Numbers]:
    h = c = 0.0
    found = []
    for x in inputs:
        if kind == "gru":
            step = gru_step(p, x, h)
        elif kind == "rnn":
            step = rnn_step(p, x, h)
        else:
            step = lstm_step(p, kind, x, h, c)
        h, c = step["h"], step.get("c", 0.0)
        found.append(step | {"y": p["W_out"] * h + p["b_out"]})
    return found


def random_settings(kind: str, *, separate: bool, seed: int = 0) -> CellSettings:
    rng = np.random.default_rng(seed)
    names = KINDS[kind].parameters
    numbers = dict(zip(names, rng.normal(size=len(names)).tolist(), strict=True))
    if not separate:
        numbers |= {U: numbers[W] for U, W in KINDS[kind].tied.items()}
    return CellSettings(tuple(rng.normal(size=40).tolist()), numbers, separate, kind=kind)


@pytest.mark.parametrize("separate", [False, True])
@each_kind
def test_every_series_is_what_the_equations_say(kind: str, separate: bool) -> None:
    settings = random_settings(kind, separate=separate)
    series = timeline(settings)
    expected = steps(kind, dict(settings.numbers), list(settings.inputs))
    assert set(series) == set(expected[0])
    for name, values in series.items():
        wanted = [step[name] for step in expected]
        np.testing.assert_allclose(values[1:], wanted, rtol=0, atol=TOLERANCE, err_msg=name)


@each_kind
def test_at_t_0_the_states_are_zero_and_what_a_step_computes_is_not_there(kind: str) -> None:
    settings = random_settings(kind, separate=True)
    series = timeline(settings)
    for name, values in series.items():
        if name in ("c", "h", "tanh_c"):
            assert values[0] == 0, name
        elif name == "y":
            assert values[0] == settings.numbers["b_out"]
        else:
            assert math.isnan(values[0]), name


def test_without_a_forget_gate_nothing_is_lost_to_the_bit() -> None:
    numbers = KINDS["no_forget"].defaults | {"U_C": 0.0, "b_out": 0.5}
    c = timeline(CellSettings((2.0, *[0.0] * 400), numbers, True, kind="no_forget"))["c"]
    assert len(set(c[1:].tolist())) == 1


def test_coupled_gates_never_leave_the_range_of_the_candidate() -> None:
    c = timeline(random_settings("coupled", separate=True))["c"]
    assert np.abs(c).max() <= 1


def test_peepholes_of_0_are_an_lstm() -> None:
    settings = random_settings("peephole", separate=True)
    shut = dict(settings.numbers) | {"P_f": 0.0, "P_i": 0.0, "P_o": 0.0}
    peephole = timeline(CellSettings(settings.inputs, shut, True, kind="peephole"))
    lstm = timeline(CellSettings(settings.inputs, shut, True))
    for name in ("f", "i", "g", "o", "c", "h", "y"):
        np.testing.assert_array_equal(peephole[name], lstm[name])


def test_after_a_pulse_the_basic_rnn_fades_faster_than_its_weight_says() -> None:
    # |tanh a| < |a|: of what there was less than W_hidden is left at each step.
    series = timeline(CellSettings(tuple(PULSE), KINDS["rnn"].defaults, False, kind="rnn"))
    h = series["h"][1:]
    assert (h[1:] < 0.8 * h[:-1]).all()
    assert h[0] == math.tanh(0.5)


# What can be set


def test_the_kinds_have_the_names_that_stay_put() -> None:
    assert {name: kind.title for name, kind in KINDS.items()} == {
        "lstm": "LSTM",
        "no_forget": "LSTM without forget gate",
        "coupled": "Coupled gates",
        "peephole": "Peephole LSTM",
        "gru": "GRU",
        "rnn": "Basic RNN",
    }


def test_each_kind_has_its_parameters_and_the_output_s() -> None:
    def named(*letters: str) -> set[str]:
        return {f"{what}_{letter}" for what in "WUb" for letter in letters} | {"W_out", "b_out"}

    assert set(KINDS["lstm"].parameters) == named(*"fiCo")
    assert set(KINDS["no_forget"].parameters) == named(*"iCo")
    assert set(KINDS["coupled"].parameters) == named(*"fCo")
    assert set(KINDS["peephole"].parameters) == named(*"fiCo") | {"P_f", "P_i", "P_o"}
    assert set(KINDS["gru"].parameters) == named(*"rzn") | {"b_hn"}
    assert set(KINDS["rnn"].parameters) == {"W_in", "W_hidden", "b", "W_out", "b_out"}


def test_the_sliders_of_the_basic_rnn_are_those_of_the_seed() -> None:
    rnn = KINDS["rnn"].parameters
    assert (rnn["W_in"].low, rnn["W_in"].high, rnn["W_in"].default) == (-2, 2, 0.5)
    assert (rnn["W_hidden"].low, rnn["W_hidden"].high, rnn["W_hidden"].default) == (0, 1, 0.8)


@each_kind
def test_a_number_that_two_kinds_have_is_the_same_one(kind: str) -> None:
    # Whoever goes from one kind to another takes it along.
    for name, parameter in KINDS[kind].parameters.items():
        for other in KINDS.values():
            if name in other.parameters:
                assert other.parameters[name].default == parameter.default


# What a browser sends


def payload(kind: str | None, **changes: Any) -> dict[str, Any]:
    numbers = {name: str(value) for name, value in KINDS[kind or "lstm"].defaults.items()}
    sent = {"n": 1, "theme": "dark", "sequence": "1, 0, 0", "separate": False, "numbers": numbers}
    return sent | ({"kind": kind} if kind else {}) | changes


@each_kind
def test_the_kind_is_read_and_tied_weights_repeat_each_weight(kind: str) -> None:
    settings = CellSettings.read(payload(kind))
    assert settings.kind == kind
    for U, W in KINDS[kind].tied.items():
        assert settings.numbers[U] == settings.numbers[W]


def test_a_request_without_a_kind_is_of_an_lstm() -> None:
    assert CellSettings.read(payload(None)) == CellSettings.read(payload("lstm"))


@pytest.mark.parametrize("kind", ["", "LSTM", "lstm ", 1, None, ["lstm"], {}, True])
def test_a_kind_that_is_not_there_is_forged(kind: Any) -> None:
    with pytest.raises(BadRequest):
        CellSettings.read(payload("lstm") | {"kind": kind})


@pytest.mark.parametrize("kind", [name for name in KINDS if name != "lstm"])
def test_the_numbers_of_another_kind_are_forged_and_so_is_a_target(kind: str) -> None:
    with pytest.raises(BadRequest, match="numbers must name each parameter once"):
        CellSettings.read(payload("lstm") | {"kind": kind})
    with pytest.raises(BadRequest, match="Only an LSTM"):
        CellSettings.read(payload(kind, target="1 0 0"))


@pytest.mark.parametrize("sign", ["", "-"])
@each_kind
def test_the_largest_settings_run_without_a_warning(kind: str, sign: str) -> None:
    numbers = dict.fromkeys(KINDS[kind].parameters, f"{sign}100")
    found = answer(payload(kind, sequence=f"{sign}1e6 " * 500, separate=True, numbers=numbers))
    assert found["kind"] == kind
    for name, array in found["series"].items():
        if name != "half_life":
            assert np.isfinite(decode(array)[1:]).all(), name
    json.dumps(found, cls=PlotlyJSONEncoder, allow_nan=False)


@each_kind
def test_the_figures_show_the_states_that_the_kind_has(kind: str) -> None:
    figures = answer(payload(kind))["figures"]
    words = WORDS[kind].lines
    assert {trace["meta"] for trace in figures["traces"]["data"]} == set(words)
    labels = [trace["text"][0] for trace in figures["unrolled"]["data"] if "text" in trace]
    assert ("C 0.00" in labels) == (KINDS[kind].state == "c")
    assert "h 0.00" in labels


def test_a_state_that_stands_alone_has_the_middle_of_its_box() -> None:
    series = timeline(random_settings("rnn", separate=False))
    figure = unrolled({name: series[name] for name in "xhy"}, "dark")
    low, high = figure["layout"]["meta"]["box"]
    (tiles,) = (trace for trace in figure["data"] if trace["type"] == "heatmap")
    assert sum(tiles["y"]) / 2 == pytest.approx((low + high) / 2)


@pytest.mark.parametrize("kind", [name for name in KINDS if KINDS[name].alike])
def test_equal_weights_make_one_line_of_the_gates_that_are_alike(kind: str) -> None:
    found = answer(payload(kind))
    assert found["same"] is True
    lines = [decode(found["series"][name])[1:] for name in KINDS[kind].alike]
    assert len(lines) > 1
    for line in lines[1:]:
        np.testing.assert_allclose(line, lines[0])
    # The sentence names the gates that are one line, and no others.
    said = WORDS[kind].look_for["same"]
    named = said.removeprefix("Equal weights: ").removesuffix(" are one line.")
    assert named.replace(" and ", ", ").split(", ") == list(KINDS[kind].alike)
    other = dict(payload(kind)["numbers"]) | {f"b_{KINDS[kind].alike[0]}": "1"}
    assert answer(payload(kind, numbers=other))["same"] is False


# Named settings


def under(kind: str, preset: str, inputs: list[float]) -> dict[str, Any]:
    setting = PRESETS[kind][preset]
    settings = CellSettings(tuple(inputs), setting.complete(), setting.separate, kind=kind)
    return timeline(settings)


@each_kind
def test_every_named_setting_gives_every_parameter_within_the_sliders(kind: str) -> None:
    parameters = KINDS[kind].parameters
    assert PRESETS[kind]["defaults"].complete() == KINDS[kind].defaults
    for name, preset in PRESETS[kind].items():
        complete = preset.complete()
        assert set(complete) == set(parameters)
        for parameter, value in complete.items():
            assert parameters[parameter].low <= value <= parameters[parameter].high, name
        if not preset.separate:
            assert all(complete[U] == complete[W] for U, W in KINDS[kind].tied.items())
        assert preset.does.endswith(".")
        assert len(preset.does) < 90
        for _, example in EXAMPLES.values():
            sent = {parameter: str(value) for parameter, value in complete.items()}
            asked = payload(kind, sequence=example, numbers=sent, separate=preset.separate)
            assert answer(asked)["error"] is None
    assert len({preset.title for preset in PRESETS[kind].values()}) == len(PRESETS[kind])


@each_kind
def test_the_setting_that_remembers_is_not_offered_again(kind: str) -> None:
    state = KINDS[kind].state
    series = under(kind, "remember", PULSE)
    assert series[state][9] > 0.8 * series[state][1] > 0.15
    for inputs in (PULSE, [1.0] + [0.0] * 200):
        told = memory_note(
            KINDS[kind],
            PRESETS[kind]["remember"].complete(),
            under(kind, "remember", inputs),
        )
        assert told["text"].startswith(f"Since the last input {state.replace('c', 'C')} went")
        assert told["offer"] is False


@pytest.mark.parametrize("kind", ["lstm", "coupled", "peephole", "gru", "rnn"])
def test_of_a_pulse_the_defaults_keep_little_and_the_setting_that_remembers_is_offered(
    kind: str,
) -> None:
    told = answer(payload(kind, sequence="1, 0, 0, 0, 0, 0, 0, 0, 0"))["memory"]
    assert told["offer"] is True


@pytest.mark.parametrize("kind", ["lstm", "coupled", "gru", "rnn"])
def test_forget_quickly_leaves_less_than_a_third_after_a_step(kind: str) -> None:
    series = under(kind, "forget", PULSE)[KINDS[kind].state]
    assert 0 < series[2] < series[1] / 3
    assert 0 < series[3] < series[2] / 3


@pytest.mark.parametrize("kind", ["lstm", "coupled", "gru"])
def test_latch_is_set_flipped_and_held(kind: str) -> None:
    state = under(kind, "latch", [1, *[0] * 50, -1, *[0] * 50])[KINDS[kind].state]
    assert (state[1:52] > 0.85).all()
    assert (state[54:] < -0.85).all()
    assert state[51] == pytest.approx(state[40], rel=1e-3)


@pytest.mark.parametrize("kind", ["lstm", "coupled", "gru"])
def test_average_takes_a_tenth_of_the_squashed_input(kind: str) -> None:
    x = np.random.default_rng(0).normal(size=200).tolist()
    mean, means = 0.0, []
    for value in x:
        mean = 0.9 * mean + 0.1 * math.tanh(value)
        means.append(mean)
    # 2.2 is ln 9 to two digits; ten steps' worth of 2e-4 in each gate.
    state = under(kind, "average", x)[KINDS[kind].state]
    np.testing.assert_allclose(state[1:], means, rtol=0, atol=3e-3)


@pytest.mark.parametrize("kind", ["lstm", "no_forget"])
def test_integrate_counts(kind: str) -> None:
    c = under(kind, "integrate", [1.0] * 10)["c"]
    np.testing.assert_allclose(np.diff(c), 0.46, rtol=0, atol=0.012)


def test_what_the_named_settings_of_the_other_kinds_say_is_so() -> None:
    # Coupled gates and GRU: "rests at 0.993 … a 1 lowers it for one step".
    for kind, keeper in (("coupled", "f"), ("gru", "z")):
        gate = under(kind, "remember", PULSE)[keeper]
        assert gate[1] < 0.75
        assert gate[2:].round(3).tolist() == [0.993] * 8
    # An empty cell loses half of it in a step, a full one 3 %.
    full = under("peephole", "full", PULSE)
    assert full["c"][1] > 0.9
    assert 1 - full["f"][2] == pytest.approx(0.03, abs=0.006)
    assert full["f"][1] == 0.5
    # "Sinks by 0.2 a step; the output gate opens when it is below 0."
    timer = under("peephole", "timer", PULSE)
    np.testing.assert_allclose(np.diff(timer["c"][1:]), -0.2, rtol=0, atol=0.005)
    below = timer["c"][1:] < 0
    assert below.sum() == 4
    assert (timer["o"][1:][~below] < 0.27).all()
    assert (timer["o"][1:][below] > 0.27).all()
    assert timer["y"].max() == timer["y"][9] > 0.3
    # "A fifth is left after a step, a twenty-fifth after two."
    h = under("rnn", "forget", PULSE)["h"]
    assert h[2] / h[1] == pytest.approx(1 / 5, abs=0.002)
    assert h[3] / h[1] == pytest.approx(1 / 25, abs=0.001)
    # "Each input turns h to its own side, whatever it said before."
    h = under("rnn", "overwrite", [1, 0, -1, -1, 1])["h"]
    assert (h[[1, 5]] > 0.7).all()
    assert (h[[3, 4]] < -0.7).all()


# The page


@each_kind
def test_the_page_of_a_kind_has_its_sliders_its_drawing_and_its_words(
    kind: str, tree: Tree
) -> None:
    page = tree(CellView("one", kind=kind))
    boxes = [box for box in page.iter("div") if "lab-slider" in (box.get("class") or "").split()]
    assert [box.get("data-quantity") for box in boxes] == list(KINDS[kind].parameters)
    drawing = next(box.get("data-diagram") for box in page.iter() if box.get("data-diagram"))
    assert drawing == kind.replace("_", "-")
    worked = [box.get("data-worked") for box in page.iter() if box.get("data-worked")]
    assert worked == list(WORDS[kind].equations)
    switches = [one.get("data-switch") for one in page.iter() if one.get("data-switch")]
    lines = [name for name in switches if name and name.startswith("line-")]
    assert lines == [f"line-{name}" for name in WORDS[kind].lines]
    (select,) = (one for one in page.iter("select") if '"part":"kind"' in (one.get("id") or ""))
    assert select.get("value") == kind
    options = json.loads(select.attrib["options"])
    assert {one["value"]: one["label"] for one in options} == {
        name: one.title for name, one in KINDS.items()
    }


def config_of(layout: Any) -> dict[str, Any]:
    (store,) = (
        part
        for part in layout._traverse()
        if isinstance(getattr(part, "id", None), dict) and part.id.get("part") == "config"
    )
    data: dict[str, Any] = json.loads(json.dumps(store.data))
    return data


@each_kind
def test_the_browser_is_told_the_words_and_settings_of_this_kind_alone(kind: str) -> None:
    told = config_of(CellView(kind=kind))
    assert told["kind"] == kind
    assert set(told["words"]) == set(WORDS[kind].quantities)
    assert set(told["presets"]) == set(PRESETS[kind])
    assert told["defaults"]["numbers"] == KINDS[kind].defaults


def test_a_portal_can_choose_a_kind_with_its_weights() -> None:
    told = config_of(CellView(kind="gru", weights={"W_z": 0, "U_z": 0, "b_z": 3}))
    assert told["defaults"]["numbers"]["b_z"] == 3
    assert told["defaults"]["separate"] is True
    assert config_of(CellView(kind="rnn", weights="remember"))["defaults"]["numbers"]["W_in"] == 0.3
    for given in ({"kind": "LSTM"}, {"kind": "gru", "weights": {"W_f": 1}}):
        with pytest.raises(ValueError, match=r"There are|Give one of"):
            CellView(**given)


# From one kind to another


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    client: FlaskClient = create_app().server.test_client()
    return client


CONFIG = {"player": "elsewhere", "defaults": {"sequence": "1, 2", "numbers": {}, "separate": True}}


def become(client: FlaskClient, asked: Any, aio_id: Any = "cell", config: Any = CONFIG) -> Any:
    own = {"aio_id": aio_id, "view": "cell"}
    wild = '{{"aio_id":["MATCH"],"part":"{}","view":"cell"}}.{}'
    body = {
        "output": f"..{wild.format('columns', 'children')}...{wild.format('config', 'data')}..",
        "outputs": [
            {"id": own | {"part": "columns"}, "property": "children"},
            {"id": own | {"part": "config"}, "property": "data"},
        ],
        "inputs": [{"id": own | {"part": "becoming"}, "property": "data", "value": asked}],
        "state": [
            {"id": own | {"part": "root"}, "property": "id", "value": own | {"part": "root"}},
            {"id": own | {"part": "config"}, "property": "data", "value": config},
        ],
        "changedPropIds": ['{"aio_id":"cell","part":"becoming","view":"cell"}.data'],
    }
    return client.post("/_dash-update-component", json=body)


@each_kind
def test_a_view_becomes_another_kind(client: FlaskClient, kind: str) -> None:
    reply = become(client, {"kind": kind, "show": None})
    assert reply.status_code == 200
    columns, config = reply.get_json()["response"].values()
    assert config["data"]["kind"] == kind
    assert set(config["data"]["words"]) == set(WORDS[kind].quantities)
    # What a portal gave stays.
    assert config["data"]["defaults"] == {
        "sequence": "1, 2",
        "numbers": KINDS[kind].defaults,
        "separate": False,
    }
    assert config["data"]["player"] == "elsewhere"
    ids = list(ids_in(columns["children"]))
    assert {one["aio_id"] for one in ids} == {"cell"}
    numbers = [one["name"] for one in ids if one["part"] == "number"]
    assert numbers == list(KINDS[kind].parameters)


def ids_in(part: Any) -> Iterator[dict[str, str]]:
    """Give the ids of all components in what travels."""
    if isinstance(part, list):
        for one in part:
            yield from ids_in(one)
    elif isinstance(part, dict) and "props" in part:
        if "id" in part["props"]:
            yield part["props"]["id"]
        yield from ids_in(part["props"].get("children"))


def test_a_portal_s_choice_of_panels_outlasts_a_change_of_kind(client: FlaskClient) -> None:
    reply = become(client, {"kind": "gru", "show": ["diagram"]})
    controls, picture, explanation = reply.get_json()["response"][
        '{"aio_id":"cell","part":"columns","view":"cell"}'
    ]["children"]
    assert controls["props"]["hidden"]
    assert not picture["props"].get("hidden")
    assert explanation["props"]["hidden"]


@pytest.mark.parametrize(
    "asked",
    [
        None,
        {},
        {"kind": "elman"},
        {"kind": ["gru"]},
        {"kind": "gru", "show": "diagram"},
        {"kind": "gru", "show": []},
        {"kind": "gru", "show": [1]},
        {"kind": "gru", "show": ["diagrams"]},
    ],
    ids=str,
)
def test_what_our_page_never_asks_for_is_a_bad_request(client: FlaskClient, asked: Any) -> None:
    assert become(client, asked).status_code == 400
    assert become(client, {"kind": "gru", "show": None}).status_code == 200


@pytest.mark.parametrize("config", [None, [], {}, {"defaults": None}], ids=str)
def test_a_view_without_its_configuration_becomes_nothing(client: FlaskClient, config: Any) -> None:
    assert become(client, {"kind": "gru", "show": None}, config=config).status_code == 400


@pytest.mark.parametrize("aio_id", [None, 1, {}])
def test_a_view_without_a_name_becomes_nothing(client: FlaskClient, aio_id: Any) -> None:
    assert become(client, {"kind": "gru", "show": None}, aio_id).status_code == 400
