"""How arrays travel to the browser: typed and in base64, never as JSON lists."""

import base64
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def encode(array: ArrayLike, dtype: str | None = None) -> dict[str, str]:
    """Encode an array as plotly.js (and our own script) read it.

    Parameters
    ----------
    array : array_like of shape (n,) or (m, n)
    dtype : "f8", "f4", "i4", "i2" or "u1", optional
        By default "i4" for whole numbers and "f8" for all others.

    Returns
    -------
    dict
        ``dtype``, ``bdata``, little-endian bytes in base64, and for two
        dimensions ``shape``, such as "2, 3".

    Raises
    ------
    ValueError
        If a whole number does not fit the dtype: it would wrap around.
    """
    values = np.asarray(array)
    dtype = dtype or ("i4" if values.dtype.kind in "iu" else "f8")
    if dtype[0] in "iu" and values.size:
        bounds = np.iinfo(dtype)
        if not bounds.min <= values.min() <= values.max() <= bounds.max:
            raise ValueError(f"Numbers from {values.min()} to {values.max()} do not fit {dtype}.")
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


def rounded(array: ArrayLike, bits: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Round to multiples of 2^−bits, so that the bytes of a picture pack well.

    Parameters
    ----------
    array : array_like of any shape
    bits : int
        8 for what is only looked at, 12 for what is read to three decimals.

    Returns
    -------
    ndarray of float32, of the same shape

    Examples
    --------
    >>> rounded([0.333, 1.0], 8)
    array([0.33203125, 1.        ], dtype=float32)
    """
    scale = np.float32(2**bits)
    return np.asarray(np.rint(np.asarray(array, np.float32) * scale) / scale)
