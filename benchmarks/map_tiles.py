"""The tiles of a map: what it costs the server to paint one, and to give one again."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np

from components.map_colours import look
from lstm import Array, load
from lstm.atlas import Atlas, Wanted
from lstm.cartography import atlas_of
from lstm.metric import Metric
from lstm.model_contexts import contexts_of
from lstm.painters import PAINTERS
from lstm.painters.cells import downwards
from lstm.painters.kept import KeptTiles
from lstm.tasks import Brackets
from models.make import FOLDER

from .lens import cost
from .table import Row

SIZES = (4_000, 20_000, 100_000)
LEVELS = (0, 2, 5)
GOAL = 50.0  # ms of CPU for a tile


def measure() -> Iterator[Row]:
    """Give milliseconds of CPU, where the contexts lie thickest."""
    model = load(FOLDER / "brackets.safetensors")
    text = Brackets(size=40, steps=160).batch(0, np.random.default_rng(7)).inputs
    contexts = contexts_of(model, list(text.T), layer=1, most=SIZES[0])
    small = atlas_of(contexts, Wanted("pca", Metric("cosine")))
    for N in SIZES:
        atlas, rows = _grown(small, contexts.rows, N)
        for name, make in PAINTERS.items():
            begun = process_time()
            painter = make(atlas, rows, look("dark"))
            what = f"{name.capitalize()} of {N:,} contexts"
            yield Row(f"{what}: made ready", 1e3 * (process_time() - begun), "ms")
            for z in LEVELS:
                tile = partial(painter.tile, z, *_thickest(atlas, z))
                yield Row(f"{what}: a tile at level {z}", 1e3 * cost(tile), "ms", GOAL)
            with TemporaryDirectory() as folder:
                kept = KeptTiles(Path(folder), name, look("dark"), lambda: painter)  # noqa: B023
                place = 2, *_thickest(atlas, 2)
                kept.packed(*place)
                yield Row(
                    f"{what}: the same again", 1e3 * cost(partial(kept.packed, *place)), "ms", 1
                )


def _grown(atlas: Atlas, rows: Array, N: int) -> tuple[Atlas, Array]:
    """Give a map of so many contexts: those that there are, and others around them."""
    which = np.arange(N) % len(atlas)
    apart = np.random.default_rng(0).normal(size=(N, 2)) * 0.01 * atlas.frame.side
    return replace(
        atlas,
        places=(atlas.places[which] + np.where(np.arange(N)[:, None] < len(atlas), 0, apart)),
        token=tuple(atlas.token[n] for n in which),
        before=tuple(atlas.before[n] for n in which),
        levels=tuple(level[which] for level in atlas.levels),
    ), rows[which]


def _thickest(atlas: Atlas, z: int) -> tuple[int, int]:
    """Give the tile of a level in which most contexts lie."""
    at = (downwards(atlas.places, atlas.frame) * 2**z).astype(np.int64)
    each, counts = np.unique(at, axis=0, return_counts=True)
    column, row = each[counts.argmax()].tolist()
    return column, row
