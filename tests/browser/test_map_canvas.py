"""The panorama that the Map page looks around in: on a page of its own, with pictures made here."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Server, Watch

pytestmark = pytest.mark.browser

PARTS = """camera canvas gestures grid labels layer marks motion picture points screen stamps
    tiles walk"""
HUES = ("#4C9BE8", "#E69F00", "#2BB789", "#CC79A7")
SIZE = 600  # pixels of the box
N = 2000
PLACES = np.random.default_rng(5).uniform(0.02, 0.98, (N, 2)).astype(np.float32)

START = """([places, levels]) => {
    window.heard = [];
    const tell = (name) => (...said) => heard.push([name, ...said.map((one) =>
        one instanceof Event ? "" : one?.length ? [...one] : one)]);
    const box = document.getElementById("box");
    window.map = new lstmLab.MapCanvas(box, Object.fromEntries(
        ["hover", "click", "lassoed", "moved"].map((name) => [name, tell(name)])));
    map.load(Float32Array.from(places));
    map.labels(levels);
    map.tiles((z, x, y) => `tiles/${z}/${x}/${y}`);
}"""
PIXEL = """([layer, x, y]) => {
    const canvas = layer === "picture" ? picture : document.querySelector(`.lab-map-${layer}`);
    const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    pen.drawImage(canvas, -Math.round(x), -Math.round(y));
    return [...pen.getImageData(0, 0, 1, 1).data];
}"""
# A frame after the next is drawn, all that was asked for is on the screen.
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Panorama:
    """A map canvas of SIZE pixels, and what was asked of the server for it."""

    def __init__(self, page: Page, server: "Server") -> None:
        self.page = page
        self.asked: Counter[str] = Counter()
        self.failing: set[str] = set()
        scripts = "".join(f'<script src="assets/map-{part}.js"></script>' for part in PARTS.split())
        self.html = f"""<!DOCTYPE html><html lang="en" data-bs-theme="dark"><title>Map</title>
            <link rel="stylesheet" href="assets/theme.css">
            <link rel="stylesheet" href="assets/map-canvas.css">
            <style>*, ::after {{ box-sizing: border-box }}</style>
            <body style="margin:0;height:3000px"><div class="lab-view">
            <div id="box" role="application" aria-label="Panorama"
                style="width:{SIZE}px;height:{SIZE}px"></div></div>{scripts}"""
        self.url = f"{server.url}panorama"
        page.route(self.url, lambda route: route.fulfill(body=self.html, content_type="text/html"))
        page.route(f"{server.url}tiles/**", self._tile)

    def _tile(self, route: Route) -> None:
        """Paint a tile in the one colour that it shares with its children."""
        name = route.request.url.partition("tiles/")[2]
        self.asked[name] += 1
        z, x, y = map(int, name.split("/"))
        if name in self.failing:
            route.fulfill(status=500)
            return
        hue = HUES[(x >> (z - 1)) + 2 * (y >> (z - 1))] if z else HUES[0]
        svg = f"""<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256">
            <rect width="256" height="256" fill="{hue}"/></svg>"""
        route.fulfill(body=svg, content_type="image/svg+xml")

    def open(self, levels: Any = (), places: Any = PLACES) -> None:
        """Show points, and names from the coarsest level to the finest."""
        self.page.goto(self.url)
        self.page.evaluate(START, [np.ravel(places).tolist(), list(levels)])
        self.drawn()

    def drawn(self) -> None:
        """Wait until all tiles are there, and have stopped moving."""
        expect(self.page.locator("#box[data-drawn]")).to_be_visible()
        self.page.evaluate(FRAMES)

    def do(self, script: str) -> Any:
        """Run a script on the canvas, and give what it says after the frame that shows it."""
        found = self.page.evaluate(f"() => {script}")
        self.page.evaluate(FRAMES)
        return found

    def heard(self, name: str) -> list[Any]:
        """Take what the canvas has told since it was last asked."""
        self.page.evaluate(FRAMES)
        said = self.page.evaluate("() => heard.splice(0)")
        return [one[1:] for one in said if one[0] == name]

    def place(self, x: float, y: float) -> list[float]:
        """Give the place that lies under a pixel."""
        found: list[float] = self.page.evaluate("([x, y]) => map.camera.toPlace(x, y)", [x, y])
        return found

    def pixels(self) -> Any:
        """Give the pixels of all points, (N, 2), from where the camera stands."""
        x, y, scale = self.page.evaluate("() => [map.camera.x, map.camera.y, map.camera.scale]")
        return (PLACES.astype(float) - [x, y]) * scale + SIZE / 2

    def pixel(self, layer: str, x: float, y: float) -> str:
        """Read the colour of a pixel of a layer; nothing where it is clear."""
        r, g, b, a = self.page.evaluate(PIXEL, [layer, float(x), float(y)])
        return f"#{r:02X}{g:02X}{b:02X}" if a == 255 else ""


@pytest.fixture
def panorama(worker_page: Page, server: "Server", watch: "Watch") -> Iterator[Panorama]:
    """Give a page with nothing but a map canvas; nothing moves slowly on it."""
    page = worker_page
    page.set_viewport_size({"width": 800, "height": 700})
    page.emulate_media(reduced_motion="reduce")
    yield Panorama(page, server)
    page.goto("about:blank")
    page.unroute_all()
    page.emulate_media(reduced_motion="null")


def test_hands_and_keys_move_the_map_and_what_they_hold_stays_under_them(
    panorama: Panorama,
) -> None:
    page = panorama.page
    panorama.open()
    # Where all is seen there is nothing to zoom out of: the page scrolls.
    page.mouse.move(150, 200)
    page.mouse.wheel(0, 90)
    page.evaluate(
        "() => new Promise((done) => scrollY ? done() : addEventListener('scroll', done))"
    )
    page.evaluate("() => scrollTo(0, 0)")
    held = panorama.place(150, 200)
    page.mouse.wheel(0, -500)
    assert panorama.heard("moved")[-1][0]["zoom"] == pytest.approx(1.5)
    assert panorama.place(150, 200) == pytest.approx(held, abs=1e-6)
    page.mouse.down()
    page.mouse.move(260, 280, steps=3)
    page.mouse.up()
    panorama.drawn()
    assert panorama.place(260, 280) == pytest.approx(held, abs=1e-6)
    assert panorama.heard("click") == []  # a drag is none
    page.mouse.dblclick(300, 300)
    assert panorama.do("map.view.zoom") == pytest.approx(2.5)

    page.locator("#box").focus()
    before = panorama.do("map.view")
    page.keyboard.press("ArrowRight")
    assert panorama.do("map.view.x") > before["x"]
    page.keyboard.press("+")
    assert panorama.do("map.view.zoom") == pytest.approx(3.0)
    for _ in range(14):
        page.keyboard.press("+")
    assert panorama.do("map.camera.scale") == pytest.approx(300 * 2**8)  # tiles of level 8
    page.keyboard.press("Home")
    assert panorama.do("map.view") == {"x": 0.5, "y": 0.5, "zoom": 0}
    for side in (0.0, 1.0):
        x, y = page.evaluate("(side) => map.camera.toPixel(side, side)", side)
        assert min(x, y, SIZE - x, SIZE - y) >= 20  # room for names at the rim

    panorama.do("map.view = { x: 0.3, y: 0.6, zoom: 2 }")
    page.evaluate("() => Object.assign(map.box.style, { width: '380px', height: '500px' })")
    assert panorama.do("map.view") == {"x": 0.3, "y": 0.6, "zoom": 2}
    session = page.context.new_cdp_session(page)
    fingers = [{"x": 150, "y": 200, "id": 0}, {"x": 250, "y": 260, "id": 1}]
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers})
    under = [panorama.place(one["x"], one["y"]) for one in fingers]
    for step in range(1, 6):
        fingers = [
            {"x": 150 - 8 * step, "y": 200 - 5 * step, "id": 0},
            {"x": 250 + 8 * step, "y": 260 + 5 * step, "id": 1},
        ]
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": fingers})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()
    panorama.do("0")
    for finger, place in zip(fingers, under, strict=True):
        assert panorama.place(finger["x"], finger["y"]) == pytest.approx(place, abs=2e-3)


def test_points_are_found_marked_and_lassoed_where_they_lie(panorama: Panorama) -> None:
    page = panorama.page
    label = {"name": "in quotes", "x": 0.5, "y": 0.1, "count": 9, "level": 0, "region": 7}
    panorama.open([[label]])
    assert panorama.heard("hover") == []
    # The nearest of all, by the distances themselves.
    at = np.array([200.0, 330.0])
    apart = np.hypot(*(panorama.pixels() - at).T)
    page.mouse.move(*at)
    nearest = int(apart.argmin())
    assert apart[nearest] < 8
    [[n, x, y]] = panorama.heard("hover")
    assert n == nearest
    assert [x, y] == pytest.approx(panorama.pixels()[n], abs=0.01)
    page.mouse.click(*at)
    [[told, _]] = panorama.heard("click")
    assert (told["point"], told["region"]) == (nearest, None)
    assert [told["x"], told["y"]] == pytest.approx(panorama.place(*at))
    page.mouse.click(*page.evaluate("() => map.camera.toPixel(0.5, 0.1)"))
    [[told, _]] = panorama.heard("click")
    assert (told["point"], told["region"], told["label"]) == (None, 7, label)

    # A concave line; inside is what a ray leaves through an odd number of sides.
    corners = [(120, 120), (480, 140), (300, 300), (470, 470), (130, 450)]
    panorama.do("map.mode = 'lasso'")
    for escapes in (True, False):
        page.mouse.move(*corners[0])
        page.mouse.down()
        for corner in corners[1:]:
            page.mouse.move(*corner)
        if escapes:
            page.locator("#box").focus()
            page.keyboard.press("Escape")
        page.mouse.up()
        if escapes:
            assert panorama.heard("lassoed") == []
    [[ids]] = panorama.heard("lassoed")
    line = np.array([panorama.place(*corner) for corner in corners])
    ends = np.roll(line, -1, axis=0)
    spans = (line[:, 1] > PLACES[:, 1, None]) != (ends[:, 1] > PLACES[:, 1, None])
    slope = (ends[:, 0] - line[:, 0]) / (ends[:, 1] - line[:, 1])
    crossing = line[:, 0] + slope * (PLACES[:, 1, None] - line[:, 1])
    inside = (spans & (PLACES[:, 0, None] < crossing)).sum(axis=1) % 2 == 1
    assert ids == np.flatnonzero(inside).tolist()
    assert panorama.do("map.view.zoom") == 0  # nothing was panned

    panorama.do("map.mode = 'pan'")
    panorama.do("map.fit([3, 4, 5])")
    fitted = panorama.pixels()[3:6]
    assert ((fitted > 0) & (fitted < SIZE)).all()
    panorama.do("map.view = { x: 0.5, y: 0.5, zoom: 3 }")
    n = int(np.abs(PLACES - 0.5).max(axis=1).argmin())
    pixels = panorama.pixels()
    assert panorama.pixel("points", *pixels[n]) == ""
    colours = "Uint8Array.from({ length: 6000 }, (_, k) => [230, 159, 0][k % 3])"
    panorama.do(f"map.points({{ shown: true, colours: {colours} }})")
    assert panorama.pixel("points", *pixels[n]) == "#E69F00"
    marked = f"Uint8Array.from({{ length: {N} }}, (_, k) => k === {n})"
    panorama.do(f"map.points({{ shown: false, colours: {colours}, marked: {marked} }})")
    assert panorama.pixel("points", *pixels[n]) == "#E69F00"
    seen = (np.abs(pixels - SIZE / 2) < SIZE / 2 - 10).all(axis=1)
    other = int(np.where(seen, np.hypot(*(pixels - pixels[n]).T), 0).argmax())
    assert panorama.pixel("points", *pixels[other]) == ""


def test_tiles_come_once_as_large_as_they_are_seen_and_parents_stand_in(
    panorama: Panorama, watch: "Watch"
) -> None:
    panorama.failing = {"2/0/0"}
    page = panorama.page
    panorama.open()
    assert set(panorama.asked) == {f"1/{x}/{y}" for x in (0, 1) for y in (0, 1)}
    corners = [(150, 150), (450, 150), (150, 450), (450, 450)]
    assert [panorama.pixel("ground", *at) for at in corners] == list(HUES)

    watch.allow("500")
    panorama.do("map.view = { x: 0.3, y: 0.3, zoom: 1 }")
    panorama.drawn()
    again = {name for name, times in panorama.asked.items() if times > 1}
    assert again == {"2/0/0"}
    assert panorama.asked["2/0/0"] == 2  # once more, and then no more
    x, y = page.evaluate("() => map.camera.toPixel(0.12, 0.12)")
    assert panorama.pixel("ground", x, y) == HUES[0]  # its parent
    side = page.evaluate("() => map.camera.scale / 2 ** lstmLab.MapTiles.level(map.camera.scale)")
    assert 150 <= side <= 300

    # Playing draws the path alone, and asks for nothing.
    asked = panorama.asked.total()
    panorama.do("map.path(Float32Array.of(0.2, 0.2, 0.3, 0.3, 0.25, 0.4))")
    here = page.locator(".lab-map-here")
    expect(here).to_be_hidden()  # before the first step
    panorama.do("(map.frames = 0, map.pictures.draw = () => { map.frames += 1; })")
    for t, place in ((1, (0.2, 0.2)), (2, (0.3, 0.3)), (3, (0.25, 0.4)), (3, (0.25, 0.4))):
        panorama.do(f"map.paint({t})")
        x, y = page.evaluate("(place) => map.camera.toPixel(...place)", place)
        box = here.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] / 2 == pytest.approx(x, abs=0.6)
        assert box["y"] + box["height"] / 2 == pytest.approx(y, abs=0.6)
        assert panorama.pixel("walk", x, y) == "#E6EDF7"  # the colour of text
    page.evaluate("() => (document.documentElement.dataset.bsTheme = 'light', map.restyle())")
    page.evaluate(FRAMES)
    assert panorama.pixel("walk", x, y) == "#111827"
    panorama.do("(map.frames = 0, map.paint(1))")
    assert panorama.pixel("walk", x, y) != "#111827"  # it is faint again
    assert panorama.do("map.frames") == 0
    assert panorama.do("map.screen.frame ?? null") is None  # nothing is drawn where nothing changes
    assert panorama.asked.total() == asked


def test_names_never_lie_over_one_another_and_none_flickers_while_panning(
    panorama: Panorama,
) -> None:
    rng = np.random.default_rng(3)

    def level(rank: int, count: int) -> list[dict[str, Any]]:
        places = rng.uniform(0, 1, (count, 2)).tolist()
        return [
            {"name": f"name {rank}, number {n}", "x": x, "y": y, "count": n, "region": n}
            for n, (x, y) in enumerate(places)
        ]

    panorama.open([level(0, 12), level(1, 40), level(2, 150)])
    shown = """() => [...map.names.fading.keys()].map(({ name, rank, at, size }) =>
        [name, rank, at.left, at.top, size.width, size.height])"""
    known = []
    for zoom in (0, 0.6, 1.1, 1.6, 2.3, 4.2):
        panorama.do(f"map.view = {{ x: 0.5, y: 0.5, zoom: {zoom} }}")
        labels = panorama.page.evaluate(shown)
        known.append({rank for _, rank, *_ in labels})
        boxes = np.array([box for _, _, *box in labels])
        left, top, width, height = boxes.T
        across = (left[:, None] < left + width) & (left < (left + width)[:, None])
        down = (top[:, None] < top + height) & (top < (top + height)[:, None])
        assert (across & down).sum() == len(labels), zoom  # each lies over itself alone
        panorama.do("map.view = { x: 0.42, y: 0.55, zoom: map.view.zoom }")
        names = [name for name, *_ in labels]
        assert [name for name, *_ in panorama.page.evaluate(shown)] == names
    assert known == [{0}, {0}, {0, 1}, {0, 1}, {0, 1, 2}, {2}]
    panorama.do("map.home()")
    for _, _, left, top, width, height in panorama.page.evaluate(shown):
        assert min(left, top, SIZE - left - width, SIZE - top - height) >= 0


def test_movements_and_new_tiles_take_a_moment_unless_the_system_wants_no_motion(
    panorama: Panorama,
) -> None:
    page = panorama.page
    page.emulate_media(reduced_motion="no-preference")
    panorama.open()
    panorama.heard("moved")
    ends = page.evaluate("() => (map.zoomBy(4), map.view.zoom)")
    assert ends == pytest.approx(2.0)
    page.evaluate(
        """() => new Promise((done) => {
            const look = () => map.motion.isGoing ? requestAnimationFrame(look) : done();
            look();
        })"""
    )
    zooms = [view["zoom"] for [view] in panorama.heard("moved")]
    assert zooms == sorted(zooms)
    assert len(zooms) > 1  # on the way
    assert zooms[-1] == pytest.approx(2.0)
    panorama.drawn()
    page.emulate_media(reduced_motion="reduce")
    panorama.do("map.home()")
    assert [view["zoom"] for [view] in panorama.heard("moved")] == [0]


def test_a_picture_has_all_of_it_and_two_canvases_know_nothing_of_each_other(
    panorama: Panorama,
) -> None:
    page = panorama.page
    panorama.open()
    page.evaluate(
        """async () => {
            map.view = { x: 0.2, y: 0.2, zoom: 4 };
            map.points({ shown: true });
            window.picture = await map.picture(1024);
        }"""
    )
    assert page.evaluate("() => [picture.width, picture.height]") == [1024, 1024]
    assert panorama.pixel("picture", 3, 3) == "#121826"  # the ground around the frame
    corners = [(28, 28), (995, 28), (28, 995), (995, 995)]
    assert [panorama.pixel("picture", *at) for at in corners] == list(HUES)
    accent = "#56B4E9"
    n = int(np.abs(PLACES - 0.5).max(axis=1).argmin())
    assert panorama.pixel("picture", *(26 + (1024 - 52) * PLACES[n])) == accent
    other = """() => {
        const box = map.box.cloneNode();
        box.id = "other";
        document.body.append(box);
        window.other = new lstmLab.MapCanvas(box, {});
        other.load(Float32Array.of(0.5, 0.5));
        map.view = { x: 0.4, y: 0.4, zoom: 2 };
        map.chosen = 5;
        return [other.view, other.chosen];
    }"""
    assert page.evaluate(other) == [{"x": 0.5, "y": 0.5, "zoom": 0}, None]
    panorama.do("map.leave()")
    assert page.locator("#box canvas").count() == 0
    page.mouse.move(300, 300)
    page.mouse.wheel(0, -200)
    page.evaluate(FRAMES)
    assert panorama.do("map.view") == {"x": 0.4, "y": 0.4, "zoom": 2}
    expect(page.locator("#other canvas")).to_have_count(4)
