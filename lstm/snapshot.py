"""Where training stands, as a file: all that a run needs to end with the same bytes.

A file is safetensors, like a model's, with the optimiser's memory and the states
that are carried from batch to batch beside the parameters.
"""

import json
from typing import Any

import numpy as np
import safetensors.numpy

from .cell import Array
from .errors import LabError
from .model import Model
from .parameters import Parameters, parameters, with_parameters
from .training import Progress

_METADATA = "lstm_lab_progress"


def dump_progress(progress: Progress, seconds: float) -> bytes:
    """Write down where training stands.

    Parameters
    ----------
    progress : Progress
        After at least one step.
    seconds : float
        Of work so far.

    Returns
    -------
    bytes
    """
    arrays = {f"model.{name}": array for name, array in parameters(progress.model).items()}
    arrays |= {f"memory.{name}": array for name, array in progress.memory.items()}
    for n, (h, c) in enumerate(progress.states or ()):
        arrays |= {f"states.{n}.h": h, f"states.{n}.c": c}
    said = {
        "step": progress.step,
        "loss": progress.loss,
        "norm": progress.norm,
        "seconds": seconds,
        "states": None if progress.states is None else len(progress.states),
        # A product of arrays may round otherwise where they lie otherwise in memory.
        "by_columns": [name for name, array in arrays.items() if _by_columns(array)],
    }
    stored = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    content: bytes = safetensors.numpy.save(stored, {_METADATA: json.dumps(said)})
    return content


def load_progress(content: bytes, model: Model) -> tuple[Progress, float]:
    """Read where training stands.

    Parameters
    ----------
    content : bytes
        What :func:`dump_progress` gave.
    model : Model
        The untrained one of the same run.

    Returns
    -------
    progress : Progress
    seconds : float
        Of work so far.

    Raises
    ------
    LabError
        If it is damaged, or of another model.
    """
    try:
        length = int.from_bytes(content[:8], "little")
        said = json.loads(json.loads(content[8 : 8 + length])["__metadata__"][_METADATA])
        arrays = {
            name: np.array(array, order="F" if name in said["by_columns"] else "C")
            for name, array in safetensors.numpy.load(content).items()
        }
        states = None
        if said["states"] is not None:
            layers = range(said["states"])
            states = tuple((arrays[f"states.{n}.h"], arrays[f"states.{n}.c"]) for n in layers)
        found = _below("model.", arrays)
        if _shapes(found) != _shapes(parameters(model)):
            raise ValueError("another model")
        trained = with_parameters(model, found)
        numbers = int(said["step"]), float(said["loss"]), float(said["norm"])
        progress = Progress(*numbers, trained, _below("memory.", arrays), states)
        return progress, float(said["seconds"])
    except (safetensors.SafetensorError, ValueError, TypeError, KeyError) as error:
        raise LabError(
            "The checkpoint of this run cannot be read: it is damaged, or of another version "
            "of the lab. Start a new run with the same settings."
        ) from error


def _below(prefix: str, arrays: Parameters) -> Parameters:
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


def _shapes(arrays: Parameters) -> dict[str, Any]:
    return {name: (array.shape, array.dtype) for name, array in arrays.items()}


def _by_columns(array: Array) -> bool:
    return array.flags.f_contiguous and not array.flags.c_contiguous
