"""Maps as bytes: arrays in NumPy's .npz, and all else as JSON among them; never pickle."""

import io
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any
from zipfile import BadZipFile

import numpy as np

from .atlas import VERSION, Atlas, Region, Tile, Wanted
from .errors import LabError
from .labels import High, Trait
from .metric import Metric
from .projection import Umap
from .regions import Frame
from .trust import Trust

_DAMAGED = "This map cannot be read: it is damaged, or of another version of the lab. Make it anew."


def dump_atlas(atlas: Atlas) -> bytes:
    """Write a map down.

    Parameters
    ----------
    atlas : Atlas

    Returns
    -------
    bytes
        The same ones each time.
    """
    told = {
        "version": VERSION,
        "source": atlas.source,
        "wanted": asdict(atlas.wanted),
        "note": atlas.note,
        "share": atlas.share,
        "frame": atlas.frame,
        "token": atlas.token,
        "before": atlas.before,
        "gates": list(atlas.gates),
        "regions": [[asdict(region) for region in level] for level in atlas.regions],
        "tiles": [asdict(tile) for tile in atlas.tiles],
        "trust": {"of": atlas.trust.of, "k": atlas.trust.k},
    }
    arrays: dict[str, Any] = {
        "places": atlas.places,
        "sequence": atlas.sequence.astype(np.int32),
        "position": atlas.position.astype(np.int32),
        "near": atlas.near,
        "levels": np.stack(atlas.levels),
    }
    arrays |= {f"gate{n}": one.astype(np.float32) for n, one in enumerate(atlas.gates.values())}
    arrays |= {f"trust.{name}": getattr(atlas.trust, name) for name in _TRUST}
    file = io.BytesIO()
    text = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    np.savez_compressed(file, told=np.frombuffer(text, np.uint8), **arrays)
    return file.getvalue()


def load_atlas(content: bytes) -> Atlas:
    """Undo :func:`dump_atlas`.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    Atlas

    Raises
    ------
    LabError
        If it is damaged, or was written by another version.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            told = json.loads(file["told"].tobytes())
            if told["version"] != VERSION:
                raise LabError(_DAMAGED)
            return _read(told, file)
    except LabError as error:
        raise LabError(_DAMAGED) from error
    except (
        AttributeError,
        BadZipFile,
        EOFError,
        KeyError,
        NotImplementedError,
        OSError,
        TypeError,
        ValueError,
        zlib.error,
    ) as error:
        raise LabError(_DAMAGED) from error


_TRUST = [field.name for field in fields(Trust) if field.name not in ("of", "k")]


def _read(told: dict[str, Any], file: Any) -> Atlas:
    wanted = told["wanted"]
    return Atlas(
        told["source"],
        Wanted(
            wanted["projection"], Metric(**wanted["metric"]), Umap(**wanted["umap"]), wanted["way"]
        ),
        told["note"],
        file["places"],
        tuple(told["share"]),
        Frame(*told["frame"]),
        tuple(told["token"]),
        tuple(told["before"]),
        file["sequence"].astype(np.int64),
        file["position"].astype(np.int64),
        {name: file[f"gate{n}"] for n, name in enumerate(told["gates"])},
        file["near"],
        tuple(file["levels"]),
        tuple(tuple(_region(one) for one in level) for level in told["regions"]),
        tuple(Tile(**one) for one in told["tiles"]),
        Trust(**told["trust"], **{name: file[f"trust.{name}"] for name in _TRUST}),
    )


def _region(told: dict[str, Any]) -> Region:
    lists: dict[str, Sequence[Any]] = {
        "traits": [Trait(*one) for one in told["traits"]],
        "units": [High(*one) for one in told["units"]],
        "examples": told["examples"],
    }
    return Region(**{**told, **{name: tuple(one) for name, one in lists.items()}})
