"""Other names for the tensors of a file: a mapping to those that PyTorch gives them.

Whoever wrote a model may have called its parts anything. A mapping, most often a
small JSON file, says for each such name what PyTorch would call the tensor, such
as ``{"reader.kernel": "lstm.weight_ih_l0"}``; null leaves a tensor out.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import LabError
from .torch_names import Tensor, Tensors, quote

LARGEST_MAP = 2**20  # bytes
HOW_TO_MAP = (
    'Write it as {"name in the file": "lstm.weight_ih_l0"}, with null for what is to be left out.'
)

Names = Mapping[str, str | None]


def read_names(content: bytes) -> dict[str, str | None]:
    """Read a mapping of names; it may come from anybody.

    Parameters
    ----------
    content : bytes
        JSON, at most 1 MB of it.

    Returns
    -------
    dict
        From each name in the file of tensors to PyTorch's, or to None.

    Raises
    ------
    LabError
        If it is something else.

    Examples
    --------
    >>> read_names(b'{"reader.kernel": "lstm.weight_ih_l0", "step": null}')
    {'reader.kernel': 'lstm.weight_ih_l0', 'step': None}
    """
    if len(content) > LARGEST_MAP:
        raise LabError(
            f"The mapping of names has {len(content)} bytes; at most {LARGEST_MAP} are read."
        )
    try:
        names = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise LabError(f"The mapping of names is no JSON. {HOW_TO_MAP}") from error
    if not isinstance(names, dict) or not all(_is_name(name) for name in names.values()):
        raise LabError(f"The mapping of names must give one name for each. {HOW_TO_MAP}")
    return names


def load_names(path: str | Path) -> dict[str, str | None]:
    """Read a mapping of names from a file.

    Parameters
    ----------
    path : path of a JSON file

    Returns
    -------
    dict

    Raises
    ------
    LabError
        If the file cannot be read, or is something else.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise LabError(
            f"The mapping of names cannot be read ({error.strerror}). Check its path."
        ) from error
    return read_names(content)


def renamed(tensors: Tensors, names: Names) -> dict[str, Tensor]:
    """Give tensors the names of a mapping; those it does not name keep theirs.

    Parameters
    ----------
    tensors : mapping of str to ndarray
    names : mapping of str to str or None

    Returns
    -------
    dict

    Raises
    ------
    LabError
        If a name of the mapping is not there, or two tensors would have one name.
    """
    missing = next((name for name in names if name not in tensors), None)
    if missing is not None:
        there = ", ".join(quote(name) for name in list(tensors)[:5]) or "nothing"
        raise LabError(
            f"The mapping names {quote(missing)}, which is not in the file. There is {there}"
            f"{' and more' if len(tensors) > 5 else ''}. Use the names of the file."
        )
    found: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        new = names.get(name, name)
        if new is None:
            continue
        if new in found:
            raise LabError(
                f"Two tensors would be called {quote(new)}. Give each a name of its own, "
                "or null to what is to be left out."
            )
        found[new] = tensor
    return found


def _is_name(value: Any) -> bool:
    return value is None or (isinstance(value, str) and bool(value))
