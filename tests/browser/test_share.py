"""What is taken away of a page opens again: settings, traces, code, a film of the playback."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, Network, Watch

pytestmark = pytest.mark.browser

GROUPS = ("Setting", "Data", "Code", "Pictures", "Animation")


def menu_of(lab: "Lab") -> Locator:
    """Open the menu, if it is not open."""
    menu = lab.page.get_by_role("group", name="Export", exact=True)
    if not menu.is_visible():
        lab.button("Export").click()
    return menu


def take(lab: "Lab", name: str, folder: Path) -> Path:
    """Take something away by the menu."""
    with lab.page.expect_download() as download:
        menu_of(lab).get_by_role("button", name=name, exact=True).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def drop(page: Page, name: str, content: str) -> None:
    """Drop a file on the page, as a hand would."""
    page.evaluate(
        """([name, content]) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([content], name));
            for (const kind of ["dragover", "drop"])
                document.querySelector("#lab-main").dispatchEvent(
                    new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        [name, content],
    )


def test_a_setting_of_both_sides_opens_again_by_drop_and_by_the_dialogue(
    lab: "Lab", tmp_path: Path
) -> None:
    exact = "0.30000000000000004"
    page = lab.page
    lab.leave()
    page.goto(f"{lab.url}#v=2&x=1,0,0.5,-2&W_f={exact}&t=3&B.kind=gru&B.W_z=-1.5")
    second = page.get_by_role("region", name="Setting B", exact=True)
    expect(second.get_by_role("combobox", name="Cell kind")).to_have_value("gru")
    lab.until("() => lstmLab.compare.b?.ready")
    before = page.evaluate("() => JSON.stringify(lstmLab.compare.state())")
    code = take(lab, "B · Code as NumPy", tmp_path)
    assert code.name == "gru_numpy_b.py"
    assert "W_z, U_z, b_z = -1.5, -1.5, 0.0  # update gate" in code.read_text("utf-8")
    path = take(lab, "Setting as JSON", tmp_path)
    written = json.loads(path.read_text("utf-8"))
    assert path.name == "lstm-lab-cell.json"
    assert {name: written.pop(name) for name in ("format", "version")} == {
        "format": "lstm-lab-setting",
        "version": 1,
    }
    assert written == json.loads(before)
    assert written["a"]["W_f"] == exact
    # Elsewhere: another page of another reader, with another setting.
    lab.open(x="1,1", b_f="2")
    drop(page, path.name, path.read_text("utf-8"))
    lab.until("() => lstmLab.compare.b?.ready && lstmLab.compare.a.player.t === 3")
    lab.until("(before) => JSON.stringify(lstmLab.compare.state()) === before", before)
    lab.open()
    menu = menu_of(lab)
    with page.expect_file_chooser() as chooser:
        menu.get_by_role("button", name="Open setting…", exact=True).press("Enter")
    chooser.value.set_files(path)
    lab.until("(before) => JSON.stringify(lstmLab.compare.state()) === before", before)
    expect(lab.alert).to_have_count(0)


def test_what_cannot_be_opened_is_said_and_changes_nothing(lab: "Lab", watch: "Watch") -> None:
    watch.allow("422")
    lab.open(x="1,0,0.5", W_f="0.75", t=2)
    numbers = lab.all_numbers()
    form = {"format": "lstm-lab-setting", "version": 1, "page": "cell", "a": {}}
    for content, says in (
        ("W_f = 1", "it is not JSON"),
        (json.dumps({**form, "version": 9}), "version '9'"),
        (json.dumps({**form, "a": {"W_f": "abc"}}), "W_f is 'abc'"),
        ("x" * (2**20 + 1), "1.0 MB"),
    ):
        drop(lab.page, "mine.json", content)
        expect(lab.alert).to_contain_text(says)
    expect(lab.alert).to_have_count(1)
    assert lab.all_numbers() == numbers
    # A setting of the other page is a link to it.
    text = {"m": "characters", "text": "(a)"}
    drop(lab.page, "other.json", json.dumps({**form, "page": "network", "a": text, "t": 2}))
    expect(lab.alert).to_contain_text("is a setting of the Network page. Nothing was changed.")
    assert violations(lab.page, ".lab-told") == []
    assert lab.all_numbers() == numbers
    lab.alert.get_by_role("link").click()
    expect(lab.page.locator("[data-view=network][data-ready]")).to_be_attached()
    expect(lab.page.get_by_role("textbox", name="Text", exact=True)).to_have_value("(a)")
    expect(lab.reading("t")).to_have_attribute("value", "2")
    expect(lab.alert).to_have_count(0)
    # There too, a setting is none of the models that can be dropped.
    drop(lab.page, "mine.json", json.dumps(form))
    expect(lab.alert).to_contain_text("is a setting of the Cell page")
    lab.alert.get_by_role("button", name="Close").click()
    expect(lab.alert).to_have_count(0)


def test_the_menu_is_in_groups_and_can_be_used_by_the_keys(lab: "Lab") -> None:
    width, height = 390, 500
    lab.page.set_viewport_size({"width": width, "height": height})
    lab.open()
    menu = menu_of(lab)
    for name in GROUPS:
        expect(menu.get_by_role("group", name=name, exact=True)).to_be_attached()
    box = menu.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height
    for scheme in ("dark", "light"):
        lab.page.emulate_media(color_scheme=scheme)
        assert violations(lab.page, "#lab-export") == []
    focused = menu.locator("button:focus")
    for key, name in (
        ("ArrowRight", "Open setting…"),
        ("ArrowDown", "Trace as JSON"),
        ("Tab", "Trace as NumPy"),
        ("ArrowDown", "Code as PyTorch"),
        ("ArrowLeft", "Code as NumPy"),
        ("End", "Playback as WebM"),
        ("ArrowDown", "Setting as JSON"),
        ("ArrowUp", "Playback as WebM"),
        ("Home", "Setting as JSON"),
    ):
        lab.page.keyboard.press(key)
        expect(focused).to_have_accessible_name(name)
        expect(focused).to_be_in_viewport(ratio=1)
    lab.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(lab.button("Export")).to_be_focused()


def test_traces_and_code_are_those_of_what_is_shown(lab: "Lab", tmp_path: Path) -> None:
    lab.open(kind="gru", x="1,0,-0.30000000000000004", W_z="0.123456789012345")
    code = take(lab, "Code as NumPy", tmp_path)
    assert code.name == "gru_numpy.py"
    text = code.read_text("utf-8")
    assert "W_z, U_z, b_z = 0.123456789012345, 0.123456789012345, 0.0  # update gate" in text
    assert "x = [1.0, 0.0, -0.30000000000000004]" in text
    assert "torch.nn.GRU(" in take(lab, "Code as PyTorch", tmp_path).read_text("utf-8")
    rows = take(lab, "Trace as CSV", tmp_path).read_text("utf-8").splitlines()
    assert len(rows) == 5
    lab.page.keyboard.press("Escape")
    lab.go(3)
    shown = dict(zip(rows[0].split(","), rows[4].split(","), strict=True))
    assert float(shown["z"]) == lab.number("z")
    assert float(shown["h"]) == lab.number("h")
    expect(lab.alert).to_have_count(0)


# Plays a film, and says of what size and how long it is, and what moves in it.
PLAY = """async (film) => {
    const bytes = Uint8Array.from(atob(film), (letter) => letter.charCodeAt(0));
    const video = document.createElement("video");
    document.body.append(video);
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    const pixelsAt = async (seconds) => {
        const drawn = new Promise((done) => video.requestVideoFrameCallback(done));
        video.currentTime = seconds;
        await drawn;
        Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
        pen.drawImage(video, 0, 0);
        return pen.getImageData(0, 0, canvas.width, canvas.height).data;
    };
    await new Promise((done, fail) => {
        video.onloadeddata = done;
        video.onerror = () => fail(video.error);
        video.src = URL.createObjectURL(new Blob([bytes], { type: "video/webm" }));
    });
    const { duration, videoWidth, videoHeight } = video;
    const last = await pixelsAt(duration - 0.05);
    const first = await pixelsAt(0.01);
    const apart = first.filter((value, n) => Math.abs(value - last[n]) > 40).length;
    return { width: videoWidth, height: videoHeight, seconds: duration,
        end: video.seekable.end(0), apart, colours: new Set(first).size };
}"""


def played(open_lab: Callable[..., "Lab"], film: Path) -> dict[str, float]:
    """Play a film where no policy forbids it: not on the lab's own page."""
    content = film.read_bytes()
    assert content.startswith(b"\x1a\x45\xdf\xa3")  # the head of all EBML files
    assert b"webm" in content[:64]
    page = open_lab().page
    found: dict[str, float] = page.evaluate(PLAY, base64.b64encode(content).decode())
    return found


def test_the_playback_of_a_cell_is_a_film_and_the_page_stays_usable(
    lab: "Lab", open_lab: Callable[..., "Lab"], tmp_path: Path
) -> None:
    lab.open(x="1,0,0,0.5,0,0", kind="peephole")
    lab.speed.select_option("60")
    menu = menu_of(lab)
    box = lab.page.get_by_role("group", name="Recording the animation")
    with lab.page.expect_download() as download:
        menu.get_by_role("button", name="Playback as WebM", exact=True).click()
        expect(box).to_be_visible()
        lab.page.keyboard.press("Escape")
        lab.go(2)
    film = tmp_path / download.value.suggested_filename
    download.value.save_as(film)
    assert film.name == "lstm-lab-cell.webm"
    lab.at(2, "Paused")
    expect(box).to_have_count(0)
    expect(lab.page.locator(".lab-stage")).to_have_count(0)
    found = played(open_lab, film)
    assert found["width"] == 1920
    assert found["height"] > 1000
    assert 0.8 < found["seconds"] < 20
    assert found["end"] == found["seconds"]
    assert found["colours"] > 30
    assert found["apart"] > 2000  # the playhead, and what it uncovered
    # A browser that cannot record says so.
    lab.page.evaluate("() => delete window.MediaRecorder")
    menu_of(lab).get_by_role("button", name="Playback as WebM", exact=True).click()
    expect(lab.alert).to_contain_text("This browser cannot record an animation.")


def test_the_playback_of_a_network_can_be_recorded_and_stopped(
    network: "Network", open_lab: Callable[..., "Lab"], tmp_path: Path
) -> None:
    network.open(text="(ab)", m="characters")
    network.speed.select_option("60")
    found = played(open_lab, take(network, "Playback as WebM", tmp_path))
    assert found["apart"] > 2000
    network.open(text="(ab)" * 100, m="characters")
    menu_of(network).get_by_role("button", name="Playback as WebM", exact=True).click()
    box = network.page.get_by_role("group", name="Recording the animation")
    expect(box).to_contain_text("Faster than the player, to last 20 s")
    box.get_by_role("button", name="Cancel").click()
    expect(box).to_have_count(0)
    expect(network.alert).to_have_count(0)
