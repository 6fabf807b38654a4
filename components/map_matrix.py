"""Matrices and labels that a reader brings to the Map page.

They come by routes of their own, a matrix piece by piece: it is never whole in memory,
and what its first bytes say cannot be mapped is not kept. From then on the page names
both by the hash of their content.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from lstm import LabError
from lstm.contexts import MOST
from lstm.library import Library
from lstm.matrix_file import Table, mappable, opened, tables_of
from lstm.oddities import oddities
from lstm.own_matrix import read_labels, read_matrix
from lstm.own_text import LARGEST_DATA

from . import map_words, routes

LARGEST = 256 * 2**20  # bytes of a matrix
QUOTA = 2 * 2**30  # of those of all readers

_PIECE = 2**20


def matrices() -> Library:
    """Give the matrices that readers brought."""
    return Library.from_environment(shelf="matrices", suffix=".matrix", quota=QUOTA)


def labels() -> Library:
    """Give the labels that readers brought: a line each, whatever table they came in."""
    return Library.from_environment(shelf="labels", suffix=".txt")


def file_of(name: str) -> Path:
    """Give the place of a matrix, or of labels.

    Parameters
    ----------
    name : str
        The hash of its content.

    Raises
    ------
    LabError
        If it is gone.
    """
    for library in (matrices(), labels()):
        if library.has(name):
            return library.path(name)
    raise LabError(
        "The matrix or its labels are no longer here: they are kept for a day. Open the file again."
    )


def bring_matrix() -> dict[str, Any]:
    """Keep the matrix that was sent, if it can be mapped.

    Returns
    -------
    dict
        ``hash``, ``says``, ``shape`` [N, D] and the ``tensors`` that can be chosen of a
        file with several: ``name`` and ``shape`` of each.

    Raises
    ------
    LabError
        If it is none, or a row of it has no finite numbers.
    RequestEntityTooLarge
        HTTP 413, with words, if it is larger than ``LARGEST``.
    """
    owner, name = routes.owner(), routes.name()
    request.max_content_length = LARGEST
    if (request.content_length or 0) > LARGEST:
        raise RequestEntityTooLarge(map_words.too_large(request.content_length or 0, LARGEST))
    found: list[dict[str, Any]] = []

    def check(path: Path) -> None:
        found.append(_described(path, opened(path)))

    try:
        kept = matrices().keep_pieces(_pieces(), owner, name, check)
    except LabError:
        # A browser that is still sending would not hear the answer.
        with suppress(RequestEntityTooLarge):
            for _ in _read():
                pass
        raise
    return {"hash": kept, **found[0]}


def bring_labels() -> dict[str, Any]:
    """Keep the labels that were sent.

    Returns
    -------
    dict
        ``hash``, ``says`` and ``shape`` [N].

    Raises
    ------
    LabError
        If there are none.
    """
    owner, name = routes.owner(), routes.name()
    found = read_labels(routes.content(LARGEST_DATA), name)
    # Ends of lines within a label would make two of it.
    text = "\n".join(" ".join(label.splitlines()) for label in found) + "\n"
    kept = labels().keep(text.encode(), owner, name)
    return {"hash": kept, "says": map_words.brought_labels(len(found)), "shape": [len(found)]}


def _read() -> Iterator[bytes]:
    """Give what is sent, a piece at a time, up to what there is room for."""
    size = 0
    while piece := request.stream.read(_PIECE):
        size += len(piece)
        if size > LARGEST:
            raise RequestEntityTooLarge(map_words.too_large(size, LARGEST))
        yield piece


def _pieces() -> Iterator[bytes]:
    """Give what is sent; LabError once its first bytes say that it cannot be mapped."""
    start, tables = b"", None
    for piece in _read():
        if tables is None:
            start += piece
            tables = tables_of(start)
            if tables is not None:
                mappable(tables)
                end = max(table.end for table in tables)
                if end > LARGEST:
                    raise RequestEntityTooLarge(map_words.too_large(end, LARGEST))
        yield piece


def _described(path: Path, tables: tuple[Table, ...]) -> dict[str, Any]:
    """Look through a file that is here, and say what it is."""
    known = mappable(tables)
    shapes = [{"name": table.name, "shape": list(table.shape)} for table in known]
    if len(known) > 1:
        return {"says": map_words.several(len(known)), "shape": shapes[0]["shape"]} | {
            "tensors": shapes
        }
    # All rows are looked at, though only some may be mapped.
    read = read_matrix(path, tensor=known[0].name or None)
    N, D = known[0].shape
    says = map_words.brought(N, D, min(len(read), MOST), oddities(read.rows))
    return {"says": says, "shape": [N, D], "tensors": []}
