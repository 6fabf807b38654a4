"""A map as a page of its own: one file that asks nobody for anything, wherever it is opened."""

import base64
import gzip
import json
import math
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from lstm.atlas import Atlas
from lstm.painters import Painter
from lstm.painters.colours import mix
from lstm.painters.letters import gap
from lstm.painters.panorama import tile_parts
from lstm.trust import Trust

from .map_colours import look
from .map_sheet import Sheet
from .map_words import BAD, measure, trust_in_words
from .numerals import fixed, percent
from .theme import SURFACES, ThemeName

LEVELS = (2, 4)  # of tiles, the first and the last
OF_PIXELS = (2, 3)  # of a picture that a model painted, which is large
STEPS = (BAD, 0.5, 0.75, 1.0)  # of recall, each with a colour

_HERE = Path(__file__).parent
_WIDE, _HIGH = 300, 110  # of the curve
_DIGITS = 4  # of places: finer than the deepest tiles show


def page(sheet: Sheet, painters: Mapping[ThemeName, Painter], title: str, made: str) -> str:
    """Write a map as one page of HTML.

    Parameters
    ----------
    sheet : Sheet
    painters : mapping of theme to Painter
        One and the same for both where its tiles are.
    title, made : str
        What the map shows, and how it was made.

    Returns
    -------
    str
        With its own script and style; it opens from a disk.
    """
    atlas, trust = sheet.atlas, sheet.atlas.trust
    style = _part("css")
    for name in ("dark", "light"):
        surface = vars(SURFACES[name])
        colours = "".join(f"--{role}:{colour};" for role, colour in surface.items())
        style = style.replace(f"{{{{{name}}}}}", colours)
    note = f" · {atlas.note}" if atlas.note else ""
    parts = {
        "title": escape(title),
        "made": escape(made + note),
        "style": style,
        "peak": _peak(trust),
        "curve": _curve(trust),
        "figures": _figures(trust),
        "trust": "".join(f"<p>{escape(said)}</p>" for said in trust_in_words(trust)),
        "regions": _regions(sheet),
        "legend": _legend(trust.k),
        "data": _packed(_data(sheet, painters)),
        "script": _part("js"),
    }
    # In one go: what a text says is not looked at again.
    first, *pieces = _part("html").split("{{")
    written = [first]
    for piece in pieces:
        name, rest = piece.split("}}", 1)
        written += [parts[name], rest]
    return "".join(written)


def _part(kind: str) -> str:
    return (_HERE / f"map_page.{kind}").read_text("utf-8")


def _packed(data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("utf-8", "replace"), 9, mtime=0)).decode()


def _data(sheet: Sheet, painters: Mapping[ThemeName, Painter]) -> dict[str, Any]:
    """Give what the page's script shows: places are shares of the frame, y from the top."""
    atlas = sheet.atlas
    texts = list(dict.fromkeys(atlas.token))
    number = {text: n for n, text in enumerate(texts)}
    recall = np.full(len(atlas), None, object)
    recall[atlas.trust.points] = np.round(atlas.trust.point_recall, 3).tolist()
    return {
        "levels": _levels(painters),
        "tiles": _tiles(painters),
        "places": np.round(sheet.places.astype(float), _DIGITS).ravel().tolist(),
        "texts": texts,
        "token": [number[text] for text in atlas.token],
        "before": list(atlas.before),
        "gap": gap(texts),
        "level": atlas.levels[0].tolist(),
        "recall": recall.tolist(),
        "k": atlas.trust.k,
        "steps": STEPS,
        "names": [[[one["name"], one["x"], one["y"]] for one in level] for level in sheet.regions],
        "regionDots": {name: _hues(name) for name in ("dark", "light")},
        "trustDots": {name: _steps(name) for name in ("dark", "light")},
    }


def _levels(painters: Mapping[ThemeName, Painter]) -> tuple[int, int]:
    return OF_PIXELS if painters["dark"] is painters["light"] else LEVELS


def _tiles(painters: Mapping[ThemeName, Painter]) -> dict[str, dict[str, str]]:
    """Give the tiles of each theme; once only where both are the same."""
    first, last = _levels(painters)
    wanted: dict[str, Painter] = {str(name): one for name, one in painters.items()}
    if painters["dark"] is painters["light"]:
        wanted = {"both": painters["dark"]}
    return {
        name: {
            f"{z}-{x}-{y}": inner
            for z in range(first, last + 1)
            for x, y, inner in tile_parts(painter, z)
        }
        for name, painter in wanted.items()
    }


def _steps(theme: ThemeName) -> list[str]:
    """Give the colours of trust, from a place that is not to be trusted on."""
    surface = SURFACES[theme]
    shares = np.linspace(0, 1, len(STEPS) - 1).tolist()
    return [surface.alarm, *(mix(surface.muted, surface.accent, share) for share in shares)]


def _hues(theme: ThemeName) -> list[str]:
    """Give the colours of points, by hue; the last for those of no region."""
    colours = look(theme)
    return [*(mix(hue, colours.text, 0.35) for hue in colours.hues), colours.text]


def _peak(trust: Trust) -> str:
    at = trust.peak
    k, N = int(trust.ks[at]), len(trust.points)
    return (
        f"mutual-kNN gain, peak <strong>{fixed(float(trust.gain[at]), 2)} at k = "
        f"{percent(k / N)}</strong> ({k:,} of {N:,}); shuffled map "
        f"{fixed(float(trust.control_gain[at]), 2)}"
    )


def _curve(trust: Trust) -> str:
    """Draw the gain over the share of neighbours, beside that of the shuffled map."""
    share = np.log10(trust.ks / (len(trust.points) - 1))
    across = (share - share[0]) / ((share[-1] - share[0]) or 1.0) * _WIDE
    most = max(0.25, math.ceil(float(trust.gain.max()) * 4) / 4)

    def line(values: Any) -> str:
        down = _HIGH * (1 - np.asarray(values) / most)
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, down, strict=True))

    least, at = f"{100 * 10 ** float(share[0]):.2g} %", trust.peak
    said = f"Gain over k, from {least} of the contexts to all of them"
    return (
        f'<svg class="gain" viewBox="-32 -10 {_WIDE + 40} {_HIGH + 30}" role="img" '
        f'aria-label="{said}">'
        f'<path class="axis" d="M0 {_HIGH}H{_WIDE}M0 0V{_HIGH}" fill="none"/>'
        f'<polyline class="shuffled" points="{line(trust.control_gain)}"/>'
        f'<polyline class="line" points="{line(trust.gain)}"/>'
        f'<circle cx="{across[at]:.1f}" cy="{_HIGH * (1 - trust.gain[at] / most):.1f}" r="4"/>'
        f'<text x="-4" y="4" text-anchor="end">{most:g}</text>'
        f'<text x="-4" y="{_HIGH + 3}" text-anchor="end">0</text>'
        f'<text x="0" y="{_HIGH + 15}">{least}</text>'
        f'<text x="{_WIDE}" y="{_HIGH + 15}" text-anchor="end">k: all</text></svg>'
    )


def _figures(trust: Trust) -> str:
    told = {
        "trustworthy": trust.trustworthiness,
        "continuity": trust.continuity,
        f"recall at {trust.k}": trust.recall,
    }
    return "".join(
        f"<div><dt>{name}</dt><dd>{measure(value)}</dd></div>" for name, value in told.items()
    )


def _legend(k: int) -> str:
    """Say what the colours of trust mean; the script fills them in."""
    bad, *more = (int(most * k) for most in STEPS)
    told = [f"at most {bad} of the {k} nearest are near here too: not to be trusted"]
    told += [f"up to {most}" for most in more]
    return "".join(f"<span><i></i>{one}</span>" for one in told)


def _regions(sheet: Sheet) -> str:
    """List the regions of the coarsest level, with what their contexts share."""
    hues = look("dark").hues
    return "".join(
        f'<details data-x="{one["x"]}" data-y="{one["y"]}"><summary>'
        f'<i style="background:{hues[one["color"]]}"></i>{escape(one["name"])} '
        f"<small>{one['count']:,}</small></summary>"
        + "".join(f"<p>{escape(said)}</p>" for said in [*one["says"], *_shared(one, sheet.atlas)])
        + "</details>"
        for one in sheet.regions[0]
    )


def _shared(region: Mapping[str, Any], atlas: Atlas) -> list[str]:
    told = [
        f"{one['name']}: {percent(one['share'])} of them, {percent(one['elsewhere'])} elsewhere"
        for one in region["traits"][:3]
    ]
    between = gap(set(atlas.token))
    examples = [
        f"{atlas.before[n][-24:]}{between}[{atlas.token[n]}]" for n in region["examples"][:3]
    ]
    return [*told, *(f"… {one}" for one in examples if one.strip("[]"))]
