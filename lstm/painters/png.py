"""Pictures with transparency as PNG, written and read without a library of pictures."""

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BITS_RGBA = bytes([8, 6, 0, 0, 0])
_UP = 2  # the filter of each row: what the row above it has is taken off


def encode(pixels: NDArray[np.uint8]) -> bytes:
    """Write a picture.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 4)
        Red, green, blue and how opaque.

    References
    ----------
    W3C 2003, "Portable Network Graphics (PNG) specification".
    """
    height, width, _ = pixels.shape
    rows = np.empty((height, 1 + 4 * width), np.uint8)
    rows[:, 0] = _UP
    flat = pixels.reshape(height, 4 * width)
    rows[0, 1:] = flat[0]
    np.subtract(flat[1:], flat[:-1], out=rows[1:, 1:])  # modulo 256, as the filter wants it
    head = struct.pack(">II", width, height) + _EIGHT_BITS_RGBA
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, content) for kind, content in chunks)


def decode(content: bytes) -> NDArray[np.uint8]:
    """Undo :func:`encode`; no other PNG can be read."""
    width, height = struct.unpack_from(">II", content, 16)
    (length,) = struct.unpack_from(">I", content, 33)
    packed = zlib.decompress(content[41 : 41 + length])
    rows: NDArray[Any] = np.frombuffer(packed, np.uint8).reshape(height, 1 + 4 * width)
    whole = np.cumsum(rows[:, 1:], axis=0, dtype=np.uint8)  # modulo 256 too
    return whole.reshape(height, width, 4)


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
