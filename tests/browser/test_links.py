"""A link restores settings, sequence and time exactly; the address follows the page."""

import math
import random
import re
import struct
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from components.cell_kinds import KINDS
from components.cell_run import timeline
from components.cell_settings import CellSettings

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

pytestmark = pytest.mark.browser


def query(link: str) -> dict[str, str]:
    """Read what a link says."""
    return {name: values[0] for name, values in parse_qs(urlsplit(link).fragment).items()}


def follows(lab: "Lab", **state: str) -> None:
    """Expect the address to say this, once the page rests."""
    lab.until(
        """(state) => {
            const link = new URLSearchParams(location.hash.slice(1));
            return Object.entries(state).every(([name, value]) => link.get(name) === value);
        }""",
        state,
    )


def copied(lab: "Lab") -> str:
    """Press Copy link, and give what is in the clipboard."""
    lab.button("Copy link").click()
    expect(lab.page.get_by_role("banner").get_by_role("status")).to_have_text("Link copied")
    link: str = lab.page.evaluate("() => navigator.clipboard.readText()")
    return link


@pytest.mark.parametrize(
    "state",
    [
        {"x": "0.1,-0.30000000000000004,1e-7,1000000", "W_f": "0.123456789012345", "t": 3},
        {
            "x": "1,0.5,-2",
            "separate": 1,
            "U_f": "-3.3",
            "U_o": "50",
            "b_i": "-0.05",
            "b_out": "-7e-3",
            "W_out": "100",
            "t": 2,
        },
    ],
    ids=["tied", "separate"],
)
def test_a_copied_link_restores_everything_exactly_in_another_browser(
    lab: "Lab", clipboard: None, state: dict[str, str]
) -> None:
    lab.open(**state)
    lab.at(int(state["t"]), "Paused")
    link = copied(lab)
    assert query(link)["v"] == "2"
    names = ("W_f", "b_i", "b_out", "W_out", *(("U_f", "U_o") if "separate" in state else ()))
    here = everything(lab, names)
    assert here["separate"] == ("separate" in state)
    lab.forget()
    lab.page.goto(link)
    lab.ready()
    lab.at(int(state["t"]), "Paused")
    assert everything(lab, names) == here


def everything(lab: "Lab", names: tuple[str, ...]) -> dict[str, Any]:
    """Read what is set, and all numbers as they stand and at the first steps."""
    shown = {
        "x": lab.sequence.input_value(),
        "separate": lab.separate.is_checked(),
        "set": {name: float(lab.field(name).input_value()) for name in names},
        "now": lab.all_numbers(),
    }
    for t in range(3):
        lab.go(t)
        shown[f"t={t}"] = lab.all_numbers()
    return shown


def test_a_link_copied_from_the_page_as_it_comes_restores_it(lab: "Lab", clipboard: None) -> None:
    lab.open()
    link, sequence = copied(lab), lab.sequence.input_value()
    lab.forget()
    lab.page.goto(link)
    lab.ready()
    lab.at(0, "Ready")
    assert lab.sequence.input_value() == sequence
    expect(lab.alert).to_have_count(0)


def test_a_link_copied_while_playing_has_the_time_that_is_shown(
    lab: "Lab", clipboard: None
) -> None:
    lab.open(x="1" + ",0" * 99)
    lab.button("Play").click()
    expect(lab.time).not_to_have_value("0")
    before = int(lab.time.input_value())
    link = copied(lab)
    assert before <= int(query(link)["t"]) <= int(lab.time.input_value())
    lab.status("Playing")


def test_without_a_clipboard_the_link_is_in_the_address_bar(lab: "Lab") -> None:
    lab.open(x="1,0.5", t=1)
    lab.button("Copy link").click()
    said = lab.page.get_by_role("banner").get_by_role("status")
    expect(said).to_have_text(re.compile("Link copied|The link is in the address bar"))
    follows(lab, x="1,0.5", t="1")


def test_the_address_follows_once_the_page_rests(lab: "Lab") -> None:
    lab.open()
    lab.button("Step forward").click()
    follows(lab, v="2", t="1")
    lab.set("W_f", "2.5")
    follows(lab, W_f="2.5", t="1")
    lab.type_sequence("1, 0.5")
    follows(lab, x="1,0.5", t="0")
    lab.separate.check()
    lab.uses("U_f", "2.5")
    follows(lab, separate="1", U_f="2.5")
    lab.separate.uncheck()
    lab.until("() => !location.hash.includes('separate') && !location.hash.includes('U_f')")


def test_stepping_fills_no_history(lab: "Lab") -> None:
    lab.open(x="1,0,0")
    entries = lab.page.evaluate("() => history.length")
    for t in ("1", "2", "3"):
        lab.button("Step forward").click()
        follows(lab, t=t)
    assert lab.page.evaluate("() => history.length") == entries


def test_a_link_opened_in_the_same_tab_takes_over(lab: "Lab") -> None:
    lab.open(x="1,0,0", W_f="2", t=1)
    lab.page.evaluate("() => { location.hash = '#v=1&x=0.5,-1&b_f=1.5&t=2'; }")
    lab.uses("b_f", "1.5")
    lab.at(2, "Complete")
    lab.shows_sequence([0.5, -1])
    expect(lab.sequence).to_have_value("0.5, -1")
    expect(lab.field("W_f")).to_have_value("0.50")
    expect(lab.alert).to_have_count(0)


def test_a_link_that_differs_only_in_time_goes_there(lab: "Lab") -> None:
    lab.open(x="1,0,0", t=1)
    follows(lab, t="1", W_f="0.5")
    lab.page.evaluate("() => { location.hash = location.hash.replace('t=1', 't=3'); }")
    lab.at(3, "Complete")


def test_a_link_of_another_format_in_the_same_tab_changes_nothing_and_says_so(lab: "Lab") -> None:
    lab.open(x="1,0.5,0", W_f="2", t=1)
    numbers = lab.all_numbers()
    lab.page.evaluate("() => { location.hash = '#v=9&x=0.5,-1&t=2'; }")
    expect(lab.alert).to_contain_text("format '9'")
    lab.at(1, "Paused")
    assert lab.all_numbers() == numbers
    expect(lab.sequence).to_have_value("1, 0.5, 0")
    expect(lab.field("W_f")).to_have_value("2.00")


def test_a_bad_link_in_the_same_tab_leaves_the_last_good_picture(lab: "Lab") -> None:
    lab.open(x="1,0.5,0", W_f="2", t=1)
    numbers = lab.all_numbers()
    lab.page.evaluate("() => { location.hash = '#v=1&x=0.5,oops&t=2'; }")
    expect(lab.alert).to_contain_text("x(2) is 'oops'")
    assert lab.all_numbers() == numbers
    lab.type_sequence("0.5, 1")
    expect(lab.alert).to_have_count(0)


def test_back_and_forward_move_between_links(lab: "Lab") -> None:
    lab.open(x="1,0,0", t=1)
    follows(lab, t="1", W_f="0.5")
    lab.page.evaluate("() => { location.hash = '#v=1&x=0.5,-1&t=2'; }")
    lab.shows_sequence([0.5, -1])
    lab.at(2, "Complete")
    lab.page.go_back()
    lab.shows_sequence([1, 0, 0])
    lab.at(1, "Paused")
    lab.page.go_forward()
    lab.shows_sequence([0.5, -1])
    lab.at(2, "Complete")


def test_skipping_to_the_page_is_no_link_to_a_state(lab: "Lab") -> None:
    lab.open(x="1,0.5,0", W_f="2", t=1)
    numbers = lab.all_numbers()
    lab.page.keyboard.press("Tab")
    skip = lab.page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    lab.page.keyboard.press("Enter")
    expect(lab.page.get_by_role("main")).to_be_focused()
    lab.page.keyboard.press("ArrowRight")
    lab.at(2, "Paused")
    lab.page.keyboard.press("ArrowLeft")
    lab.at(1, "Paused")
    expect(lab.alert).to_have_count(0)
    assert lab.all_numbers() == numbers
    expect(lab.sequence).to_have_value("1, 0.5, 0")


@pytest.mark.parametrize("anchor", ["#lab-main", "#x=1,0", "#"])
def test_an_address_with_a_plain_anchor_opens_the_worked_example(lab: "Lab", anchor: str) -> None:
    lab.load(anchor)
    lab.at(0, "Ready")
    expect(lab.sequence).to_have_value("1, 0, 0, 0, 0, 0, 0, 0, 0")
    expect(lab.alert).to_have_count(0)


STATES = """() => {
    const { write, parse } = lstmLab.link;
    const bits = new BigUint64Array(1);
    const random = (n) => Math.floor(Math.random() * n);
    const number = () => {
        crypto.getRandomValues(bits);
        const kind = random(8);
        if (kind === 0) return [0, -0, 5e-324, -2.2250738585072011e-308][random(4)];
        if (kind === 1) bits[0] &= 0x800fffffffffffffn; // subnormal
        const [value] = new Float64Array(bits.buffer);
        return Number.isFinite(value) ? value : number();
    };
    const signs = [..."=&#%+?;, \\"'<>\\n\\\\√C̃𝛽🧪", "B.", "D.", "v"];
    const sign = () => signs[random(signs.length)];
    const text = () => Array.from({ length: random(20) }, sign).join("");
    const numbers = (n) => Array.from({ length: n }, number);
    const setting = () => ({
        kind: ["lstm", "gru", "rnn", text()][random(4)],
        iv: text(),
        ...Object.fromEntries(numbers(random(16)).map((value, n) => [`W_${n}`, value])),
    });
    const failed = [];
    for (let n = 0; n < 300; n += 1) {
        const x = numbers(1 + random(n % 50 === 0 ? 500 : 12));
        const given = {
            a: { ...setting(), x: x.map(lstmLab.numbers.text).join(",") },
            b: random(3) ? setting() : null,
            difference: random(2) ? { show: text(), gap: text() } : {},
            t: random(500),
        };
        const texts = (query) => query && lstmLab.link.texts(query);
        const written = write({ ...given, a: texts(given.a), b: texts(given.b) });
        const { state } = parse(new URL(`#${written}`, location.href).hash.slice(1));
        const same = (one, other) =>
            one === null || other === null
                ? one === other
                : Object.keys(one).length === Object.keys(other).length &&
                  Object.entries(one).every(([name, value]) =>
                      typeof value === "number"
                          ? Object.is(Number(other[name]), value)
                          : other[name] === value);
        const read = state.a.x.split(",").map(Number);
        if (
            !["a", "b", "difference"].every((side) => same(given[side], state[side])) ||
            Number(state.t) !== given.t ||
            !x.every((value, k) => Object.is(value, read[k]))
        )
            failed.push(written);
    }
    return failed;
}"""


def test_whatever_a_page_can_show_is_the_same_after_a_link(lab: "Lab") -> None:
    lab.open()
    assert lab.page.evaluate(STATES) == []


def random_number(rng: random.Random, limit: float) -> float:
    """Draw a number from random bits: of any size up to a limit, subnormal ones and −0 too."""
    while True:
        bits = rng.getrandbits(64)
        if rng.random() < 0.1:
            bits &= 0x800F_FFFF_FFFF_FFFF
        value: float = struct.unpack("<d", struct.pack("<Q", bits))[0]
        if math.isfinite(value):
            return math.fmod(value, limit)


@pytest.mark.parametrize("seed", range(3))
def test_two_settings_come_back_from_their_link_bit_for_bit(lab: "Lab", seed: int) -> None:
    rng = random.Random(seed)
    kinds = rng.sample(sorted(KINDS), 2)
    sequence = [random_number(rng, 1e6) for _ in range(6)] + [-0.0, 5e-324]
    said: dict[str, Any] = {"v": 2, "x": ",".join(map(repr, sequence)), "t": rng.randint(1, 8)}
    settings = []
    for prefix, kind in zip(("", "B."), kinds, strict=True):
        numbers = {name: random_number(rng, 100) for name in KINDS[kind].parameters}
        separate = bool(KINDS[kind].tied) and rng.random() < 0.5
        settings.append(
            CellSettings.read(
                {"kind": kind, "sequence": said["x"], "separate": separate}
                | {"numbers": {name: repr(value) for name, value in numbers.items()}}
            )
        )
        said |= {f"{prefix}kind": kind, **({f"{prefix}separate": 1} if separate else {})}
        said |= {prefix + name: repr(value) for name, value in numbers.items()}
    lab.leave()
    lab.page.goto(f"{lab.url}#{urlencode(said, safe=',')}")
    shown = lab.both()
    for values, one in zip(shown, settings, strict=True):
        for name, series in timeline(one).items():
            if name in values:
                assert exact(values[name]) == exact(repr(float(series[said["t"]]))), name
    lab.until("() => location.hash.includes('B.')")
    assert rewritten(lab) == {
        f"{prefix}{name}": struct.pack("<d", value)
        for prefix, one in zip(("", "B."), settings, strict=True)
        for name, value in one.numbers.items()
        if one.separate or name not in KINDS[one.kind].tied
    }
    lab.page.reload()
    assert lab.both() == shown


def exact(text: str) -> bytes | None:
    """Give the bits of a number, of which −0 and 0 are two; nothing where there is none."""
    return struct.pack("<d", float(text)) if text not in ("", "nan") else None


def rewritten(lab: "Lab") -> dict[str, bytes]:
    """Read the parameters back out of the link that the page itself writes."""
    link: str = lab.page.evaluate("() => lstmLab.link.write(lstmLab.compare.state())")
    names = {name: values[0] for name, values in parse_qs(link).items()}
    return {
        name: struct.pack("<d", float(value))
        for name, value in names.items()
        if name.rpartition(".")[2][:2] in ("W_", "U_", "b_", "P_") or name in ("b", "B.b")
    }


def test_a_link_too_long_to_paste_is_saved_as_a_file_and_said(lab: "Lab") -> None:
    lab.open(x=",".join(["0.123456789"] * 200), t=3)
    follows(lab, v="2", t="3")
    address = lab.page.url
    with lab.page.expect_download() as saved:
        lab.button("Copy link").click()
    said = lab.page.get_by_role("banner").get_by_role("status")
    expect(said).to_contain_text("Too long for a link")
    assert saved.value.suggested_filename.endswith(".json")
    assert lab.page.url == address


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("v=2&kind=nope&x=1,0", "cell kind 'nope'"),
        ("v=2&x=1,0&B.W_f=abc", "W_f is 'abc'"),
        ("v=3&B.W_f=1", "format '3'"),
    ],
)
def test_a_forged_link_of_two_settings_says_what_is_wrong(lab: "Lab", link: str, says: str) -> None:
    lab.leave()
    lab.page.goto(f"{lab.url}#{link}")
    expect(lab.alert).to_contain_text(says)
    expect(lab.page.locator("[data-view=cell][data-ready]").first).to_be_attached()
