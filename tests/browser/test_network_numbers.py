"""The Network page as it opens, and its numbers: those of the engine."""

from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest
from playwright.sync_api import expect

from lstm import (
    Array,
    Layer,
    Model,
    ModelTrace,
    Trace,
    Vocabulary,
    characters_by_hand,
    pre_activations,
    random_layers,
    run,
    saturation,
    sigmoid,
    split,
    token_vectors,
    words_by_hand,
)
from lstm.initial import Kind

if TYPE_CHECKING:
    from tests.browser.conftest import Network

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("keeps_page")]

BRACKETS = "[[see (the) old] map of the] low lands"
REGIONS = ("Gate heat maps", "Cell state", "Hidden state", "Architecture", "Readings", "Saturation")
TOKEN_NUMBERS = 16


def by_hand(text: str = BRACKETS) -> ModelTrace:
    """Let the network that was set by hand read a text."""
    model = characters_by_hand()
    assert model.vocabulary is not None
    return run(model, model.vocabulary.read(text)[1][:, None])


def new(
    text: str,
    size: int = 16,
    layers: int = 1,
    kind: Kind = "glorot",
    forget_bias: float = 1,
    seed: int = 0,
) -> ModelTrace:
    """Let a new network read a text, as the page promises to make it."""
    vocabulary = Vocabulary.of(split(text, "characters"), "characters")
    sizes = [TOKEN_NUMBERS] + [size] * layers
    drawn = random_layers(np.random.default_rng(seed), sizes, kind, forget_bias)

    def single(array: Array) -> Array:
        return array.astype(np.float32)

    model = Model(
        [Layer(single(one.W_ih), single(one.W_hh), single(one.bias)) for one in drawn],
        None,
        single(token_vectors(vocabulary.tokens, TOKEN_NUMBERS, seed)),
        vocabulary,
    )
    return run(model, vocabulary.read(text)[1][:, None])


def readings(trace: Trace, t: int) -> dict[str, float]:
    """Compute the readings of a layer after step t."""
    found = {name: float(getattr(trace, name)[t - 1, 0].mean()) for name in "fiog"}
    for name in "ch":
        found[f"{name}_norm"] = float(np.sqrt((getattr(trace, name)[t - 1, 0] ** 2).sum()))
    return found


def part(network: "Network", name: str) -> float:
    """Read a number that is computed from the live ones, the same wherever it stands."""
    values = {
        place.get_attribute("value")
        for place in network.page.locator(f"data[data-part={name}]").all()
    }
    assert len(values) == 1, (name, values)
    return float(values.pop() or "nan")


def agrees(network: "Network", trace: Trace, t: int, unit: int) -> None:
    """Expect every number of the page to be that of the engine at t."""
    network.shows(readings(trace, t))
    live = network.all_numbers()
    assert {name for name, values in live.items() if len(values) > 1} == set()
    for name in "ch":
        assert float(live[name][0]) == pytest.approx(getattr(trace, name)[t - 1, 0, unit], abs=1e-5)
        assert part(network, f"mean_{name}") == pytest.approx(
            getattr(trace, name)[t - 1, 0].mean(), abs=1e-4
        )
        assert part(network, f"unit_{name}") == float(live[name][0])
    for name in "figo":
        wanted = getattr(trace, name)[t - 1, 0, unit]
        assert part(network, f"unit_{name}") == pytest.approx(wanted, abs=1e-5)
    gates = np.concatenate([getattr(trace, name)[t - 1, 0] for name in "fio"])
    wanted = ((gates < 0.1) | (gates > 0.9)).mean()
    assert part(network, "saturated") == pytest.approx(wanted, abs=1e-6)


def test_the_page_opens_on_the_hand_set_network_with_its_example(network: "Network") -> None:
    network.open()
    network.at(0, "Ready")
    expect(network.choice("Model")).to_have_value("characters")
    expect(network.text).to_have_value(BRACKETS)
    network.runs("1 layer of 6 units")
    network.tokens(len(BRACKETS))
    expect(network.region("Settings")).to_contain_text("every opening bracket adds ¼")
    expect(network.region("Unit")).to_contain_text("Unit 0: bracket depth")
    expect(network.alert).to_have_count(0)
    network.pins(0)


def test_everything_on_the_network_page_has_the_name_that_stays_put(network: "Network") -> None:
    network.open()
    for name in ("Reset", "Step back", "Play", "Step forward"):
        expect(network.button(name)).to_have_count(1)
    for place in (network.time, network.speed, network.text, network.file, network.choice("Layer")):
        expect(place).to_have_count(1)
    expect(network.file).to_have_attribute("type", "file")
    for region in REGIONS:
        expect(network.region(region)).to_have_count(1)
        expect(network.region(region)).to_be_visible()
        words = network.region(region).locator(".lab-look-for")
        expect(words.filter(visible=True)).not_to_be_empty()
    for name in ("t", "f", "i", "g", "o", "c_norm", "h_norm", "token", "status"):
        expect(network.reading(name)).to_have_count(1)
    expect(network.page.locator("data[data-value=c]").first).to_be_attached()
    expect(network.page.locator("data[data-value=h]").first).to_be_attached()
    network.choice("Model").select_option("new")
    expect(network.size).to_be_visible()
    expect(network.size).to_have_attribute("min", "1")
    expect(network.size).to_have_attribute("max", "64")
    expect(network.page.get_by_role("link", name="Network", exact=True)).to_have_attribute(
        "aria-current", "page"
    )


def test_at_the_start_there_are_states_but_no_gates(network: "Network") -> None:
    network.open()
    for name in "fiog":
        expect(network.reading(name)).to_have_text("–")
    expect(network.reading("token")).to_have_text("–")
    assert network.number("c_norm") == network.number("h_norm") == 0


def test_the_numbers_are_those_of_the_engine_for_the_network_set_by_hand(
    network: "Network",
) -> None:
    network.open()
    [trace] = by_hand().layers
    for t in (1, 2, 13, 38):
        network.go(t)
        agrees(network, trace, t, unit=0)
        expect(network.reading("token")).to_have_text(BRACKETS[t - 1].replace(" ", "␣"))


def test_the_heat_maps_are_those_of_the_engine(network: "Network") -> None:
    network.open()
    [trace] = by_hand().layers
    for name in "fio":
        network.draws("heatmaps", name, getattr(trace, name)[:, 0].T.tolist())
    assert [one["meta"] for one in network.heat("heatmaps")] == list("fio")


def test_the_bracket_counter_counts_in_quarters(network: "Network") -> None:
    network.open()
    for t, depth in ((1, 1), (2, 2), (7, 3), (11, 2), (16, 1), (28, 0)):
        network.go(t)
        assert part(network, "unit_c") == pytest.approx(depth / 4, abs=2e-3), t


@pytest.mark.parametrize("layer", [1, 3])
def test_the_numbers_are_those_of_the_engine_for_a_new_network(
    network: "Network", layer: int
) -> None:
    text = "over the hills"
    network.open(m="new", text=text, size=24, layers=3, seed=7, layer=layer, unit=5)
    trace = new(text, 24, 3, seed=7).layers[layer - 1]
    for t in (1, 8, len(text)):
        network.go(t)
        agrees(network, trace, t, unit=5)
    network.draws("heatmaps", "f", trace.f[:, 0].T.tolist())


def test_the_sums_of_the_pinned_unit_add_up_to_what_each_gate_got(network: "Network") -> None:
    network.open(m="new", text="over the hills", size=24, seed=7, unit=5)
    [trace] = new("over the hills", 24, seed=7).layers
    model_layer = random_layers(np.random.default_rng(7), [TOKEN_NUMBERS, 24], "glorot", 1)[0]
    wanted = pre_activations(model_layer, trace)
    for t in (1, 9):
        network.go(t)
        network.shows(readings(trace, t))
        for place, gate in enumerate("ifgo"):
            terms = network.page.locator(f"[data-sum={gate}] .lab-term data")
            expect(terms).to_have_count(6)
            given = [float(term.get_attribute("value") or "nan") for term in terms.all()]
            got = part(network, f"a_{gate}")
            assert sum(given) == pytest.approx(got, abs=1e-5)
            assert got == pytest.approx(wanted[place, t - 1, 0, 5], abs=1e-4)
            squashed = np.tanh(got) if gate == "g" else sigmoid(np.array(got))
            assert part(network, f"unit_{gate}") == pytest.approx(float(squashed), abs=1e-5)
            sizes = [abs(value) for value in given[:4]]
            assert sizes == sorted(sizes, reverse=True)


def test_at_the_start_the_sums_say_that_there_is_none_yet(network: "Network") -> None:
    network.open()
    expect(network.region("Unit")).to_contain_text("Press → or Play")
    expect(network.page.locator("[data-sum=f] .lab-term data").first).to_have_text("–")
    network.button("Step forward").click()
    expect(network.page.locator("[data-sum=f] .lab-term data").first).not_to_have_text("–")


def test_the_saturation_points_are_those_of_the_engine(network: "Network") -> None:
    network.open()
    [trace] = by_hand().layers
    points = network.page.evaluate(
        """() => Object.fromEntries(
            document.querySelector("[data-figure=saturation] .js-plotly-plot")._fullData
                .filter(({ meta }) => meta).map(({ meta, x, y }) => [meta, [[...x], [...y]]]))"""
    )
    for name in "fio":
        shut, opened = saturation(getattr(trace, name))
        assert points[name][0] == pytest.approx(opened.tolist(), abs=1e-6)
        assert points[name][1] == pytest.approx(shut.tolist(), abs=1e-6)


def test_the_cell_size_moves_by_keyboard_and_the_network_follows(network: "Network") -> None:
    network.open(m="new", text="abc")
    network.size.focus()
    for key, units in (("ArrowRight", 17), ("End", 64), ("ArrowLeft", 63), ("Home", 1)):
        network.page.keyboard.press(key)
        network.runs(f"1 layer of {units} unit")
        expect(network.option("Exact number of units")).to_have_value(str(units))
    network.go(2)
    network.shows(readings(new("abc", 1).layers[0], 2))


def test_moving_the_cell_size_makes_a_new_network_of_another_model(network: "Network") -> None:
    network.open(t=5)
    network.size.focus()
    network.page.keyboard.press("ArrowLeft")
    expect(network.choice("Model")).to_have_value("new")
    network.runs("1 layer of 15 units")
    network.at(5, "Paused")
    network.shows(readings(new(BRACKETS, 15).layers[0], 5))


def test_another_model_of_the_same_text_keeps_the_time(network: "Network") -> None:
    network.open(m="new", text="abcdef", size=8, t=4)
    for field, value, wanted in (
        ("Seed", "5", new("abcdef", 8, seed=5)),
        ("Forget bias", "-1", new("abcdef", 8, seed=5, forget_bias=-1)),
    ):
        network.option(field).fill(value)
        network.shows(readings(wanted.layers[0], 4))
        network.at(4, "Paused")


def test_layers_weights_forget_bias_and_seed_make_another_network(network: "Network") -> None:
    text = "abcd"
    network.open(m="new", text=text, size=8)
    is_shown(network, new(text, 8).layers[0])
    network.option("Forget bias").fill("-2.5")
    is_shown(network, new(text, 8, forget_bias=-2.5).layers[0])
    network.choice("Depth").select_option("3")
    network.runs("3 layers of 8 units")
    is_shown(network, new(text, 8, 3, forget_bias=-2.5).layers[0])
    network.option("Seed").fill("12")
    is_shown(network, new(text, 8, 3, forget_bias=-2.5, seed=12).layers[0])
    for kind in get_args(Kind):
        network.choice("Weights").select_option(kind)
        is_shown(network, new(text, 8, 3, kind, -2.5, 12).layers[0])


def is_shown(network: "Network", trace: Trace) -> None:
    """Expect a run to be on the page, in the heat maps and in the readings."""
    network.draws("heatmaps", "i", trace.i[:, 0].T.tolist())
    network.go(3)
    network.shows(readings(trace, 3))


def test_the_same_seed_gives_the_same_network_and_another_seed_another(network: "Network") -> None:
    network.open(m="new", text="abcd", size=8, seed=1)
    found = []
    for seed in (1, 2, 1):
        network.option("Seed").fill(str(seed))
        is_shown(network, new("abcd", 8, seed=seed).layers[0])
        found.append(network.all_numbers())
    assert found[0] == found[2] != found[1]


def test_every_example_opens_with_what_to_look_for(network: "Network") -> None:
    network.open(t=3)
    models = {
        "Across a gap": "characters",
        "Count aⁿbⁿ": "characters",
        "Quotes": "characters",
        "Late reference": "words",
        "Two waves": "new",
        "Brackets": "characters",
    }
    seen = set()
    for name, model in models.items():
        network.button(name).click()
        expect(network.choice("Model")).to_have_value(model)
        place = network.page.locator(".lab-example")
        hint = network.button(name).get_attribute("title")
        assert hint
        expect(place).to_have_text(hint)
        seen.add(hint)
        network.at(0, "Ready")
        expect(network.alert).to_have_count(0)
    assert len(seen) == len(models)


def test_the_words_example_is_read_as_words_by_its_own_network(network: "Network") -> None:
    network.open()
    network.button("Late reference").click()
    network.tokens(19)
    model = words_by_hand()
    assert model.vocabulary is not None
    text = network.text.input_value()
    [trace] = run(model, model.vocabulary.read(text)[1][:, None]).layers
    for t in (2, 11):
        network.go(t)
        network.shows(readings(trace, t))
    expect(network.reading("token")).to_have_text("on")


def test_figures_that_can_only_be_seen_say_in_words_what_they_show(network: "Network") -> None:
    network.open(t=5)
    network.at(5, "Paused")
    trace = by_hand().layers[0]
    words = network.page.locator(".lab-saturation-words").text_content() or ""
    for gate, name in (("forget", "f"), ("input", "i"), ("output", "o")):
        shut, opened = saturation(getattr(trace, name))
        assert f"{gate} gate open {100 * opened[0]:.0f} % and shut {100 * shut[0]:.0f} %" in words
    level = float(np.sqrt((trace.h[4, 0] ** 2).mean()))
    expect(network.page.locator(".lab-layers-words")).to_have_text(
        f"At t = 5, root mean square of h: layer 1 {level:.3f}."
    )
