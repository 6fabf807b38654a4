"""The lab: the frame around the views, and the app that serves them."""

import os
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import DependencyException
from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from . import (
    boundary,
    cell_files,
    cell_view,
    compare,
    lens_view,
    map_view,
    models_view,
    network_view,
    player,
    portal,
    surroundings,
    train_view,
)
from .controls import attributes
from .forgery import LARGEST_BODY, refuse_forgeries

NAME = "LSTM Lab"
DESCRIPTION = "See, change, train and play LSTMs as glass boxes, in the browser."

# The one ordered list of pages: each module has TITLE, PATH, layout() and register().
VIEWS: tuple[ModuleType, ...] = (
    cell_view,
    network_view,
    train_view,
    lens_view,
    map_view,
    models_view,
)

_HERE = Path(__file__).parent
# Installed, the assets lie inside the package; in the repository, beside it.
ASSETS = next(folder for folder in (_HERE / "assets", _HERE.parent / "assets") if folder.is_dir())

_INDEX = """<!DOCTYPE html>
<html lang="en" data-bs-theme="dark">
<head>
{%metas%}
<title>{%title%}</title>
<link rel="icon" type="image/svg+xml" href="ICON">
{%css%}
</head>
<body class="lab">
<noscript>LSTM Lab needs JavaScript: it plays the cell in your browser.</noscript>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>
"""


def create_app(**dash_kwargs: Any) -> Dash:
    """Build the lab as a Dash app.

    Parameters
    ----------
    **dash_kwargs
        Passed on to ``dash.Dash``, such as ``server``, ``url_base_pathname``
        or ``requests_pathname_prefix``.

    Returns
    -------
    dash.Dash
        ``app.server`` is the Flask server for WSGI.

    Raises
    ------
    LabError
        Where the environment says of the lab's place what cannot be
        (:mod:`.surroundings`); on a server that is not ours it is not asked.
    """
    own_server = "server" not in dash_kwargs
    if own_server:
        dash_kwargs["server"] = Flask("lstm_lab")
        # plotly.js is most of the first load; these levels pack it smaller for little time.
        dash_kwargs["server"].config.update(COMPRESS_ZSTD_LEVEL=9, COMPRESS_BR_LEVEL=5)
    settings: dict[str, Any] = {
        "assets_folder": str(ASSETS),
        "title": NAME,
        "update_title": None,
        "serve_locally": True,
        "compress": own_server,
        "health_endpoint": "health" if own_server else None,
        "enable_mcp": False,
        # Views come in by the route, so their ids are not in the first layout.
        "suppress_callback_exceptions": True,
        "meta_tags": [
            {"name": "viewport", "content": "width=device-width, initial-scale=1"},
            {"name": "description", "content": DESCRIPTION},
        ],
    }
    app = Dash("lstm_lab", **settings | dash_kwargs)
    app.index_string = _INDEX.replace("ICON", _icon())
    app.layout = lambda: _frame(app)
    _close_switches(app)
    _register(app)
    compare.register(app, VIEWS)
    app.callback(
        Output("lab-nav", "children"),
        Output("lab-main", "children"),
        Output("lab-compare", "hidden"),
        Input("lab-location", "pathname"),
        State("lab-location", "hash"),
    )(lambda pathname, link: _route(app, pathname, link))
    if own_server:
        _protect(app)
        # Under a threaded server two first requests would set the app up twice. A
        # server that is not ours may still get more pages, so it is left alone.
        app.server.test_client().get(app.config.routes_pathname_prefix)
    return app


def register_callbacks(app: Dash) -> None:
    """Let our views stand in the layout of a portal's own app.

    It gets their callbacks, routes below its own prefix, and on its page our
    scripts and styles, which leave everything else as it is. To be called before
    the app answers its first request; a second call does nothing.

    Parameters
    ----------
    app : dash.Dash
    """
    if cell_view.ANSWER not in app.callback_map:
        _register(app)
        portal.furnish(app, ASSETS)


def _register(app: Dash) -> None:
    player.register(app)
    cell_files.register(app)
    for view in VIEWS:
        view.register(app)


def _icon() -> str:
    """Give the icon as an address that needs no request, whenever the page's address changes."""
    return "data:image/svg+xml," + quote((ASSETS / "icon.svg").read_text("utf-8"))


def _frame(app: Dash) -> Component:
    return html.Div(
        [
            dcc.Location(id="lab-location"),
            html.A("Skip to the page", href="#lab-main", className="lab-skip"),
            html.Header(
                [
                    html.Span([html.Span(className="lab-logo"), NAME], className="lab-name"),
                    html.Nav(id="lab-nav", **attributes(aria_label="Pages")),
                    html.Div(
                        [
                            html.Span(className="lab-said", role="status"),
                            html.Button(
                                "Compare",
                                id="lab-compare",
                                type="button",
                                className="lab-top-button",
                                hidden=True,
                                title="Two settings side by side",
                                **attributes(data_lab="compare", aria_pressed="false"),
                            ),
                            html.Button(
                                "Copy link",
                                type="button",
                                className="lab-top-button",
                                **attributes(data_lab="copy-link"),
                            ),
                            html.Button(
                                "Export",
                                type="button",
                                className="lab-top-button",
                                **attributes(
                                    data_lab="export",
                                    aria_expanded="false",
                                    aria_controls="lab-export",
                                ),
                            ),
                            html.Div(
                                id="lab-export",
                                className="lab-export",
                                role="group",
                                hidden=True,
                                **attributes(aria_label="Export"),
                            ),
                            html.Button(
                                html.Span(className="lab-icon lab-icon-theme"),
                                type="button",
                                className="lab-top-button",
                                title="Dark or light",
                                **attributes(data_lab="theme", aria_label="Light theme"),
                            ),
                        ],
                        className="lab-top-buttons",
                    ),
                ],
                className="lab-top",
            ),
            html.Main(id="lab-main", tabIndex=-1),
        ]
    )


def _route(app: Dash, pathname: Any, link: Any) -> tuple[list[Component], Component, bool]:
    """Give the navigation, the page at a path of the lab as a link wants it, and no Compare."""
    path = boundary.expect(str, pathname, "pathname")
    prefix = app.config.requests_pathname_prefix
    if not path.startswith(prefix):
        raise BadRequest("pathname lies outside this app.")
    wanted = path.removeprefix(prefix).strip("/")
    here = next((view for view in VIEWS if view.PATH.strip("/") == wanted), None)
    links: list[Component] = [
        html.A(
            view.TITLE,
            href=app.get_relative_path(view.PATH),
            **attributes(**({"aria_current": "page"} if view is here else {})),
        )
        for view in VIEWS
    ]
    if not here:
        return links, _lost(links), True
    heading = html.H1(here.TITLE, className="visually-hidden")
    page = html.Div([heading, compare.page(here, link)])
    return links, page, not hasattr(here, "COMPARES")


def _lost(links: list[Component]) -> Component:
    return html.Div(
        [html.H1("There is no such page"), html.P("The lab has these:"), html.Div(links)],
        className="lab-lost",
    )


def _close_switches(app: Dash) -> None:
    """Turn Dash's developer tools off, which the environment could otherwise turn on."""
    app.enable_dev_tools(
        debug=False,
        dev_tools_ui=False,
        dev_tools_props_check=False,
        dev_tools_serve_dev_bundles=False,
        dev_tools_hot_reload=False,
        dev_tools_silence_routes_logging=False,
        dev_tools_disable_version_check=True,
        dev_tools_prune_errors=False,
        dev_tools_validate_callbacks=False,
    )


def _protect(app: Dash) -> None:
    """Set what only an app with a server of its own may decide."""
    server: Flask = app.server
    server.debug = False  # FLASK_DEBUG in the environment must not open a debugger
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    if behind := surroundings.proxies(os.environ):
        surroundings.believe(app, server, behind)
    refuse_forgeries(app, server)
    policy = "; ".join(
        [
            "default-src 'none'",
            "script-src 'self' " + " ".join(app.csp_hashes()),
            "style-src 'self' 'unsafe-inline'",  # Plotly and React set styles on elements
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {surroundings.frame_ancestors(os.environ)}",
        ]
    )
    pages = {view.PATH.strip("/") for view in VIEWS}

    @server.get("/robots.txt")
    def robots() -> Response:
        return Response("User-agent: *\nAllow: /\n", mimetype="text/plain")

    @server.after_request
    def harden(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        # Dash answers every path with the index page; a page that is not there says so.
        path = (request.view_args or {}).get("path", "")
        if (request.endpoint or "").endswith("<path:path>") and path.strip("/") not in pages:
            response.status_code = 404
        return response

    @server.errorhandler(DependencyException)
    def missing(_error: Exception) -> Response:
        return Response("There is no such package here.", 404, mimetype="text/plain")
