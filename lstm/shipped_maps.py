"""The finished maps that come with the lab, by their keys: those pages open at once."""

import logging
from functools import cache
from pathlib import Path

from .atlas import Atlas
from .atlas_file import load_atlas
from .errors import LabError
from .order import Order
from .shipped import folder

_LOG = logging.getLogger(__name__)


def maps_folder() -> Path:
    """Give the folder that they lie in, beside the models."""
    return folder() / "maps"


@cache
def shipped_maps(place: Path) -> dict[str, Path]:
    """List the maps in a folder by key; read once, as they never change.

    A file that cannot be used is left out, and logged: the lab makes that map anew.

    Parameters
    ----------
    place : Path
        Such as :func:`maps_folder` gives; one that is not there has none.
    """
    found = {}
    for path in sorted(place.glob("*.npz")):
        try:
            found[Order.from_json(load_atlas(path.read_bytes()).source).key] = path
        except (LabError, OSError) as error:
            _LOG.warning("The map %s, which comes with the lab, is left out: %s", path, error)
    return found


def shipped_map(path: Path) -> Atlas:
    """Read one of them.

    Raises
    ------
    LabError
        If the disk does not give it.
    """
    try:
        return load_atlas(path.read_bytes())
    except OSError as error:
        raise LabError(
            f"The map '{path.stem}', which comes with the lab, cannot be read "
            f"({error.strerror}). Whoever runs the lab can install it again."
        ) from error
