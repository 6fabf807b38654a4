"""A map as a table: a row for each context, with its place, its regions and how far to trust it."""

import csv
import importlib
import io
from typing import Any

import numpy as np

from lstm import Array, LabError
from lstm.atlas import Atlas

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"


def columns(atlas: Atlas) -> dict[str, list[Any]]:
    """Give the columns of a map's table.

    Parameters
    ----------
    atlas : Atlas

    Returns
    -------
    dict of str to list
        ``x`` and ``y`` are the map's own coordinates, y upwards. A name of a region is
        empty where a context lies in none; ``trust``, ``recall`` and ``gain`` are None
        where a context was not measured.
    """
    trust = atlas.trust
    found: dict[str, list[Any]] = {
        "index": list(range(len(atlas))),
        "token": list(atlas.token),
        "before": list(atlas.before),
        "sequence": atlas.sequence.tolist(),
        "position": atlas.position.tolist(),
        "x": _short(atlas.places[:, 0]),
        "y": _short(atlas.places[:, 1]),
    }
    for number, (level, regions) in enumerate(zip(atlas.levels, atlas.regions, strict=True), 1):
        names = [*(region.name for region in regions), ""]  # −1, none, is the last
        found[f"region_level_{number}"] = [names[one] for one in level.tolist()]
    for name, values in atlas.gates.items():
        found[f"gate_{name}"] = _short(values)
    for name in ("trust", "recall", "gain"):
        measured = np.full(len(atlas), None, object)
        measured[trust.points] = _short(getattr(trust, f"point_{name}"))
        found[name] = measured.tolist()
    return found


def _short(values: Array) -> list[float]:
    """Give numbers with the seven digits that single precision has."""
    return [float(f"{one:.7g}") for one in values.tolist()]


def as_csv(atlas: Atlas) -> bytes:
    """Write the table as CSV (RFC 4180), in UTF-8; what was not measured is empty.

    Tokens stand as the model reads them, so that a program finds them again. A program of
    spreadsheets takes one that begins with = for a formula: it is to import the columns
    ``token`` and ``before`` as text.

    Parameters
    ----------
    atlas : Atlas
    """
    table = columns(atlas)
    file = io.StringIO()
    write = csv.writer(file)  # whose ends of lines make it quote those in a token, a lone \r too
    write.writerow(table)
    write.writerows(zip(*table.values(), strict=True))
    return file.getvalue().encode("utf-8", "replace")


def as_parquet(atlas: Atlas) -> bytes:
    """Write the table as Parquet.

    Parameters
    ----------
    atlas : Atlas

    Raises
    ------
    LabError
        If pyarrow is not installed.
    """
    try:
        arrow, parquet = map(importlib.import_module, ("pyarrow", "pyarrow.parquet"))
    except ImportError as error:
        raise LabError(
            "Parquet needs pyarrow, which is not installed where the lab runs. Take the table as "
            "CSV, or run: pip install pyarrow"
        ) from error
    file = io.BytesIO()
    parquet.write_table(arrow.table(columns(atlas)), file)
    return file.getvalue()
