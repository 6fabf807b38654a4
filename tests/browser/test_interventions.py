"""Interventions on the Cell page: from the drawing, in the list, in links, beside the untouched."""

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Locator, expect

from components.cell_kinds import KINDS
from components.cell_run import timeline
from components.cell_settings import CellSettings
from lstm import Array
from tests.browser.axe import violations

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

pytestmark = pytest.mark.browser

PULSE = "1, 0, 0, 0, 0, 0, 0, 0, 0"


def listed(kind: str, what: str | None, first: int, last: int, value: float | None) -> Any:
    where = {"unit": 0, "layer": 0, "first": first, "last": last}
    return {"kind": kind, "what": what, "value": value, "on": True} | where


def engine(*interventions: Any, sequence: str = PULSE) -> dict[str, Array]:
    """Run the cell of a fresh page with these interventions."""
    numbers = {name: str(value) for name, value in KINDS["lstm"].defaults.items()}
    sent = {"sequence": sequence, "separate": False, "numbers": numbers}
    return timeline(CellSettings.read(sent | {"interventions": list(interventions)}))


def shows(lab: "Lab", view: str, wanted: dict[str, Array], t: int) -> None:
    """Expect the live numbers of a view to be those of a run at t, bit for bit."""
    lab.until(
        """([view, wanted]) => Object.entries(wanted).every(([name, value]) => {
            const place = `[data-view="${view}"] .lab-tiles [data-value=${name}]`;
            return Number(document.querySelector(place).getAttribute("value")) === value;
        })""",
        [view, {"t": t} | {name: wanted[name][t] for name in ("f", "i", "g", "o", "c", "h", "y")}],
    )


def form(view: Locator, name: str) -> Locator:
    return view.locator(f"[data-intervene={name}]")


def words(view: Locator) -> Locator:
    return view.locator(".lab-reach-words")


def test_a_gate_clamped_from_the_drawing_stands_beside_the_untouched_run(lab: "Lab") -> None:
    lab.open()
    page = lab.page
    lab.go(3)
    node = page.get_by_role("img", name="Forget gate f(t)")
    node.focus()
    tip = page.locator(".lab-tip").first
    expect(tip).to_contain_text("Forget gate f(t)")  # it explains itself still
    node.press("Enter")
    card = lab.region("Intervene")
    value = form(card, "Value")
    expect(value).to_be_focused()
    expect(value).to_have_value("0.5126")
    expect(form(card, "What")).to_have_value("clamp-f")
    expect(form(card, "From")).to_have_value("3")
    # A slip is told at its field, and nothing else is held up by it.
    value.fill("1.5")
    value.press("Enter")
    expect(lab.alert).to_contain_text("Value is 1.5, out of range. Use a number between 0 and 1")
    expect(value).to_have_attribute("aria-invalid", "true")
    lab.set("b_out", "0.25")
    expect(value).not_to_have_attribute("aria-invalid", "true")
    lab.set("b_out", "0")
    value.press("Enter")
    expect(value).to_have_attribute("aria-invalid", "true")
    value.fill("1")
    expect(lab.alert).to_be_hidden()
    form(card, "To").fill("6")
    card.get_by_role("button", name="Add").click()
    a, b = lab.region("Setting A"), lab.region("Setting B")
    expect(words(b)).to_have_text("f clamped to 1 from t = 3 to 6")
    expect(words(a)).to_have_count(0)
    # The hand goes on there, and nothing is left behind.
    expect(form(b, "What")).to_be_focused()
    expect(form(a, "Value")).to_have_value("")
    held = listed("clamp", "f", 3, 6, 1)
    for t in (6, 7, 4):
        lab.time.fill(str(t))
        shows(lab, "cell", engine(), t)
        shows(lab, "cell-b", engine(held), t)
        expect(b.locator(".lab-svg .reached")).to_have_count(int(t < 7))
        expect(b.locator("[data-quantity=f] .lab-reached")).to_have_count(int(t < 7))
    expect(b.locator("[data-quantity=f] .lab-reached")).to_have_text("clamped to 1")
    expect(a.locator(".reached, .lab-reached")).to_have_count(0)
    b.locator(".lab-svg .gate[data-quantity=f] .squash").hover()
    expect(b.locator(".lab-tip-numbers")).to_have_text("clamped to 1: 1.0000")
    first = lab.region("Difference").locator("[data-value=first_difference]")
    expect(first).to_have_attribute("value", "3")
    # The second one is added where it is asked for.
    b.locator(".lab-svg .pill[data-quantity=h] .symbol").click()
    expect(form(b, "What")).to_have_value("set-h")
    form(b, "Value").fill("−0.5")
    form(b, "Value").press("Enter")
    expect(words(b)).to_have_count(2)
    shows(lab, "cell-b", engine(held, listed("set", "h", 4, 4, -0.5)), 4)
    # What is there already is not added again.
    b.locator(".lab-svg .pill[data-quantity=h] .symbol").click()
    form(b, "Value").fill("-0.5")
    form(b, "Value").press("Enter")
    expect(lab.alert).to_have_text("It is in the list already.")
    expect(words(b)).to_have_count(2)


def test_a_link_brings_its_interventions_and_the_list_is_worked_with(lab: "Lab") -> None:
    lab.open(
        x=PULSE.replace(" ", ""), iv="f_3_5_1,setc_7_2.5,*hush_8_9,f_1_2_7,toString_1_2_0", t=4
    )
    expect(lab.alert).to_contain_text("2 of the interventions in this link cannot be read")
    card = lab.region("Intervene")
    expect(words(card)).to_have_text(
        ["f clamped to 1 from t = 3 to 5", "C set to 2.5 at t = 7", "h silenced from t = 8 to 9"]
    )
    clamp, put = listed("clamp", "f", 3, 5, 1), listed("set", "c", 7, 7, 2.5)
    silence = listed("silence", None, 8, 9, None)
    shows(lab, "cell", engine(clamp, put), 4)
    switches = card.get_by_role("switch")
    switches.nth(2).focus()
    switches.nth(2).press("Space")
    expect(switches.nth(2)).to_have_attribute("aria-checked", "true")
    expect(switches.nth(2)).to_be_focused()
    lab.go(8)
    shows(lab, "cell", engine(clamp, put, silence), 8)
    for scheme in ("light", "dark"):
        lab.page.emulate_media(color_scheme=scheme)
        lab.until("(scheme) => document.documentElement.dataset.bsTheme === scheme", scheme)
        assert violations(lab.page, ".lab-card-intervene") == []
    # Over a shorter sequence what lies beyond its end waits.
    lab.type_sequence("1, 0, 0, 0")
    rows = card.locator(".lab-reach-row")
    expect(rows.nth(0)).to_contain_text("What is after t = 4 waits.")
    expect(rows.nth(1)).to_contain_text("Waits: the sequence ends at t = 4.")
    lab.go(4)
    shows(lab, "cell", engine(clamp | {"last": 4}, sequence="1, 0, 0, 0"), 4)
    lab.until("() => location.hash.includes('iv=f_3_5_1,setc_7_2.5,hush_8_9')")
    # Nothing is learnt from a run that somebody reaches into.
    lab.button("Training").click()
    training = lab.region("Training")
    expect(training).to_contain_text("Switch the interventions off to train.")
    expect(training.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    for _ in range(3):
        card.get_by_role("button", name="Remove").first.click()
    expect(rows).to_have_count(0)
    expect(training.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    expect(lab.page.locator(".lab-reached, .lab-svg .reached")).to_have_count(0)


def test_lists_survive_being_written_into_links(lab: "Lab") -> None:
    lab.open()
    lost = lab.page.evaluate(
        """() => {
            const { write, read } = window.lstmLab.interventions;
            const limits = { f: [0, 1], g: [-1, 1], z: [0, 1], c: [-1e6, 1e6], h: [-1e6, 1e6] };
            const one = (of) => of[Math.floor(Math.random() * of.length)];
            const whole = (most) => Math.floor(Math.random() * most);
            const within = ([low, high]) =>
                one([low, high, 0, low + Math.random() * (high - low), Math.random() * 5e-324]);
            const random = () => {
                const kind = one(["clamp", "set", "shift", "silence"]);
                const what = { clamp: one(["f", "g", "z"]), silence: null }[kind];
                const state = what === undefined ? one(["c", "h"]) : what;
                const first = 1 + whole(500);
                const last = ["clamp", "silence"].includes(kind) ? first + whole(9) : first;
                const value = kind === "silence" ? null : within(limits[state]) + 0;
                const place = { unit: one([0, whole(512)]), layer: one([0, whole(3)]) };
                return { kind, what: state, ...place, first, last, value, on: one([true, false]) };
            };
            let lost = 0;
            for (let n = 0; n < 300; n += 1) {
                const list = Array.from({ length: whole(33) }, random);
                const query = new URLSearchParams({ iv: write(list) }).toString();
                const back = read(new URLSearchParams(query).get("iv"), limits);
                const text = (list) => JSON.stringify(list.map((o) => Object.entries(o).sort()));
                lost += back.lost + (text(back.list) !== text(list));
            }
            return lost;
        }"""
    )
    assert lost == 0
