"""Models as files: safetensors in and out, by PyTorch's names, never pickle.

A pickled file can run any program when it is opened; safetensors is numbers with
a header, so a file from anybody may be read. The lab's own files carry PyTorch's
names too, so that both can open them, and what PyTorch has no place for (tokens,
names of inputs and units) in the header's metadata.
"""

import json
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import ArrayLike

from .errors import LabError
from .file_kinds import HOW_TO_SAVE, other_kind
from .metadata import to_metadata
from .model import Model
from .name_map import Names, renamed
from .torch_model import Reading, understand
from .torch_names import MOST_LAYERS, MOST_UNITS, Tensor, quote

__all__ = [
    "LARGEST_FILE",
    "MOST_LAYERS",
    "MOST_UNITS",
    "Reading",
    "dump",
    "from_torch",
    "load",
    "read",
    "save",
    "understand",
]

LARGEST_FILE = 64 * 2**20

# A header is read into Python's objects, which take ten times its size.
_LONGEST_HEADER = 4 * 2**20
_FLOATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}


def read(content: bytes, names: Names | None = None, *, largest: int = LARGEST_FILE) -> Reading:
    """Read a model from a file's content.

    Parameters
    ----------
    content : bytes
        A safetensors file, from PyTorch or from the lab.
    names : mapping of str to str or None, optional
        What PyTorch would call the tensors of the file (:mod:`lstm.name_map`).
    largest : int
        How many bytes are read at most: 64 MB, as many of a server's readers may send.

    Returns
    -------
    Reading

    Raises
    ------
    LabError
        If it is another kind of file, damaged, or holds no LSTM that the lab can run.
    """
    tensors, metadata, dtypes = _open(content, largest)
    if names:
        tensors = renamed(tensors, names)
    reading = understand(tensors, metadata)
    if "BF16" in dtypes:
        widened = "Weights in bfloat16 are widened to float32, without loss."
        reading = replace(reading, understood=(*reading.understood, widened))
    return reading


def _open(content: bytes, largest: int) -> tuple[dict[str, Tensor], dict[str, str], set[str]]:
    """Give the tensors, the metadata and the dtypes that a file names."""
    _check_size(len(content), largest)
    length = int.from_bytes(content[:8], "little")
    # Eight bytes of length may be the first bytes of a pickle too: what follows tells.
    if content[8:9] != b"{" or length >= 2**40:
        raise LabError(other_kind(content))
    _check_header(length)
    if 8 + length > len(content):
        raise LabError(
            f"The file is cut off: it has {len(content)} bytes, and its header alone takes "
            f"{8 + length}. Copy or download it again."
        )
    try:
        stored = dict(safetensors.deserialize(content))  # type: ignore[no-untyped-call]
        tensors = {  # sorted, as they come in another order each time
            name: _array(stored[name]["dtype"], stored[name]["shape"], stored[name]["data"])
            for name in sorted(stored)
        }
        metadata = json.loads(content[8 : 8 + length]).get("__metadata__") or {}
    # ValueError and OverflowError: sizes that NumPy cannot hold.
    except (safetensors.SafetensorError, ValueError, OverflowError) as error:
        raise LabError(
            f"The file is damaged or cut off ({str(error)[:120]}). Copy or download it again, "
            f"or save it anew. {HOW_TO_SAVE}"
        ) from error
    return tensors, metadata, {part["dtype"] for part in stored.values()}


def _check_size(size: int, largest: int = LARGEST_FILE) -> None:
    if size == 0:
        raise LabError(f"The file is empty. {HOW_TO_SAVE}")
    if size > largest:
        raise LabError(
            f"The file has {size / 2**20:.1f} MB; the lab opens up to {largest // 2**20} MB. "
            "Save the LSTM alone, without the optimizer and other parts, or in half precision."
        )


def _check_header(length: int) -> None:
    if length > _LONGEST_HEADER:
        raise LabError(
            f"The header of the file claims {length} bytes; the lab reads up to {_LONGEST_HEADER}. "
            "Save fewer tensors or tokens, or open an undamaged copy."
        )


def _array(dtype: str, shape: list[int], data: bytes) -> Tensor:
    """Give a tensor of a file as an array."""
    if dtype not in _FLOATS:  # never computed with: its shape is all that is shown
        kind = "V1" if dtype.startswith(("F", "C")) else np.int8
        return np.broadcast_to(np.zeros((), kind), shape)
    array: Tensor = np.frombuffer(data, _FLOATS[dtype]).reshape(shape)
    if dtype == "BF16":  # float32 without its lower half, which NumPy does not know
        return (array.astype(np.uint32) << 16).view(np.float32)
    return array


def load(path: str | Path, names: Names | None = None, *, largest: int = LARGEST_FILE) -> Model:
    """Load a model from a safetensors file; warn of what was not understood.

    Parameters
    ----------
    path : path of a file, from PyTorch or from :func:`save`
    names, largest
        As :func:`read` takes them.

    Returns
    -------
    Model

    Raises
    ------
    LabError
        If the file cannot be read, or holds no LSTM that the lab can run.
    """
    try:
        _check_size(Path(path).stat().st_size, largest)
        content = Path(path).read_bytes()
    except OSError as error:
        raise LabError(f"The file cannot be read ({error.strerror}). Check its path.") from error
    return _warned(read(content, names, largest=largest))


def from_torch(state_dict: Mapping[str, ArrayLike]) -> Model:
    """Make a model of a PyTorch module's tensors; warn of what was not understood.

    Parameters
    ----------
    state_dict : mapping of str to array_like
        As ``module.state_dict()`` gives it, its tensors on the CPU.

    Returns
    -------
    Model

    Raises
    ------
    LabError
        If there is no LSTM among them that the lab can run.

    Examples
    --------
    >>> model = from_torch({"weight_ih_l0": np.ones((8, 3)), "weight_hh_l0": np.ones((8, 2))})
    >>> model.layers[0].hidden_size
    2
    """
    tensors: dict[str, Any] = {}
    for name, tensor in state_dict.items():
        try:
            tensors[name] = np.asarray(tensor)
        except (TypeError, ValueError, RuntimeError) as error:
            raise LabError(
                f"{quote(name)} cannot be read as an array ({str(error)[:120]}). "
                "Give tensor.detach().float().cpu().numpy()."
            ) from error
    return _warned(understand(tensors, {}))


def _warned(reading: Reading) -> Model:
    for sentence in reading.ignored:
        warnings.warn(sentence, UserWarning, stacklevel=3)
    return reading.model


def save(model: Model, path: str | Path) -> None:
    """Write a model to a safetensors file, which PyTorch opens too.

    Parameters
    ----------
    model : Model
    path : path of the file, which is replaced

    Raises
    ------
    LabError
        If the model is one that the lab could not load, or the file cannot be written.
    """
    content = dump(model)
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise LabError(
            f"The file cannot be written ({error.strerror}). Check its path, and free some space."
        ) from error


def dump(model: Model) -> bytes:
    """Give the content of the file that :func:`save` writes.

    Parameters
    ----------
    model : Model

    Returns
    -------
    bytes
        The same ones each time.

    Raises
    ------
    LabError
        If the model is one that the lab could not load: too large, or not finite.
    """
    tensors, metadata = _named(model), to_metadata(model)
    understand(tensors, metadata)  # what cannot be opened again is not written
    stored = {name: _stored(array) for name, array in tensors.items()}
    content: bytes = safetensors.numpy.save(stored, metadata)
    _check_size(len(content))
    _check_header(int.from_bytes(content[:8], "little"))
    return content


def _named(model: Model) -> dict[str, Tensor]:
    """Name a model's arrays as PyTorch does."""
    tensors: dict[str, Tensor] = {}
    if model.embedding is not None:
        tensors["embedding.weight"] = model.embedding
    for n, layer in enumerate(model.layers):
        tensors[f"lstm.weight_ih_l{n}"] = layer.W_ih
        tensors[f"lstm.weight_hh_l{n}"] = layer.W_hh
        tensors[f"lstm.bias_ih_l{n}"] = layer.bias
        tensors[f"lstm.bias_hh_l{n}"] = np.zeros_like(layer.bias)
        if layer.W_hr is not None:
            tensors[f"lstm.weight_hr_l{n}"] = layer.W_hr
    if model.decoder is not None:
        tensors["decoder.weight"] = model.decoder.W
        tensors["decoder.bias"] = model.decoder.b
    return tensors


def _stored(array: Tensor) -> Tensor:
    """Give an array as it is stored: safetensors takes its memory as it lies there."""
    return np.ascontiguousarray(array, "<f4" if array.dtype.itemsize == 4 else "<f8")
