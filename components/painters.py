"""Text-to-image models that can paint a map, in folders that whoever runs the lab names.

LSTM_LAB_PAINTERS has the folders, as LSTM_LAB_FOLDERS has those of the Lens page. The
libraries that open them are imported by the worker that paints, and nowhere else.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from lstm import LabError
from lstm.painters.model_folder import INDEX

from . import boundary, folders

VARIABLE = "LSTM_LAB_PAINTERS"


def named(environment: Mapping[str, str] = os.environ) -> dict[str, Path]:
    """List the folders that LSTM_LAB_PAINTERS names, as :func:`.folders.named` does."""
    return folders.named(environment.get(VARIABLE, ""), INDEX)


def folder_of(name: str) -> Path:
    """Give the folder of a model by name.

    Raises
    ------
    LabError
        If none has that name.
    """
    path = named().get(name)
    if path is None:
        raise LabError(
            f"This lab offers no text-to-image model '{boundary.shorten(name)}' now. Choose "
            "another one."
        )
    return path
