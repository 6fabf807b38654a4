"""An order of a map: what it is made from, and what is wanted; its key names the map.

All files are named by the hash of their content, and all that is drawn by chance is
drawn with the same seed: so one key is one map, wherever and whenever it is made.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .atlas import VERSION, Wanted
from .contexts import MOST, TOP_SHARE, Contexts
from .disk import disk_in_words
from .encoding import encoded, translated
from .errors import LabError
from .home_text import home_text
from .map_source import MatrixSource, ModelSource, Source, field_of, source_from_json
from .metric import Metric
from .model import Model
from .model_contexts import contexts_of
from .own_matrix import read_labels, read_matrix
from .projection import Umap

FEWEST = 500  # contexts that can be asked for
USUAL = 4000
LEAST = 20  # contexts that a map needs, where a text has no more

USUALLY = Wanted(metric=Metric("cosine"))

_MORE = 3  # tokens for each context, so that the contexts come from many texts

Opened = Callable[[str], Model]  # gives the model of a hash
FileOf = Callable[[str], Path]  # gives the file of a hash that a reader brought


@dataclass(frozen=True)
class Order:
    """What is mapped, and how.

    Attributes
    ----------
    source : ModelSource or MatrixSource
    count : int
        Contexts, where there are as many.
    unit : int, optional
        Only contexts in which this unit is highest: the TOP_SHARE of many more.
    wanted : Wanted

    Raises
    ------
    LabError
        If a number is out of its range.

    Examples
    --------
    >>> order = Order(ModelSource(64 * "0", 1), wanted=Wanted("pca"))
    >>> Order.from_json(order.to_json()) == order, len(order.key)
    (True, 64)
    """

    source: Source
    count: int = USUAL
    unit: int | None = None
    wanted: Wanted = USUALLY

    def __post_init__(self) -> None:
        """Check the numbers, and leave out what changes nothing: one map has one order."""
        if not FEWEST <= self.count <= MOST:
            raise LabError(
                f"There cannot be a map of {self.count:,} contexts. Use {FEWEST} to {MOST:,}."
            )
        if self.unit is not None and self.unit < 0:
            raise LabError(f"There is no unit {self.unit}. The first one is 0.")
        wanted = self.wanted
        if not wanted.metric.strength:
            wanted = replace(wanted, metric=Metric(wanted.metric.name))
        if wanted.projection == "pca":
            wanted = replace(wanted, umap=Umap(seed=wanted.umap.seed))
        object.__setattr__(self, "wanted", wanted)

    @cached_property
    def key(self) -> str:
        """The name of the map: 64 hexadecimal digits."""
        return _digest(self.to_json())

    @cached_property
    def contexts_key(self) -> str:
        """The name of what is mapped, however it is laid out: 64 hexadecimal digits."""
        return _digest({**self.to_json(), "wanted": None})

    @property
    def looked_at(self) -> int:
        """How many contexts are looked at, of which those are taken where the unit is highest."""
        return self.count if self.unit is None else min(MOST, round(self.count / TOP_SHARE))

    @property
    def tokens(self) -> int:
        """How many tokens of its own text a model is wanted to read, at least."""
        return max(self.looked_at, min(_MORE * self.looked_at, MOST))

    def to_json(self) -> dict[str, Any]:
        """Give what JSON can hold of it."""
        return {
            "source": self.source.to_json(),
            "count": self.count,
            "unit": self.unit,
            "wanted": asdict(self.wanted),
        }

    @classmethod
    def from_json(cls, data: Any) -> "Order":
        """Undo :meth:`to_json`; the data may come from anybody.

        Raises
        ------
        LabError
            If it is something else, or a part is out of its range.
        """
        return cls(
            source_from_json(field_of(data, "source", dict)),
            field_of(data, "count", int),
            field_of(data, "unit", int, type(None)),
            _wanted(field_of(data, "wanted", dict)),
        )


def gather(order: Order, opened: Opened, file: FileOf) -> Contexts:
    """Make the rows that an order asks for, and what they stand for.

    Parameters
    ----------
    order : Order
    opened : function
        Gives the model of a hash.
    file : function
        Gives the path of a matrix, or of labels, by hash; the labels' ending says
        whether they are a table (:func:`lstm.own_matrix.read_labels`).

    Returns
    -------
    Contexts
        Whose note says where they come from.

    Raises
    ------
    LabError
        If a file is gone or cannot be mapped, a text does not suit the model, or
        there are too few contexts.
    """
    if isinstance(order.source, MatrixSource):
        found = _of_matrix(order.source, order.looked_at, file)
    else:
        found = _of_model(order, order.source, opened)
    if order.unit is not None:
        found = found.where_high(order.unit, min(TOP_SHARE, order.count / len(found)))
    if len(found) < LEAST:
        raise LabError(
            f"There are {len(found)} contexts, and a map needs at least {LEAST}. Give more text, "
            "or do not map one unit's contexts only."
        )
    return found


def _digest(told: Any) -> str:
    return hashlib.sha256(json.dumps([VERSION, told], sort_keys=True).encode()).hexdigest()


def _wanted(data: Any) -> Wanted:
    metric, umap = field_of(data, "metric", dict), field_of(data, "umap", dict)
    return Wanted(
        field_of(data, "projection", str),
        Metric(
            field_of(metric, "name", str),
            field_of(metric, "unit", int, type(None)),
            float(field_of(metric, "strength", int, float)),
        ),
        Umap(
            field_of(umap, "neighbours", int),
            float(field_of(umap, "min_dist", int, float)),
            field_of(umap, "seed", int),
        ),
        field_of(data, "way", str),
    )


def _of_matrix(source: MatrixSource, many: int, file: FileOf) -> Contexts:
    labels = None
    if source.labels:
        path = file(source.labels)
        with disk_in_words():
            labels = read_labels(path.read_bytes(), path.name)
    return read_matrix(file(source.hash), labels, source.tensor or None, many)


def read_by(order: Order, opened: Opened) -> tuple[list[NDArray[np.int64]], str]:
    """Give the texts that the model of an order reads.

    Parameters
    ----------
    order : Order
        Of a model.
    opened : function
        Gives the model of a hash.

    Returns
    -------
    sequences : list of ndarray of int
        As the contexts count them: context n has ``sequence[n]`` and ``position[n]``.
    says : str
        What they are.

    Raises
    ------
    LabError
        As :func:`gather`.
    """
    source = order.source
    assert isinstance(source, ModelSource)
    model = opened(source.hash)
    if source.text:
        return encoded(model, source.text, LEAST)
    other = opened(source.text_of) if source.text_of else model
    sequences, says = home_text(other, order.tokens, np.random.default_rng(0))
    if source.text_of:
        return translated(sequences, other, model), f"{says}, of another model"
    return sequences, says


def _of_model(order: Order, source: ModelSource, opened: Opened) -> Contexts:
    sequences, says = read_by(order, opened)
    found = contexts_of(opened(source.hash), sequences, source.layer, source.what, order.looked_at)
    return replace(found, note="; ".join(one for one in (says, found.note) if one))
