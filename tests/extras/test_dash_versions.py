"""A portal with another minor version of Dash than the lab's tests run with: the oldest allowed."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dash
import pytest
from playwright.sync_api import Browser, ConsoleMessage, WebError, expect

pytestmark = pytest.mark.extras

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
PATIENCE = 60  # seconds: a limit for what hangs


def oldest() -> str:
    """Give the oldest minor version of Dash that our bounds allow, as in 4.3."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (found,) = (one for one in project["dependencies"] if one.startswith("dash["))
    bounds = re.search(r">=([0-9]+\.[0-9]+)", found)
    assert bounds
    return bounds[1]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an environment with the wheel and that Dash, and give its Python."""
    folder = tmp_path_factory.mktemp("oldest")
    quiet = ["--quiet", "--disable-pip-version-check"]
    wheel = [sys.executable, "-m", "pip", "wheel", str(ROOT), *quiet, "--no-deps"]
    subprocess.run([*wheel, "--no-build-isolation", "-w", str(folder)], check=True)
    (built,) = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    python = folder / "venv" / "bin" / "python"
    wanted = [str(built), f"dash[compress]=={oldest()}.*", "gunicorn"]
    subprocess.run([python, "-m", "pip", "install", *quiet, *wanted], check=True)
    return python


@pytest.fixture(scope="module")
def address(python: Path) -> Iterator[str]:
    """Serve the example of a portal from there."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    address = f"http://{HOST}:{port}/"
    log = python.parents[2] / "portal.txt"
    command = [str(python), "-m", "gunicorn", "app:application", "--bind", f"{HOST}:{port}"]
    with log.open("w") as written:
        process = subprocess.Popen(
            [*command, "--workers", "2", "--threads", "4", "--log-level", "warning"],
            cwd=ROOT / "examples" / "portal",
            env=os.environ | {"LSTM_LAB_DATA": str(log.parent / "data")},
            stderr=written,
        )
    deadline = time.monotonic() + PATIENCE
    try:
        while True:
            try:
                text_at(address)
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, "The portal does not answer."
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)
    assert "Traceback" not in log.read_text()


def text_at(address: str) -> str:
    """Read an address that answers with 200."""
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        text: str = answer.read().decode()
        return text


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Take the system's Chromium where there is one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    installed = next(filter(None, map(shutil.which, names)), None)
    path = {"executable_path": installed} if installed else {}
    return {**browser_type_launch_args, **path, "args": ["--no-sandbox"]}


def test_the_portal_has_another_minor_version_than_our_tests(python: Path) -> None:
    say = [str(python), "-c", "import dash; print(dash.__version__)"]
    found = subprocess.run(say, check=True, capture_output=True, text=True).stdout.strip()
    assert found.startswith(oldest() + ".")
    assert found.split(".")[:2] != dash.__version__.split(".")[:2]


def test_the_portal_answers_with_our_views_callbacks_and_assets(address: str) -> None:
    layout = text_at(f"{address}_dash-layout")
    assert all(f'"data-view":"lesson-{n}"' in layout.replace(": ", ":") for n in (1, 2, 3))
    callbacks = json.loads(text_at(f"{address}_dash-dependencies"))
    assert len([one for one in callbacks if "MATCH" in one["output"]]) > 5
    ours = re.findall(r'(?:src|href)="/(_lab/assets/[^"]*)"', text_at(address))
    assert len(ours) > 10
    assert all(text_at(address + one) for one in ours)
    for path in ("shared/", "dispatched/"):
        assert "LSTM Lab" in text_at(address + path)
    assert text_at(f"{address}dispatched/health") == "OK"


def test_a_view_and_the_whole_lab_work_in_the_browser(browser: Browser, address: str) -> None:
    problems: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            problems.append(message.text)

    def failed(error: WebError) -> None:
        problems.append(str(error.error))

    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.on("console", heard)
    context.on("weberror", failed)
    page = context.new_page()
    for path, name in (("", "lesson-1"), ("shared/", "Cell"), ("dispatched/network", "Network")):
        page.goto(address + path)
        place = page.get_by_role("region", name=name, exact=True) if not path else page
        expect(page.locator("[data-view][data-ready]").first).to_be_attached(timeout=PATIENCE * 1e3)
        place.get_by_role("button", name="Step forward", exact=True).click()
        readings = place.locator("[data-card=Readings]")
        expect(readings.locator("data[data-value=t]")).to_have_attribute("value", "1")
        if path != "dispatched/network":
            # The server has computed it: a callback of the Cell page has answered.
            expect(readings.locator("data[data-value=c]")).to_have_text("0.288")
    page.goto("about:blank")
    context.close()
    assert problems == []
