"""The file of a setting: everything that a page shows, as JSON that opens again.

    {"format": "lstm-lab-setting", "version": 1, "page": "cell",
     "a": {"kind": "lstm", "x": "1,0,0", "W_f": "0.5", …}, "b": null, "t": 2}

The names and texts of ``a`` and ``b`` are those of a link; ``b`` is null where
there is one setting only.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

from lstm import LabError

from . import boundary
from .cell_kinds import KINDS, LSTM
from .cell_settings import EXAMPLES, CellSettings

FORMAT = "lstm-lab-setting"
VERSION = 1
PAGES = {"cell": "Cell", "network": "Network", "lens": "Lens", "map": "Map"}
LARGEST = 2**20  # bytes: the longest text of the Network page, with every letter escaped
MOST_NAMES = 200  # in one setting
LARGEST_STEP = 10**6

_ADVICE = "Open a file that Export saved under Setting."


def read(content: bytes) -> dict[str, Any]:
    """Read and check the file of a setting.

    Parameters
    ----------
    content : bytes
        Of a file that somebody dropped on the page.

    Returns
    -------
    dict
        ``page``; ``a``, ``b`` and ``difference``, text by name, ``b`` perhaps None;
        and the time ``t``.

    Raises
    ------
    LabError
        With words for the reader, if it is no such file, of a later version, of a page
        that there is not, or says of the cell what cannot be.

    Examples
    --------
    >>> written = b'{"format": "lstm-lab-setting", "version": 1, "page": "cell", "a": {"W_f": 2}}'
    >>> read(written)["a"]
    {'W_f': '2'}
    """
    found = _object(content)
    if found.get("format") != FORMAT:
        raise LabError(f"This file is JSON, but no setting of the lab. {_ADVICE}")
    version = found.get("version")
    if version != VERSION or isinstance(version, bool):
        raise LabError(
            f"This setting has version {_quoted(version)}; this lab reads version {VERSION}. "
            "Save it again with this lab, or update the lab."
        )
    page = found.get("page")
    if not isinstance(page, str) or page not in PAGES:
        raise LabError(
            f"This setting is of a page {_quoted(page)}; this lab opens settings of "
            f"{', '.join(PAGES)}."
        )
    a, b = _texts(found, "a"), None if found.get("b") is None else _texts(found, "b")
    difference = _texts(found, "difference") if found.get("difference") else {}
    if page == "cell":
        _check_cell("Setting A", a)
        if b is not None:
            _check_cell("Setting B", {**b, "x": a.get("x", _FIRST)})
    return {"page": page, "a": a, "b": b, "t": _time(found.get("t", 0)), "difference": difference}


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content.decode())
    except (ValueError, RecursionError) as error:  # no UTF-8, no JSON, or nested too deeply
        raise LabError(f"This file is no setting: it is not JSON. {_ADVICE}") from error
    if not isinstance(found, dict):
        raise LabError(f"This file is JSON, but no setting of the lab. {_ADVICE}")
    return found


def _quoted(value: Any) -> str:
    """Quote what a file says, shortened."""
    text = value if isinstance(value, str) else json.dumps(value)
    return f"'{boundary.shorten(text)}'"


def _texts(found: Mapping[str, Any], side: str) -> dict[str, str]:
    """Give what one setting says as text by name: numbers may stand as numbers."""
    said = found.get(side)
    if not isinstance(said, dict) or len(said) > MOST_NAMES:
        raise LabError(
            f"In this setting {side} must be an object with at most {MOST_NAMES} names, "
            f'like {{"W_f": "0.5"}}. {_ADVICE}'
        )
    return {name: _text(name, value) for name, value in said.items()}


def _text(name: str, value: Any) -> str:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if isinstance(value, str) or whole or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    raise LabError(
        f"In this setting {boundary.shorten(name)} is {_quoted(value)}. "
        "Write a number, or text in quotation marks."
    )


def _time(raw: Any) -> int:
    try:
        return boundary.whole("t", raw if isinstance(raw, str | int) else str(raw), 0, LARGEST_STEP)
    except LabError as error:
        raise LabError(f"In this setting {error}") from error


_FIRST = EXAMPLES["single"][1]


def _check_cell(which: str, said: Mapping[str, str]) -> None:
    """Check what a file says of a cell, before the page takes it."""
    name = said.get("kind", LSTM.name)
    if name not in KINDS:
        raise LabError(
            f"{which} of this file is of a kind {_quoted(name)}. Use {', '.join(KINDS)}."
        )
    numbers = {one: said.get(one, value) for one, value in KINDS[name].defaults.items()}
    payload = {"kind": name, "numbers": numbers, "sequence": said.get("x", _FIRST)}
    try:
        CellSettings.read({**payload, "separate": said.get("separate") == "1"})
    except LabError as error:
        raise LabError(f"{which} of this file cannot be: {error}") from error
