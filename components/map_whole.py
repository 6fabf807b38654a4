"""From a context of a map to the Network page: the same text, layer and step, with its gates."""

from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from lstm import LabError, Model
from lstm.map_source import ModelSource
from lstm.order import Opened, read_by

from .map_sheet import Sheet
from .network_inputs import LONGEST

FORMAT = "2"  # of links, as assets/link.js names it

NO_MODEL = "A matrix has no gates: nothing on the Network page belongs to it."
NOT_READ = (
    "The Network page cannot be given this text: written down, its tokens would be read as others."
)


def whole(sheet: Sheet, n: int, opened: Opened) -> dict[str, Any]:
    """Say where the Network page shows the gates of a context.

    Parameters
    ----------
    sheet : Sheet
    n : int
        The context, from 0.
    opened : function of a model's hash

    Returns
    -------
    dict
        ``link``, as ``assets/link.js`` writes it, and what it ``says``. The text ends
        with the context, whose step is the last.

    Raises
    ------
    LabError
        If there is no model, it is gone, or the text cannot be written down.
    """
    source = sheet.order.source
    if not isinstance(source, ModelSource):
        raise LabError(NO_MODEL)
    model = opened(source.hash)
    texts, _ = read_by(sheet.order, opened)
    end = int(sheet.atlas.position[n]) + 1
    before = texts[int(sheet.atlas.sequence[n])][:end]
    read = before[-LONGEST:]
    link = {"v": FORMAT, "t": len(read), "m": "file", "hash": source.hash}
    link |= {"text": _written(model, read), "layer": source.layer + 1}
    return {"link": urlencode(link), "says": _says(end, len(read))}


def _written(model: Model, numbers: NDArray[np.int64]) -> str:
    """Write tokens as a text that the Network page reads as just these tokens."""
    known = model.vocabulary
    if known is None:
        return " ".join(map(str, numbers.tolist()))
    text = ("" if known.unit == "characters" else " ").join(known.tokens[n] for n in numbers)
    try:
        again = known.read(text)[1]
    except LabError:
        again = np.zeros(0, np.int64)
    if not np.array_equal(again, numbers):
        raise LabError(NOT_READ)
    return text


def _says(end: int, read: int) -> str:
    if read == end:
        return f"The text from its beginning to this token, step {read:,}."
    return (
        f"The last {read:,} of the {end:,} tokens up to this one: what came before is not read "
        "there, so the gates may differ a little."
    )
