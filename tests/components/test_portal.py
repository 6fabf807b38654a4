"""What a portal's page gets of ours: scripts and styles below its own prefix, once."""

import gzip
import re
from typing import Any

import pytest
from dash import Dash, html
from flask import Flask

from components import CellView, create_app, register_callbacks
from components.forgery import LARGEST_BODY
from components.lab import ASSETS
from components.portal import _INSIDE, scoped


def portal_of(**more: Any) -> Dash:
    portal = Dash("portal", **more)
    portal.layout = html.Div([CellView("lesson-1"), CellView("lesson-2")])
    register_callbacks(portal)
    return portal


def ours(page: str) -> list[str]:
    """Addresses of what is ours on a page."""
    return re.findall(r'(?:src|href)="([^"]*/_lab/assets/[^"]*)"', page)


@pytest.mark.parametrize("prefix", ["/", "/portal/"])
def test_the_portal_s_page_loads_all_that_is_ours_from_below_its_own_prefix(prefix: str) -> None:
    portal = portal_of(url_base_pathname=prefix)
    client = portal.server.test_client()
    addresses = ours(client.get(prefix).text)
    scripts = {path.name for path in ASSETS.glob("*.js")}
    names = [
        address.removeprefix(f"{prefix}_lab/assets/").partition("?")[0] for address in addresses
    ]
    assert sorted(names) == sorted([*scripts, "portal.css"])
    for address in addresses:
        answer = client.get(address, buffered=True)
        assert answer.status_code == 200, address
        assert answer.data
        assert answer.mimetype == ("text/css" if ".css?" in address else "text/javascript")
    drawing = client.get(f"{prefix}_lab/assets/diagrams/lstm-wide.svg", buffered=True)
    assert drawing.mimetype == "image/svg+xml"


def test_the_sheet_is_packed_for_whoever_can_unpack_it() -> None:
    client = portal_of().server.test_client()
    (address,) = [one for one in ours(client.get("/").text) if ".css?" in one]
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < 60_000
    assert (plain.headers["Vary"], packed.headers["Vary"]) == ("Accept-Encoding",) * 2
    assert "Content-Encoding" not in plain.headers


def test_the_sheets_stand_in_the_order_of_the_lab_and_ours_for_portals_last() -> None:
    client = portal_of().server.test_client()
    (address,) = [one for one in ours(client.get("/").text) if ".css?" in one]
    text = client.get(address).text
    marks = ("--bs-blue", ".lab-gate", "body.lab", ".lab-models", ".lab-heat", "body:not(.lab)")
    places = [text.index(mark) for mark in marks if mark in text]
    assert len(places) >= 5
    assert places == sorted(places)


def test_behind_a_dispatcher_the_addresses_are_those_that_the_browser_needs() -> None:
    portal = portal_of(requests_pathname_prefix="/team/", routes_pathname_prefix="/")
    client = portal.server.test_client()
    for address in ours(client.get("/").text):
        assert address.startswith("/team/_lab/assets/")
        assert client.get(address.removeprefix("/team"), buffered=True).status_code == 200


def test_registered_twice_everything_is_there_once() -> None:
    portal = portal_of()
    once = ours(portal.server.test_client().get("/").text)
    register_callbacks(portal)
    assert ours(portal.server.test_client().get("/").text) == once
    assert len(once) == len(set(once))


def test_a_portal_without_a_limit_of_its_own_is_sent_no_more_than_the_lab() -> None:
    client = portal_of().server.test_client()
    headers = {"X-Lab-Owner": "anna-has-an-unguessable-token"}
    large = {"text": "x" * LARGEST_BODY}
    for path in ("cell/trace", "cell/code", "network/code", "trace"):
        answer = client.post(f"/_lab/{path}", json=large, headers=headers)
        assert answer.status_code == 413, path


def test_the_lab_itself_loads_its_assets_in_one_way_only() -> None:
    app = create_app()
    assert ours(app.server.test_client().get("/").text) == []
    register_callbacks(app)
    assert ours(app.server.test_client().get("/").text) == []


def test_what_a_portal_gave_to_other_apps_too_stays_theirs() -> None:
    scripts, sheets = ["https://portal.example/own.js"], ["https://portal.example/own.css"]
    portal = portal_of(external_scripts=scripts, external_stylesheets=sheets)
    assert (len(scripts), len(sheets)) == (1, 1)
    page = portal.server.test_client().get("/").text
    assert page.index("own.css") < page.index("_lab/assets/portal.css")
    other = Dash("other", external_scripts=scripts, external_stylesheets=sheets)
    other.layout = html.Div()
    assert ours(other.server.test_client().get("/").text) == []


def test_two_portals_on_one_server_have_their_own() -> None:
    server = Flask("both")
    for prefix in ("/one/", "/two/"):
        portal_of(server=server, url_base_pathname=prefix)
    client = server.test_client()
    for prefix in ("/one/", "/two/"):
        addresses = ours(client.get(prefix).text)
        assert addresses
        assert all(address.startswith(prefix) for address in addresses)


@pytest.mark.parametrize(
    "path", ["nope.js", "../app.py", "%2e%2e/app.py", "diagrams/", "", "..%2fREADME.md"]
)
def test_what_is_no_asset_is_not_found(path: str) -> None:
    answer = portal_of().server.test_client().get(f"/_lab/assets/{path}", buffered=True)
    assert "LSTM Lab" not in answer.text
    # Dash answers a path that nobody has with the portal's own page.
    assert answer.status_code == 404 or "<title>Dash</title>" in answer.text


# Styles


def whole() -> str:
    return scoped([path.read_text("utf-8") for path in sorted(ASSETS.glob("*.css"))])


def test_every_rule_of_every_sheet_holds_inside_our_views_only() -> None:
    text = re.sub(r'"[^"]*"', '""', whole())
    heads = [head.strip() for head in re.findall(r"([^{}]*)\{", text)]
    rules = [head for head in heads if not head.startswith("@")]
    assert len(rules) > 1500
    lists = [re.sub(r"\([^()]*\)", "", re.sub(r"\([^()]*\)", "", one)) for one in rules]
    for rule, plain in zip(rules[1:], lists[1:], strict=True):
        inside = rule.replace('""', "").count(_INSIDE)
        assert inside == plain.count(",") + 1, rule


def test_nothing_of_it_has_a_name_for_the_whole_page() -> None:
    groups = set(re.findall(r"@[a-z-]+", whole()))
    assert groups <= {"@media", "@supports"}
    assert not re.search(r"(^|[\s,}]):root", whole())


def test_widths_of_the_window_become_widths_of_the_view() -> None:
    text = scoped([".a { b: c } @media (max-width: 640px) { .a { b: d } }"]).replace(_INSIDE, "¤")
    within = '[data-within~="640"]'
    assert text.split("\n") == [
        ":is(.lab-view, .lab-offcanvas) {--lab-widths: 640}",
        ".a¤ { b: c }",
        f".a¤:where({within}, {within} *) {{ b: d }}",
    ]
    assert "(max-width: 640px)" not in whole()


@pytest.mark.parametrize(
    ("rule", "confined"),
    [
        ("a, b > c {x: y}", "a¤, b > c¤ {x: y}"),
        ("a:is(b, :not(c, d)):hover {}", "a:is(b, :not(c, d)):hover¤ {}"),
        ("::after, a::before {}", "¤::after, a¤::before {}"),
        ("a::-x-thumb:active {}", "a¤::-x-thumb:active {}"),
        ("[title='{'] {x: '}'}", "[title='{']¤ {x: '}'}"),
        ("/* a { } */ b {}", "b¤ {}"),
        ('@charset "UTF-8"; a {}', "a¤ {}"),
        ("@keyframes spin { to { x: y } } a {}", "a¤ {}"),
    ],
)
def test_a_rule_is_about_what_lies_inside(rule: str, confined: str) -> None:
    (_, *lines) = scoped([rule]).replace(_INSIDE, "¤").split("\n")
    assert lines == [confined]
