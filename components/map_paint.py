"""A map painted by a text-to-image model: the routes by which it is asked for, and its tiles."""

import time
from typing import Any

from flask import Response, request
from werkzeug.exceptions import NotFound

from lstm import LabError
from lstm.making import MapState
from lstm.maps import Maps
from lstm.painters import model_folder
from lstm.painters.painted import PNG
from lstm.painters.painter import check_tile
from lstm.painters.painting import (
    LONGEST_STYLE,
    MOST_GUIDANCE,
    MOST_SEED,
    MOST_STEPS,
    SIZES,
    Painting,
)
from lstm.painters.paintings import Paintings

from . import boundary, map_state, painters, queue, routes
from .boundary import FieldError
from .map_tiles import DAY, number, themed

NOBODY = map_state.NOBODY.replace("the map", "it")
_NUMBERS = ("seed", "steps", "guidance", "size")


def register_paint(at: routes.Routes) -> None:
    """Add the routes."""
    at.add("POST", "map/<key>/paint", _paint)
    at.add("GET", "map/<key>/paint/<name>/state", _state)
    at.add("POST", "map/<key>/paint/<name>/stop", _stop)
    at.add("GET", "map/<key>/tile/painted-<name>/<theme>/<z>/<x>/<y>", _tile)


def read(key: str, sent: dict[str, Any]) -> Painting:
    """Read what is asked for.

    Parameters
    ----------
    key : str
        Of the map.
    sent : dict
        ``folder``, a name of the list; ``style``; and as text ``seed``, ``steps``,
        ``guidance`` and ``size``.

    Raises
    ------
    FieldError
        About one of these.
    BadRequest
        HTTP 400, for what our page never sends.
    """
    style = boundary.expect(str, sent.get("style"), "style")
    if len(style) > LONGEST_STYLE:
        raise FieldError(
            "style", f"The style has {len(style)} characters. Use at most {LONGEST_STYLE}."
        )
    seed = _whole("seed", sent, 0, MOST_SEED)
    steps = _whole("steps", sent, 1, MOST_STEPS)
    try:
        guidance = boundary.number("Guidance", sent.get("guidance"), 1, MOST_GUIDANCE)
    except FieldError as error:
        raise FieldError("guidance", str(error)) from error
    size = int(boundary.choice(sent.get("size"), tuple(map(str, SIZES)), "size"))
    name = boundary.expect(str, sent.get("folder"), "folder")
    try:
        folder = painters.folder_of(name)
        model_folder.side_of(model_folder.facts_of(folder), size)
        model = model_folder.fingerprint(folder)
    except LabError as error:
        raise FieldError("folder", str(error)) from error
    # Half a surrogate pair is no text to a tokenizer.
    words = " ".join(style.encode("utf-8", "replace").decode().split())
    return Painting(key, name, model, words, seed, steps, guidance, size)


def state(paintings: Paintings, name: str) -> dict[str, Any]:
    """Say how far a painting is: ``state``, ``done`` from 0 to 1, ``says``, and ``place``."""
    found, place = queue.look_painting(paintings, name)
    says = _says(paintings, name, found, place)
    return {"state": found.state, "done": round(found.done, 3), "says": says, "place": place}


def _says(paintings: Paintings, name: str, found: MapState, place: int | None) -> str:
    if found.state == "failed":
        return f"It could not be painted. {found.message}"
    if found.state == "waiting" and place == 1:
        late = time.time() - paintings.job(name).asked_at() > map_state.SOON
        busy = paintings.at_work() or Maps.from_environment().at_work()
        return NOBODY if late and not busy else "It begins soon."
    if found.state == "making" and not found.done:  # to open a model may take a minute
        return f"{(found.stage or 'beginning').capitalize()} …"
    return "" if found.state == "none" else map_state.in_words(found, place)


def _whole(field: str, sent: dict[str, Any], low: int, high: int) -> int:
    try:
        return boundary.whole(field.capitalize(), sent.get(field), low, high)
    except FieldError as error:  # the page knows its fields by these names
        raise FieldError(field, str(error)) from error


def _paint(key: str) -> Response:
    """Ask for a painting; one that is here, or waits, is only told of."""
    routes.owner()
    maps, paintings = Maps.from_environment(), Paintings.from_environment()
    _checked(maps, key)
    painting = read(key, routes.payload())
    queue.submit_painting(paintings, painting)
    return routes.answer({"paint": painting.key, "state": state(paintings, painting.key)})


def _state(key: str, name: str) -> Response:
    """Say how far it is, and what was asked for."""
    paintings = Paintings.from_environment()
    painting = _of(paintings, key, name)
    told = {**painting.to_json(), **{one: f"{getattr(painting, one):g}" for one in _NUMBERS}}
    asked = {one: told[one] for one in ("folder", "style", *_NUMBERS)}
    return routes.answer(state(paintings, name) | {"asked": asked})


def _stop(key: str, name: str) -> Response:
    """Let it be, where it waits or is painted."""
    routes.owner()
    paintings = Paintings.from_environment()
    _of(paintings, key, name)
    paintings.stop(name)
    return routes.answer(state(paintings, name))


def _tile(key: str, name: str, theme: str, z: str, x: str, y: str) -> Response:
    """Give a tile: in both themes the same, since it lies on the ground of either."""
    themed(theme)
    place = number(z), number(x), number(y)
    paintings = Paintings.from_environment()
    _of(paintings, key, name)
    try:
        check_tile(*place)
        painter = paintings.painter(name)
    except LabError as error:
        raise NotFound(str(error)) from error
    response = Response(mimetype=PNG)
    response.set_etag(name)
    response.headers["Cache-Control"] = f"private, max-age={DAY}"
    if name in request.if_none_match:
        response.status_code = 304
    else:
        response.set_data(painter.tile(*place).content)
    return response


def _checked(maps: Maps, key: str) -> None:
    """Answer HTTP 404 where there is no such map."""
    try:
        maps.job(key)
    except LabError as error:
        raise NotFound(str(error)) from error
    if not maps.has(key):
        raise NotFound("This map is no longer here. Make it again.")


def _of(paintings: Paintings, key: str, name: str) -> Painting:
    """Give what was asked for, of a map; HTTP 404 where it was not."""
    try:
        painting = paintings.job(name).painting()
    except LabError as error:
        raise NotFound(str(error)) from error
    if painting is None or painting.map != key:
        raise NotFound("This picture is no longer here. Paint it again.")
    return painting
