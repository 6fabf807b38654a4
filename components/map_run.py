"""What the server answers for the Map page: a map that is here, or the one that can be had at once.

A finished map is shown as it is. Principal components are computed while the reader
waits. UMAP and HDBSCAN are left to a worker; meanwhile the principal components of the
same contexts are shown, and the answer says so.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from lstm import LabError
from lstm.contexts import Contexts
from lstm.map_job import at_once
from lstm.map_source import ModelSource
from lstm.maps import Maps
from lstm.oddities import oddities
from lstm.order import Opened, Order
from lstm.selection import usual_distance

from . import boundary, map_sheet, map_state, map_unit, map_words, theme
from .boundary import FieldError
from .figures.gain import gain_curve
from .map_matrix import file_of
from .map_meanwhile import to_show
from .map_path import NO_MODEL, no_path, path
from .map_settings import WHATS, MapSettings
from .map_sheet import Sheet
from .map_sources import Mapped, says_what
from .one_by_one import OneByOne

PATIENCE = 30.0  # seconds in which a request waits for another one that makes the same map

_MAKING = OneByOne()


@dataclass(frozen=True)
class MapRun:
    """A map that is shown, and the one that is wanted.

    Attributes
    ----------
    settings : MapSettings
    opened : function of a model's hash
    maps : Maps
    mapped : Mapped
        What it is made from.
    wanted, shown : Order
    trouble : str
        Why the wanted map could not be ordered.
    """

    settings: MapSettings
    opened: Opened
    maps: Maps
    mapped: Mapped
    wanted: Order
    shown: Order
    trouble: str = ""

    @classmethod
    def of(cls, settings: MapSettings, opened: Opened) -> "MapRun":
        """Find the wanted map, or order it and make another one for the time being."""
        maps, trouble = Maps.from_environment(), ""
        mapped = Mapped.of(settings, opened)
        try:
            wanted = settings.order(mapped.layer, mapped.what)
            shown = wanted if _is_here(maps, wanted) else to_show(wanted, mapped)
            _make_at_once(maps, shown, opened)
        except LabError as error:
            raise FieldError(_field(settings), str(error)) from error
        if shown is not wanted:
            try:
                map_state.begin(maps, wanted, again=settings.begin)
            except LabError as error:  # what is shown meanwhile can be shown all the same
                trouble = str(error)
        return cls(settings, opened, maps, mapped, wanted, shown, trouble)

    @cached_property
    def sheet(self) -> Sheet:
        """The map that is shown."""
        return map_sheet.sheet(self.maps, self.shown.key)

    @cached_property
    def contexts(self) -> Contexts:
        """What it was made from, with its rows."""
        return map_sheet.contexts(self.maps, self.shown, self.opened, file_of)

    @property
    def unit(self) -> int | None:
        """The unit whose contexts alone are wanted, or that they are pulled along."""
        only = self.wanted.unit
        return self.shown.wanted.metric.unit if only is None else only


def answer(request: dict[str, Any] | None, opened: Opened) -> dict[str, Any]:
    """Give the map that a reader wants, or say how far it is and give another meanwhile.

    Parameters
    ----------
    request : dict
        ``n`` (a running number), ``theme`` and what :class:`MapSettings` reads.
    opened : function of a file's hash
        Gives the model of an opened file.

    Returns
    -------
    dict
        Places are shares of the square frame, y from the top; the contexts themselves
        come by a route of their own. Or ``error``, with the field that it is about.

    Raises
    ------
    BadRequest
        HTTP 400, if the request has another shape than our page gives it.
    """
    n, theme_name, payload = boundary.question(request)
    try:
        ran = MapRun.of(MapSettings.read(payload), opened)
        return {"n": n, "error": None, **_told(ran, theme_name)}
    except LabError as error:  # also where what a map was made from went meanwhile
        return boundary.refusal(n, error, "source")


def _told(ran: MapRun, theme_name: theme.ThemeName) -> dict[str, Any]:
    sheet, walked = ran.sheet, _walked(ran)
    return {
        "key": ran.shown.key,
        "wanted_key": ran.wanted.key,
        "state": _state(ran),
        "shown": _shown(ran),
        "source": _source(ran),
        "regions": sheet.regions,
        "tiles": sheet.tiles,
        "trust": sheet.trust,
        "unit": _unit(ran),
        "figures": {"gain": _gain(sheet, theme_name)},
        "T": len(walked["tokens"]) if walked else 0,
        "path": walked,
    }


def _is_here(maps: Maps, order: Order) -> bool:
    """Tell whether a map is here, and whole: one that is damaged is taken away and made anew."""
    if not maps.has(order.key):
        return False
    try:
        map_sheet.sheet(maps, order.key)
    except LabError:
        return False
    return True


def _make_at_once(maps: Maps, shown: Order, opened: Opened) -> None:
    """Make a map that is not here; of several requests for it, one makes it for all."""
    if _is_here(maps, shown):
        return
    with _MAKING.held((maps.root, shown.key), PATIENCE):
        if not _is_here(maps, shown):
            at_once(maps, shown, opened, file_of)


def _field(settings: MapSettings) -> str:
    """Name the control that a map hangs on which cannot be made."""
    return "text" if settings.text and settings.source.kind == "model" else "source"


def _walked(ran: MapRun) -> dict[str, Any] | None:
    sequence, source = ran.settings.sequence, ran.shown.source
    if not sequence:
        return None
    if ran.mapped.model is None or not isinstance(source, ModelSource):
        return no_path(NO_MODEL)
    usual = map_sheet.found_once(
        ("usual", ran.shown.key), lambda: usual_distance(ran.sheet.atlas, ran.contexts.rows)
    )
    return path(sequence, ran.mapped.model, source, ran.sheet, ran.contexts, usual)


def _state(ran: MapRun) -> dict[str, Any]:
    found = map_state.state(ran.maps, ran.wanted.key)
    return found | {"says": ran.trouble} if ran.trouble else found


def _shown(ran: MapRun) -> dict[str, Any]:
    atlas = ran.sheet.atlas
    # Where there are not even as many as are shown, the wanted map has no more.
    fewer = ran.shown.count < ran.wanted.count and len(atlas) == ran.shown.count
    says = [*says_what(ran.mapped, ran.settings)]
    if ran.shown != ran.wanted:
        says.append(map_words.meanwhile(ran.wanted, ran.shown, fewer=fewer))
    key = ("odd", ran.shown.contexts_key)
    odd = map_sheet.found_once(key, lambda: oddities(ran.contexts.rows))
    return {
        "projection": ran.shown.wanted.projection,
        "count": len(atlas),
        "of": ran.wanted.count if fewer else len(atlas),
        "says": says + map_words.notes(atlas, odd),
    }


def _source(ran: MapRun) -> dict[str, Any]:
    mapped, chosen = ran.mapped, ran.settings.source
    return {
        "title": mapped.title,
        "layers": list(mapped.layers),
        "whats": [{"value": what, "label": WHATS[what]} for what in mapped.whats],
        "units": mapped.units,
        "kind": chosen.kind,
        "hash": chosen.hash,
        "layer": mapped.layer,
        "what": mapped.what,
    }


def _unit(ran: MapRun) -> dict[str, Any] | None:
    """Explain the unit that the map was pulled along, or that chose its contexts."""
    unit = ran.unit
    if unit is None:
        return None

    def say() -> str:
        chosen = ran.shown.unit is not None
        # What the unit is high in can be told only beside contexts in which it is not.
        general = replace(ran.shown, unit=None) if chosen else ran.shown
        others = map_sheet.contexts(ran.maps, general, ran.opened, file_of)
        return map_unit.of_map(others, ran.sheet.atlas, ran.contexts, unit, chosen=chosen)

    key = ("unit", str(unit), ran.shown.key)
    return {"unit": unit, "says": map_sheet.found_once(key, say)}


def _gain(sheet: Sheet, theme_name: theme.ThemeName) -> dict[str, Any]:
    trust = sheet.atlas.trust
    return gain_curve(trust.ks, trust.gain, trust.control_gain, len(trust.points), theme_name)
