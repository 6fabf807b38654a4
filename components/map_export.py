"""What a reader takes away from a map: the panorama, a page that works alone, and a table."""

import functools

from flask import Response, request
from werkzeug.exceptions import BadRequest, NotFound

from lstm import LabError
from lstm.map_source import ModelSource
from lstm.order import Order
from lstm.painters import Painter
from lstm.painters.painter import SVG
from lstm.painters.paintings import Paintings
from lstm.painters.panorama import FINEST, panorama

from . import map_page, map_sheet, map_table, routes
from .map_colours import look
from .map_settings import METRICS, PROJECTION_NAMES, WHATS
from .map_tiles import Panoramas, here, number, themed
from .models import title, with_the_lab
from .theme import ThemeName

USUAL = "3"  # level of the tiles of a panorama
_PAINTED = "painted-"


def register_export(at: routes.Routes) -> None:
    """Add the routes."""
    panoramas = Panoramas()
    for name, function in (
        ("panorama.svg", _panorama),
        ("page.html", _page),
        ("table.csv", _csv),
        ("table.parquet", _parquet),
    ):
        at.add("GET", f"map/<key>/{name}", functools.partial(function, panoramas))


def title_of(order: Order) -> str:
    """Say what a map shows.

    Parameters
    ----------
    order : Order
    """
    source = order.source
    only = "" if order.unit is None else f" · only where unit {order.unit} is high"
    if not isinstance(source, ModelSource):
        return f"A matrix brought by a reader{only}"
    known = with_the_lab().get(source.hash)
    model = "A reader's model" if known is None else title(known)
    return f"{model} · layer {source.layer + 1} · {WHATS[source.what]}{only}"


def made_by(order: Order, count: int) -> str:
    """Say how a map of so many contexts was made.

    Parameters
    ----------
    order : Order
    count : int
    """
    wanted = order.wanted
    told = [f"{count:,} contexts", PROJECTION_NAMES[wanted.projection]]
    told.append(f"{METRICS[wanted.metric.name]} distance")
    if wanted.projection == "umap":
        umap = wanted.umap
        told += [f"{umap.neighbours} neighbours", f"minimum distance {umap.min_dist:g}"]
    told.append(f"seed {wanted.umap.seed}")
    if wanted.metric.unit is not None:
        told.append(f"pulled along unit {wanted.metric.unit} by {wanted.metric.strength:g}")
    return " · ".join(told)


def _painter(panoramas: Panoramas, key: str, name: str, theme: ThemeName) -> Painter:
    """Give a painter of a map: one that draws, or a picture that a model painted."""
    if not name.startswith(_PAINTED):
        return panoramas.tiles(key, name, theme)
    here(key)
    paintings, picture = Paintings.from_environment(), name.removeprefix(_PAINTED)
    try:
        painting = paintings.job(picture).painting()
        if painting is None or painting.map != key:
            raise NotFound("This picture is no longer here. Paint it again.")
        return paintings.painter(picture)
    except LabError as error:
        raise NotFound(str(error)) from error


def _asked() -> tuple[str, ThemeName]:
    """Give the painter and the theme that were asked for."""
    return request.args.get("painter", "collage"), themed(request.args.get("theme", "dark"))


def _panorama(panoramas: Panoramas, key: str) -> Response:
    name, theme = _asked()
    z, points = number(request.args.get("z", USUAL)), request.args.get("points", "0")
    if z > FINEST or points not in ("0", "1"):
        raise BadRequest(f"z must be 0 to {FINEST}, and points 0 or 1.")
    painter = _painter(panoramas, key, name, theme)
    maps = here(key)
    picture = panorama(
        map_sheet.sheet(maps, key).atlas,
        painter,
        look(theme),
        z,
        f"Map: {title_of(maps.order(key))}",
        points=points == "1",
    )
    return routes.download(picture.encode(), SVG, f"map-{key[:12]}.svg")


def _page(panoramas: Panoramas, key: str) -> Response:
    name, _ = _asked()
    dark = _painter(panoramas, key, name, "dark")
    both = name.startswith(_PAINTED)  # the same picture on either ground
    light = dark if both else _painter(panoramas, key, name, "light")
    maps = here(key)
    sheet, order = map_sheet.sheet(maps, key), maps.order(key)
    made = made_by(order, len(sheet.atlas))
    page = map_page.page(sheet, {"dark": dark, "light": light}, title_of(order), made)
    return routes.download(page.encode(), "text/html", f"map-{key[:12]}.html")


def _csv(_panoramas: Panoramas, key: str) -> Response:
    atlas = map_sheet.sheet(here(key), key).atlas
    return routes.download(map_table.as_csv(atlas), map_table.CSV, f"map-{key[:12]}.csv")


def _parquet(_panoramas: Panoramas, key: str) -> Response:
    atlas = map_sheet.sheet(here(key), key).atlas
    content = map_table.as_parquet(atlas)
    return routes.download(content, map_table.PARQUET, f"map-{key[:12]}.parquet")
