"""Two networks side by side in the browser, and what follows where one is reached into."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from components.figures.network_difference import LEVELS, gap_reach
from components.network_inputs import prepare
from components.network_settings import NetworkSettings
from lstm import Array, ModelTrace, characters_by_hand, run
from lstm.interventions import Silence
from tests.browser.axe import violations

if TYPE_CHECKING:
    from tests.browser.conftest import Network

pytestmark = pytest.mark.browser

BRACKETS = "[[see (the) old] map of the] low lands"
TEXT = 'a & b = "é"\n#1+2% 👩‍🚀 (x'


def state_of(trace: ModelTrace, name: str) -> Array:
    """Give a state of the first layer as (T + 1, H), in float64."""
    one = trace.layers[0]
    start = getattr(one, f"{name}0")
    return np.vstack([start, getattr(one, name)[:, 0]]).astype(np.float64)


def drawn(forget_bias: float) -> ModelTrace:
    """Run the engine on the network that the test sets, with another forget bias."""
    numbers = {"size": "8", "seed": "3", "forget_bias": str(forget_bias)}
    model = {"source": "new", "layers": "1", "kind": "glorot"} | numbers
    looks = {"layer": 0, "unit": 0, "order": "given", "candidate": False, "as_heat": False}
    sent = {"model": model, "text": TEXT, "reads": "characters"} | looks
    prepared = prepare(NetworkSettings.read(sent), lambda _: characters_by_hand())
    return run(prepared.model, prepared.inputs)


def value(place: Locator, name: str) -> Locator:
    return place.locator(f"data[data-value={name}]")


def says(difference: Locator, first: int, gap: float) -> None:
    """Expect the two numbers of a difference, to the last bit."""
    expect(value(difference, "first_difference")).to_have_attribute("value", str(first))
    expect(value(difference, "largest_gap")).to_have_attribute("value", repr(gap))


def test_two_forget_biases_are_compared_in_words_numbers_and_pictures(
    network: "Network",
) -> None:
    network.open(m="new", size=8, seed=3, text=TEXT, t=6)
    network.button("Compare").click()
    a, b, difference = (network.region(name) for name in ("Setting A", "Setting B", "Difference"))
    expect(difference).to_contain_text("No difference yet.")
    # The input is A's alone.
    assert [one.get_by_label("Text", exact=True).is_visible() for one in (a, b)] == [True, False]
    b.get_by_label("Forget bias", exact=True).fill("3")
    one, other = drawn(1), drawn(3)
    gaps = {name: np.abs(state_of(one, name) - state_of(other, name)) for name in "ch"}
    first = min(int(gap.any(axis=1).argmax()) for gap in gaps.values())
    t, unit = np.unravel_index(gaps["c"].argmax(), gaps["c"].shape)
    says(difference, first, float(gaps["c"].max()))
    expect(difference).to_contain_text(
        f"The states first differ at t = {first}. Largest gap: C of unit {unit}, "
        f"{gaps['c'].max():.3f} at t = {t}. Half-life, median of the units: A "
    )
    # What a reader looks at in one is looked at in both, and in the difference.
    b.get_by_label("Pinned unit").fill("5")
    b.get_by_label("Pinned unit").press("Enter")
    expect(a.get_by_label("Pinned unit")).to_have_value("5")
    a.get_by_label("Units sorted by").select_option("mean")
    expect(b.get_by_label("Units sorted by")).to_have_value("mean")
    network.time.fill("9")
    for part, trace in (("a_c", one), ("b_c", other)):
        shown = difference.locator(f"data[data-part={part}]").get_attribute("value")
        assert float(shown or "nan") == pytest.approx(state_of(trace, "c")[9, 5], abs=1e-6)
    order = np.argsort(-one.layers[0].f[:, 0].mean(axis=0), kind="stable")
    wanted = (state_of(one, "c") - state_of(other, "c"))[:, order].T
    levels = LEVELS * (1 + wanted / gap_reach(float(np.abs(wanted).max())))
    network.until(
        """(rows) => {
            const plot = document.querySelector("[data-figure=maps] .js-plotly-plot");
            const { z } = plot._fullData.find(({ meta }) => meta === "c");
            return rows.every((row, n) => row.every((level, t) => Math.abs(z[n][t] - level) <= 1));
        }""",
        levels.tolist(),
    )
    # A reload brings it all back.
    network.until("() => /B\\.forget_bias=3/.test(location.hash) && /t=9/.test(location.hash)")
    network.page.reload()
    says(difference, first, float(gaps["c"].max()))
    expect(a.get_by_label("Text", exact=True)).to_have_value(TEXT)
    expect(b.get_by_label("Forget bias", exact=True)).to_have_value("3")
    expect(b.get_by_label("Pinned unit")).to_have_value("5")
    expect(value(network.page.locator("[data-transport]"), "t")).to_have_attribute("value", "9")
    network.page.emulate_media(color_scheme="light")
    assert violations(network.page) == []
    network.button("Swap A ↔ B").click()
    expect(a.get_by_label("Forget bias", exact=True)).to_have_value("3")
    expect(b.get_by_label("Forget bias", exact=True)).to_have_value("1")
    expect(a.get_by_label("Text", exact=True)).to_have_value(TEXT)
    says(difference, first, float(gaps["c"].max()))
    # What is linked is set in both.
    network.button("link sliders").click()
    b.get_by_label("Seed", exact=True).fill("4")
    expect(a.get_by_label("Seed", exact=True)).to_have_value("4")
    b.get_by_label("Weights", exact=True).select_option("normal")
    expect(a.get_by_label("Weights", exact=True)).to_have_value("normal")


def test_what_follows_from_silencing_a_unit_is_shown_beside_the_untouched_run(
    network: "Network",
) -> None:
    network.open(text=BRACKETS, unit=0, t=9)
    network.region("Unit").get_by_role("button", name="Silence", exact=True).click()
    a, b, difference = (network.region(name) for name in ("Setting A", "Setting B", "Difference"))
    model = characters_by_hand()
    assert model.vocabulary is not None
    inputs = model.vocabulary.read(BRACKETS)[1][:, None]
    one, other = run(model, inputs), run(model, inputs, {0: [Silence(0, 9, 38)]})
    says(difference, 9, float(np.abs(state_of(one, "h") - state_of(other, "h")).max()))
    done = b.get_by_role("list", name="Interventions").get_by_role("listitem")
    expect(done).to_have_text(["unit 0 silenced from t = 9 to 38"])
    expect(a.get_by_role("list", name="Interventions").get_by_role("listitem")).to_have_count(0)
    for side, marks, h in ((a, 0, one), (b, 1, other)):
        expect(side.locator(".lab-reached-mark")).to_have_count(marks)
        shown = side.locator("[data-card=Unit] data[data-part=unit_h]").get_attribute("value")
        assert float(shown or "nan") == pytest.approx(state_of(h, "h")[9, 0], abs=1e-6)
    expect(b.locator("[data-card=Unit]")).to_contain_text(
        "h = o·tanh C silenced: 0.000", use_inner_text=True
    )
    network.until("() => /B\\.iv=hush_9_38(&|$)/.test(location.hash)")
    # A gate of the pinned unit fills the form in; what stands there is checked.
    b.get_by_role("group", name="Intervene in this unit").get_by_role(
        "button", name="Clamp f"
    ).click()
    form = b.get_by_role("group", name="New intervention")
    for field, text in (("Layer", "1"), ("Unit", "0"), ("From", "9"), ("To", "9")):
        expect(form.get_by_label(field, exact=True)).to_have_value(text)
    form.get_by_label("Unit", exact=True).fill("6")
    form.get_by_role("button", name="Add", exact=True).click()
    expect(network.alert).to_contain_text("Unit is '6'. Use a whole number from 0 to 5.")
    form.get_by_label("Unit", exact=True).fill("2")
    form.get_by_label("Value", exact=True).fill("0.5")
    form.get_by_role("button", name="Add", exact=True).click()
    expect(done).to_have_count(2)
    expect(network.alert).to_have_count(0)
    # Switched off they change nothing, and are kept.
    for switch in done.get_by_role("switch").all():
        switch.click()
    expect(difference).to_contain_text("No difference yet.")
    expect(done).to_have_count(2)
    assert violations(network.page) == []


def test_a_layer_that_only_one_of_the_two_has_can_be_looked_at(network: "Network") -> None:
    b_has: dict[str, Any] = {"B.m": "new", "B.size": 4, "B.layers": 2}
    network.open(v=2, m="new", size=4, layers=3, text="abcab", **b_has)
    a, b = (
        network.region(name).get_by_role("combobox", name="Layer", exact=True)
        for name in ("Setting A", "Setting B")
    )
    expect(b.locator("option[value='1']")).to_be_attached()
    a.select_option("2")
    # Of fewer layers the other shows the top one, and does not lead the first one there.
    network.until("() => /[#&]layer=3/.test(location.hash) && /B\\.layer=2/.test(location.hash)")
    expect(a).to_have_value("2")
    expect(b).to_have_value("1")
