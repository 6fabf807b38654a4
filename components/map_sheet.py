"""A finished map as the browser takes it: places from the top, regions and trust in words."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from lstm import Array
from lstm.atlas import Atlas, Region
from lstm.contexts import Contexts
from lstm.maps import Maps
from lstm.order import FileOf, Opened, Order

from . import map_colours, map_words, wire
from .map_kept import Kept

_DECIMALS = 5
_BITS = 12  # of what is read to three decimals at most: so it packs well
_CONTEXT = 700  # bytes of a context in memory, beside its arrays

_KEPT = Kept()

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Sheet:
    """A map of N contexts, ready to be shown."""

    atlas: Atlas

    @cached_property
    def order(self) -> Order:
        """What was ordered."""
        return Order.from_json(self.atlas.source)

    @cached_property
    def places(self) -> Array:
        """Shares of the square frame, y from the top: ndarray of float32, of shape (N, 2)."""
        return self.on_screen(self.atlas.places)

    def on_screen(self, places: Array) -> Array:
        """Give places of the map as shares of its frame, y from the top."""
        shares = self.atlas.frame.shares(np.asarray(places, float))
        return np.stack([shares[:, 0], 1 - shares[:, 1]], axis=1).astype(np.float32)

    @cached_property
    def hues(self) -> list[NDArray[np.int64]]:
        """The hue of each region: that of the region of the coarsest level it lies in."""
        coarsest, found = self.atlas.levels[0], []
        for level, regions in zip(self.atlas.levels, self.atlas.regions, strict=True):
            most = [np.bincount(coarsest[level == n] + 1).argmax() - 1 for n in range(len(regions))]
            found.append(np.array([map_colours.hue_of(int(one)) for one in most], np.int64))
        return found

    @cached_property
    def regions(self) -> list[list[dict[str, Any]]]:
        """The regions of each level, as records."""
        return [
            [
                self.record(region) | {"color": int(hue)}
                for region, hue in zip(level, hues, strict=True)
            ]
            for level, hues in zip(self.atlas.regions, self.hues, strict=True)
        ]

    @cached_property
    def tiles(self) -> list[dict[str, Any]]:
        """The tiles that have names."""
        return [
            {"level": one.level, "name": one.name, "count": one.count, **self._at(one.x, one.y)}
            for one in self.atlas.tiles
        ]

    @cached_property
    def trust(self) -> dict[str, Any]:
        """How far the map can be trusted."""
        trust = self.atlas.trust
        k = int(trust.ks[trust.peak])
        return {
            "peak": float(trust.gain[trust.peak]),
            "peak_k": k,
            "peak_share": k / len(trust.points),
            "control": float(trust.control_gain[trust.peak]),
            "trustworthiness": trust.trustworthiness,
            "continuity": trust.continuity,
            "recall": trust.recall,
            "k": trust.k,
            "measured": len(trust.points),
            "of": trust.of,
            "says": map_words.trust_in_words(trust),
        }

    def record(self, region: Region) -> dict[str, Any]:
        """Write a region, or what a reader selected, for the browser."""
        return {
            "name": region.name,
            "count": region.count,
            **self._at(region.x, region.y),
            "traits": [
                {"name": one.name, "share": _short(one.share), "elsewhere": _short(one.elsewhere)}
                for one in region.traits
            ],
            "units": [
                {"unit": one.unit, "mean": _short(one.mean), "apart": _short(one.apart)}
                for one in region.units
            ],
            "gates": {name: _short(mean) for name, mean in region.gates.items()},
            "trust": None if region.trust is None else _short(region.trust),
            "recall": None if region.recall is None else _short(region.recall),
            "examples": list(region.examples),
            "says": map_words.region_in_words(region, self.atlas),
        }

    def _at(self, x: float, y: float) -> dict[str, float]:
        ((across, down),) = self.on_screen(np.array([[x, y]])).tolist()
        return {"x": _short(across), "y": _short(down)}

    def points(self) -> dict[str, Any]:
        """Write every context but its words: what is seen of it, and what it stands beside."""
        atlas, trust = self.atlas, self.atlas.trust
        texts, index = np.unique(np.array(atlas.token, object), return_inverse=True)
        whole = {"trust": trust.point_trust, "recall": trust.point_recall, "gain": trust.point_gain}
        measured = {name: np.full(len(atlas), np.nan, np.float32) for name in whole}
        for name, values in whole.items():
            measured[name][trust.points] = wire.rounded(values, _BITS)
        return {
            "count": len(atlas),
            "places": wire.encode(self.places, "f4"),
            "levels": [wire.encode(level, "i2") for level in atlas.levels],
            "tokens": {"texts": texts.tolist(), "index": wire.encode(index.ravel(), "i4")},
            "sequence": wire.encode(atlas.sequence, "i4"),
            "position": wire.encode(atlas.position, "i4"),
            "gates": {
                name: wire.encode(wire.rounded(one, _BITS), "f4")
                for name, one in atlas.gates.items()
            },
            "trust": {name: wire.encode(one, "f4") for name, one in measured.items()},
            "near": wire.encode(atlas.near, "i4"),
        }


def sheet(maps: Maps, key: str) -> Sheet:
    """Give a finished map.

    Raises
    ------
    LabError
        If it is not here.
    """
    if not maps.has(key):
        maps.atlas(key)  # which says why
    return _KEPT.get(key, lambda: Sheet(maps.atlas(key)), lambda one: _bytes(one.atlas))


def contexts(maps: Maps, order: Order, opened: Opened, file: FileOf) -> Contexts:
    """Give what a map was made from.

    Raises
    ------
    LabError
        If the model or the matrix is gone that it was made from, and nothing is kept of it.
    """
    return _KEPT.get(
        order.contexts_key,
        lambda: maps.gathered(order, opened, file),
        lambda one: 2 * _CONTEXT * len(one),  # the rows lie on the disk
    )


def found_once(key: tuple[str, ...], find: Callable[[], T]) -> T:
    """Give something small of a map that takes some work to find."""
    return _KEPT.get(key, find, lambda _: 1000)


def _bytes(atlas: Atlas) -> int:
    arrays = [atlas.places, atlas.near, *atlas.levels, *atlas.gates.values()]
    return _CONTEXT * len(atlas) + sum(one.nbytes for one in arrays)


def _short(value: float) -> float:
    return round(float(value), _DECIMALS)
