"""Our scripts and styles on a portal's page, below its own prefix, and for our views only.

The scripts are served as they are. Of the styles, Bootstrap's among them, one
sheet is made that holds inside our views and nowhere else.
"""

import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from dash import Dash
from flask import Response, request, send_from_directory

from .routes import Routes

SHEET = "portal.css"  # a file of this name ends the sheet; in the lab's own page it says nothing
FOREVER = 365 * 24 * 3600  # seconds; the address of a changed file is another
# Beside its meaning this adds the same to the weight of every rule, so that none of ours
# changes its place among ours, and a portal's rule for all buttons loses.
_INSIDE = ":is(.lab-view, .lab-view *, .lab-offcanvas, .lab-offcanvas *)"
_ROOT = ":is(.lab-view, .lab-offcanvas)"
_WIDTH = re.compile(r"@media \(max-width: ([\d.]+)px\)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_LEFT_OUT = ("@keyframes", "@charset")  # their names would be the whole page's


def furnish(app: Dash, assets: Path) -> None:
    """Add our scripts and styles to the page of an app that is not the lab.

    Parameters
    ----------
    app : dash.Dash
    assets : Path
        The folder that has them.
    """
    files = sorted(assets.glob("*.css"), key=lambda file: (file.name == SHEET, file.name))
    sheet = scoped([file.read_text("utf-8") for file in files]).encode()
    packed = gzip.compress(sheet, mtime=0)  # a tenth of it, whether or not the portal packs

    def asset(name: str) -> Response:
        if name == SHEET:
            small = request.accept_encodings.quality("gzip") > 0
            answer = Response(packed if small else sheet, mimetype="text/css")
            answer.headers["Vary"] = "Accept-Encoding"
            if small:
                answer.headers["Content-Encoding"] = "gzip"
            answer.cache_control.public = True
            answer.cache_control.max_age = FOREVER
            return answer
        return send_from_directory(assets, name, max_age=FOREVER)

    Routes(app).add("GET", "assets/<path:name>", asset)
    root = app.config.requests_pathname_prefix + "_lab/assets/"
    scripts = [
        f"{root}{file.name}?v={_version(file.read_bytes())}" for file in sorted(assets.glob("*.js"))
    ]
    styles = f"{root}{SHEET}?v={_version(sheet)}"
    # New lists: the portal may have given the same ones to other apps.
    app.config.external_scripts = [*app.config.external_scripts, *scripts]
    app.config.external_stylesheets = [*app.config.external_stylesheets, styles]


def scoped(sheets: list[str]) -> str:
    """Make one style sheet of many that holds inside our views only.

    What is said of the page's root is said of a view, and what depends on the
    width of the window depends on the width of the view: the scripts write into
    ``data-within`` which of ``--lab-widths`` it lies within.

    Examples
    --------
    >>> print(scoped(["h1::after, :root { margin: 0 }"]).replace(_INSIDE, ":inside"))
    :is(.lab-view, .lab-offcanvas) {--lab-widths: }
    h1:inside::after, :is(.lab-view, .lab-offcanvas):inside { margin: 0 }
    """
    text = _COMMENT.sub("", "\n".join(sheets))
    widths = " ".join(sorted(set(_WIDTH.findall(text)), key=float))
    rules = [f"{_ROOT} {{--lab-widths: {widths}}}", *_rules(text, _INSIDE)]
    return "\n".join(rules)


def _rules(text: str, where: str) -> Iterator[str]:
    """Confine the rules of a sheet, or of a group in it, to a place."""
    for head, body in _blocks(text):
        width = _WIDTH.fullmatch(head)
        if width:
            within = f'[data-within~="{width[1]}"]'
            yield from _rules(body, f"{where}:where({within}, {within} *)")
        elif head.startswith(_LEFT_OUT):
            continue
        elif head.startswith("@"):
            yield "\n".join([f"{head} {{", *_rules(body, where), "}"])
        else:
            selectors = [_confined(selector, where) for selector in _parts(head)]
            yield f"{', '.join(selectors)} {{{body}}}"


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Take a sheet apart: what stands before each block, and in it."""
    start = at = depth = 0
    head = ""
    while at < len(text):
        if text[at] in "\"'":
            at = text.index(text[at], at + 1)
        elif text[at] == "{":
            if depth == 0:
                head, start = text[start:at].strip(), at + 1
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                yield head, text[start:at]
                start = at + 1
        elif text[at] == ";" and depth == 0:
            start = at + 1
        at += 1


def _parts(selectors: str) -> Iterator[str]:
    """Split a list of selectors, and not the lists in their parentheses."""
    start = depth = 0
    for at, sign in enumerate(selectors + ","):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            yield selectors[start:at].strip()
            start = at + 1


def _confined(selector: str, where: str) -> str:
    """Add a place to what a selector is about, which a pseudo-element may follow."""
    subject, mark, pseudo = selector.replace(":root", _ROOT).partition("::")
    return subject + where + mark + pseudo


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
