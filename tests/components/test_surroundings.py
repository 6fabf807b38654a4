"""Who may frame the lab, and which headers of a proxy it believes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from components import create_app, serve
from components.surroundings import frame_ancestors, proxies
from lstm import LabError

ROOT = Path(__file__).parents[2]
NAMES = ("LSTM_LAB_FRAME_ANCESTORS", "LSTM_LAB_PROXIES")


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def framed_by(client: FlaskClient, path: str = "/") -> str:
    policy = client.get(path, buffered=True).headers["Content-Security-Policy"]
    (found,) = re.findall(r"frame-ancestors ([^;]*)", policy)
    return str(found)


# Frames


@pytest.mark.parametrize(
    "given",
    [
        "'self'",
        "'none'",
        "*",
        "https:",
        "portal.example.org",
        "https://portal.example.org",
        "'self' https://*.example.org:8443 http://localhost:8050 https://127.0.0.1:*",
    ],
)
def test_those_who_may_frame_the_lab_are_in_the_policy_of_every_answer(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv(NAMES[0], given)
    client = create_app().server.test_client()
    for path in ("/", "/train", "/health", "/assets/cell.js", "/nope"):
        assert framed_by(client, path) == given
        assert "X-Frame-Options" not in client.get(path, buffered=True).headers


@pytest.mark.parametrize("given", [None, ""])
def test_by_default_only_the_lab_s_own_host_may_frame_it(
    monkeypatch: pytest.MonkeyPatch, given: str | None
) -> None:
    if given is not None:
        monkeypatch.setenv(NAMES[0], given)
    assert framed_by(create_app().server.test_client()) == "'self'"


@pytest.mark.parametrize(
    "given",
    [
        " ",
        "self",
        "'unsafe-inline'",
        "'self' 'none'",
        "* 'self'",
        "https://a.example; script-src *",
        "https://a.example,https://b.example",
        "https://a.example\r\nX-Evil: 1",
        "https://a.example\n",
        "'self'\thttps://a.example",
        "https://a.example/path",
        "https://a.example?x",
        "https://user@a.example",
        "ftp://a.example",
        "data:",
        "javascript:",
        "https://",
        "https://*",
        "a.*.example",
        "-a.example",
        "https://a.example:x",
        "https://bücher.example",
        "https://a.example\x00",
    ],
)
def test_what_names_nobody_who_could_frame_it_is_explained(given: str) -> None:
    with pytest.raises(LabError, match=r"^LSTM_LAB_FRAME_ANCESTORS is .*Use hosts with spaces"):
        frame_ancestors({NAMES[0]: given})


def test_a_lab_with_a_wrong_setting_does_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(NAMES[0], "https://a.example; script-src *")
    assert serve.main() == 2
    said = capsys.readouterr()
    assert said.err.startswith("LSTM_LAB_FRAME_ANCESTORS is 'https://a.example; script-src *'.")
    assert said.out == ""


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["app.py"], 2),
        (["-m", "gunicorn", "app:server", "--bind", "127.0.0.1:0", "--workers", "1"], 4),
    ],
    ids=["python", "gunicorn"],
)
def test_however_it_is_started_it_ends_with_what_is_wrong(command: list[str], status: int) -> None:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | {NAMES[1]: "one"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == status
    assert "LSTM_LAB_PROXIES is 'one'. Use the number of proxies" in done.stderr
    assert "Traceback" not in done.stderr


def test_on_a_portal_s_own_server_the_portal_says_who_may_frame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(NAMES[0], "no such; thing")
    app = create_app(server=Flask("portal"), url_base_pathname="/lab/")
    answer = app.server.test_client().get("/lab/")
    assert answer.status_code == 200
    assert "Content-Security-Policy" not in answer.headers


# Proxies


def addresses(page: str) -> list[str]:
    found = re.findall(r'(?:src|href)="([^"]*)"', page)
    return [address for address in found if not address.startswith("data:")]


def prefix_of(page: str) -> str:
    found = re.search(r'id="_dash-config"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    config: dict[str, Any] = json.loads(found[1])
    return str(config["requests_pathname_prefix"])


def test_without_proxies_their_headers_are_not_believed() -> None:
    client = create_app().server.test_client()
    page = client.get("/", headers={"X-Forwarded-Prefix": "/team/lab"}).text
    assert prefix_of(page) == "/"
    assert not [address for address in addresses(page) if address.startswith("/team")]


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setenv(NAMES[1], "1")
    client: FlaskClient = create_app().server.test_client()
    return client


@pytest.mark.parametrize("prefix", ["/lab", "/team/lab-2"])
def test_behind_a_proxy_every_address_has_the_prefix_that_the_proxy_took_away(
    behind: FlaskClient, prefix: str
) -> None:
    headers = {"X-Forwarded-Prefix": prefix}
    page = behind.get("/", headers=headers).text
    assert prefix_of(page) == f"{prefix}/"
    assert len(addresses(page)) > 10
    for address in addresses(page):
        assert address.startswith(f"{prefix}/"), address
        inside = address.removeprefix(prefix)
        assert behind.get(inside, headers=headers, buffered=True).status_code == 200, address


def test_behind_a_proxy_the_navigation_has_its_prefix(behind: FlaskClient) -> None:
    body = {
        "output": "..lab-nav.children...lab-main.children...lab-compare.hidden..",
        "outputs": [
            {"id": "lab-nav", "property": "children"},
            {"id": "lab-main", "property": "children"},
            {"id": "lab-compare", "property": "hidden"},
        ],
        "inputs": [{"id": "lab-location", "property": "pathname", "value": "/team/train"}],
        "state": [{"id": "lab-location", "property": "hash", "value": ""}],
        "changedPropIds": ["lab-location.pathname"],
    }
    headers = {"X-Forwarded-Prefix": "/team"}
    answer = behind.post("/_dash-update-component", json=body, headers=headers)
    links = answer.get_json()["response"]["lab-nav"]["children"]
    assert [link["props"]["href"] for link in links][:2] == ["/team/", "/team/network"]
    assert links[2]["props"]["aria-current"] == "page"


def test_a_proxy_that_takes_no_prefix_away_changes_nothing(behind: FlaskClient) -> None:
    assert prefix_of(behind.get("/").text) == "/"
    assert prefix_of(behind.get("/", headers={"X-Forwarded-Host": "a.example"}).text) == "/"


@pytest.mark.parametrize("prefix", ["//evil.example", "/<script>", "lab", "/a b", "/a/../b?"])
def test_a_prefix_that_is_no_path_is_refused(behind: FlaskClient, prefix: str) -> None:
    answer = behind.get("/", headers={"X-Forwarded-Prefix": prefix})
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert behind.get("/health").text == "OK"


def test_only_the_proxies_that_were_counted_are_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAMES[1], "2")
    client = create_app().server.test_client()
    # The first was sent by whoever asked; each proxy adds one.
    page = client.get("/", headers={"X-Forwarded-Prefix": "/forged, /lab, /lab"}).text
    assert prefix_of(page) == "/lab/"


def test_behind_a_proxy_a_redirect_names_the_address_that_was_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(NAMES[1], "1")
    client = create_app(url_base_pathname="/lab/").server.test_client()
    headers = {"X-Forwarded-Host": "portal.example", "X-Forwarded-Proto": "https"}
    location = urlsplit(client.get("/lab", headers=headers).headers["Location"])
    assert (location.scheme or "https", location.netloc or "portal.example", location.path) == (
        "https",
        "portal.example",
        "/lab/",
    )


@pytest.mark.parametrize("given", ["", "-1", "10", "1.0", "one", "１", "1\n"])
def test_a_number_of_proxies_that_is_none_is_explained(given: str) -> None:
    with pytest.raises(LabError, match=r"^LSTM_LAB_PROXIES is .*from 0 to 9\.$"):
        proxies({NAMES[1]: given})


def test_health_is_answered_below_a_prefix_too() -> None:
    assert (
        create_app(url_base_pathname="/lab/").server.test_client().get("/lab/health").text == "OK"
    )


def test_the_readme_names_the_settings() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert all(name in text for name in NAMES)
