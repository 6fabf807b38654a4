"""Folders with models on this machine, which whoever runs the lab names in the environment.

A browser sends a name of such a list, and never a path.
"""

import os
from collections.abc import Iterable
from pathlib import Path


def named(folders: str, mark: str) -> dict[str, Path]:
    """List the folders with models among those that a variable names.

    Parameters
    ----------
    folders : str
        Separated as in PATH: each is a model, or holds models one level down.
    mark : str
        The name of a file that every model has.

    Returns
    -------
    dict of str to Path
        By the name that is shown. What is no model and holds none is listed too:
        whoever opens it is told what it lacks.
    """
    found: dict[str, Path] = {}
    for text in folders.split(os.pathsep):
        if not text.strip():
            continue
        folder = Path(text.strip()).expanduser()
        for path in _models(folder, mark) or [folder]:
            if path not in found.values():
                found[_free(path, found)] = path
    return found


def _models(folder: Path, mark: str) -> list[Path]:
    """Give the folder itself if it is a model, else those in it that are, by name."""
    try:
        within = sorted(folder.iterdir())
    except OSError:  # it is not there, or not for us to read
        return []
    return [one for one in (folder, *within) if (one / mark).is_file()]


def _free(path: Path, taken: Iterable[str]) -> str:
    """Name a folder as no other one is."""
    name = path.name or str(path)
    others = sum(one == name or one.startswith(f"{name} (") for one in taken)
    return f"{name} ({others + 1})" if others else name
