"""A worker's job: to paint a map by a text-to-image model, and keep it whole or not at all."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..borrowed import diffusion
from ..borrowed.diffusion import NO_MEMORY
from ..errors import LabError
from ..heart import Heart, beating
from ..making import Watch, ending
from ..maps import Maps
from . import model_folder
from .painting import Painting
from .paintings import WORDS, PaintingFolder, Paintings
from .prompts import Prompts, prompts_of, top_left

_OPENING = "opening the model"
_PAINTING = "painting"

Paint = Callable[[Path, Painting, Prompts, Callable[[float], None]], NDArray[np.uint8]]


def carry_out(
    paintings: Paintings,
    maps: Maps,
    key: str,
    folder_of: Callable[[str], Path],
    leave: Callable[[], bool] = lambda: False,
    paint: Paint = diffusion.paint,
) -> None:
    """Paint what was asked for.

    Nothing happens where it is not wanted, is here already, or another worker is at it.

    Parameters
    ----------
    paintings : Paintings
    maps : Maps
        In which the map is.
    key : str
        Of the painting: what the queue says.
    folder_of : function
        Gives the folder of a model by name.
    leave : function
        Tells whether the worker is to end: then the painting is left as interrupted.
    paint : function
        As :func:`lstm.borrowed.diffusion.paint`.

    Raises
    ------
    LabError
        If the key is none.
    """
    job = paintings.job(key)
    if _wanted(job) is None:
        return
    with job.held() as mine:
        wanted = _wanted(job) if mine else None
        if wanted is None:
            return
        with beating(job) as heart:
            watch = _watch(job, heart, leave)
            ended = ending(
                lambda: _paint(job, wanted, maps, folder_of, paint, watch), "picture", NO_MEMORY
            )
            if ended is not None:
                with suppress(OSError):  # the disk is full: the heart says it, which beats no more
                    job.end(*ended)
        heart.rest()


def _wanted(job: PaintingFolder) -> Painting | None:
    """Read what was asked for, where it is to be painted; None of any other."""
    if job.tiles.is_dir() or job.wish() != "run" or job.ended() is not None:
        return None
    return job.painting()


def _watch(job: PaintingFolder, heart: Heart, leave: Callable[[], bool]) -> Watch:
    """Begin to watch over the work."""
    heart.stage = _OPENING
    return Watch(job, heart, leave, lambda done: _PAINTING if done else _OPENING, WORDS)


def _paint(
    job: PaintingFolder,
    wanted: Painting,
    maps: Maps,
    folder_of: Callable[[str], Path],
    paint: Paint,
    watch: Watch,
) -> None:
    atlas, folder = maps.atlas(wanted.map), folder_of(wanted.folder)
    if model_folder.fingerprint(folder) != wanted.model:
        raise LabError(f"The model in '{wanted.folder}' is another one by now. Paint it again.")
    prompts = prompts_of(atlas, wanted.style, wanted.size)
    job.keep(paint(folder, wanted, prompts, watch), top_left(atlas))
