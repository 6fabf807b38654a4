"""What an administrator says of where the lab stands: who may frame it, what lies before it.

The headers of a proxy are believed only when it is said how many proxies there
are: anybody can send such headers.
"""

import re
from collections.abc import Mapping
from typing import Any

from dash import Dash
from flask import Flask, has_request_context, request
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from lstm import LabError

FRAME_ANCESTORS = "LSTM_LAB_FRAME_ANCESTORS"
PROXIES = "LSTM_LAB_PROXIES"
MOST_PROXIES = 9

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*"
# Without its quotes 'self' would be a host of that name.
_ANCESTOR = re.compile(
    rf"'self'|https?:|(?!(?:self|none)$)(?:https?://)?{_HOST}(?::(?:[0-9]{{1,5}}|\*))?"
)
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")


def frame_ancestors(environ: Mapping[str, str]) -> str:
    """Read who may show the lab in a frame.

    Parameters
    ----------
    environ : mapping of str to str
        LSTM_LAB_FRAME_ANCESTORS has the sources of the directive of that name
        in a content security policy, with spaces between them.

    Returns
    -------
    str
        The sources; by default ``'self'``, the lab's own host.

    Raises
    ------
    LabError
        Where one of them is no such source.

    Examples
    --------
    >>> frame_ancestors({"LSTM_LAB_FRAME_ANCESTORS": "'self'  https://*.example.org:8443"})
    "'self' https://*.example.org:8443"
    """
    given = environ.get(FRAME_ANCESTORS, "")
    sources = given.split(" ") if given else ["'self'"]
    sources = [source for source in sources if source]
    if sources in (["'none'"], ["*"]):
        return sources[0]
    wrong = [source for source in sources if not _ANCESTOR.fullmatch(source)]
    if wrong or not sources:
        raise LabError(
            f"{FRAME_ANCESTORS} is {given[:200]!r}. Use hosts with spaces between them, like "
            "\"'self' https://portal.example.org\"; or 'none', or * for everybody, alone."
        )
    return " ".join(sources)


def proxies(environ: Mapping[str, str]) -> int:
    """Read how many proxies lie before the lab, each of which adds its headers.

    Parameters
    ----------
    environ : mapping of str to str
        LSTM_LAB_PROXIES has the number; by default there is none.

    Raises
    ------
    LabError
        Where it is no number from 0 to 9.
    """
    given = environ.get(PROXIES, "0")
    if not re.fullmatch(r"[0-9]", given):
        raise LabError(
            f"{PROXIES} is {given[:20]!r}. Use the number of proxies before the lab whose "
            f"X-Forwarded headers are to be believed, from 0 to {MOST_PROXIES}."
        )
    return int(given)


class _Config(dict[str, Any]):
    """An app's settings, with the prefix that the request came by."""

    def __getattr__(self, key: str) -> Any:
        if key not in self:
            raise AttributeError(key)
        if key == "requests_pathname_prefix" and has_request_context() and request.script_root:
            return request.script_root + self["routes_pathname_prefix"]
        return self[key]


def believe(app: Dash, server: Flask, n: int) -> None:
    """Let an app with a server of its own believe the headers of so many proxies.

    They say which host, scheme and address the browser asked, and below which
    path (``X-Forwarded-Prefix``) the proxy has put the lab.
    """
    server.wsgi_app = ProxyFix(  # type: ignore[method-assign]
        server.wsgi_app, x_for=n, x_proto=n, x_host=n, x_port=n, x_prefix=n
    )
    app.config = _Config(app.config)  # type: ignore[assignment]

    @server.before_request
    def check() -> None:
        # It is written into the addresses of all scripts.
        if not _PREFIX.fullmatch(request.script_root):
            raise BadRequest("X-Forwarded-Prefix is no path like /lab.")
