"""Answers of the server that a test holds back, to let them come in the order that hurts."""

import json
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page, Route

if TYPE_CHECKING:
    from collections.abc import Collection

UPDATE = "**/_dash-update-component*"
PATIENCE = 15  # seconds: a limit for what hangs


class Held:
    """Holds requests back that are for these parts, such as "cell-b answer" or "lab-second"."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.names: Collection[str] = ()
        self.asked: Counter[str] = Counter()
        self.sent: dict[str, Any] = {}  # what was last asked for a part
        self._held: list[tuple[str, Route]] = []
        page.route(UPDATE, self._take)

    def back(self, *names: str) -> None:
        """Hold back what is asked from now on for these parts."""
        self.names = names

    def wait(self, name: str, count: int = 1) -> None:
        """Wait until requests for a part are held back."""
        end = time.monotonic() + PATIENCE
        while sum(held == name for held, _ in self._held) < count:
            assert time.monotonic() < end, f"{name} was not asked for, only {self.asked}"
            self.page.evaluate("() => new Promise(requestAnimationFrame)")

    def let(self, name: str) -> None:
        """Let the first that is held back for a part go on, and wait for its answer."""
        held = next(one for one in self._held if one[0] == name)
        self._held.remove(held)
        with self.page.expect_event(
            "requestfinished", lambda request: request == held[1].request, timeout=PATIENCE * 1000
        ):
            held[1].continue_()

    def end(self) -> None:
        """Let everything go on, and hold nothing back any more."""
        self.names = ()
        for _, route in self._held:
            route.continue_()
        self._held.clear()

    def _take(self, route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        name = _name(body["outputs"])
        self.asked[name] += 1
        self.sent[name] = body["inputs"][0].get("value")
        if name in self.names:
            self._held.append((name, route))
        else:
            route.continue_()


def _name(outputs: Any) -> str:
    """Name what is asked for: a part of a view, or of the page."""
    known = outputs[-1] if isinstance(outputs, list) else outputs
    id_ = known["id"]
    return f"{id_['aio_id']} {id_['part']}" if isinstance(id_, dict) else str(id_)
