"""What axe finds wrong with a page."""

import itertools
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

SIZES = ((390, 844), (1440, 900))  # of a phone, of a desk
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# Only what is wrong comes back: all that is right would take as long again.
RUN = """([context, options]) => axe.run(context ?? document, { ...options, selectors: false,
    resultTypes: ["violations"] }).then(({ violations }) =>
        violations.map(({ id, nodes }) => [id, nodes[0].html]))"""


def violations(page: Page, context: str | None = None, **options: Any) -> list[Any]:
    """Ask axe, and give what it found with the first place of each."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    found: list[Any] = page.evaluate(RUN, [context, options])
    return found


def violations_in_all_looks(page: Page) -> list[Any]:
    """Ask axe of a page of the lab on a phone and on a desk, dark and light."""
    found = []
    for (width, height), scheme in itertools.product(SIZES, SCHEMES):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        found += [(width, scheme, *one) for one in violations(page)]
    return found
