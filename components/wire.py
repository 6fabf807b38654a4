"""How arrays travel to the browser: typed and in base64, never as JSON lists."""

import base64
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def encode(array: ArrayLike) -> dict[str, str]:
    """Encode an array as plotly.js (and our own script) read it.

    Parameters
    ----------
    array : array_like of shape (n,) or (m, n)

    Returns
    -------
    dict
        ``dtype`` ("f8" or "i4"), ``bdata``, little-endian bytes in base64, and
        for two dimensions ``shape``, such as "2, 3".
    """
    values = np.asarray(array)
    dtype = "i4" if values.dtype.kind in "iu" else "f8"
    data = np.ascontiguousarray(values, dtype=f"<{dtype}").tobytes()
    encoded = {"dtype": dtype, "bdata": base64.b64encode(data).decode("ascii")}
    if values.ndim > 1:
        encoded["shape"] = ", ".join(map(str, values.shape))
    return encoded


def decode(encoded: dict[str, Any]) -> np.ndarray[Any, np.dtype[Any]]:
    """Undo :func:`encode`."""
    flat = np.frombuffer(base64.b64decode(encoded["bdata"]), dtype=f"<{encoded['dtype']}")
    return (
        flat.reshape([int(n) for n in encoded["shape"].split(",")]) if "shape" in encoded else flat
    )
